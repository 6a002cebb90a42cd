#include "emulator/patterns/pattern_set.h"

#include <gtest/gtest.h>

#include "tests/emulator/patterns/vector_rows.h"

namespace emulator::patterns {
namespace {

using Ids = std::vector<PatternSet::Id>;

Pattern compiled(std::string_view text) {
  auto pattern = Pattern::compile(text, {.length_max = 1'000'000, .wildcard_complexity_max = 1'000'000});
  EXPECT_TRUE(pattern) << text << ": " << pattern.error().text();
  return pattern ? *pattern : Pattern{};
}

Ids found(PatternSet& set, const Event& event) {
  const auto ids = set.matching(event);
  return {ids.begin(), ids.end()};
}

/// What each pattern says alone.
Ids one_by_one(const std::vector<Pattern>& patterns, std::string_view event) {
  Ids ids;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].matches(event)) ids.push_back(static_cast<PatternSet::Id>(i));
  }
  return ids;
}

TEST(PatternSet, SaysOfEveryRowWhatThePatternSaysAlone) {
  if (patterns_tests::rows_file().empty())
    GTEST_SKIP() << "RELAYRIG_VECTORS names a folder without event patterns";
  const std::vector<patterns_tests::Row> rows = patterns_tests::rows();
  PatternSet all("");
  std::vector<Pattern> patterns;
  std::vector<std::pair<const patterns_tests::Row*, PatternSet::Id>> valid;
  for (const auto& row : rows) {
    if (!row.is_valid) continue;
    patterns.push_back(compiled(row.pattern));
    valid.emplace_back(&row, all.add(patterns.back()));
  }
  for (const auto& [row, id] : valid) {
    const Ids ids = found(all, {.json = row->event});
    EXPECT_EQ(std::ranges::binary_search(ids, id), row->is_match) << row->pattern << " / " << row->event;
    if (row->line % 16 == 0) EXPECT_EQ(ids, one_by_one(patterns, row->event)) << row->event;
  }
}

TEST(PatternSet, AgreesInSmallSetsToo) {
  const std::vector<patterns_tests::Row> rows = patterns_tests::rows();
  constexpr std::size_t kSize = 24;
  for (std::size_t begin = 0; begin + kSize <= rows.size(); begin += kSize) {
    PatternSet set("");
    std::vector<Pattern> patterns;
    for (std::size_t i = begin; i < begin + kSize; ++i) {
      if (!rows[i].is_valid) continue;
      patterns.push_back(compiled(rows[i].pattern));
      set.add(patterns.back());
    }
    for (std::size_t i = begin; i < begin + kSize; ++i)
      ASSERT_EQ(found(set, {.json = rows[i].event}), one_by_one(patterns, rows[i].event)) << rows[i].event;
  }
}

/// Every kind of matcher on one path, so that each table of the index is asked.
TEST(PatternSet, FindsEveryKindOfValue) {
  const char* matchers[] = {R"(["abc"])",
                            R"(["10.0.0.1"])",
                            R"([5])",
                            R"([12345678901234567891])",
                            R"([true])",
                            R"([null])",
                            R"([{"prefix":"ab"}])",
                            R"([{"prefix":""}])",
                            R"([{"suffix":"bc"}])",
                            R"([{"prefix":{"equals-ignore-case":"AB"}}])",
                            R"([{"suffix":{"equals-ignore-case":"BC"}}])",
                            R"([{"equals-ignore-case":"ABC"}])",
                            R"([{"equals-ignore-case":"ÉCOLE"}])",
                            R"([{"wildcard":"abc"}])",
                            R"([{"wildcard":"a*c"}])",
                            R"([{"wildcard":"*c"}])",
                            R"([{"wildcard":"*b*"}])",
                            R"([{"cidr":"10.0.0.0/8"}])",
                            R"([{"cidr":"::/0"}])",
                            R"([{"numeric":[">",1,"<=",5]}])",
                            R"([{"numeric":["<",5]}])",
                            R"([{"numeric":[">=",5]}])",
                            R"([{"exists":true}])",
                            R"([{"exists":false}])",
                            R"([{"anything-but":"abc"}])",
                            R"([{"anything-but":[5,6]}])",
                            R"(["abc",{"anything-but":{"prefix":"a"}}])",
                            R"([{"exists":false},7])"};
  const char* values[] = {R"("abc")",
                          R"("ABC")",
                          R"("aBc")",
                          R"("b")",
                          R"("")",
                          R"("école")",
                          R"("10.0.0.01")",
                          R"("10.9.9.9")",
                          R"("::1")",
                          "5",
                          "5.0",
                          "4.999",
                          "1",
                          "7",
                          "-1e300",
                          "1e300",
                          "12345678901234567891",
                          "true",
                          "false",
                          "null",
                          "[]",
                          "{}",
                          R"(["x","abc",5])"};
  PatternSet set("");
  std::vector<Pattern> patterns;
  for (const char* matcher : matchers) {
    patterns.push_back(compiled(std::string(R"({"a":)") + matcher + "}"));
    set.add(patterns.back());
  }
  for (const char* value : values) {
    const std::string event = std::string(R"({"a":)") + value + "}";
    EXPECT_EQ(found(set, {.json = event}), one_by_one(patterns, event)) << event;
  }
  EXPECT_EQ(found(set, {.json = "{}"}), one_by_one(patterns, "{}"));
}

TEST(PatternSet, AnswersInTheOrderOfAdding) {
  PatternSet set("");
  set.add(compiled(R"({"b":[{"exists":false}]})"));
  set.add(compiled(R"({"a":["x"],"b":[{"anything-but":"y"}]})"));
  set.add(compiled(R"({"$or":[{"a":["x"]},{"a":[{"prefix":"x"}]}]})"));
  set.add(compiled(R"({"a":["x"]})"));
  EXPECT_EQ(found(set, {.json = R"({"a":"x"})"}), (Ids{0, 2, 3}));
  EXPECT_EQ(found(set, {.json = R"({"a":"x","b":"z"})"}), (Ids{1, 2, 3}));
  EXPECT_EQ(found(set, {.json = R"({"a":"y","b":"z"})"}), (Ids{}));
}

TEST(PatternSet, ForgetsWhatIsRemovedAndNeverNamesAnotherSo) {
  PatternSet set("");
  const auto first = set.add(compiled(R"({"a":["x"]})"));
  const auto second = set.add(compiled(R"({"a":["x"]})"));
  EXPECT_EQ(found(set, {.json = R"({"a":"x"})"}), (Ids{first, second}));
  EXPECT_TRUE(set.remove(second));
  EXPECT_FALSE(set.remove(second));
  EXPECT_EQ(found(set, {.json = R"({"a":"x"})"}), (Ids{first}));
  const auto third = set.add(compiled(R"({"a":["x"]})"));
  EXPECT_NE(third, second);
  EXPECT_EQ(found(set, {.json = R"({"a":"x"})"}), (Ids{first, third}));
  EXPECT_EQ(set.size(), 2U);
}

TEST(PatternSet, KnowsTheEnvelopeBesideTheDetail) {
  PatternSet set;
  set.add(compiled(R"({"detail-type":["A"]})"));
  set.add(compiled(R"({"detail-type":["A"],"detail":{"x":[{"exists":false}]}})"));
  set.add(compiled(R"({"detail-type":["B"],"detail":{"x":[1]}})"));
  const auto ask = [&set](std::string_view type, std::string_view detail) {
    const Attribute attribute{"detail-type", Scalar::of_text(type)};
    return found(set, {.attributes = {&attribute, 1}, .json = detail, .json_path = "detail"});
  };
  EXPECT_EQ(ask("A", R"({"x":1})"), (Ids{0}));
  EXPECT_EQ(ask("A", R"({"y":1})"), (Ids{0, 1}));
  EXPECT_EQ(ask("B", R"({"x":1})"), (Ids{2}));
  EXPECT_EQ(ask("C", R"({"x":1})"), (Ids{}));
}

TEST(PatternSet, ForgetsTheEventBefore) {
  PatternSet set("");
  set.add(compiled(R"({"a":{"b":[1],"c":[2]}})"));
  set.add(compiled(R"({"a":{"b":[{"exists":false}]}})"));
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(found(set, {.json = R"({"a":[{"b":1,"c":3},{"b":2,"c":2}]})"}), (Ids{}));
    EXPECT_EQ(found(set, {.json = R"({"a":{"b":1,"c":2}})"}), (Ids{0}));
    EXPECT_EQ(found(set, {.json = R"({"a":{"c":2}})"}), (Ids{1}));
  }
}

}  // namespace
}  // namespace emulator::patterns

#include "emulator/bus/pattern.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace emulator::bus {
namespace {

using kernel::Json;

kernel::Result<Pattern> compiled(std::string_view pattern) {
  return Pattern::compile(*kernel::parse_json(pattern));
}

EventView an_event(std::string_view detail) {
  return {.id = "id-1",
          .detail_type = "Order_Placed__e",
          .source = "aws.partner/salesforce.com/00D/0YL",
          .account = "123456789012",
          .time = "2026-01-05T09:00:00Z",
          .region = "us-east-1",
          .detail = detail};
}

bool matches(std::string_view pattern, std::string_view detail) {
  const auto result = compiled(pattern);
  EXPECT_TRUE(result) << pattern << ": " << result.error().text();
  return result && result->matches(Matchable(an_event(detail)));
}

TEST(Pattern, ReadsTheEnvelope) {
  struct Case {
    const char* pattern;
    bool matches;
  };
  const Case cases[] = {
      {R"({"detail-type":["Order_Placed__e"]})", true},
      {R"({"detail-type":["order_placed__e"]})", false},
      {R"({"detail-type":["Other__e","Order_Placed__e"]})", true},
      {R"({"detail-type":[{"prefix":"Order_"}]})", true},
      {R"({"source":[{"prefix":"aws.partner/salesforce.com"}],"detail-type":["Order_Placed__e"]})", true},
      {R"({"source":[{"prefix":"aws.partner/salesforce.com"}],"detail-type":["Other__e"]})", false},
      {R"({"source":["aws.partner/salesforce.com"]})", false},
      {R"({"account":["123456789012"]})", true},
      {R"({"account":[123456789012]})", false},
      {R"({"region":["us-east-1"]})", true},
      {R"({"version":["0"]})", true},
      {R"({"id":["id-1"]})", true},
      {R"({"time":[{"prefix":"2026-01-05T"}]})", true},
      {R"({"resources":["arn:aws:x"]})", false},
      {R"({"no-such-field":[{"prefix":""}]})", false},
  };
  for (const Case& c : cases) EXPECT_EQ(matches(c.pattern, "{}"), c.matches) << c.pattern;
}

// facts/aws-delivery 1.4: obtained from the open-source Event Ruler. `P` is the pattern of `detail`.
TEST(Pattern, AgreesWithEventRulerOnExactValuesAndPrefixes) {
  struct Case {
    const char* pattern;
    const char* event;
    bool matches;
  };
  const Case cases[] = {
      {R"({"a":[1]})", R"({"a":1.0})", true},
      {R"({"a":[1]})", R"({"a":"1"})", false},
      {R"({"a":["1"]})", R"({"a":1})", false},
      {R"({"a":[300]})", R"({"a":3.0e2})", true},
      {R"({"a":["1e2"]})", R"({"a":100})", false},
      {R"({"a":[null]})", R"({"a":null})", true},
      {R"({"a":[null]})", R"({})", false},
      {R"({"a":[null]})", R"({"a":""})", false},
      {R"({"a":[""]})", R"({"a":""})", true},
      {R"({"a":[""]})", R"({"a":null})", false},
      {R"({"a":[true]})", R"({"a":"true"})", false},
      {R"({"a":["true"]})", R"({"a":true})", false},
      {R"({"a":["x"]})", R"({"a":"X"})", false},
      {R"({"a":[null]})", R"({"a":[]})", false},
      {R"({"a":[null]})", R"({"a":[null]})", true},
      {R"({"a":["x"]})", R"({"a":{"x":1}})", false},
      {R"({"a":["A"]})", R"({"a":"\u0041"})", true},
      {R"({"a":[12345678901234567891]})", R"({"a":12345678901234567891})", true},
      {R"({"a":[9007199254740993]})", R"({"a":9007199254740993})", true},
      {R"({"a":[9007199254740993]})", R"({"a":9007199254740992})", false},
      {R"({"a":[{"prefix":""}]})", R"({"a":"abc"})", true},
      {R"({"a":[{"prefix":""}]})", R"({"a":1})", false},
      {R"({"a":[{"prefix":"1"}]})", R"({"a":12})", false},
      {R"({"a":[{"prefix":"tr"}]})", R"({"a":true})", false},
      {R"({"a":[{"prefix":"ab"}]})", R"({"a":["x","abc"]})", true},
      {R"({"a":["x"]})", R"({"a":[["y"],["x"]]})", true},
      {R"({"a":{"b":["x"]}})", R"({"a":[[{"b":"x"}]]})", true},
      {R"({"a":{"b":["x"]}})", R"({"a":["x",{"b":"x"}]})", true},
      {R"({"a":["x"]})", R"({"a":[{"b":"x"}]})", false},
      {R"({"a":{"b":["x"],"c":["y"]}})", R"({"a":[{"b":"x"},{"c":"y"}]})", false},
      {R"({"a":{"b":["x"],"c":["y"]}})", R"({"a":[{"b":["x","z"],"c":["y"]}]})", true},
      {R"({"a":{"b":[1],"c":[2]}})", R"({"a":[[{"b":1},{"c":2}]]})", false},
      {R"({"x":["1"],"y":["2"]})", R"({"x":["0","1"],"y":["2","3"]})", true},
      {R"({"x":{"a":[1]},"y":{"b":[1]}})", R"({"x":[{"a":2},{"a":1}],"y":[{"b":1},{"b":2}]})", true},
      {R"({"u":{"t":{"k":["color"],"v":["blue"]}}})", R"({"u":[{"t":[{"k":"color","v":"blue"}]}]})", true},
      {R"({"u":{"t":{"k":["color"],"v":["blue"]}}})", R"({"u":[{"t":[{"k":"color"},{"v":"blue"}]}]})", false},
      {R"({"d":{"name":["alice"],"info":{"x":["1"]}}})", R"({"d":[{"name":"alice"},{"info":{"x":"1"}}]})",
       false},
      {R"({"d":{"name":["alice"],"info":{"x":["1"]}}})", R"({"d":[{"name":"alice","info":{"x":"1"}}]})",
       true},
      {R"({"a":["x"],"a":["y"]})", R"({"a":"x"})", false},
      {R"({"a":["x"],"a":["y"]})", R"({"a":"y"})", true},
      {R"({"a.b":["x"]})", R"({"a":{"b":"x"}})", true},
      {R"({"a":{"b":["x"]}})", R"({"a.b":"x"})", true},
      {R"({"a":[{"exactly":"x"}]})", R"({"a":"x"})", true},
      {R"({"a":["x"],"b":["y"]})", R"({"a":"x"})", false},
      {R"({"0":["x"]})", R"(["x"])", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(matches(std::string(R"({"detail":)") + c.pattern + "}", c.event), c.matches)
        << c.pattern << " / " << c.event;
  }
}

TEST(Pattern, RefusesWhatTheServiceRefusesInItsWords) {
  struct Case {
    const char* pattern;
    const char* reason;
  };
  const Case cases[] = {
      {R"([])", "Filter is not an object"},
      {R"("x")", "Filter is not an object"},
      {R"({})", "Empty objects are not allowed"},
      {R"({"a":{}})", "Empty objects are not allowed"},
      {R"({"a":[]})", "Empty arrays are not allowed"},
      {R"({"a":"x"})", R"("a" must be an object or an array)"},
      {R"({"a":1})", R"("a" must be an object or an array)"},
      {R"({"a":[["x"]]})", "Match value must be String, number, true, false, or null"},
      {R"({"a":[{}]})", "Match expression name not found"},
      {R"({"a":[{"foo":"x"}]})", "Unrecognized match type foo"},
      {R"({"a":[{"EXISTS":true}]})", "Unrecognized match type EXISTS"},
      {R"({"a":[{"prefix":"x","suffix":"y"}]})", "Only one key allowed in match expression"},
      {R"({"a":[{"prefix":1}]})", "prefix match pattern must be a string"},
      {R"({"a":[{"prefix":["a","b"]}]})", "prefix match pattern must be a string"},
  };
  for (const Case& c : cases) {
    const auto result = compiled(c.pattern);
    ASSERT_FALSE(result) << c.pattern;
    EXPECT_EQ(result.error().message, std::string("Event pattern is not valid. Reason: ") + c.reason);
  }
}

TEST(Pattern, RefusesByNameWhatIsNotEmulated) {
  const std::pair<const char*, const char*> cases[] = {
      {"suffix", R"({"a":[{"suffix":".png"}]})"},
      {"equals-ignore-case", R"({"a":[{"equals-ignore-case":"x"}]})"},
      {"equals-ignore-case", R"({"a":[{"prefix":{"equals-ignore-case":"x"}}]})"},
      {"wildcard", R"({"a":[{"wildcard":"a*"}]})"},
      {"anything-but", R"({"a":[{"anything-but":"x"}]})"},
      {"numeric", R"({"a":[{"numeric":[">",0]}]})"},
      {"cidr", R"({"a":[{"cidr":"10.0.0.0/8"}]})"},
      {"exists", R"({"a":[{"exists":true}]})"},
      {"$or", R"({"$or":[{"a":[1]},{"b":[2]}]})"},
      {"$or", R"({"d":{"$or":[{"a":[1]},{"b":[2]}]}})"},
  };
  for (const auto& [name, pattern] : cases) {
    const auto result = compiled(pattern);
    ASSERT_FALSE(result) << pattern;
    EXPECT_EQ(
        result.error().message,
        "'" + std::string(name) + "' is not emulated yet in event patterns (exact values and prefix are)");
  }
}

/// Rows of the public Event Ruler's verdicts on exact values and prefixes: pattern, event, valid, match.
TEST(Pattern, AgreesWithEventRulerRowByRow) {
  std::ifstream rows(RELAYRIG_SOURCE_DIR "/tests/emulator/boxes/vectors/event_patterns.jsonl");
  int checked = 0;
  for (std::string line; std::getline(rows, line); ++checked) {
    const Json row = *kernel::parse_json(line);
    const auto pattern = compiled(R"({"detail":)" + kernel::json_text(row["pattern"]) + "}");
    ASSERT_EQ(pattern.has_value(), row["valid"].get<bool>()) << line;
    const std::string event = kernel::json_text(row["event"]);
    if (pattern) {
      EXPECT_EQ(pattern->matches(Matchable(an_event(event))), row["match"].get<bool>()) << line;
    }
  }
  EXPECT_EQ(checked, 570);
}

}  // namespace
}  // namespace emulator::bus

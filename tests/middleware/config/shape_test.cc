#include "middleware/config/shape.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "middleware/config/reader.h"

namespace config {
namespace {

using namespace std::chrono_literals;

/// The value as text, or the problems.
template <class T, class Show>
std::string read(const Shape<T>& shape, std::string_view text, Show show) {
  const std::expected<T, Problems> value = read_text(text, "f", shape);
  return value ? show(*value) : value.error().text();
}

std::string show_json(const kernel::Json& value) { return kernel::json_text(value); }
std::string show_number(double value) { return kernel::Json(value).dump(); }

struct Case {
  const char* text;
  const char* result;
};

TEST(Text, IsOnlyWhatYamlCallsText) {
  const Case cases[] = {
      {"orders", "orders"},
      {"'5'", "5"},
      {"\"true\"", "true"},
      {"on", "on"},
      {"2026-01-05", "2026-01-05"},
      {"1:30", "1:30"},
      {"\"\"", ""},
      {"5", "f:1:1: the file wants text, found the number 5; put it in quotes"},
      {"true", "f:1:1: the file wants text, found true; put it in quotes"},
      {".inf", "f:1:1: the file wants text, found the number .inf; put it in quotes"},
      {"~", "f:1:1: the file wants text, found nothing"},
      {"[a]", "f:1:1: the file wants text, found a list"},
      {"{a: b}", "f:1:1: the file wants text, found a map"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(text(), c.text, [](const std::string& value) { return value; }), c.result);
  }
  EXPECT_EQ(read(non_empty_text(), "''", [](const std::string& value) { return value; }),
            "f:1:1: the file wants text that is not empty, found the quoted text \"\"");
}

TEST(Integer, HasLimitsAndNoQuotes) {
  const auto show = [](std::int64_t value) { return std::to_string(value); };
  const Case cases[] = {
      {"0", "0"},
      {"-3", "-3"},
      {"+7", "7"},
      {"0x1F", "31"},
      {"0o17", "15"},
      {"017", "17"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"9223372036854775808", "f:1:1: the file wants a whole number, found the number 9223372036854775808"},
      {"\"5\"", "f:1:1: the file wants a whole number, found the quoted text \"5\"; write it without quotes"},
      {"5.0", "f:1:1: the file wants a whole number, found the number 5.0"},
      {"1_000", "f:1:1: the file wants a whole number, found the text '1_000'"},
      {"five", "f:1:1: the file wants a whole number, found the text 'five'"},
      {"false", "f:1:1: the file wants a whole number, found false"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(integer(), c.text, show), c.result);
  }
  EXPECT_EQ(read(integer(1, 5), "6", show),
            "f:1:1: the file wants a whole number from 1 to 5, found the number 6");
  EXPECT_EQ(read(integer(1), "0", show),
            "f:1:1: the file wants a whole number of at least 1, found the number 0");
}

TEST(Number, TakesWholeNumbersToo) {
  const Case cases[] = {
      {"0.5", "0.5"},
      {"5", "5.0"},
      {".5", "0.5"},
      {"1e3", "1000.0"},
      {"-2.", "-2.0"},
      {"0x10", "16.0"},
      {"1e999", "f:1:1: the file wants a number, found the number 1e999"},
      {".nan", "f:1:1: the file wants a number, found the number .nan"},
      {"'0.5'", "f:1:1: the file wants a number, found the quoted text \"0.5\"; write it without quotes"},
      {"1.2.3", "f:1:1: the file wants a number, found the text '1.2.3'"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(number(), c.text, show_number), c.result);
  }
  EXPECT_EQ(read(number(0, 1.5), "2", show_number),
            "f:1:1: the file wants a number from 0 to 1.5, found the number 2");
}

TEST(Boolean, IsTrueOrFalse) {
  const auto show = [](bool value) { return std::string(value ? "yes" : "no"); };
  EXPECT_EQ(read(boolean(), "true", show), "yes");
  EXPECT_EQ(read(boolean(), "False", show), "no");
  EXPECT_EQ(read(boolean(), "yes", show), "f:1:1: the file wants true or false, found the text 'yes'");
  EXPECT_EQ(read(boolean(), "'true'", show),
            "f:1:1: the file wants true or false, found the quoted text \"true\"; write it without quotes");
  EXPECT_EQ(read(boolean(), "1", show), "f:1:1: the file wants true or false, found the number 1");
}

TEST(Duration, NeedsItsUnit) {
  const auto show = [](kernel::Duration value) { return kernel::duration_text(value); };
  const Case cases[] = {
      {"250ms", "250ms"},
      {"1h30m", "1h30m"},
      {"'2m'", "2m"},
      {"0s", "0s"},
      {"1.5s", "1s500ms"},
      {"5", "f:1:1: the file wants a duration such as 250ms, 2m or 1h30m, found the number 5"},
      {"5 s", "f:1:1: the file wants a duration such as 250ms, 2m or 1h30m, found the text '5 s'"},
      {"-5s", "f:1:1: the file wants a duration such as 250ms, 2m or 1h30m, found the text '-5s'"},
      {"30m1h", "f:1:1: the file wants a duration such as 250ms, 2m or 1h30m, found the text '30m1h'"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(duration(), c.text, show), c.result);
  }
  EXPECT_EQ(read(duration(1min, 6h), "7h", show),
            "f:1:1: the file wants a duration such as 250ms, 2m or 1h30m from 1m to 6h, found the text '7h'");
  EXPECT_EQ(
      read(duration(1ns), "0s", show),
      "f:1:1: the file wants a duration such as 250ms, 2m or 1h30m of at least 1ns, found the text '0s'");
}

TEST(RateShape, CountsPerSecond) {
  const auto show = [](Rate value) { return show_number(value.per_second); };
  const Case cases[] = {
      {"5/s", "5.0"},
      {"300/m", "5.0"},
      {"36/h", "0.01"},
      {"0.5/s", "0.5"},
      {"0/s", "f:1:1: the file wants a rate such as 5/s, found the text '0/s'"},
      {"5", "f:1:1: the file wants a rate such as 5/s, found the number 5"},
      {"5/d", "f:1:1: the file wants a rate such as 5/s, found the text '5/d'"},
      {"5 /s", "f:1:1: the file wants a rate such as 5/s, found the text '5 /s'"},
      {"-5/s", "f:1:1: the file wants a rate such as 5/s, found the text '-5/s'"},
      {".5/s", "f:1:1: the file wants a rate such as 5/s, found the text '.5/s'"},
      {"/s", "f:1:1: the file wants a rate such as 5/s, found the text '/s'"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(rate(), c.text, show), c.result);
  }
}

TEST(Size, IsInBytes) {
  const auto show = [](std::int64_t value) { return std::to_string(value); };
  const Case cases[] = {
      {"256KiB", "262144"},
      {"1MiB", "1048576"},
      {"10MB", "10000000"},
      {"2GiB", "2147483648"},
      {"1kB", "1000"},
      {"7B", "7"},
      {"4096", "4096"},
      {"'256KiB'", "262144"},
      {"0", "0"},
      {"-1", "f:1:1: the file wants a size such as 256KiB or 1MiB, found the number -1"},
      {"'4096'",
       "f:1:1: the file wants a size such as 256KiB or 1MiB, found the quoted text \"4096\"; write it "
       "without quotes"},
      {"1.5MiB", "f:1:1: the file wants a size such as 256KiB or 1MiB, found the text '1.5MiB'"},
      {"1mib", "f:1:1: the file wants a size such as 256KiB or 1MiB, found the text '1mib'"},
      {"KiB", "f:1:1: the file wants a size such as 256KiB or 1MiB, found the text 'KiB'"},
      {"9223372036854775807KiB",
       "f:1:1: the file wants a size such as 256KiB or 1MiB, found the text '9223372036854775807KiB'"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(size(), c.text, show), c.result);
  }
}

TEST(Share, IsAPartOfOne) {
  const Case cases[] = {
      {"10%", "0.1"},
      {"0.5%", "0.005"},
      {"100%", "1.0"},
      {"0%", "0.0"},
      {"100.1%", "f:1:1: the file wants a share such as 10%, found the text '100.1%'"},
      {"0.1", "f:1:1: the file wants a share such as 10%, found the number 0.1"},
      {"'%'", "f:1:1: the file wants a share such as 10%, found the quoted text \"%\""},
      {"-1%", "f:1:1: the file wants a share such as 10%, found the text '-1%'"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(share(), c.text, show_number), c.result);
  }
}

TEST(WallTime, IsUtc) {
  const auto show = [](kernel::WallTime value) { return kernel::iso_millis(value); };
  const Case cases[] = {
      {"2026-01-05T09:00:00Z", "2026-01-05T09:00:00.000Z"},
      {"2026-01-05T09:00:00.125Z", "2026-01-05T09:00:00.125Z"},
      {"2026-01-05", "2026-01-05T00:00:00.000Z"},
      {"2026-1-5",
       "f:1:1: the file wants a UTC time such as 2026-01-05T09:00:00Z, found the text '2026-1-5'"},
      {"2026-02-30",
       "f:1:1: the file wants a UTC time such as 2026-01-05T09:00:00Z, found the text '2026-02-30'"},
      {"2026-01-05T09:00:00",
       "f:1:1: the file wants a UTC time such as 2026-01-05T09:00:00Z, found the text '2026-01-05T09:00:00'"},
      {"2026-01-05T09:00:00.Z",
       "f:1:1: the file wants a UTC time such as 2026-01-05T09:00:00Z, found the text "
       "'2026-01-05T09:00:00.Z'"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(wall_time(), c.text, show), c.result);
  }
}

TEST(Json, KeepsEveryValueOfYaml) {
  const Case cases[] = {
      {"9007199254740993", "9007199254740993"},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"{b: [1, 0.5, true, ~, null, x, '5', on], a: {}}",
       R"({"b":[1,0.5,true,null,null,"x","5","on"],"a":{}})"},
      {"{\"a\":[],\"b\":\"\\\"\",\"c\":1e2}", R"({"a":[],"b":"\"","c":100.0})"},
      {"a:\nb: 0x10\n", R"({"a":null,"b":16})"},
      {"{detail-type: [Order_Placed__e], amount: [{numeric: ['>', 100]}]}",
       R"({"detail-type":["Order_Placed__e"],"amount":[{"numeric":[">",100]}]})"},
      {"18446744073709551616",
       "f:1:1: the file: the number 18446744073709551616 does not fit into 64 bits; put it in quotes"},
      {"[1, .inf]", "f:1:5: the file: JSON knows no .inf; put it in quotes"},
      {"1e999", "f:1:1: the file: the number 1e999 is too large or too small"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(json(), c.text, show_json), c.result);
  }
}

enum class State { Run, Pause, Stop };

TEST(Choice, SuggestsTheNearestName) {
  const Shape<State> state =
      choice<State>({{"RUN", State::Run}, {"PAUSE", State::Pause}, {"STOP", State::Stop}});
  const auto show = [](State value) { return std::to_string(static_cast<int>(value)); };
  const Case cases[] = {
      {"PAUSE", "1"},
      {"'STOP'", "2"},
      {"run", "f:1:1: the file wants RUN, PAUSE or STOP, found the text 'run'; did you mean 'RUN'?"},
      {"STPO", "f:1:1: the file wants RUN, PAUSE or STOP, found the text 'STPO'; did you mean 'STOP'?"},
      {"5", "f:1:1: the file wants RUN, PAUSE or STOP, found the number 5"},
      {"{}", "f:1:1: the file wants RUN, PAUSE or STOP, found a map"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(read(state, c.text, show), c.result);
  }
}

std::string joined(const std::vector<std::int64_t>& values) {
  std::string text;
  for (const std::int64_t value : values) text += std::to_string(value) + ";";
  return text;
}

TEST(Lists, NameTheItemThatIsWrong) {
  EXPECT_EQ(read(list_of(integer()), "[1, 2]", joined), "1;2;");
  EXPECT_EQ(read(list_of(integer()), "[]", joined), "");
  EXPECT_EQ(read(list_of(integer()), "3", joined), "f:1:1: the file wants a list, found the number 3");
  EXPECT_EQ(
      read(list_of(integer()), "- 1\n- x\n- '3'\n", joined),
      "f:2:3: item 2 of the file wants a whole number, found the text 'x'\n"
      "f:3:3: item 3 of the file wants a whole number, found the quoted text \"3\"; write it without quotes");
  EXPECT_EQ(read(list_of(integer(), 2), "[1]", joined), "f:1:1: the file wants at least 2 items, found 1");
  EXPECT_EQ(read(one_or_list_of(integer()), "3", joined), "3;");
  EXPECT_EQ(read(one_or_list_of(integer()), "[3, 4]", joined), "3;4;");
  EXPECT_EQ(read(one_or_list_of(integer()), "x", joined),
            "f:1:1: the file wants a whole number, found the text 'x'");
}

TEST(Maps, KeepTheOrderOfTheFile) {
  const auto show = [](const MapOf<std::int64_t>& values) {
    std::string text;
    for (const auto& [key, value] : values) text += key + "=" + std::to_string(value) + ";";
    return text;
  };
  EXPECT_EQ(read(map_of(integer()), "{z: 1, a: 2}", show), "z=1;a=2;");
  EXPECT_EQ(read(map_of(integer()), "[1]", show), "f:1:1: the file wants a map, found a list");
  EXPECT_EQ(read(map_of(integer()), "{z: 1, a: x}", show),
            "f:1:11: 'a' wants a whole number, found the text 'x'");
  const KeyRule short_keys{.refuses = [](const std::string& key) -> std::optional<std::string> {
                             if (key.size() < 3) return std::nullopt;
                             return "'" + key + "' is longer than two letters";
                           },
                           .pattern = "^.{1,2}$"};
  EXPECT_EQ(read(map_of(integer(), short_keys), "{z: 1, abc: 2}", show),
            "f:1:8: 'abc' is longer than two letters");
}

TEST(Mapped, TurnsAValueIntoAnother) {
  const auto even = [](const std::int64_t& value) -> kernel::Result<std::string> {
    if (value % 2 != 0) return kernel::invalid(std::to_string(value) + " is odd");
    return std::to_string(value / 2) + " pairs";
  };
  const auto show = [](const std::string& value) { return value; };
  EXPECT_EQ(read(mapped<std::string>(integer(), even), "6", show), "3 pairs");
  EXPECT_EQ(read(mapped<std::string>(integer(), even), "7", show), "f:1:1: the file: 7 is odd");
  EXPECT_EQ(read(mapped<std::string>(integer(), even), "x", show),
            "f:1:1: the file wants a whole number, found the text 'x'");
  EXPECT_EQ(read(mapped<std::string>(integer(), even, {.wants = "an even number"}), "x", show),
            "f:1:1: the file wants an even number, found the text 'x'");
}

TEST(Either, PicksByWhatIsThere) {
  const Shape<std::string> shape = either<std::string>(
      {.scalar = text(), .map = mapped<std::string>(map_of(text()), [](const MapOf<std::string>& map) {
                           return kernel::Result<std::string>(std::to_string(map.size()) + " keys");
                         })});
  const auto show = [](const std::string& value) { return value; };
  EXPECT_EQ(read(shape, "x", show), "x");
  EXPECT_EQ(read(shape, "{a: b, c: d}", show), "2 keys");
  EXPECT_EQ(read(shape, "[x]", show), "f:1:1: the file wants text or a map, found a list");
  EXPECT_EQ(read(shape, "5", show), "f:1:1: the file wants text, found the number 5; put it in quotes");
}

TEST(Found, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(read(integer(), std::string(39, 'a') + "éé", [](std::int64_t) { return std::string(); }),
            "f:1:1: the file wants a whole number, found the text '" + std::string(39, 'a') + "...'");
}

}  // namespace
}  // namespace config

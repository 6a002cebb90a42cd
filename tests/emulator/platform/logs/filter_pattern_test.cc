#include "emulator/platform/logs/filter_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace emulator::logs {
namespace {

/// "fits", "does not", or what is wrong with the pattern.
std::string tried(const std::string& pattern, const std::string& event) {
  const auto parsed = FilterPattern::parse(pattern);
  if (!parsed) return parsed.error().message;
  LogText text(event);
  return parsed->fits(text) ? "fits" : "does not";
}

struct Case {
  const char* pattern;
  const char* event;
  const char* answer;
};

TEST(FilterPattern, TermsAreFoundInTheText) {
  const Case cases[] = {
      {"", "anything", "fits"},
      {"  ", "anything", "fits"},
      {"ERROR", "[ERROR] no stock", "fits"},
      {"ERROR", "[error] no stock", "does not"},
      {"ERROR stock", "stock ERROR", "fits"},
      {"ERROR stock", "ERROR only", "does not"},
      {"\"no stock\"", "ERROR no stock", "fits"},
      {"\"no stock\"", "no such stock", "does not"},
      {"\"say \\\"no\\\"\"", "they say \"no\"", "fits"},
      {"ERROR -stock", "ERROR no stock", "does not"},
      {"ERROR -stock", "ERROR no money", "fits"},
      {"-\"no stock\"", "ERROR no money", "fits"},
      {"?ERROR ?WARN", "WARN slow", "fits"},
      {"?ERROR ?WARN", "INFO fast", "does not"},
      {"%tim(e|ed) out%", "it timed out", "fits"},
      {"%^timed%", "it timed out", "does not"},
      {"?ERROR stock", "x", "'?' beside terms without it is not emulated"},
      {"a.b", "x", "'.' must stand in quotes, at character 2"},
      {"\"open", "x", "a quote is not closed at character 6"},
      {"%open", "x", "a '%' is not closed at character 6"},
      {"ERROR -", "x", "a term is missing at character 8"},
  };
  for (const Case& c : cases) EXPECT_EQ(tried(c.pattern, c.event), c.answer) << c.pattern;
}

TEST(FilterPattern, JsonIsAskedByItsMembers) {
  constexpr const char* kEvent =
      R"({"level":"ERROR","ms":512.5,"ok":true,"off":false,"none":null,"text":"500","a":{"b":[{"c":7}]},"x y":1,"list":["p","q"]})";
  const Case cases[] = {
      {R"({ $.level = "ERROR" })", kEvent, "fits"},
      {"{ $.level = ERROR }", kEvent, "fits"},
      {"{ $.level = E*R }", kEvent, "fits"},
      {"{ $.level = *WARN* }", kEvent, "does not"},
      {"{ $.level != WARN }", kEvent, "fits"},
      {"{ $.nothing != WARN }", kEvent, "does not"},
      {"{ $.level = %^ERR% }", kEvent, "fits"},
      {"{ $.ms > 512 }", kEvent, "fits"},
      {"{ $.ms >= 512.5 && $.ms <= 512.5 }", kEvent, "fits"},
      {"{ $.ms < 512 }", kEvent, "does not"},
      {"{ $.ms = 5.125e2 }", kEvent, "fits"},
      {"{ $.ms != 1 }", kEvent, "fits"},
      {"{ $.text = 500 }", kEvent, "fits"},
      {"{ $.text > 499 }", kEvent, "does not"},
      {"{ $.ok IS TRUE }", kEvent, "fits"},
      {"{ $.ok IS FALSE }", kEvent, "does not"},
      {"{ $.off is false }", kEvent, "fits"},
      {"{ $.ok = true }", kEvent, "fits"},
      {"{ $.none IS NULL }", kEvent, "fits"},
      {"{ $.none = null }", kEvent, "does not"},
      {"{ $.nothing IS NULL }", kEvent, "does not"},
      {"{ $.nothing NOT EXISTS }", kEvent, "fits"},
      {"{ $.none NOT EXISTS }", kEvent, "does not"},
      {"{ $.a.b[0].c = 7 }", kEvent, "fits"},
      {"{ $.a.b[1].c = 7 }", kEvent, "does not"},
      {"{ $.a = 7 }", kEvent, "does not"},
      {"{ $['x y'] = 1 }", kEvent, "fits"},
      {"{ $.list[1] = q }", kEvent, "fits"},
      // && binds tighter.
      {"{ $.level = ERROR || $.ms > 999 && $.ms < 1 }", kEvent, "fits"},
      {"{ ($.level = ERROR || $.ms > 999) && $.ms < 1 }", kEvent, "does not"},
      {"{ $.level = ERROR && ($.ms > 999 || $.ok IS TRUE) }", kEvent, "fits"},
      {"{ $.level = ERROR }", "level ERROR", "does not"},
      {"{ $[0] = p }", R"(["p"])", "fits"},
      {"{ $.level = ERROR", kEvent, "'}' is missing at character 18"},
      {"{ $.level }", kEvent, "a comparison such as = or NOT EXISTS is missing at character 11"},
      {"{ level = ERROR }", kEvent, "a selector such as $.level is missing at character 3"},
      {"{ ($.level = ERROR }", kEvent, "')' is missing at character 20"},
      {"{ $.level IS ERROR }", kEvent, "IS wants NULL, TRUE or FALSE at character 14"},
      {"{ $.a[*] = 1 }", kEvent, "'[' wants a number or a name in quotes, at character 8"},
      {"{ $.a = 1 } more", kEvent, "something stands behind '}' at character 13"},
  };
  for (const Case& c : cases) EXPECT_EQ(tried(c.pattern, c.event), c.answer) << c.pattern;
}

TEST(FilterPattern, FieldsAreDividedBySpaces) {
  constexpr const char* kEvent =
      R"(127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 404 1534)";
  const Case cases[] = {
      {"[ip, identity, user, time, request, status, size]", kEvent, "fits"},
      {"[ip, identity, user, time, request, status]", kEvent, "does not"},
      {"[ip, ..., status = 4*, size]", kEvent, "fits"},
      {"[ip, ..., status = 5*, size]", kEvent, "does not"},
      {"[..., size > 1000]", kEvent, "fits"},
      {"[..., size > 1000 && size < 1500]", kEvent, "does not"},
      {"[ip, ...]", kEvent, "fits"},
      {"[ip = 127.*, ...]", kEvent, "fits"},
      {"[ip, identity, user, time, request = \"GET *\", ...]", kEvent, "fits"},
      {"[ip, identity, user, time, request = %gif HTTP%, ...]", kEvent, "fits"},
      {"[ip, identity, user = frank || user = bob, ...]", kEvent, "fits"},
      {"[ip, identity, user != frank && user != bob, ...]", kEvent, "does not"},
      {"[w1 != ERROR && w1 != WARN, ...]", "INFO all is well", "fits"},
      {"[a, b]", "one two", "fits"},
      {"[a, b]", "  one   two ", "fits"},
      {"[a, b]", "one", "does not"},
      {"[a, \"b\"]", "x", "the name of a field is missing at character 5"},
      {"[a, ..., b, ...]", "x", "there is a second '...' at character 16"},
      {"[a, a]", "x", "there is a second 'a' at character 6"},
      {"[a = 1 && b = 2]", "x", "the field a is missing at character 11"},
      {"[a", "x", "',' or ']' is missing at character 3"},
  };
  for (const Case& c : cases) EXPECT_EQ(tried(c.pattern, c.event), c.answer) << c.pattern;
}

TEST(FilterPattern, ShowsWhatItNames) {
  const auto shown = [](const std::string& pattern, const std::string& event) {
    const auto parsed = FilterPattern::parse(pattern);
    LogText text(event);
    std::string all;
    for (const auto& [name, value] : parsed->values_of(text)) all += name + "=" + value + ";";
    return all;
  };
  EXPECT_EQ(shown("[..., status, size]", "a [b c] 404 15"), "$1=a;$2=b c;$status=404;$size=15;");
  EXPECT_EQ(shown("{ $.a = 1 || $.b.c = x || $.a = 2 }", R"({"a":1,"b":{"c":"x"}})"), "$.a=1;$.b.c=x;");
  EXPECT_EQ(shown("ERROR", "ERROR"), "");
}

TEST(FilterPattern, KnowsWhichValuesItsEventsCanHave) {
  const auto fields = FilterPattern::parse("[a, ..., size]");
  EXPECT_TRUE(fields->knows("$size"));
  EXPECT_FALSE(fields->knows("$other"));
  EXPECT_FALSE(fields->knows("$.size"));
  const auto json = FilterPattern::parse("{ $.a = 1 }");
  EXPECT_TRUE(json->knows("$.other.thing"));
  EXPECT_FALSE(json->knows("$other"));
  EXPECT_FALSE(FilterPattern::parse("ERROR")->knows("$.a"));
}

}  // namespace
}  // namespace emulator::logs

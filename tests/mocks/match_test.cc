#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "mocks/match/json_equality.h"
#include "mocks/match/request_pattern.h"

namespace mocks::match {
namespace {

using kernel::HttpRequest;

const kernel::WallTime kNow = *kernel::parse_wall_time("2026-01-05T09:00:00Z");

Matcher is(Operator op, std::string text = {}) { return {.op = op, .text = std::move(text)}; }
Matcher number(Operator op, double value) { return {.op = op, .number = value}; }
Matcher pattern(Operator op, const std::string& text) {
  return {.op = op, .text = text, .pattern = *jsonpath::Pattern::compile(text)};
}
Matcher json(std::string_view text, bool any_order = false, bool extra = false) {
  return {.op = Operator::EqualToJson,
          .ignores_array_order = any_order,
          .ignores_extra = extra,
          .json = std::make_shared<const kernel::Json>(*kernel::parse_json(text))};
}
Matcher path(std::string_view text, std::vector<Matcher> that = {}) {
  return {.op = Operator::MatchesJsonPath, .path = *jsonpath::Path::compile(text), .parts = std::move(that)};
}
Matcher moment(Operator op, std::string_view offset, DateFormat format = DateFormat::Iso) {
  return {.op = op, .offset = *now_offset(offset), .date_format = format};
}

TEST(Matcher, DecidesAsItsOperatorSays) {
  struct Case {
    const char* name;
    Matcher matcher;
    const char* value;  // null: absent
    bool holds;
  };
  const Case cases[] = {
      {"equal", is(Operator::EqualTo, "EUR"), "EUR", true},
      {"equal is exact", is(Operator::EqualTo, "EUR"), "eur", false},
      {"equal in any case", {.op = Operator::EqualTo, .text = "EUR", .ignores_case = true}, "eur", true},
      {"nothing equals", is(Operator::EqualTo, ""), nullptr, false},
      {"contains", is(Operator::Contains, "b"), "abc", true},
      {"does not contain", is(Operator::DoesNotContain, "b"), "abc", false},
      {"starts", is(Operator::StartsWith, "ab"), "abc", true},
      {"ends", is(Operator::EndsWith, "ab"), "abc", false},
      {"the whole matches", pattern(Operator::Matches, "a.c"), "abc", true},
      {"a part does not", pattern(Operator::Matches, "a."), "abc", false},
      {"does not match", pattern(Operator::DoesNotMatch, "a."), "abc", true},
      {"absent", is(Operator::Absent), nullptr, true},
      {"not absent", is(Operator::Absent), "", false},
      {"present", is(Operator::Present), "", true},
      {"number by value", number(Operator::EqualToNumber, 10), "1e1", true},
      {"no number", number(Operator::GreaterThan, 1), "many", false},
      {"above", number(Operator::GreaterThan, 10), "10.5", true},
      {"or equal", number(Operator::GreaterOrEqual, 10), "10", true},
      {"below", number(Operator::LessThan, 10), "10", false},
      {"or equal below", number(Operator::LessOrEqual, 10), "10", true},
      {"before now", moment(Operator::Before, "now"), "2026-01-05T08:59:59Z", true},
      {"after three days ago", moment(Operator::After, "now -3 days"), "2026-01-02T09:00:01Z", true},
      {"not after", moment(Operator::After, "now -3 days"), "2026-01-02T09:00:00Z", false},
      {"unix", moment(Operator::EqualToDateTime, "now", DateFormat::UnixSeconds), "1767603600", true},
      {"epoch", moment(Operator::EqualToDateTime, "now +1 second", DateFormat::EpochMillis), "1767603601000",
       true},
      {"http", moment(Operator::EqualToDateTime, "now", DateFormat::HttpDate),
       "Mon, 05 Jan 2026 09:00:00 GMT", true},
      {"no date", moment(Operator::Before, "now"), "yesterday", false},
      {"json", json(R"({"a":1,"b":[1,2]})"), R"({"b":[1.0,2],"a":1})", true},
      {"json in another order", json("[1,2]"), "[2,1]", false},
      {"json in any order", json("[1,2,2]", true), "[2,1,2]", true},
      {"a multiset", json("[1,2,2]", true), "[1,1,2]", false},
      {"extra fields", json(R"({"a":1})", false, true), R"({"a":1,"b":2})", true},
      {"no extra fields", json(R"({"a":1})"), R"({"a":1,"b":2})", false},
      {"not json", json("{}"), "{", false},
      {"placeholders",
       json(R"({"a":"${json-unit.any-string}","b":"${json-unit.ignore}","c":"${json-unit.regex}x+"})"),
       R"({"a":"t","b":[],"c":"xx"})", true},
      {"placeholder of another type", json(R"({"a":"${json-unit.any-number}"})"), R"({"a":"1"})", false},
      {"path", path("$.a"), R"({"a":0})", true},
      {"path to null", path("$.a"), R"({"a":null})", false},
      {"path with a matcher", path("$.lines[*].sku", {is(Operator::EqualTo, "B")}),
       R"({"lines":[{"sku":"A"},{"sku":"B"}]})", true},
      {"path with a number", path("$.amount", {number(Operator::GreaterThan, 10)}), R"({"amount":10})",
       false},
      {"bytes", is(Operator::BinaryEqualTo, std::string("\0\1", 2)), "x", false},
      {"and",
       {.op = Operator::And, .parts = {is(Operator::Contains, "a"), is(Operator::Contains, "b")}},
       "ab",
       true},
      {"or", {.op = Operator::Or, .parts = {is(Operator::Absent), is(Operator::Contains, "b")}}, "a", false},
      {"not", {.op = Operator::Not, .parts = {is(Operator::Contains, "b")}}, "a", true}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string_view value = c.value == nullptr ? "" : c.value;
    EXPECT_EQ(holds(c.matcher, c.value == nullptr ? nullptr : &value, {.now = kNow}), c.holds);
    EXPECT_EQ(distance(c.matcher, c.value == nullptr ? nullptr : &value, {.now = kNow}) == 0, c.holds);
  }
}

TEST(Matcher, TellsHowFarAValueIs) {
  EXPECT_EQ(text_distance("kitten", "sitting"), 3.0 / 7.0);
  EXPECT_EQ(text_distance("", ""), 0);
  EXPECT_EQ(text_distance("", "ab"), 1);
  const JsonEquality plain;
  // One of three nodes differs: the object, a, b.
  EXPECT_EQ(plain.distance(*kernel::parse_json(R"({"a":1,"b":2})"), *kernel::parse_json(R"({"a":1,"b":3})")),
            1.0 / 3.0);
  EXPECT_EQ(plain.distance(*kernel::parse_json("1"), *kernel::parse_json("[1]")), 1);
}

TEST(Matcher, ReadsMoments) {
  EXPECT_EQ(*now_offset("now"), kernel::Duration{0});
  EXPECT_EQ(*now_offset("now -3 days"), -std::chrono::hours{72});
  EXPECT_EQ(*now_offset("now +1 minute"), std::chrono::minutes{1});
  for (const char* wrong :
       {"", "no", "now 3 days", "now +3", "now +x days", "now +3 years", "now +99999999999999999999 days"})
    EXPECT_FALSE(now_offset(wrong)) << wrong;
}

HttpRequest order() {
  return {.method = "POST",
          .host = "erp",
          .target = "/orders/SO-7/lines?expand=tax&tag=a&tag=b",
          .headers = {{"Content-Type", "application/json"}, {"Cookie", "session=s1; theme=dark"}},
          .body = R"({"amount":12.5,"currency":"EUR"})"};
}

bool matches(const RequestPattern& wanted, const HttpRequest& request) {
  return wanted.matches(RequestView(request), kNow);
}

FieldPattern field(std::string name, Matcher matcher) {
  return {.name = std::move(name), .matchers = {std::move(matcher)}};
}

TEST(RequestPattern, KnowsTheFormsOfUrls) {
  struct Case {
    UrlForm form;
    const char* url;
    bool matches;
  };
  const Case cases[] = {{UrlForm::Any, "", true},
                        {UrlForm::Url, "/orders/SO-7/lines?expand=tax&tag=a&tag=b", true},
                        {UrlForm::Url, "/orders/SO-7/lines", false},
                        {UrlForm::UrlPattern, "/orders/[^/]+/lines\\?.*", true},
                        {UrlForm::UrlPattern, "/orders/[^/]+/lines", false},
                        {UrlForm::Path, "/orders/SO-7/lines", true},
                        {UrlForm::Path, "/orders/SO-7/lines/", false},
                        {UrlForm::PathPattern, "/orders/SO-\\d/lines", true},
                        {UrlForm::PathPattern, "/orders/SO-\\d", false},
                        {UrlForm::PathTemplate, "/orders/{id}/lines", true},
                        {UrlForm::PathTemplate, "/orders/{id}", false},
                        {UrlForm::PathTemplate, "/orders/{id}/{what}/{more}", false}};
  for (const Case& c : cases) {
    RequestPattern wanted{.form = c.form, .url = c.url};
    if (c.form == UrlForm::UrlPattern || c.form == UrlForm::PathPattern)
      wanted.url_regex = *jsonpath::Pattern::compile(c.url);
    EXPECT_EQ(matches(wanted, order()), c.matches) << c.url;
  }
}

TEST(RequestPattern, LooksAtEveryPartOfARequest) {
  struct Case {
    const char* name;
    RequestPattern wanted;
    bool matches;
  };
  const Case cases[] = {
      {"method", {.methods = {"POST"}}, true},
      {"one of several", {.methods = {"PUT", "POST"}}, true},
      {"another method", {.methods = {"GET"}}, false},
      {"header whatever its case",
       {.headers = {field("content-TYPE", is(Operator::EqualTo, "application/json"))}},
       true},
      {"missing header", {.headers = {field("X-Id", is(Operator::Present))}}, false},
      {"absent header", {.headers = {field("X-Id", is(Operator::Absent))}}, true},
      {"query", {.query = {field("expand", is(Operator::EqualTo, "tax"))}}, true},
      {"any of the values", {.query = {field("tag", is(Operator::EqualTo, "b"))}}, true},
      {"has exactly",
       {.query = {{"tag", Values::HasExactly, {is(Operator::EqualTo, "b"), is(Operator::EqualTo, "a")}}}},
       true},
      {"not fewer", {.query = {{"tag", Values::HasExactly, {is(Operator::EqualTo, "b")}}}}, false},
      {"one value for one matcher",
       {.query = {{"tag", Values::HasExactly, {is(Operator::Present), is(Operator::EqualTo, "c")}}}},
       false},
      {"includes", {.query = {{"tag", Values::Includes, {is(Operator::EqualTo, "b")}}}}, true},
      {"cookie", {.cookies = {field("theme", is(Operator::EqualTo, "dark"))}}, true},
      {"no form", {.form_fields = {field("amount", is(Operator::Present))}}, false},
      {"path parameter",
       {.form = UrlForm::PathTemplate,
        .url = "/orders/{id}/lines",
        .path_parameters = {field("id", is(Operator::StartsWith, "SO-"))}},
       true},
      {"other path parameter",
       {.form = UrlForm::PathTemplate,
        .url = "/orders/{id}/lines",
        .path_parameters = {field("id", is(Operator::EqualTo, "7"))}},
       false},
      {"body",
       {.body = {path("$.amount", {number(Operator::LessThan, 20)}), is(Operator::Contains, "EUR")}},
       true},
      {"all of the body", {.body = {path("$.amount"), is(Operator::Contains, "USD")}}, false}};
  for (const Case& c : cases) EXPECT_EQ(matches(c.wanted, order()), c.matches) << c.name;
}

TEST(RequestPattern, ReadsForms) {
  const HttpRequest form{.method = "POST",
                         .target = "/token",
                         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                         .body = "grant_type=client_credentials&scope=a+b"};
  EXPECT_TRUE(matches({.form_fields = {field("scope", is(Operator::EqualTo, "a b"))}}, form));
}

TEST(RequestPattern, WeighsWhatIsMissed) {
  const HttpRequest request = order();
  const RequestView view(request);
  const RequestPattern wanted{.methods = {"POST"},
                              .form = UrlForm::Path,
                              .url = "/orders/SO-7/lines",
                              .headers = {field("X-Id", is(Operator::EqualTo, "1"))},
                              .body = {path("$.total")}};
  const NearMiss miss = near_miss(wanted, view, kNow);
  EXPECT_EQ(miss.distance, 2.0 / 15.0);  // two of weight 1 in 10 + 3 + 1 + 1
  ASSERT_EQ(miss.misses.size(), 2U);
  EXPECT_EQ(miss.misses[0].part, "header X-Id");
  EXPECT_EQ(miss.misses[0].expected, "equal to '1'");
  EXPECT_EQ(miss.misses[0].actual, "absent");
  EXPECT_EQ(miss.misses[1].part, "body");
  EXPECT_EQ(miss.misses[1].expected, "$.total present");

  // The rest is looked at only when URL and method fit.
  RequestPattern elsewhere = wanted;
  elsewhere.methods = {"GET"};
  EXPECT_EQ(near_miss(elsewhere, view, kNow).misses.size(), 1U);
  EXPECT_EQ(near_miss(elsewhere, view, kNow).distance, 3.0 / 13.0);
}

}  // namespace
}  // namespace mocks::match

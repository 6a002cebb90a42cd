#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "mocks/render/signing.h"
#include "mocks/render/template.h"

namespace mocks::render {
namespace {

/// Reads a JSON value; draws 0, 1, 2 ... times a large number.
class JsonScope final : public Scope {
 public:
  explicit JsonScope(std::string_view json) : root_(*kernel::parse_json(json)) {}
  std::optional<kernel::Json> find(const Path& path) override {
    const kernel::Json* value = &root_;
    for (const std::string& part : path) {
      if (!value->is_object() || !value->contains(part)) return std::nullopt;
      value = &(*value)[part];
    }
    return *value;
  }
  kernel::WallTime now() override { return *kernel::parse_wall_time("2026-01-05T09:00:00.250Z"); }
  std::uint64_t draw() override { return 0x2000'0000'0000'0000ULL * drawn_++; }
  std::int64_t count(std::string_view name) override { return ++counters_[std::string(name)]; }
  std::optional<std::string> earlier_body(std::string_view method, std::string_view path) override {
    if (method == "POST" && path == "/orders") return R"({"id":7})";
    return std::nullopt;
  }

 private:
  kernel::Json root_;
  std::uint64_t drawn_ = 1;
  std::map<std::string, std::int64_t> counters_;
};

constexpr const char* kOrder =
    R"({"order":{"id":"SO-7","amount":12.5,"lines":[{"sku":"A"},{"sku":"B"}],"note":"say \"hi\"","empty":""},"zero":0,
"form":"a=1&b=x+y"})";

std::string rendered(std::string_view text, Escape escape = Escape::None) {
  JsonScope scope(kOrder);
  const auto compiled = Template::compile(text, escape);
  if (!compiled) return "refused: " + compiled.error().message;
  const auto result = compiled->text(scope);
  return result ? *result : "failed: " + result.error().message;
}

TEST(Template, FillsItsHoles) {
  struct Case {
    const char* text;
    const char* result;
  };
  const Case cases[] = {
      {"plain", "plain"},
      {"{{order.id}}", "SO-7"},
      {"no {{ order.id }}!", "no SO-7!"},
      {"{{order.amount}} {{order.lines}}", R"(12.5 [{"sku":"A"},{"sku":"B"}])"},
      {"{{! nothing }}x", "x"},
      {"{{default order.nothing 'none'}}", "none"},
      {"{{default order.id 'none'}}", "SO-7"},
      {"{{#if order.empty}}yes{{else}}no{{/if}}", "no"},
      {"{{#if order.nothing}}yes{{/if}}", ""},
      {"{{#unless zero}}none{{/unless}}", "none"},
      {"{{#each order.lines}}{{@index}}{{this.sku}}{{#unless @last}},{{/unless}}{{/each}}", "0A,1B"},
      {"{{#each order.nothing}}x{{else}}empty{{/each}}", "empty"},
      {"{{#with order}}{{this.id}}{{/with}}", "SO-7"},
      {"{{jsonPath order '$.lines[1].sku'}}", "B"},
      {"{{jsonPath order '$.lines[*].sku'}}", R"(["A","B"])"},
      {"{{default (jsonPath order '$.x') 5}}", "5"},
      {"{{regexExtract order.id 'SO-(\\d+)'}}", "7"},
      {"{{upper (substring order.id 0 2)}}{{lower 'AB'}}", "SOab"},
      {"{{trim '  a b '}}|{{replace 'aXbX' 'X' '-'}}|{{concat 'a' 1 true}}", "a b|a-b-|a1true"},
      {"{{base64 'hi'}} {{base64 'aGk=' decode=true}}", "aGk= hi"},
      {"{{urlEncode 'a b/ü'}} {{urlEncode 'a+b%2F' decode=true}}", "a%20b%2F%C3%BC a b/"},
      {"{{formData form 'b'}}", "x y"},
      {"{{size order.lines}}{{size 'abc'}}", "23"},
      {"{{math order.amount '*' 2}} {{math 7 '/' 2}} {{math 7 '%' 4}} {{round 2.5}}", "25 3.5 3 3"},
      {"{{eq 1 1.0}} {{ne 'a' 'b'}} {{lt 2 10}} {{gt 'b' 'a'}} {{not zero}} {{and 1 zero}} {{or 1 zero}}",
       "true true true true true false true"},
      {"{{toJson order.lines}}", R"([{"sku":"A"},{"sku":"B"}])"},
      {"{{jsonMerge (parseJson '{\"a\":1}') (parseJson '{\"b\":2}')}}", R"({"a":1,"b":2})"},
      {"{{jsonArrayAdd (parseJson '[1]') 2}}{{jsonRemove (parseJson '{\"a\":1,\"b\":2}') 'a'}}",
       R"([1,2]{"b":2})"},
      {"{{now}} {{now format='unix'}} {{now offset='3 days' format='yyyy-MM-dd'}}",
       "2026-01-05T09:00:00.250Z 1767603600 2026-01-08"},
      {"{{now format='http'}}|{{now format=\"HH'h'mm\"}}", "Mon, 05 Jan 2026 09:00:00 GMT|09h00"},
      {"{{dateShift '2026-01-31T00:00:00Z' offset='-1 day' format='date'}}", "2026-01-30"},
      {"{{parseDate '2026-01-05T09:00:00Z' format='epoch'}}", "1767603600000"},
      {"{{randomInt lower=1 upper=8}} {{randomInt lower=1 upper=8}}", "2 3"},
      {"{{randomDecimal}} {{pickRandom 'a' 'b' 'c' 'd'}}", "0.125 b"},
      {"{{randomValue length=4 type='HEXADECIMAL'}}", "2468"},
      {"{{counter 'n'}}{{counter 'n'}}{{counter 'm'}}", "121"},
      {"{{jsonPath (earlierBody 'POST' '/orders') '$.id'}}", "7"},
      {"{{hmacSha256 'what do ya want for nothing?' 'Jefe'}}",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"}};
  for (const Case& c : cases) EXPECT_EQ(rendered(c.text), c.result) << c.text;
}

TEST(Template, SaysWhereItFails) {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"ab{{order.nothing}}", "failed: column 5: there is no order.nothing"},
      {"{{jsonPath order '$.x'}}", "failed: column 3: jsonPath: $.x selects nothing"},
      {"{{jsonPath order '$['}}",
       "failed: column 3: jsonPath: '$[' is no JSONPath: column 3: a selector is missing"},
      {"{{math 1 '/' 0}}", "failed: column 3: math: division by zero"},
      {"{{size}}", "failed: column 3: size: argument 1 is missing"},
      {"{{regexExtract 'a' 'b'}}", "failed: column 3: regexExtract: 'b' is not found in 'a'"},
      {"{{now offset='soon'}}", "failed: column 3: now: 'soon' is no offset such as '3 days' or '-2 hours'"},
      {"{{earlierBody 'GET' '/x'}}", "failed: column 3: earlierBody: there was no GET /x"},
      {"{{order.id", "refused: column 11: }} is missing"},
      {"{{}}", "refused: column 3: an expression is missing"},
      {"{{#if a}}x", "refused: column 11: {{/if}} is missing"},
      {"{{/if}}", "refused: column 6: {{/if}} closes nothing"},
      {"{{#loop a}}", "refused: column 1: there is no block 'loop'"},
      {"{{size 'a}}", "refused: column 12: a text has no end"},
      {"{{else}}", "refused: column 9: {{else}} stands in no block"}};
  for (const Case& c : cases) EXPECT_EQ(rendered(c.text), c.error) << c.text;
}

TEST(Template, EscapesInsideJson) {
  EXPECT_EQ(rendered(R"({"note":"{{order.note}}"})", Escape::Json), R"({"note":"say \"hi\""})");
  EXPECT_EQ(rendered(R"({"lines":{{{order.lines}}}})", Escape::Json),
            R"({"lines":[{"sku":"A"},{"sku":"B"}]})");
}

TEST(JsonBody, KeepsTheTypesOfWhatFillsIt) {
  JsonScope scope(kOrder);
  const auto source = *kernel::parse_json(
      R"({"id":"{{order.id}}","amount":"{{order.amount}}","lines":"{{order.lines}}","text":"{{order.amount}} EUR","n":1,"a":["{{order.note}}",null]})");
  EXPECT_EQ(
      *JsonBody::compile(source, true)->text(scope),
      R"({"id":"SO-7","amount":12.5,"lines":[{"sku":"A"},{"sku":"B"}],"text":"12.5 EUR","n":1,"a":["say \"hi\"",null]})");
  EXPECT_EQ(*JsonBody::compile(*kernel::parse_json(R"({"id":"{{order.id}}"})"), false)->text(scope),
            R"({"id":"{{order.id}}"})");
  EXPECT_EQ(JsonBody::compile(*kernel::parse_json(R"({"a":["{{x.y"]})"), true).error().message,
            "/a/0, column 6: }} is missing");
  EXPECT_EQ(JsonBody::compile(*kernel::parse_json(R"({"a":["{{x.y}}"]})"), true)->text(scope).error().message,
            "/a/0, column 3: there is no x.y");
}

TEST(Signing, MakesTokensThatOthersVerify) {
  EXPECT_EQ(signed_jwt(R"({"sub":"1"})", "secret").substr(0, 37), "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.");
  // RFC 4231, test case 6: a key longer than a block.
  EXPECT_EQ(hex_text(hmac_sha256(std::string(131, '\xaa'),
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace mocks::render

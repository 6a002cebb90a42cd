#include "middleware/ingest/schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace ingest {
namespace {

kernel::Json json(const std::string& text) { return *kernel::parse_json(text); }

/// "" when `payload` keeps `schema`, else "pointer rule"; "schema: ..." when it is none.
std::string text(const std::string& schema, const std::string& payload) {
  const auto compiled = Schema::compile(json(schema));
  if (!compiled) return "schema: " + compiled.error().pointer + " " + compiled.error().message;
  const auto kept = (*compiled)->check(json(payload));
  return kept ? "" : kept.error().pointer + " " + kept.error().rule;
}

TEST(Schema, NamesThePlaceAndTheRuleThatAPayloadBreaks) {
  struct Case {
    const char* schema;
    const char* payload;
    const char* broken;
  };
  const Case cases[] = {
      {R"({})", R"({"a":1})", ""},
      {R"({"type":"object","required":["a"]})", R"({})", "/a required"},
      {R"({"properties":{"a":{"type":"string"}}})", R"({"a":5})", "/a type"},
      {R"({"properties":{"a":{"type":["string","null"]}}})", R"({"a":null})", ""},
      {R"({"properties":{"a":{"type":"integer"}}})", R"({"a":2.0})", ""},
      {R"({"properties":{"a":{"type":"integer"}}})", R"({"a":2.5})", "/a type"},
      {R"({"properties":{"a":{"type":"number"}}})", R"({"a":"2"})", "/a type"},
      {R"({"properties":{"a":{"type":"boolean"}}})", R"({"a":"true"})", "/a type"},
      {R"({"properties":{"a/b":{"const":1}}})", R"({"a/b":2})", "/a~1b const"},
      {R"({"properties":{"a":{"const":1}}})", R"({"a":1.0})", ""},
      {R"({"properties":{"a":{"enum":["x",{"y":1}]}}})", R"({"a":{"y":1}})", ""},
      {R"({"properties":{"a":{"enum":["x","y"]}}})", R"({"a":"z"})", "/a enum"},
      {R"({"properties":{"a":{"minimum":0}}})", R"({"a":18446744073709551615})", ""},
      {R"({"properties":{"a":{"minimum":0}}})", R"({"a":-1})", "/a minimum"},
      {R"({"properties":{"a":{"exclusiveMinimum":0}}})", R"({"a":0})", "/a exclusiveMinimum"},
      {R"({"properties":{"a":{"maximum":9}}})", R"({"a":9.5})", "/a maximum"},
      {R"({"properties":{"a":{"exclusiveMaximum":9}}})", R"({"a":9})", "/a exclusiveMaximum"},
      {R"({"properties":{"a":{"multipleOf":0.01}}})", R"({"a":19.99})", ""},
      {R"({"properties":{"a":{"multipleOf":0.01}}})", R"({"a":19.995})", "/a multipleOf"},
      {R"({"properties":{"a":{"multipleOf":3}}})", R"({"a":9007199254740993})", ""},
      {R"({"properties":{"a":{"multipleOf":3}}})", R"({"a":9007199254740992})", "/a multipleOf"},
      {R"({"properties":{"a":{"minLength":2}}})", R"({"a":"é"})", "/a minLength"},
      {R"({"properties":{"a":{"maxLength":1}}})", R"({"a":"é"})", ""},
      {R"({"properties":{"a":{"maxLength":1}}})", R"({"a":"éé"})", "/a maxLength"},
      {R"({"properties":{"a":{"pattern":"^SO-\\d+$"}}})", R"({"a":"SO-12"})", ""},
      {R"({"properties":{"a":{"pattern":"^SO-\\d+$"}}})", R"({"a":"SO-12\n"})", "/a pattern"},
      {R"({"properties":{"a":{"pattern":"b"}}})", R"({"a":"abc"})", ""},
      {R"({"properties":{"a":{"pattern":"b"}}})", R"({"a":7})", ""},
      {R"({"properties":{"a":{"format":"date-time"}}})", R"({"a":"2026-01-05T09:00:00.000Z"})", ""},
      {R"({"properties":{"a":{"format":"date-time"}}})", R"({"a":"2026-02-29T09:00:00Z"})", "/a format"},
      {R"({"properties":{"a":{"format":"date"}}})", R"({"a":"2028-02-29"})", ""},
      {R"({"properties":{"a":{"format":"time"}}})", R"({"a":"09:00:00"})", "/a format"},
      {R"({"properties":{"a":{"format":"uuid"}}})", R"({"a":"2ed6657d-e927-568b-95e1-2665a8aea6a2"})", ""},
      {R"({"properties":{"a":{"items":{"type":"string"}}}})", R"({"a":["x",1]})", "/a/1 type"},
      {R"({"properties":{"a":{"items":[{}],"additionalItems":false}}})", R"({"a":[1,2]})",
       "/a additionalItems"},
      {R"({"properties":{"a":{"minItems":1}}})", R"({"a":[]})", "/a minItems"},
      {R"({"properties":{"a":{"maxItems":1}}})", R"({"a":[1,2]})", "/a maxItems"},
      {R"({"properties":{"a":{"contains":{"const":3}}}})", R"({"a":[1,2]})", "/a contains"},
      {R"({"properties":{"a":{"uniqueItems":true}}})", R"({"a":[1,{"x":1,"y":2},{"y":2,"x":1.0}]})",
       "/a uniqueItems"},
      {R"({"properties":{"a":{"uniqueItems":true}}})", R"({"a":[1,"1",true,null,[1],{"1":1}]})", ""},
      {R"({"minProperties":1})", R"({})", " minProperties"},
      {R"({"maxProperties":1})", R"({"a":1,"b":1})", " maxProperties"},
      {R"({"properties":{"a":{}},"additionalProperties":false})", R"({"a":1,"b":1})",
       "/b additionalProperties"},
      {R"({"additionalProperties":{"type":"string"}})", R"({"b":1})", "/b type"},
      {R"({"properties":{"a":false}})", R"({"a":1})", "/a properties"},
      {R"({"dependencies":{"a":["b"]}})", R"({"a":1})", "/b dependencies"},
      {R"({"dependencies":{"a":{"required":["c"]}}})", R"({"a":1})", "/c required"},
      {R"({"allOf":[{"required":["a"]},{"required":["b"]}]})", R"({"a":1})", "/b required"},
      {R"({"anyOf":[{"required":["a"]},{"required":["b"]}]})", R"({})", " anyOf"},
      {R"({"oneOf":[{"required":["a"]},{"required":["b"]}]})", R"({"a":1,"b":1})", " oneOf"},
      {R"({"not":{"required":["a"]}})", R"({"a":1})", " not"},
      {R"({"if":{"required":["a"]},"then":{"required":["b"]}})", R"({"a":1})", "/b required"},
      {R"({"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}})", R"({"b":1})",
       "/c required"},
      {R"({"propertyNames":{"pattern":"__c$"}})", R"({"a":1})", " propertyNames"},
      {R"({"properties":{"a":{"propertyNames":{"maxLength":1}}}})", R"({"a":{"bb":1}})", "/a properties"},
      {R"({"definitions":{"n":{"type":"integer"}},"properties":{"a":{"$ref":"#/definitions/n"}}})",
       R"({"a":"x"})", "/a type"},
      {R"({"properties":{"next":{"$ref":"#"},"v":{"type":"integer"}}})", R"({"next":{"next":{"v":"x"}}})",
       "/next/next/v type"},
      {R"({"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://x.test/a.json","properties":{"a":{"$ref":"#/definitions/n"}},"definitions":{"n":{"type":"integer"}}})",
       R"({"a":"x"})", "/a type"},
      {R"({"properties":{"pattern":{"type":"string"},"$ref":{"type":"string"}}})", R"({"pattern":1})",
       "/pattern type"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.schema) + " / " + c.payload);
    EXPECT_EQ(text(c.schema, c.payload), c.broken);
  }
}

TEST(Schema, IsRefusedWhenSomethingOfItWouldNotBeKept) {
  struct Case {
    const char* schema;
    const char* problem;
  };
  const Case cases[] = {
      {R"(true)", "schema:  the schema of a payload is an object"},
      {R"({"items":5})", "schema: /items wants a list of schemas, not empty"},
      {R"({"not":5})", "schema: /not a schema is an object, true or false"},
      {R"({"requried":["a"]})", "schema: /requried 'requried' is no keyword of JSON Schema draft 7"},
      {R"({"properties":{"a":{"minimun":1}}})",
       "schema: /properties/a/minimun 'minimun' is no keyword of JSON Schema draft 7"},
      {R"({"patternProperties":{}})",
       "schema: /patternProperties patternProperties is not checked: name the properties, or use "
       "propertyNames"},
      {R"({"required":"a"})", "schema: /required wants a list of names"},
      {R"({"type":"text"})",
       "schema: /type wants null, boolean, integer, number, string, array, object or a list of these"},
      {R"({"minLength":-1})", "schema: /minLength wants a whole number, not negative"},
      {R"({"multipleOf":0})", "schema: /multipleOf wants a number above zero"},
      {R"({"exclusiveMinimum":true})", "schema: /exclusiveMinimum wants a number"},
      {R"({"allOf":[]})", "schema: /allOf wants a list of schemas, not empty"},
      {R"x({"pattern":"("})x", "schema: /pattern missing ): ("},
      {R"x({"pattern":"(?=a)"})x", "schema: /pattern invalid perl operator: (?="},
      {R"x({"pattern":"(a)\\1"})x", "schema: /pattern invalid escape sequence: \\1"},
      {R"({"format":"email"})",
       "schema: /format formats that are checked: date-time, date, time, uuid; for others use pattern"},
      {R"({"$ref":"other.json"})",
       "schema: /$ref only references into the same document are followed: #/definitions/..."},
      {R"({"$ref":"#/definitions/x"})", "schema: /$ref there is no schema at #/definitions/x"},
      {R"({"properties":{"a":{"$ref":"#","minimum":1}}})",
       "schema: /properties/a/minimum 'minimum' has no effect beside $ref: use allOf"},
      {R"({"$ref":"#"})", "schema:  this schema leads back to itself without end"},
      {R"({"anyOf":[{"not":{"$ref":"#"}}]})", "schema:  this schema leads back to itself without end"},
      {R"({"$schema":"http://json-schema.org/draft-04/schema#"})",
       "schema: /$schema only draft-07 is understood"},
      {R"({"properties":{"a":{"$id":"x"}}})", "schema: /properties/a/$id only the whole schema has an $id"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.schema);
    EXPECT_EQ(text(c.schema, "{}"), c.problem);
  }
}

std::string nested(int depth) {
  std::string payload;
  for (int i = 0; i < depth; ++i) payload += R"({"a":)";
  return payload + "1" + std::string(static_cast<std::size_t>(depth), '}');
}

std::string list_of(int count) {
  std::string items = "0";
  for (int i = 1; i < count; ++i) items += "," + std::to_string(i);
  return R"({"a":[)" + items + "]}";
}

TEST(Schema, StandsWhatAHostilePayloadDoes) {
  const std::string recursive = R"({"properties":{"a":{"anyOf":[{"type":"integer"},{"$ref":"#"}]}}})";
  EXPECT_EQ(text(recursive, nested(64)), "");
  EXPECT_EQ(text(recursive, nested(65)), " size");
  EXPECT_EQ(text(R"({"properties":{"a":{"uniqueItems":true}}})", list_of(49'998)), "");
  EXPECT_EQ(text("{}", list_of(49'999)), " size");
  const std::string a = std::string(500'000, 'a');
  EXPECT_EQ(text(R"({"properties":{"a":{"pattern":"^(a|aa)+$"}}})", R"({"a":")" + a + R"(!"})"),
            "/a pattern");
  const std::string digits = std::string(500'000, '1');
  EXPECT_EQ(text(R"({"properties":{"a":{"format":"date"}}})", R"({"a":")" + digits + R"("})"), "/a format");
}

}  // namespace
}  // namespace ingest

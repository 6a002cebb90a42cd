#include "middleware/kernel/templates.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace kernel {
namespace {

class TemplatesTest : public testing::Test {
 protected:
  const Json event = *parse_json(
      R"({"No__c":"SO \"1\"","Amount__c":12.50,"Big__c":9007199254740993,"Paid__c":true,"Gone__c":null,"Lines__c":[{"sku":"A"}]})");
  const std::vector<std::pair<std::string, Json>> named = {
      {"erp", *parse_json(R"({"id":7,"ref":{"x":"y"}})")}};
  const TemplateScope scope{.root = &event, .named = &named};
};

TEST_F(TemplatesTest, PutValuesIntoText) {
  struct Case {
    const char* pattern;
    const char* text;
    const char* json;
  };
  const Case cases[] = {
      {"", "", R"("")"},
      {"plain", "plain", R"("plain")"},
      {"${/No__c}", "SO \"1\"", R"("SO \"1\"")"},
      {"order ${/No__c}!", "order SO \"1\"!", R"("order SO \"1\"!")"},
      {"${/Amount__c}", "12.5", "12.5"},
      {"${/Big__c}", "9007199254740993", "9007199254740993"},
      {"${/Paid__c}", "true", "true"},
      {"a ${/Amount__c}", "a 12.5", R"("a 12.5")"},
      {"${/Amount__c}${/Amount__c}", "12.512.5", R"("12.512.5")"},
      {"${/Gone__c}", "", "null"},
      {"${/Missing__c}", "", "null"},
      {"[${/Missing__c}]", "[]", R"("[]")"},
      {"${/Lines__c}", R"([{"sku":"A"}])", R"([{"sku":"A"}])"},
      {"${/Lines__c/0/sku}", "A", R"("A")"},
      {"${erp/id}", "7", "7"},
      {"${erp/ref}", R"({"x":"y"})", R"({"x":"y"})"},
      {"${payments/id}", "", "null"},
      {"$ {} } $${/Paid__c}", "$ {} } $true", R"("$ {} } $true")"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.pattern);
    const auto pattern = TextTemplate::compile(c.pattern);
    ASSERT_TRUE(pattern) << pattern.error().text();
    EXPECT_EQ(pattern->text(scope), c.text);
    std::string json;
    pattern->append_json(json, scope);
    EXPECT_EQ(json, c.json);
  }
}

TEST_F(TemplatesTest, FindNothingInAnEmptyScope) {
  EXPECT_EQ(TextTemplate::compile("a${/x}b${erp/id}c")->text({}), "abc");
}

TEST_F(TemplatesTest, AreRefusedWhenTheyAreNoTemplates) {
  EXPECT_EQ(TextTemplate::compile("a ${/x").error().text(), "'a ${/x': '${' without '}'");
  EXPECT_EQ(TextTemplate::compile("${x}").error().text(),
            "'${x}' is not a placeholder (write ${/Field__c} or ${step/field})");
  EXPECT_EQ(TextTemplate::compile("${}").error().text(),
            "'${}' is not a placeholder (write ${/Field__c} or ${step/field})");
  EXPECT_FALSE(JsonTemplate::compile(*parse_json(R"({"a":["${x}"]})")));
}

TEST_F(TemplatesTest, MakeJsonWithTheValuesKinds) {
  const auto body = JsonTemplate::compile(*parse_json(
      R"({"z":"${/Amount__c}","no":"${/No__c}","list":["${/Paid__c}","x",1,null,[],{}],"erp":{"id":"${erp/id}","what":"to ${erp/ref/x}"},"k\"":"v\""})"));
  ASSERT_TRUE(body);
  const std::string text = body->render(scope);
  EXPECT_EQ(
      text,
      R"({"z":12.5,"no":"SO \"1\"","list":[true,"x",1,null,[],{}],"erp":{"id":7,"what":"to y"},"k\"":"v\""})");
  EXPECT_TRUE(parse_json(text));
  EXPECT_EQ(body->names_read(), (std::vector<std::string>{"erp", "erp"}));
  EXPECT_EQ(JsonTemplate::compile(Json("${/Gone__c}"))->render(scope), "null");
  EXPECT_EQ(JsonTemplate::compile(Json(5))->render(scope), "5");
}

}  // namespace
}  // namespace kernel

#include "emulator/edge/dialect.h"

#include <array>

#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

using emulator::edge::Dialect;
using emulator::edge::DialectMember;
using emulator::edge::input_of_form;
using emulator::edge::xml_of;
using kernel::form_fields;
using Kind = DialectMember::Kind;

// Like SQS: flattened; and, under other names, like SNS.
constexpr std::array kMembers = {
    DialectMember{.name = "Entries", .wire = "SendEntry", .operation = "SendBatch"},
    DialectMember{.name = "Entries", .wire = "DeleteEntry", .operation = "DeleteBatch"},
    DialectMember{.name = "Names", .wire = "Name"},
    DialectMember{
        .name = "Attributes", .wire = "Attribute", .kind = Kind::Map, .key = "Name", .value = "Value"},
    DialectMember{.name = "Topics", .wire = "Topics", .item = "member"},
    DialectMember{.name = "Settings",
                  .wire = "Settings",
                  .kind = Kind::Map,
                  .item = "entry",
                  .key = "key",
                  .value = "value"},
};
constexpr Dialect kDialect{"http://example.com/doc/", kMembers};

std::string input(const char* form, const char* operation = "Op") {
  const auto got = input_of_form(kernel::form_fields(form), kDialect, operation);
  return got ? kernel::json_text(*got) : got.error().code + ": " + got.error().message;
}

TEST(Form, BecomesTheModelsMembers) {
  struct Case {
    const char* name;
    const char* form;
    const char* input;
  };
  const Case cases[] = {
      {"values", "Action=Op&Version=1&QueueName=a&Delay=5", R"({"QueueName":"a","Delay":"5"})"},
      {"percent and plus", "Body=x%20y%2B%C3%BC+z&Empty=&Bare", R"({"Body":"x y+ü z","Empty":"","Bare":""})"},
      {"a broken escape stays", "Body=100%&B=%zz", R"({"Body":"100%","B":"%zz"})"},
      {"flattened list", "Name.1=a&Name.2=b", R"({"Names":["a","b"]})"},
      {"by number, not by text", "Name.10=j&Name.2=b&Name.1=a", R"({"Names":["a","b","j"]})"},
      {"list", "Topics.member.1.Arn=x&Topics.member.2.Arn=y", R"({"Topics":[{"Arn":"x"},{"Arn":"y"}]})"},
      {"empty list", "Topics=", R"({"Topics":[]})"},
      {"flattened map", "Attribute.1.Name=a&Attribute.1.Value=1&Attribute.2.Value=2&Attribute.2.Name=b",
       R"({"Attributes":{"a":"1","b":"2"}})"},
      {"map", "Settings.entry.1.key=a&Settings.entry.1.value=1", R"({"Settings":{"a":"1"}})"},
      {"map of structures", "Settings.entry.1.key=k&Settings.entry.1.value.Type=String",
       R"({"Settings":{"k":{"Type":"String"}}})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(input(c.form), c.input);
  }
}

TEST(Form, OneNameMayMeanAnotherListInEachOperation) {
  EXPECT_EQ(
      input("SendEntry.1.Id=a&SendEntry.1.Attribute.1.Name=k&SendEntry.1.Attribute.1.Value=v", "SendBatch"),
      R"({"Entries":[{"Id":"a","Attributes":{"k":"v"}}]})");
  EXPECT_EQ(input("DeleteEntry.1.Id=a", "DeleteBatch"), R"({"Entries":[{"Id":"a"}]})");
  EXPECT_EQ(input("DeleteEntry.1.Id=a", "SendBatch"), R"({"DeleteEntry":{"1":{"Id":"a"}}})");
}

TEST(Form, SaysWhichFieldIsWrong) {
  struct Case {
    const char* form;
    const char* error;
  };
  const Case cases[] = {
      {"Name.x=a", "MalformedInput: The field Name has an item 'x', which is no position in a list"},
      {"Name.99999=a", "MalformedInput: The field Name has an item '99999', which is no position in a list"},
      {"Attribute.1.Value=a", "MalformedInput: The field Attribute has an entry without Name"},
      {"A=1&A.b=2", "MalformedInput: The field A.b is a value and a structure at once"},
      {"A.b=1&A=2", "MalformedInput: The field A is a value and a structure at once"},
      {"a.b.c.d.e.f.g.h.i.j.k.l.m=1",
       "MalformedInput: The field a.b.c.d.e.f.g.h.i.j.k.l.m is nested too deeply"},
  };
  for (const Case& c : cases) EXPECT_EQ(input(c.form), c.error) << c.form;
}

TEST(Xml, WritesListsAndMapsAsTheServiceDoes) {
  const Json output = {{"Url", "http://h/q?a=1&b=<2>"},
                       {"Count", 3},
                       {"IsOpen", true},
                       {"Nothing", nullptr},
                       {"Names", {"a", "b"}},
                       {"Attributes", {{"k", "v"}}},
                       {"Topics", Json::array({Json{{"Arn", "x"}}})},
                       {"Settings", {{"s", {{"Type", "String"}}}}},
                       {"Deep", {{"Names", {"c"}}}}};
  EXPECT_EQ(xml_of(output, kDialect, "Op"),
            "<Url>http://h/q?a=1&amp;b=&lt;2&gt;</Url><Count>3</Count><IsOpen>true</IsOpen>"
            "<Name>a</Name><Name>b</Name>"
            "<Attribute><Name>k</Name><Value>v</Value></Attribute>"
            "<Topics><member><Arn>x</Arn></member></Topics>"
            "<Settings><entry><key>s</key><value><Type>String</Type></value></entry></Settings>"
            "<Deep><Name>c</Name></Deep>");
  EXPECT_EQ(xml_of({{"Names", Json::array()}, {"Topics", Json::array()}}, kDialect, "Op"), "<Topics/>");
}

TEST(Xml, HoldsEveryText) {
  EXPECT_EQ(emulator::edge::xml_escaped("a&b <c> \"d\" 'e'\t\n\rü\x01"),
            "a&amp;b &lt;c&gt; &quot;d&quot; 'e'\t\n&#xD;ü\xEF\xBF\xBD");
}

}  // namespace
}  // namespace edge_tests

#include "middleware/kernel/expression.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "middleware/kernel/templates.h"

namespace kernel {
namespace {

constexpr const char* kEvent =
    R"({"Name":"Vins & Alcools","Umlaut":"Käse","Amount__c":440.10,"Big":9007199254740993,
  "Long":12345678901234567.89,"Zero":0,"Paid":true,"Gone":null,"Empty":"","Odd name":"x","a":{"b~c":1, "d/e" : [1.50, 2]},
  "Placed":"1996-07-04T08:05:03.250Z","East":"2026-05-07T22:29:47.000+0200","Ms":1745500706123,
  "Lines":"[{\"sku\":\"A\",\"q\":2,\"p\":1.10,\"w\":\"n\"},{\"sku\":\"B\",\"q\":3,\"p\":2.25,\"w\":\"s\"},{\"sku\":\"C\",\"q\":1,\"p\":0.1,\"w\":\"n\"}]",
  "Ids":["x","y","z"],"List":[1,2.5,3]})";

class ExpressionTest : public testing::Test {
 protected:
  /// The JSON that the one placeholder of `text` gives, or the error.
  std::string json(const std::string& text) const {
    const auto pattern = TextTemplate::compile(text, Language::Expressions);
    if (!pattern) return "refused: " + pattern.error().message;
    std::string out;
    const auto appended = pattern->append_filled(out, scope);
    if (!appended) return "failed: " + appended.error().message;
    // Binding first and filling later gives the same.
    std::string later;
    const TemplateScope only_named{.named = &named};
    const auto bound =
        JsonTemplate::compile(Json(text), Language::Expressions)->bound(event, kEvent).filled(only_named);
    EXPECT_EQ(bound.value_or("failed"), out) << text;
    return out;
  }
  NamedValues answers() const {
    NamedValues values;
    add_named(values, "book", R"({"id":"erp_1","total":10.10,"n":18446744073709551615})");
    add_named(values, "ship", R"([{"id":"s1"},{"id":"s2"}])");
    return values;
  }
  const Json event = *parse_json(kEvent);
  const NamedValues named = answers();
  const TemplateScope scope{.root = &event, .named = &named, .root_text = kEvent};
};

struct Case {
  const char* text;
  const char* json;
};

TEST_F(ExpressionTest, ReadWhatIsThereAsItIsWritten) {
  const Case cases[] = {
      {"${/Amount__c}", "440.10"},
      {"${/Long}", "12345678901234567.89"},
      {"${/Big}", "9007199254740993"},
      {"${/a}", R"({"b~c":1,"d/e":[1.50,2]})"},
      {"${/a/b~0c}", "1"},
      {"${/a/d~1e/0}", "1.50"},
      {"${/Odd name}", R"("x")"},
      {"${/Nowhere}", "null"},
      {"a${/Nowhere}b${/Gone}c", R"("abc")"},
      {"${book/total}", "10.10"},
      {"${book/n}", "18446744073709551615"},
      {"${ship}", R"([{"id":"s1"},{"id":"s2"}])"},
      {"sum ${/Amount__c}", R"("sum 440.10")"},
  };
  for (const Case& c : cases) EXPECT_EQ(json(c.text), c.json) << c.text;
}

TEST_F(ExpressionTest, ChangeTexts) {
  const Case cases[] = {
      {"${upper(/Umlaut)}", R"("KäSE")"},
      {"${lower('ABC')}", R"("abc")"},
      {"${trim('  a b ')}", R"("a b")"},
      {"${concat(/Name, ' ', /Zero, /Paid)}", R"("Vins & Alcools 0true")"},
      {"${replace(/Name, '&', \"and\")}", R"("Vins and Alcools")"},
      {"${substring(/Umlaut, 1, 2)}", R"("äs")"},
      {"${substring(/Umlaut, 9)}", R"("")"},
      {"${length(/Umlaut)}", "4"},
      {"${length(/Ids)}", "3"},
      {"${starts_with(/Name, 'Vins')}", "true"},
      {"${ends_with(/Name, 'Vins')}", "false"},
      {"${contains(/Name, '&')}", "true"},
      {"${contains(/Ids, 'y')}", "true"},
      {"${pad_left(/Zero, 3, '0')}", R"("000")"},
      {"${split('a;b;;', ';')}", R"(["a","b","",""])"},
      {"${text(/Amount__c)}", R"("440.10")"},
      {"/x/${url(/Name)}", R"("/x/Vins%20%26%20Alcools")"},
      {"${sha256('abc')}", R"("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")"},
      {"${base64('abc')}", R"("YWJj")"},
      {"${uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')}",
       R"("2ed6657d-e927-568b-95e1-2665a8aea6a2")"},
      {"${'it\\'s }'}", R"("it's }")"},
  };
  for (const Case& c : cases) EXPECT_EQ(json(c.text), c.json) << c.text;
}

TEST_F(ExpressionTest, CalculateExactly) {
  const Case cases[] = {
      {"${add(0.1, 0.2)}", "0.3"},
      {"${add(/Amount__c, 1)}", "441.10"},
      {"${add(/Long, 0.01)}", "12345678901234567.90"},
      {"${add(/Big, 1, 1)}", "9007199254740995"},
      {"${subtract(1, 1.10)}", "-0.10"},
      {"${multiply(/Amount__c, 100)}", "44010.00"},
      {"${round(multiply(/Amount__c, 100), 0)}", "44010"},
      {"${multiply(18446744073709551615, 10)}", "184467440737095516150"},
      {"${divide(10, 3, 4)}", "3.3333"},
      {"${divide(-2, 3, 2)}", "-0.67"},
      {"${round(2.345, 2)}", "2.35"},
      {"${round(7, 2)}", "7.00"},
      {"${min(3, 2.5, 4)}", "2.5"},
      {"${max(3, /Amount__c)}", "440.10"},
      {"${number('12.50')}", "12.50"},
      {"${sum(/List)}", "6.5"},
      {"${sum(json(/Lines), '/p')}", "3.45"},
      {"${add(book/total, /Zero)}", "10.10"},
  };
  for (const Case& c : cases) EXPECT_EQ(json(c.text), c.json) << c.text;
}

TEST_F(ExpressionTest, TellTimesInUtc) {
  const Case cases[] = {
      {"${date(/Placed, 'yyyy-MM-dd')}", R"("1996-07-04")"},
      {"${date(/Placed, 'dd.MM.yyyy HH:mm:ss.SSS')}", R"("04.07.1996 08:05:03.250")"},
      {"${date(/East, 'yyyy-MM-ddTHH:mmZ')}", R"("2026-05-07T20:29Z")"},
      {"${date(/Ms, 'yyyyMMdd')}", R"("20250424")"},
      {"${millis('1970-01-02')}", "86400000"},
      {"${later(/Placed, '1d')}", R"("1996-07-05T08:05:03.250Z")"},
      {"${later('2026-03-01', '-1d')}", R"("2026-02-28T00:00:00.000Z")"},
  };
  for (const Case& c : cases) EXPECT_EQ(json(c.text), c.json) << c.text;
}

TEST_F(ExpressionTest, TakeListsApart) {
  const Case cases[] = {
      {"${join(map(ship, '/id'), ', ')}", R"("s1, s2")"},
      {"${map(json(/Lines), '/p')}", "[1.10,2.25,0.1]"},
      {"${get(get(chunks(json(/Lines), 2), '/1/0'), '/p')}", "0.1"},
      {"${first(/Ids)}", R"("x")"},
      {"${last(/Ids)}", R"("z")"},
      {"${get(json(/Lines), '/1/sku')}", R"("B")"},
      {"${map(json(/Lines), '/q')}", "[2,3,1]"},
      {"${chunks(/Ids, 2)}", R"([["x","y"],["z"]])"},
      {"${map(group(json(/Lines), '/w'), '/key')}", R"(["n","s"])"},
      {"${map(get(group(json(/Lines), '/w'), '/0/items'), '/sku')}", R"(["A","C"])"},
      {"${json_text(/Ids)}", R"("[\"x\",\"y\",\"z\"]")"},
      {"${object('n', /Name, 'a', /Amount__c, 'none', /None, 'ids', /Ids)}",
       R"({"n":"Vins & Alcools","a":440.10,"ids":["x","y","z"]})"},
      {"${object('none', /None)}", "{}"},
      {"${object('none', null)}", R"({"none":null})"},
      {"${object('none', /None) = json('{}')}", "true"},
  };
  for (const Case& c : cases) EXPECT_EQ(json(c.text), c.json) << c.text;
}

TEST_F(ExpressionTest, Decide) {
  const Case cases[] = {
      {"${/Zero = 0}", "true"},
      {"${/Amount__c == 440.1}", "true"},
      {"${/Amount__c > 440 and /Amount__c <= 440.10}", "true"},
      {"${/Big > 9007199254740992}", "true"},
      {"${/Name < 'W'}", "true"},
      {"${/Name != 'W' or /Nowhere > 1}", "true"},
      {"${not (/Paid and exists(/Gone))}", "true"},
      {"${/Gone = null and /Nowhere = null}", "true"},
      {"${/Empty = null}", "false"},
      {"${/Zero = '0'}", "false"},
      {"${/Name in ('x', 'Vins & Alcools')}", "true"},
      {"${/Zero in (1, 2)}", "false"},
      {"${if(/Paid, 'yes', upper(/Nowhere))}", R"("yes")"},
      {"${default(/Gone, book/none, 'b')}", R"("b")"},
      {"${default(/Zero, 1)}", "0"},
      {"${exists(book/id)}", "true"},
      {"${not exists(skipped)}", "true"},
  };
  for (const Case& c : cases) EXPECT_EQ(json(c.text), c.json) << c.text;
}

TEST_F(ExpressionTest, FailByNameAndNeverInSilence) {
  const Case cases[] = {
      {"${upper(/Nowhere)}",
       "failed: ${upper(/Nowhere)}: upper: /Nowhere reads nothing, and a text is needed"},
      {"${required(book/nothing)}",
       "failed: ${required(book/nothing)}: required: book/nothing reads nothing, and a value is needed"},
      {"x${add(/Name, 1)}",
       "failed: ${add(/Name, 1)}: add: /Name is the text 'Vins & Alcools', and a number is needed"},
      {"${sum(/Ids)}", "failed: ${sum(/Ids)}: sum: item 0 has no number at ''"},
      {"${multiply(/Big, /Big, /Big)}",
       "failed: ${multiply(/Big, /Big, /Big)}: multiply: the number needs more than 38 digits"},
      {"${divide(1, /Zero, 2)}", "failed: ${divide(1, /Zero, 2)}: divide: division by zero"},
      {"${date(/Name, 'yyyy')}",
       "failed: ${date(/Name, 'yyyy')}: date: the text 'Vins & Alcools' is no time"},
      {"${json(/Name)}", "failed: ${json(/Name)}: json: the text is not JSON: line 1, column 1"},
      {"${if(/Zero, 1, 2)}",
       "failed: ${if(/Zero, 1, 2)}: /Zero is the number 0, and true or false is needed"},
      {"${/Nowhere > 1}",
       "failed: ${/Nowhere > 1}: /Nowhere is nothing and 1 is the number 1: only two numbers or two texts "
       "have an order"},
      {"${first(/Paid)}", "failed: ${first(/Paid)}: first: /Paid is true, and a list is needed"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(json(c.text), c.json) << c.text;
    const auto bound =
        TextTemplate::compile(c.text, Language::Expressions)->bound(event).filled({.named = &named});
    ASSERT_FALSE(bound) << c.text;
    EXPECT_EQ("failed: " + bound.error().message, c.json) << "also when it is filled later";
  }
}

TEST_F(ExpressionTest, AreRefusedAtOnceWhenTheyAreNone) {
  const Case cases[] = {
      {"${uper(/Name)}", "refused: '${uper(/Name)}': there is no function 'uper'"},
      {"${upper()}", "refused: '${upper()}': upper takes 1 argument, not 0"},
      {"${add(/a)}", "refused: '${add(/a)}': add takes at least 2 arguments, not 1"},
      {"${substring(/a)}", "refused: '${substring(/a)}': substring takes 2 to 3 arguments, not 1"},
      {"${upper(/a}", "refused: '${upper(/a}': a ')' is missing"},
      {"${upper('a)}", "refused: '${upper('a)}': the text has no end: 'a)}"},
      {"${}", "refused: '${}': '}' is not expected here"},
      {"${upper(/a) /b}", "refused: '${upper(/a) /b}': '/' is not expected here"},
      {"${/a and}", "refused: '${/a and}': '}' is not expected here"},
      {"a ${/x", "refused: 'a ${/x': '${' without '}'"},
      {"${date(/a, 'yyyy-mm-DD')}",
       "refused: '${date(/a, 'yyyy-mm-DD')}': date: 'DD' is no part of a date: there are yyyy MM dd HH mm ss "
       "SSS, T and Z"},
      {"${later(/a, '2 days')}",
       "refused: '${later(/a, '2 days')}': later: '2 days' is no duration such as 2h or -30d"},
      {"${get(/a, 'id')}",
       "refused: '${get(/a, 'id')}': get: a JSON Pointer begins with '/', found the text 'id'"},
      {"${chunks(/a, 0)}", "refused: '${chunks(/a, 0)}': chunks: the size is the number 0"},
  };
  for (const Case& c : cases) EXPECT_EQ(json(c.text), c.json) << c.text;
  const auto unknown = TextTemplate::compile("${uper(/Name)}", Language::Expressions);
  EXPECT_EQ(unknown.error().code, ErrorCode::NotFound);
  EXPECT_EQ(unknown.error().place, "uper") << "for a suggestion";
  EXPECT_FALSE(parse_expression(std::string(500, '(') + "1" + std::string(500, ')'))) << "nested without end";
}

TEST_F(ExpressionTest, AreNoneWhereOnlyPlaceholdersMayStand) {
  EXPECT_EQ(TextTemplate::compile("${upper('x')}").error().message,
            "'${upper('x')}' is not a placeholder (write ${/Field__c} or ${step/field})");
}

TEST(ConditionTest, HoldsOrNot) {
  const Json change = *parse_json(
      R"({"ChangeEventHeader":{"changeType":"GAP_UPDATE","changeOrigin":"com/salesforce/api/rest/66.0;client=Sync"}})");
  const TemplateScope scope{.root = &change};
  const auto holds = [&](const char* text) { return Expression::compile(text)->holds(scope); };
  EXPECT_EQ(holds("starts_with(/ChangeEventHeader/changeType, 'GAP_')"), true);
  EXPECT_EQ(holds("not contains(/ChangeEventHeader/changeOrigin, 'client=Sync')"), false);
  EXPECT_EQ(holds("/ChangeEventHeader/changeType").error().message,
            "/ChangeEventHeader/changeType: /ChangeEventHeader/changeType is the text 'GAP_UPDATE', and true "
            "or false is needed");
  EXPECT_EQ(Expression::compile("read/id = 1 and exists(/x)")->names_read(),
            std::vector<std::string>{"read"});
  EXPECT_EQ(holds("${/ChangeEventHeader/changeType != 'CREATE'}"), true);
  EXPECT_EQ(Expression::compile("/a = 1 2").error().message, "'2' is not expected here");
}

}  // namespace
}  // namespace kernel

#include "middleware/kernel/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace kernel {
namespace {

TEST(Json, KeepsEveryIntegerOf64BitsAndTheOrderOfKeys) {
  const char* cases[] = {
      "9007199254740993",
      "1745500706683617281",
      "9223372036854775807",
      "-9223372036854775808",
      "18446744073709551615",
      R"({"z":1,"a":{"y":[1,2.5,true,null],"b":"x"},"m":""})",
      R"("\u0000\u001f\"\\\n")",
      R"("é😀")",
      "0.1",
  };
  for (const char* text : cases) {
    const auto json = parse_json(text);
    ASSERT_TRUE(json) << text;
    EXPECT_EQ(json_text(*json), text);
  }
}

TEST(Json, TakesTheLastOfEqualKeys) {
  EXPECT_EQ(json_text(*parse_json(R"({"a":1,"b":2,"a":3})")), R"({"a":3,"b":2})");
}

TEST(Json, SaysWhereATextIsWrong) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"", "not JSON: line 1, column 1"},
      {"{", "not JSON: line 1, column 2"},
      {"nul", "not JSON: line 1, column 4"},
      {"[1,]", "not JSON: line 1, column 4"},
      {"{\n  \"a\": 1,\n  b\n}", "not JSON: line 3, column 3"},
      {"1 2", "not JSON: line 1, column 3"},
      {"{'a':1}", "not JSON: line 1, column 2"},
      {"[\"\xff\"]", "not JSON: line 1, column 3"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto json = parse_json(c.text);
    ASSERT_FALSE(json);
    EXPECT_EQ(json.error().text(), c.message);
  }
}

TEST(Json, RefusesNumbersThatNoDoubleHolds) { EXPECT_FALSE(parse_json("1e999")); }

TEST(Json, WritesTextThatIsNoUtf8WithReplacements) {
  EXPECT_EQ(json_text(Json("a\xff z")), "\"a\xEF\xBF\xBD z\"");
}

TEST(JsonPointer, FindsWhatTheRfcSays) {
  const Json json = *parse_json(
      R"({"foo":["bar","baz",{"deep":[[1,2]]}],"":0,"a/b":1,"c%d":2,"e^f":3,"k\"l":6," ":7,"m~n":8,"~1":9,"null":null,"10":"ten"})");
  struct Case {
    const char* pointer;
    const char* found;  ///< "" = nothing
  };
  const Case cases[] = {
      {"/foo/0", "\"bar\""},
      {"/foo/2/deep/0/1", "2"},
      {"/foo/3", ""},
      {"/foo/-", ""},
      {"/foo/-1", ""},
      {"/foo/00", ""},
      {"/foo/01", ""},
      {"/foo/1x", ""},
      {"/foo/99999999999999999999", ""},
      {"/foo/", ""},
      {"/foo/0/x", ""},
      {"/", "0"},
      {"/a~1b", "1"},
      {"/a/b", ""},
      {"/c%d", "2"},
      {"/e^f", "3"},
      {"/k\"l", "6"},
      {"/ ", "7"},
      {"/m~0n", "8"},
      {"/~01", "9"},
      {"/null", "null"},
      {"/null/x", ""},
      {"/10", "\"ten\""},
      {"/missing", ""},
      {"foo", ""},
      {"foo/0", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.pointer);
    const Json* found = json_at(json, c.pointer);
    EXPECT_EQ(found == nullptr ? "" : json_text(*found), c.found);
  }
  EXPECT_EQ(json_at(json, ""), &json);
}

TEST(JsonPointer, GivesTextBare) {
  const Json json =
      *parse_json(R"({"text":"a \"b\"","number":18446744073709551615,"list":[1, 2],"null":null})");
  EXPECT_EQ(json_text_at(json, "/text"), "a \"b\"");
  EXPECT_EQ(json_text_at(json, "/number"), "18446744073709551615");
  EXPECT_EQ(json_text_at(json, "/list"), "[1,2]");
  EXPECT_EQ(json_text_at(json, "/null"), "null");
  EXPECT_EQ(json_text_at(json, "/missing"), "");
}

TEST(JsonQuoted, EscapesWhatMustBeAndNothingElse) {
  EXPECT_EQ(json_quoted(""), "\"\"");
  EXPECT_EQ(json_quoted("plain/é"), "\"plain/é\"");
  EXPECT_EQ(json_quoted("\"\\\n\r\t"), R"("\"\\\n\r\t")");
  EXPECT_EQ(json_quoted(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  for (int c = 0; c < 128; ++c) {
    const std::string text = "a" + std::string(1, static_cast<char>(c)) + "b";
    EXPECT_EQ(parse_json(json_quoted(text)).value(), text) << c;
  }
}

}  // namespace
}  // namespace kernel

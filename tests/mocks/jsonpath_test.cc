#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "mocks/jsonpath/path.h"

namespace mocks::jsonpath {
namespace {

/// The selected nodes as one JSON array; "refused" when the path is.
std::string selected(std::string_view path, std::string_view document) {
  const auto compiled = Path::compile(path);
  if (!compiled) return "refused";
  const kernel::Json root = *kernel::parse_json(document);
  kernel::Json nodes = kernel::Json::array();
  for (const kernel::Json* node : compiled->select(root)) nodes.push_back(*node);
  return kernel::json_text(nodes);
}

constexpr const char* kStore =
    R"({"store":{"book":[{"category":"reference","author":"Nigel Rees","title":"Sayings","price":8.95},
{"category":"fiction","author":"Evelyn Waugh","title":"Sword","price":12.99},
{"category":"fiction","author":"Herman Melville","title":"Moby Dick","isbn":"0-553-21311-3","price":8.99},
{"category":"fiction","author":"J. R. R. Tolkien","title":"Rings","isbn":"0-395-19395-8","price":22.99}],
"bicycle":{"color":"red","price":399}}})";

struct Case {
  const char* path;
  const char* document;
  const char* nodes;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases)
    EXPECT_EQ(selected(c.path, c.document), c.nodes) << c.path << " of " << c.document;
}

TEST(JsonPath, ReadsTheExamplesOfItsIntroduction) {
  check({{"$.store.book[*].author", kStore,
          R"(["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"])"},
         {"$..author", kStore, R"(["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"])"},
         {"$.store..price", kStore, "[8.95,12.99,8.99,22.99,399]"},
         {"$..book[2].author", kStore, R"(["Herman Melville"])"},
         {"$..book[2].publisher", kStore, "[]"},
         {"$..book[-1].title", kStore, R"(["Rings"])"},
         {"$..book[0,1].title", kStore, R"(["Sayings","Sword"])"},
         {"$..book[:2].title", kStore, R"(["Sayings","Sword"])"},
         {"$..book[?@.isbn].title", kStore, R"(["Moby Dick","Rings"])"},
         {"$..book[?@.price<10].title", kStore, R"(["Sayings","Moby Dick"])"},
         {"$['store']['bicycle'][\"color\"]", kStore, R"(["red"])"},
         {"$.store.book[?(@.price < $.store.bicycle.price && @.category == 'fiction')].price", kStore,
          "[12.99,8.99,22.99]"}});
}

TEST(JsonPath, SelectsNamesWildcardsAndIndexes) {
  check({{"$", "5", "[5]"},
         {"$.a", R"({"a":null})", "[null]"},
         {"$.a", "[1]", "[]"},
         {"$['a b']", R"({"a b":1})", "[1]"},
         {R"($['\u263a'])", R"({"☺":1})", "[1]"},
         {R"($["\uD83D\uDE00"])", R"({"😀":1})", "[1]"},
         {R"($['\'\\\/\n'])", R"({"'\\/\n":1})", "[1]"},
         {R"($["'"])", R"({"'":1})", "[1]"},
         {"$.☺", R"({"☺":1})", "[1]"},
         {"$._x1", R"({"_x1":1})", "[1]"},
         {"$['']", R"({"":1})", "[1]"},
         {"$[*]", R"({"a":1,"b":2})", "[1,2]"},
         {"$.*", "[1,2]", "[1,2]"},
         {"$.*", "7", "[]"},
         {"$[1]", "[1,2]", "[2]"},
         {"$[-2]", "[1,2]", "[1]"},
         {"$[-3]", "[1,2]", "[]"},
         {"$[0]", R"({"0":1})", "[]"},
         {"$[0, 0 ,'a',*]", "[1,2]", "[1,1,1,2]"},
         {"$ .a [0]", R"({"a":[1]})", "[1]"},
         {"$[\n\t'a'\r]", R"({"a":1})", "[1]"}});
}

TEST(JsonPath, SlicesAsTheRfcSays) {
  constexpr const char* kLetters = R"(["a","b","c","d","e","f","g"])";
  check({{"$[1:3]", kLetters, R"(["b","c"])"},
         {"$[5:]", kLetters, R"(["f","g"])"},
         {"$[1:5:2]", kLetters, R"(["b","d"])"},
         {"$[5:1:-2]", kLetters, R"(["f","d"])"},
         {"$[::-1]", kLetters, R"(["g","f","e","d","c","b","a"])"},
         {"$[:]", "[1,2]", "[1,2]"},
         {"$[::]", "[1,2]", "[1,2]"},
         {"$[::0]", "[1,2]", "[]"},
         {"$[-1:]", "[1,2]", "[2]"},
         {"$[ 0 : 2 : 1 ]", "[1,2,3]", "[1,2]"},
         {"$[1:0]", "[1,2,3]", "[]"},
         {"$[-9:9]", "[1,2,3]", "[1,2,3]"},
         {"$[9:-9:-1]", "[1,2,3]", "[3,2,1]"},
         {"$[0:1]", R"({"0":1})", "[]"}});
}

TEST(JsonPath, DescendsParentsFirst) {
  constexpr const char* kTree = R"({"o":{"j":1,"k":2},"a":[5,3,[{"j":4},{"k":6}]]})";
  check({{"$..j", kTree, "[1,4]"},
         {"$..[0]", kTree, R"([5,{"j":4}])"},
         {"$.o..*", kTree, "[1,2]"},
         {"$..*", R"([[1],2])", "[[1],2,1]"},
         {"$.a..[0, 1]", kTree, R"([5,3,{"j":4},{"k":6}])"},
         {"$.o..[*, *]", kTree, "[1,2,1,2]"}});
}

TEST(JsonPath, ComparesAsTheTableOfTheRfc) {
  constexpr const char* kDocument = R"([{"obj":{"x":"y"},"arr":[2,3]}])";
  struct Comparison {
    const char* test;
    bool holds;
  };
  const Comparison cases[] = {{"$.absent1 == $.absent2", true},
                              {"$.absent1 <= $.absent2", true},
                              {"$.absent == 'g'", false},
                              {"$.absent1 != $.absent2", false},
                              {"$.absent != 'g'", true},
                              {"1 <= 2", true},
                              {"1 > 2", false},
                              {"13 == '13'", false},
                              {"'a' <= 'b'", true},
                              {"'a' > 'b'", false},
                              {"@.obj == @.arr", false},
                              {"@.obj != @.arr", true},
                              {"@.obj == @.obj", true},
                              {"@.obj != @.obj", false},
                              {"@.arr == @.arr", true},
                              {"@.obj == 17", false},
                              {"@.obj != 17", true},
                              {"@.obj <= @.arr", false},
                              {"@.obj < @.arr", false},
                              {"@.obj <= @.obj", true},
                              {"@.arr <= @.arr", true},
                              {"1 <= @.arr", false},
                              {"1 >= @.arr", false},
                              {"1 > @.arr", false},
                              {"true <= true", true},
                              {"true > true", false},
                              {"1 == 1.0", true},
                              {"-0 == 0", true},
                              {"1e2 == 100", true},
                              {"1.5E-1 == 0.15", true},
                              {"null == null", true},
                              {"@.arr[0] == 2", true}};
  for (const Comparison& c : cases) {
    EXPECT_EQ(selected("$[?" + std::string(c.test) + "]", kDocument) != "[]", c.holds) << c.test;
  }
}

TEST(JsonPath, FiltersByTestsAndLogic) {
  constexpr const char* kRows = R"([{"a":1,"b":true},{"a":2},{"b":false},{"a":null}])";
  check({{"$[?@.a]", kRows, R"([{"a":1,"b":true},{"a":2},{"a":null}])"},
         {"$[?!@.a]", kRows, R"([{"b":false}])"},
         {"$[? ! ( @.a == 1 || @.a == 2 ) ]", kRows, R"([{"b":false},{"a":null}])"},
         {"$[?@.a==1||@.a==2&&@.b]", kRows, R"([{"a":1,"b":true}])"},
         {"$[?(@.a==1||@.a==2)&&@.b]", kRows, R"([{"a":1,"b":true}])"},
         {"$[?@.a==null]", kRows, R"([{"a":null}])"},
         {"$[?@>1]", "[1,2,3]", "[2,3]"},
         {"$[?@>1]", R"({"x":1,"y":2})", "[2]"},
         {"$[?@.*]", R"([{},{"x":1},[],[1]])", R"([{"x":1},[1]])"},
         {"$[?@[?@>1]]", "[[0],[0,2]]", "[[0,2]]"},
         {"$[?@>1, ?@<3]", "[1,2,3]", "[2,3,1,2]"},
         {"$[?@.x=='a\\u0062']", R"([{"x":"ab"}])", R"([{"x":"ab"}])"},
         {"$[?@==1]", R"("no")", "[]"}});
}

TEST(JsonPath, KnowsTheFunctionsOfTheRfc) {
  check({{"$[?length(@)==2]", R"(["ab","a☺","abc",[1,2],{"x":1,"y":2},2])",
          R"(["ab","a☺",[1,2],{"x":1,"y":2}])"},
         {"$[?length(@.x)==length(@.y)]", R"([{}])", R"([{}])"},
         {"$[?count(@.*)>1]", "[[1],[1,2]]", "[[1,2]]"},
         {"$[?count(@..x)==2]", R"([{"x":{"x":1}},{"x":1}])", R"([{"x":{"x":1}}])"},
         {"$[?match(@, 'a.c')]", R"(["abc","xabc","a☺c","a\nc","a\rc"])", R"(["abc","a☺c"])"},
         {"$[?search(@, 'b+')]", R"(["abc","ac",3])", R"(["abc"])"},
         {"$[?match(@.t, @.p)]", R"([{"t":"ab","p":"a[a-c]"},{"t":"ab","p":"a"},{"t":"ab","p":5}])",
          R"([{"t":"ab","p":"a[a-c]"}])"},
         {"$[?match(@, '\\\\p{Lu}.')]", R"(["Ab","ab"])", R"(["Ab"])"},
         {"$[?match(@, '[.]x')]", R"([".x","ax"])", R"([".x"])"},
         {"$[?match(@, '(')]", R"(["("])", "[]"},
         {"$[?value(@..x)==1]", R"([{"y":{"x":1}},{"x":1,"y":{"x":1}}])", R"([{"y":{"x":1}}])"},
         {"$[?length( value( $[0] ) ) == 1]", R"(["a"])", R"(["a"])"},
         {"$[?!match(@, 'a')]", R"(["a","b"])", R"(["b"])"}});
}

TEST(JsonPath, RefusesWhatIsNotWellFormed) {
  for (const char* path : {"",
                           " $",
                           "$ ",
                           "a",
                           "@",
                           "$.",
                           "$..",
                           "$.a.",
                           "$.1a",
                           "$.a b",
                           "$[",
                           "$[]",
                           "$[a]",
                           "$['a]",
                           "$['a'",
                           "$[01]",
                           "$[-0]",
                           "$[1.0]",
                           "$[9007199254740992]",
                           "$[-9007199254740992]",
                           "$[1e2]",
                           "$[0:01]",
                           "$[-0:]",
                           "$[1:2:3:4]",
                           "$[,1]",
                           "$[1,]",
                           "$[1 2]",
                           "$. a",
                           "$.. a",
                           "$...a",
                           "$.a$",
                           "$['\\x']",
                           "$['\\'\\\"']",
                           "$[\"\\'\"]",
                           "$['\\uD800']",
                           "$['\\uDC00']",
                           "$['\\uD800\\u0041']",
                           "$['\\u12']",
                           "$['\n']",
                           "$.[0]",
                           "$.'a'",
                           "$.&",
                           "$[?]",
                           "$[?@.a=1]",
                           "$[?@.a===1]",
                           "$[?@.a==]",
                           "$[?==1]",
                           "$[?@.a &&]",
                           "$[?@.a & @.b]",
                           "$[?(@.a]",
                           "$[?@.a)]",
                           "$[?@.a==1==1]",
                           "$[?!@.a==1]",
                           "$[?@.a==(1)]",
                           "$[?(@.a)==1]",
                           "$[?@.a==01]",
                           "$[?@.a==1.]",
                           "$[?@.a==.5]",
                           "$[?@.a==+1]",
                           "$[?@.a==1e]",
                           "$[?@.a==True]",
                           "$[?@.a==[1]]",
                           "$[?@.a=={}]",
                           "$[?@.a==undefined]",
                           "$[?@.a<>1]",
                           "$[?@.a in 'x']",
                           "$[*][",
                           "$[**]"}) {
    EXPECT_EQ(selected(path, "[]"), "refused") << path;
  }
}

TEST(JsonPath, RefusesWhatIsNotWellTyped) {
  for (const char* path : {"$[?1]",
                           "$[?true]",
                           "$[?'a']",
                           "$[?null]",
                           "$[?@.a && true]",
                           "$[?@.*==1]",
                           "$[?@..a==1]",
                           "$[?@[0,1]==1]",
                           "$[?@[0:1]==1]",
                           "$[?@[?@.a]==1]",
                           "$[?length(@)]",
                           "$[?length(@.*)<3]",
                           "$[?length()==1]",
                           "$[?length(@,@)==1]",
                           "$[?length(@.a==1)==1]",
                           "$[?length(match(@,'a'))==1]",
                           "$[?count(1)==1]",
                           "$[?count(length(@))==1]",
                           "$[?count()==1]",
                           "$[?count(@.*)]",
                           "$[?value(@.*)]",
                           "$[?value('a')=='a']",
                           "$[?match(@,'a')==true]",
                           "$[?match(@)]",
                           "$[?match(@,'a','b')]",
                           "$[?match(@.*,'a')]",
                           "$[?search(@, @.*)]",
                           "$[?nosuch(@)]",
                           "$[?length (@)==1]",
                           "$[?LENGTH(@)==1]",
                           "$[?length(@,)==1]"}) {
    EXPECT_EQ(selected(path, "[]"), "refused") << path;
  }
}

TEST(JsonPath, SaysWhereItStopped) {
  EXPECT_EQ(Path::compile("$.a[?@.b=1]").error().message,
            "'$.a[?@.b=1]' is no JSONPath: column 9: ']' is missing");
  EXPECT_EQ(Path::compile("$[?length(@)]").error().message,
            "'$[?length(@)]' is no JSONPath: column 13: this is a value, not a test");
  EXPECT_EQ(selected("$" + std::string(5000, '[') + "?", "[]"), "refused");
  EXPECT_EQ(selected("$[?" + std::string(5000, '('), "[]"), "refused");
}

}  // namespace
}  // namespace mocks::jsonpath

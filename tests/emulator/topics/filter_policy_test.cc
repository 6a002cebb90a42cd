#include "emulator/topics/filter_policy.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace emulator::topics {
namespace {

constexpr auto kAttributes = FilterScope::MessageAttributes;
constexpr auto kBody = FilterScope::MessageBody;

std::string complaint(const std::string& policy, FilterScope scope = kAttributes) {
  const auto compiled = FilterPolicy::compile(policy, scope);
  return compiled ? "" : compiled.error().message;
}

// facts/aws-delivery 2.3.
TEST(FilterPolicy, IsRefusedInTheWordsOfSns) {
  struct Case {
    std::string policy;
    FilterScope scope;
    const char* complaint;
  };
  const Case cases[] = {
      {R"({"a":["b"]})", kAttributes, ""},
      {R"({"a":)", kAttributes, "failed to parse JSON."},
      {R"(["a"])", kAttributes, "Filter is not an object"},
      {R"({"a":{"b":["c"]}})", kAttributes,
       "Filter policy scope MessageAttributes does not support nested filter policy"},
      {R"({"a":{"b":["c"]}})", kBody, ""},
      {R"({"a":[1],"b":[1],"c":[1],"d":[1],"e":[1]})", kAttributes, ""},
      {R"({"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]})", kAttributes,
       "Filter policy can not have more than 5 keys"},
      {R"({"a":[1,2,3,4,5],"b":[1,2,3,4,5],"c":[1,2,3,4,5,6]})", kAttributes, ""},
      {R"({"a":[1,2,3,4,5],"b":[1,2,3,4,5],"c":[1,2,3,4,5,6,7]})", kAttributes,
       "Filter policy is too complex"},
      {R"({"a":"b"})", kAttributes, R"("a" must be an object or an array)"},
      {R"({"a":[]})", kAttributes, "Empty arrays are not allowed"},
      {R"({"a":[{"suffx":"b"}]})", kAttributes, "Unrecognized match type suffx"},
      {R"({"a":[{"numeric":[">","1"]}]})", kAttributes, "Value of > must be numeric"},
      {R"({"a":[{"prefix":1}]})", kAttributes, "prefix match pattern must be a string"},
      {R"({"$or":[{"a":["b"]}]})", kAttributes, "There must have at least 2 Objects in $or relationship."},
      {R"({"a":[{"wildcard":"b*"}]})", kAttributes, "Unrecognized match type wildcard"},
      {R"({"a":[{"anything-but":{"suffix":"b"}}]})", kAttributes, "Unsupported anything-but pattern: suffix"},
      {R"({"wildcard":["b*"]})", kAttributes, ""},
      {R"({"a":["b"],"c":[")" + std::string(262'144, 'x') + R"("]})", kAttributes,
       "Filter policy is too complex"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.policy.substr(0, 80));
    EXPECT_EQ(complaint(c.policy, c.scope), c.complaint);
  }
}

TEST(FilterPolicy, CountsCombinations) {
  struct Case {
    const char* policy;
    std::int64_t combinations;
  };
  const Case cases[] = {
      {R"({"a":[1,2,3]})", 3},
      {R"({"a":[1,2,3],"b":[1,2]})", 6},
      {R"({"a":{"b":[1,2,3]}})", 6},
      {R"({"a":{"b":{"c":[1,2]}},"d":[1,2,3]})", 18},
      {R"({"$or":[{"a":[1,2]},{"b":[1,2,3]}]})", 5},
      {R"({"c":[1,2],"$or":[{"a":[1,2]},{"b":[1,2,3]}]})", 10},
  };
  for (const Case& c : cases)
    EXPECT_EQ(combinations(*kernel::parse_json(c.policy)), c.combinations) << c.policy;
}

TEST(FilterPolicy, LooksAtAttributes) {
  struct Case {
    const char* name;
    const char* policy;
    std::vector<MessageAttribute> attributes;
    bool accepts;
  };
  const Case cases[] = {
      {"exact", R"({"city":["Graz"]})", {{"city", "String", "Graz"}}, true},
      {"another", R"({"city":["Graz"]})", {{"city", "String", "Linz"}}, false},
      {"one of several", R"({"city":["Wien","Graz"]})", {{"city", "String", "Graz"}}, true},
      {"missing", R"({"city":["Graz"]})", {}, false},
      {"every key", R"({"city":["Graz"],"n":[1]})", {{"city", "String", "Graz"}}, false},
      {"prefix", R"({"city":[{"prefix":"Gr"}]})", {{"city", "String", "Graz"}}, true},
      {"a number", R"({"n":[1]})", {{"n", "Number", "1"}}, true},
      {"a number by value", R"({"n":[1]})", {{"n", "Number", "1.0"}}, true},
      {"a text is no number", R"({"n":[1]})", {{"n", "String", "1"}}, false},
      {"a number is no text", R"({"n":["1"]})", {{"n", "Number", "1"}}, false},
      {"an element of an array", R"({"a":["x"]})", {{"a", "String.Array", R"(["w","x"])"}}, true},
      {"no element", R"({"a":["y"]})", {{"a", "String.Array", R"(["w","x"])"}}, false},
      {"binary is not looked at", R"({"a":["x"]})", {{"a", "Binary", "x"}}, false},
      {"suffix", R"({"city":[{"suffix":"az"}]})", {{"city", "String", "Graz"}}, true},
      {"any case", R"({"city":[{"equals-ignore-case":"GRAZ"}]})", {{"city", "String", "Graz"}}, true},
      {"anything but", R"({"city":[{"anything-but":["Graz"]}]})", {{"city", "String", "Linz"}}, true},
      {"anything but that", R"({"city":[{"anything-but":["Graz"]}]})", {{"city", "String", "Graz"}}, false},
      {"anything but is not nothing", R"({"city":[{"anything-but":["Graz"]}]})", {}, false},
      {"but a prefix", R"({"city":[{"anything-but":{"prefix":"Gr"}}]})", {{"city", "String", "Linz"}}, true},
      {"within a range", R"({"n":[{"numeric":[">",0,"<=",5]}]})", {{"n", "Number", "5"}}, true},
      {"out of a range", R"({"n":[{"numeric":[">",0,"<=",5]}]})", {{"n", "Number", "5.1"}}, false},
      {"there", R"({"n":[{"exists":true}]})", {{"n", "Number", "5"}}, true},
      {"not there", R"({"n":[{"exists":false}]})", {{"m", "Number", "5"}}, true},
      {"an address", R"({"ip":[{"cidr":"10.0.0.0/24"}]})", {{"ip", "String", "10.0.0.7"}}, true},
      {"either of two", R"({"$or":[{"a":["x"]},{"b":["y"]}]})", {{"b", "String", "y"}}, true},
      {"neither of two", R"({"$or":[{"a":["x"]},{"b":["y"]}]})", {{"b", "String", "x"}}, false},
      {"a name with a dot", R"({"a.b":["x"]})", {{"a.b", "String", "x"}}, true},
      {"numbers in an array", R"({"a":[2]})", {{"a", "String.Array", "[1,2.0]"}}, true},
      {"an array that is none", R"({"a":["x"]})", {{"a", "String.Array", "x"}}, false},
      {"custom types are what they begin with", R"({"n":[1]})", {{"n", "Number.int", "1"}}, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(FilterPolicy::compile(c.policy, kAttributes)->accepts("{}", c.attributes), c.accepts);
  }
}

TEST(FilterPolicy, LooksIntoTheBody) {
  struct Case {
    const char* name;
    const char* policy;
    const char* body;
    bool accepts;
  };
  const Case cases[] = {
      {"nested", R"({"order":{"city":["Graz"]}})", R"({"order":{"city":"Graz"}})", true},
      {"dotted", R"({"order.city":["Graz"]})", R"({"order":{"city":"Graz"}})", true},
      {"1 is not \"1\"", R"({"n":[1]})", R"({"n":"1"})", false},
      {"any object of an array", R"({"lines":{"sku":["b"]}})", R"({"lines":[{"sku":"a"},{"sku":"b"}]})",
       true},
      {"two fields of one element", R"({"lines":{"sku":["a"],"n":[2]}})",
       R"({"lines":[{"sku":"a","n":1},{"sku":"b","n":2}]})", false},
      {"no JSON", R"({"a":["b"]})", "plain text", false},
      {"no object", R"({"a":["b"]})", R"([{"a":"b"}])", false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(FilterPolicy::compile(c.policy, kBody)->accepts(c.body, {{"a", "String", "b"}}), c.accepts);
  }
}

}  // namespace
}  // namespace emulator::topics

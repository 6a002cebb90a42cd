#include "emulator/platform/parameters/parameter_store.h"

#include "emulator/platform/parameters/checks.h"
#include "tests/emulator/platform/secrets/platform_support.h"

namespace platform_tests {
namespace {

struct StoreRig : Rig {
  void put(std::string name, std::string value, std::string type = "String") {
    ASSERT_TRUE(parameters.put(
        {.name = std::move(name), .value = std::move(value), .type = std::move(type), .overwrites = true}));
  }
  std::string value(const std::string& name, bool in_plain = true) {
    const auto read = parameters.read(name, in_plain);
    return read ? std::to_string(read->version.number) + " " + read->version.value : refused(read);
  }
};

TEST(ParameterStore, ReadsByNameArnVersionAndLabel) {
  StoreRig rig;
  rig.put("/erp/token", "one");
  rig.put("/erp/token", "two");
  rig.put("plain", "three");
  ASSERT_TRUE(rig.parameters.label("/erp/token", 1, {"old"}));
  const std::string arn = "arn:aws:ssm:us-east-1:123456789012:parameter";
  struct Case {
    std::string name;
    const char* answer;
  };
  const Case cases[] = {
      {"/erp/token", "2 two"},
      {"/erp/token:1", "1 one"},
      {"/erp/token:old", "1 one"},
      {arn + "/erp/token", "2 two"},
      {arn + "/erp/token:1", "1 one"},
      {arn + "/plain", "1 three"},
      {"/erp/token:9",
       "400 ParameterVersionNotFound: Systems Manager could not find version 9 of /erp/token. Verify the "
       "version and try again."},
      {"/erp", "400 ParameterNotFound: "},
  };
  for (const Case& c : cases) EXPECT_EQ(rig.value(c.name), c.answer) << c.name;
  EXPECT_EQ(rig.parameters.read("/erp/token:old", true)->selector, ":old");
  EXPECT_EQ(rig.parameters.read("plain", true)->arn, arn + "/plain");
}

TEST(ParameterStore, ShowsASecureStringInPlainOnlyWhenAsked) {
  StoreRig rig;
  std::string told;
  rig.parameters.tell_values([&told](const std::string& name, std::string_view value) {
    told += name + "=" + std::string(value) + ";";
  });
  rig.put("/erp/token", "very secret", "SecureString");
  rig.put("/erp/url", "https://erp", "String");
  EXPECT_EQ(told, "ssm:/erp/token=very secret;");
  EXPECT_EQ(rig.value("/erp/token", true), "1 very secret");
  const std::string cipher = rig.parameters.read("/erp/token", false)->version.value;
  EXPECT_FALSE(cipher.contains("very secret"));
  EXPECT_GT(cipher.size(), 100U);
  EXPECT_EQ(rig.parameters.read("/erp/token", false)->version.value, cipher);
  EXPECT_EQ(rig.parameters.read_path({.path = "/erp"})->found[0].version.value, cipher);
  EXPECT_EQ(rig.parameters.history("/erp/token", false)->at(0).version.value, cipher);
  EXPECT_EQ(rig.value("/erp/url", false), "1 https://erp");
}

TEST(ParameterStore, RefusesWhatMayNotBePut) {
  struct Case {
    const char* name;
    ps::PutRequest request;
    const char* code;
  };
  std::string deep;
  for (int i = 0; i < 15; ++i) deep += "/a";
  const Case cases[] = {
      {"fifteen levels", {.name = deep, .value = "x", .type = "String"}, ""},
      {"sixteen",
       {.name = deep + "/a", .value = "x", .type = "String"},
       "HierarchyLevelLimitExceededException"},
      {"of AWS", {.name = "/aws/x", .value = "x", .type = "String"}, "ValidationException"},
      {"a path without its slash", {.name = "a/b", .value = "x", .type = "String"}, "ValidationException"},
      {"a bad character", {.name = "/a b", .value = "x", .type = "String"}, "ValidationException"},
      {"no type", {.name = "/new", .value = "x"}, "ValidationException"},
      {"an unknown type", {.name = "/new", .value = "x", .type = "Number"}, "UnsupportedParameterType"},
      {"it is there", {.name = "/erp", .value = "x", .type = "String"}, "ParameterAlreadyExists"},
      {"overwritten", {.name = "/erp", .value = "x", .overwrites = true}, ""},
      {"overwritten with tags",
       {.name = "/erp", .value = "x", .overwrites = true, .tags = {{"a", "b"}}},
       "ValidationException"},
      {"made secure",
       {.name = "/erp", .value = "x", .type = "SecureString", .overwrites = true},
       "HierarchyTypeMismatchException"},
      {"4 KB", {.name = "/new", .value = std::string(4096, 'x'), .type = "String"}, ""},
      {"more", {.name = "/new", .value = std::string(4097, 'x'), .type = "String"}, "ValidationException"},
      {"more, advanced",
       {.name = "/new", .value = std::string(8192, 'x'), .type = "String", .tier = "Advanced"},
       ""},
      {"even more",
       {.name = "/new", .value = std::string(8193, 'x'), .type = "String", .tier = "Advanced"},
       "ValidationException"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    StoreRig rig;
    rig.put("/erp", "one");
    const auto put = rig.parameters.put(c.request);
    EXPECT_EQ(put ? "" : put.error().code, c.code);
  }
}

TEST(ParameterStore, KeepsAHundredVersionsUnlessTheOldestHasALabel) {
  StoreRig rig;
  for (int i = 1; i <= 101; ++i) rig.put("/erp", std::to_string(i));
  EXPECT_EQ(rig.value("/erp"), "101 101");
  EXPECT_EQ(rig.parameters.history("/erp", true)->front().version.number, 2);
  ASSERT_TRUE(rig.parameters.label("/erp", 2, {"kept"}));
  EXPECT_EQ(rig.parameters.put({.name = "/erp", .value = "x", .overwrites = true}).error().code,
            "ParameterMaxVersionLimitExceeded");
}

TEST(ParameterStore, FindsByPathPageByPage) {
  StoreRig rig;
  for (const char* name :
       {"/shop/erp/token", "/shop/erp/url", "/shop/name", "/shop/size", "/shopping", "top"})
    rig.put(name, "x", std::string(name).ends_with("token") ? "SecureString" : "String");
  ASSERT_TRUE(rig.parameters.label("/shop/name", 0, {"live"}));
  struct Case {
    const char* name;
    ps::PathRequest request;
    const char* found;
  };
  const Case cases[] = {
      {"one level", {.path = "/shop"}, "/shop/name /shop/size"},
      {"with a slash behind", {.path = "/shop/"}, "/shop/name /shop/size"},
      {"all levels",
       {.path = "/shop", .is_recursive = true},
       "/shop/erp/token /shop/erp/url /shop/name /shop/size"},
      {"the root", {.path = "/"}, "/shopping top"},
      {"by type",
       {.path = "/shop", .is_recursive = true, .filters = {{"Type", "Equals", {"SecureString"}}}},
       "/shop/erp/token"},
      {"by label", {.path = "/shop", .filters = {{"Label", "", {"live"}}}}, "/shop/name"},
      {"nothing there", {.path = "/none"}, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ps::PathRequest request = c.request;
    request.count = 1;
    std::string found;
    do {
      const auto page = rig.parameters.read_path(request);
      ASSERT_TRUE(page);
      for (const ps::Shown& one : page->found) found += (found.empty() ? "" : " ") + one.name;
      request.token = page->next;
    } while (!request.token.empty());
    EXPECT_EQ(found, c.found);
  }
  EXPECT_EQ(rig.parameters.read_path({.path = "shop"}).error().code, "ValidationException");
  EXPECT_EQ(rig.parameters.read_path({.path = "/", .count = 11}).error().code, "ValidationException");
  EXPECT_EQ(rig.parameters.read_path({.path = "/", .filters = {{"Name", "", {"x"}}}}).error().code,
            "InvalidFilterKey");
}

TEST(ParameterStore, NamesWhatItDoesNotFindOfMany) {
  StoreRig rig;
  rig.put("/a", "x");
  const auto many = rig.parameters.read_many({"/a:1", "/b", "/a:7"}, true);
  ASSERT_TRUE(many);
  EXPECT_EQ(many->found.size(), 1U);
  EXPECT_EQ(many->invalid, (std::vector<std::string>{"/b", "/a:7"}));
  EXPECT_EQ(rig.parameters.read_many(std::vector<std::string>(11, "/a"), true).error().code,
            "ValidationException");
}

TEST(ParameterStore, MovesALabelAndRefusesBadOnes) {
  StoreRig rig;
  rig.put("/a", "1");
  rig.put("/a", "2");
  ASSERT_TRUE(rig.parameters.label("/a", 1, {"live"}));
  const auto moved = rig.parameters.label("/a", 0, {"live", "1st", "awsome", "a b"});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->version, 2);
  EXPECT_EQ(moved->invalid, (std::vector<std::string>{"1st", "awsome", "a b"}));
  EXPECT_EQ(rig.value("/a:live"), "2 2");
  EXPECT_EQ(
      rig.parameters
          .label("/a", 1, std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"})
          .error()
          .code,
      "ParameterVersionLabelLimitExceeded");
  const auto taken = rig.parameters.unlabel("/a", 2, {"live", "none"});
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->taken, std::vector<std::string>{"live"});
  EXPECT_EQ(taken->invalid, std::vector<std::string>{"none"});
}

}  // namespace
}  // namespace platform_tests

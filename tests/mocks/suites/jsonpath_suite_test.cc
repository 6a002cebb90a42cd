// The public compliance suite of JSONPath, as an npm package carries it (run.sh installs it).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mocks/jsonpath/path.h"

namespace mocks::jsonpath {
namespace {

constexpr const char* kSuite = RELAYRIG_SOURCE_DIR
    "/tests/mocks/suites/node_modules/jsonpath-rfc9535/src/__tests__/jsonpath-compliance-test-suite/cts.json";

bool agrees(const kernel::Json& test) {
  const auto path = Path::compile(test["selector"].get<std::string>());
  if (test.value("invalid_selector", false)) return !path;
  if (!path) return false;
  kernel::Json found = kernel::Json::array();
  for (const kernel::Json* node : path->select(test["document"])) found.push_back(*node);
  if (test.contains("result")) return same_value(found, test["result"]);
  for (const kernel::Json& allowed : test["results"]) {
    if (same_value(found, allowed)) return true;
  }
  return false;
}

TEST(JsonPathSuite, AgreesInEveryCase) {
  ASSERT_TRUE(std::filesystem::exists(kSuite)) << "run tests/mocks/suites/run.sh, which installs it";
  std::ifstream in(kSuite);
  std::ostringstream text;
  text << in.rdbuf();
  const auto suite = kernel::parse_json(text.str());
  ASSERT_TRUE(suite);
  std::size_t passed = 0;
  std::size_t invalid = 0;
  for (const kernel::Json& test : (*suite)["tests"]) {
    EXPECT_TRUE(agrees(test)) << test["name"] << ": " << test["selector"] << " of "
                              << test.value("document", kernel::Json());
    passed += agrees(test) ? 1 : 0;
    invalid += test.value("invalid_selector", false) ? 1 : 0;
  }
  std::cout << "JSONPath: " << passed << " of " << (*suite)["tests"].size() << " cases agree, " << invalid
            << " of them refused\n";
  EXPECT_GE((*suite)["tests"].size(), 600U);
}

}  // namespace
}  // namespace mocks::jsonpath

// The public suite of JSON Schema, draft 7, as Debian's package json-schema-test-suite carries it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "middleware/ingest/schema.h"

namespace ingest {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = "/usr/share/json-schema-test-suite/tests/draft7";

/// Files of the suite: what draft 7 requires, and of what it leaves open the formats that we know.
std::vector<fs::path> files() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kSuite)) {
    if (entry.path().extension() == ".json") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  for (const char* name : {"date-time", "date", "time"}) {
    found.push_back(kSuite / "optional/format" / (std::string(name) + ".json"));
  }
  return found;
}

/// What a schema of a payload may not say here (schema.h), in the words of its refusal.
constexpr const char* kRefusals[] = {
    "patternProperties is not checked",       "the schema of a payload is an object",
    "only references into the same document", "only the whole schema has an $id",
    "is no keyword of JSON Schema draft 7",   "has no effect beside $ref",
};

bool is_known(const SchemaProblem& refusal) {
  return std::ranges::any_of(
      kRefusals, [&refusal](const char* words) { return refusal.message.find(words) != std::string::npos; });
}

TEST(JsonSchemaSuite, AgreesInEveryCaseWhoseSchemaItTakes) {
  ASSERT_TRUE(fs::exists(kSuite)) << "the package json-schema-test-suite is not installed: make deps";
  std::size_t cases = 0;
  std::size_t passed = 0;
  std::size_t refused = 0;
  for (const fs::path& file : files()) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    const auto groups = kernel::parse_json(text.str());
    ASSERT_TRUE(groups) << file;
    for (const kernel::Json& group : *groups) {
      SCOPED_TRACE(file.filename().string() + ": " + group["description"].get<std::string>());
      cases += group["tests"].size();
      const auto schema = Schema::compile(group["schema"]);
      if (!schema) {
        refused += group["tests"].size();
        EXPECT_TRUE(is_known(schema.error())) << schema.error().pointer << ": " << schema.error().message;
        continue;
      }
      for (const kernel::Json& test : group["tests"]) {
        const bool agrees = (*schema)->check(test["data"]).has_value() == test["valid"].get<bool>();
        passed += agrees ? 1 : 0;
        EXPECT_TRUE(agrees) << test["description"];
      }
    }
  }
  std::cout << "JSON Schema draft 7: " << passed << " of " << cases << " cases agree, the schemas of "
            << refused << " are refused\n";
  EXPECT_GE(passed, 350U);
}

}  // namespace
}  // namespace ingest

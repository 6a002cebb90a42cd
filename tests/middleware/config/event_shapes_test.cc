// What middleware.yaml says of the function: `events` and what belongs to it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "middleware/config/middleware_file.h"
#include "middleware/ingest/schema.h"

namespace config {
namespace {

constexpr const char* kRest = R"(
apis: {erp: {timeout: 5s}}
flows:
  - event: Order__e
    steps: [{name: book, api: erp, path: /orders}]
)";

std::string problems_of(const std::string& text, const std::string& file = "m.yaml") {
  const auto tree = read_tree(text + kRest, file);
  if (!tree) return tree.error().text();
  const auto read = read_middleware(*tree);
  return read ? "" : read.error().text();
}

/// A folder of its own, gone with the object.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "event_shapes_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

TEST(EventSchemas, AreReadWhereTheyAreWrittenOrFromAFileBesideTheirs) {
  const Folder folder;
  folder.file("order.json", R"({"required": ["No__c"]})");
  const std::string path =
      folder.file("m.yaml", "events: {Order__e: {schema: order.json}}" + std::string(kRest));
  const auto file = read_middleware_file(path);
  ASSERT_TRUE(file) << file.error().text();
  const auto kept = file->ingest.types.at(0).schema->check(*kernel::parse_json("{}"));
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().pointer + " " + kept.error().rule, "/No__c required");
  EXPECT_EQ(problems_of("events: {Order__e: {schema: {required: [No__c]}}}"), "");
}

TEST(EventSchemas, AreRefusedWhereTheyAreWrong) {
  struct Case {
    const char* schema;
    const char* problem;
  };
  const Case cases[] = {
      {"5", "m.yaml:1:29: 'schema': 5: No such file or directory"},
      {"[]", "m.yaml:1:29: 'schema' wants the name of a file or a JSON Schema, found a list"},
      {"none.json", "m.yaml:1:29: 'schema': none.json: No such file or directory"},
      {"{requried: [a]}",
       "m.yaml:1:30: the JSON Schema at /requried: 'requried' is no keyword of JSON Schema draft 7"},
      {"{properties: {a/b: {allOf: [{}, {minimum: x}]}}}",
       "m.yaml:1:62: the JSON Schema at /properties/a~1b/allOf/1/minimum: wants a number"},
      {"{properties: {a: {pattern: '('}}}",
       "m.yaml:1:47: the JSON Schema at /properties/a/pattern: missing ): ("},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.schema);
    EXPECT_EQ(problems_of("events: {Order__e: {schema: " + std::string(c.schema) + "}}"), c.problem);
  }
}

TEST(EventSchemas, OfAFileAreRefusedAtTheirPlaceInIt) {
  const Folder folder;
  const std::string schema = folder.file("order.json", "{\"properties\":\n  {\"a\": {\"typ\": \"string\"}}}");
  const std::string name = folder.file("m.yaml", "");
  EXPECT_EQ(
      problems_of("events: {Order__e: {schema: order.json}}", name),
      schema + ":2:10: the JSON Schema at /properties/a/typ: 'typ' is no keyword of JSON Schema draft 7");
}

}  // namespace
}  // namespace config

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

MiddlewareFile file_of(const std::string& text) {
  const auto tree = read_tree(text + kRest, "m.yaml");
  auto file = read_middleware(*tree);
  if (!file) throw std::runtime_error(file.error().text());
  return *std::move(file);
}

TEST(Enrichment, OfATypeGoesBesideThatOfAll) {
  const MiddlewareFile file = file_of(R"(
enrich:
  under: extra
  correlation_id: No__c
  lookups: {region: {by: /a/b, table: {DE: eu, FR: {zone: 2}}}, kind: {by: K, table: {x: 1}, default: null}}
  reference: {prices: {parameter: "ssm:/prices", by: Sku__c, missing: go_on}}
events:
  Order__e: {enrich: {age: true, lookups: {kind: {by: Kind__c, table: {}, default: "none"}}}}
)");
  EXPECT_EQ(file.ingest.enriched_under, "extra");
  const ingest::Enrichment& all = *file.ingest.enrichment;
  EXPECT_FALSE(all.with_age);
  const ingest::Enrichment& own = *file.ingest.types.at(0).enrichment;
  EXPECT_EQ(own.correlation_by, "/No__c");
  EXPECT_TRUE(own.with_age);
  ASSERT_EQ(own.lookups.size(), 2U);
  EXPECT_EQ(own.lookups[0].name + own.lookups[0].by, "region/a/b");
  EXPECT_EQ(own.lookups[0].table.at(1).second, R"({"zone":2})");
  EXPECT_FALSE(own.lookups[0].otherwise);
  EXPECT_EQ(own.lookups[1].by, "/Kind__c");
  EXPECT_EQ(own.lookups[1].otherwise, R"("none")");
  EXPECT_EQ(own.references.at(0).parameter + own.references[0].by, "ssm:/prices/Sku__c");
  EXPECT_FALSE(own.references[0].is_needed);
  EXPECT_FALSE(file_of("").ingest.enrichment);
}

TEST(Routes, LeadToTheirDestinations) {
  const MiddlewareFile file = file_of(R"(
batch: {max_events: 5, max_bytes: 1KiB, max_wait: 1s}
events: {Audit__e: {requires: {Level__c: number}}}
destinations:
  middleware: {batch: {max_events: 50}}
  audit: {url: "https://audit.example", path: /in}
routes:
  - {name: tests, when: {type: Order__e, fields: {Test__c: true}}, drop: not real}
  - {when: {type: [Audit__e, Log__e], fields: {Level__c: {at_least: 3, below: 9}, Kind__c: [a, 1], No__c: {prefix: "A", exists: true}}}, to: audit}
  - {to: middleware}
)");
  const ingest::IngestConfig& ingest = file.ingest;
  ASSERT_EQ(ingest.destinations.size(), 2U);
  EXPECT_EQ(ingest.destinations[0].host + ingest.destinations[0].path, "middleware/events");
  EXPECT_EQ(ingest.destinations[0].batch->events_max, 50U);
  EXPECT_EQ(ingest.destinations[1].host + ingest.destinations[1].path, "audit/in");
  EXPECT_EQ(ingest.destinations[1].batch->events_max, 5U);
  EXPECT_EQ(ingest.destinations[1].batch->bytes_max, 1024U);
  EXPECT_EQ(ingest.destinations[1].batch->wait_max, std::chrono::seconds{1});
  EXPECT_EQ(ingest.types.at(1).name, "Audit__e") << "no flow, but a route";
  ASSERT_EQ(ingest.routes.size(), 3U);
  EXPECT_EQ(ingest.routes[0].name + ": " + ingest.routes[0].drop_reason, "tests: not real");
  EXPECT_EQ(ingest.routes[1].name, "route 2");
  EXPECT_EQ(ingest.routes[1].destination, 1U);
  std::string tests;
  for (const ingest::FieldTest& test : ingest.routes[1].when.fields) {
    tests += test.pointer + " " + std::to_string(static_cast<int>(test.comparison));
    for (const std::string& operand : test.operands) tests += " " + operand;
    tests += "\n";
  }
  EXPECT_EQ(tests, "/Level__c 6 3\n/Level__c 3 9\n/Kind__c 0 \"a\" 1\n/No__c 1 \"A\"\n/No__c 2 true\n");
  EXPECT_EQ(ingest.routes[2].destination, 0U);
}

TEST(Routes, AreRefusedWhereTheyAreWrong) {
  struct Case {
    const char* text;
    const char* problem;
  };
  const Case cases[] = {
      {"routes: [{to: midleware}]",
       "m.yaml:1:10: there is no destination 'midleware'; did you mean 'middleware'?"},
      {"routes: [{to: middleware, drop: x}]", "m.yaml:1:27: "},
      {"routes: [{when: {fields: {a: {atleast: 1}}}, to: middleware}]",
       "m.yaml:1:31: 'atleast' is no comparison; did you mean 'at_least'?"},
      {"routes: [{when: {fields: {a: {below: x}}}, to: middleware}]", "m.yaml:1:38: 'below': wants a number"},
      {"routes: [{when: {fields: {a: {}}}, to: middleware}]",
       "m.yaml:1:30: 'a' wants a comparison, found a map"},
      {"destinations: {audit: {url: \"https://a\"}}", "m.yaml:1:15: no route leads to 'audit'"},
      {"destinations: {middleware: {url: \"https://a\"}}",
       "m.yaml:1:15: the destination 'middleware' has the URL that the function is started with"},
      {"enrich: {reference: {a: {parameter: \"secretsmanager:x\"}}}",
       "m.yaml:1:37: 'parameter': a secret is not added to payloads; use a parameter (ssm:NAME)"},
      {"enrich: {reference: {a: {parameter: \"/x\"}}}",
       "m.yaml:1:37: 'parameter': a secret is named by a reference"},
      {"enrich: {lookups: {age_ms: {by: a, table: {}}}}", "m.yaml:1:9: 'age_ms' is added already"},
      {"batch: {max_events: 0}", "m.yaml:1:21: "},
      {"sns: {topics: [\"arn:aws:sns:r:1:t\"]}\nroutes: [{to: audit}]\ndestinations: {audit: {url: "
       "\"https://a\"}}",
       "m.yaml:3:15: POST /sns leads to the middleware itself: 'audit' cannot have a URL beside sns.topics"},
      {"events: {Order__e: {enrich: {under: x}}}", "m.yaml:1:30: "},
      {"events: {Orders__e: {}}",
       "m.yaml:1:9: no flow starts from the event 'Orders__e'; did you mean 'Order__e'?"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(problems_of(c.text).substr(0, std::string(c.problem).size()), c.problem);
  }
}

}  // namespace
}  // namespace config

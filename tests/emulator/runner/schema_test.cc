#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "middleware/config/reader.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

/// YAML as JSON: unquoted scalars mean what the YAML core schema says, which JSON shows with its own words.
kernel::Json plain(const config::Tree& tree) { return *config::read_from(tree, config::json()); }

class Validator {
 public:
  Validator() {
    const nlohmann::json schema = nlohmann::json::parse(kernel::json_text(scenario_schema()));
    valijson::adapters::NlohmannJsonAdapter adapter(schema);
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(adapter, schema_);
  }
  /// "" when it accepts.
  std::string complaint(const kernel::Json& value) {
    const nlohmann::json copy = nlohmann::json::parse(kernel::json_text(value));
    valijson::adapters::NlohmannJsonAdapter adapter(copy);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    if (validator.validate(schema_, adapter, &results)) return "";
    std::string text;
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
      for (const std::string& part : error.context) text += part;
      text += ": " + error.description + "\n";
    }
    return text.empty() ? "refused" : text;
  }

 private:
  valijson::Schema schema_;
};

kernel::Json file_as_json(const std::string& path) {
  return plain(*config::read_tree(*config::file_text(path), path));
}

TEST(ScenarioSchema, SaysWhichDraftItIs) {
  const kernel::Json schema = scenario_schema();
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema["$id"], "https://relayrig.dev/schema/scenario-1.json");
}

TEST(ScenarioSchema, AcceptsEveryScenario) {
  Validator validator;
  const auto files = scenario_files({RELAYRIG_SOURCE_DIR "/scenarios"});
  ASSERT_TRUE(files.has_value());
  ASSERT_GE(files->size(), 8U);
  for (const std::string& file : *files) {
    SCOPED_TRACE(file);
    EXPECT_EQ(validator.complaint(file_as_json(file)), "");
  }
}

TEST(ScenarioSchema, AcceptsTheSharedDeploymentAsGiven) {
  kernel::Json scenario = kernel::Json::parse(R"({"name": "a", "timeline": []})");
  scenario["given"] = file_as_json(RELAYRIG_SOURCE_DIR "/scenarios/stacks/orders.yaml");
  Validator validator;
  EXPECT_EQ(validator.complaint(scenario), "");
}

TEST(ScenarioSchema, AsksForAWholeDeploymentOnlyWithoutUse) {
  struct Case {
    const char* text;
    bool is_good;
  };
  const Case cases[] = {
      {R"({"name": "a", "timeline": [], "use": "stack.yaml"})", true},
      {R"({"name": "a", "timeline": [], "use": "stack.yaml", "given": {"compute": {"max": 5}}})", true},
      {R"({"name": "a", "timeline": [], "use": "stack.yaml", "given": {"compute": {"mx": 5}}})", false},
      {R"({"name": "a", "timeline": []})", false},
      {R"({"name": "a", "timeline": [], "given": {"compute": {"max": 5}}})", false},
      {R"({"name": "a", "timeline": [], "given": {"bus": {"rules": []}, "lambda": {}, "apis": {}, "compute": {"middleware": "m.yaml"}}})",
       true},
      {R"({"name": "a", "timeline": [], "given": {"bus": {"rules": []}, "lambda": {}, "apis": {}, "compute": {}}})",
       false},
  };
  Validator validator;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(validator.complaint(kernel::Json::parse(c.text)).empty(), c.is_good);
  }
}

TEST(ScenarioSchema, RefusesWhatTheReaderRefuses) {
  const char* const cases[] = {
      R"({"naem": "a"})",
      R"({"name": 5})",
      R"({"seed": -1})",
      R"({"limit": "5 minutes"})",
      R"({"timeline": [{"at": "0s"}]})",
      R"({"timeline": [{"at": "0s", "publish": "E", "fields": {}, "relay": "pause"}]})",
      R"({"timeline": [{"publish": "E", "fields": {}}]})",
      R"({"timeline": [{"at": "0s", "publish": "E", "fields": {}, "rate": 5}]})",
      R"({"timeline": [{"at": "0s", "fault": "erp", "respond": {"status": 99}}]})",
      R"({"timeline": [{"at": "0s", "fault": "erp", "respond": "explode"}]})",
      R"({"expect": [{"hops": {"stage": "apy"}, "equals": 1}]})",
      R"({"expect": [{"every": "event", "queue": "q", "equals": 1}]})",
      R"({"given": {"topics": {"a": {"subscriptions": [{}]}}}})",
      R"({"given": {"topics": {"a": {"subscriptions": [{"queue": "q", "url": "http://x"}]}}}})",
  };
  const kernel::Json good =
      kernel::Json::parse(R"({"name": "a", "given": {}, "use": "stack.yaml", "timeline": []})");
  Validator validator;
  EXPECT_EQ(validator.complaint(good), "");
  for (const char* text : cases) {
    SCOPED_TRACE(text);
    kernel::Json bad = good;
    for (const auto& [key, value] : kernel::Json::parse(text).items()) bad[key] = value;
    EXPECT_NE(validator.complaint(bad), "");
  }
}

}  // namespace
}  // namespace emulator::runner

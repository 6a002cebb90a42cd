#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "middleware/config/reader.h"

namespace config {
namespace {

using namespace std::chrono_literals;

enum class State { Run, Stop };

struct Step {
  kernel::Duration at{};
  std::optional<std::string> publish;
  std::optional<std::string> fault;
  std::optional<Rate> rate;
  std::optional<kernel::Duration> lasts;
  std::vector<Step> then;
};

struct File {
  std::string name;
  std::vector<std::string> tags;
  std::int64_t seed = 7;
  double factor = 0.5;
  bool is_strict = true;
  kernel::Duration timeout = 90s;
  Rate rate{5};
  std::int64_t size = 256 * 1024;
  double part = 0.1;
  State state = State::Run;
  kernel::WallTime starts{};
  kernel::Json pattern;
  MapOf<std::int64_t> limits;
  std::string target;
  std::vector<Step> steps;
};

Shape<Step> step_shape() {
  return object<Step>("a step", "Something that happens.")
      .required("at", &Step::at, duration(), "When.")
      .optional("publish", &Step::publish, non_empty_text(), "The event.")
      .optional("fault", &Step::fault, non_empty_text(), "The API that misbehaves.")
      .optional("rate", &Step::rate, rate(), "How fast.")
      .optional("for", &Step::lasts, duration(), "How long.")
      .optional("then", &Step::then, list_of(lazy<Step>("step", step_shape), 1), "What follows.")
      .exactly_one_of({"publish", "fault"})
      .at_most_one_of({"fault", "rate"})
      .requires_one_of("for", {"rate", "fault"})
      .done();
}

Shape<File> file_shape() {
  const KeyRule lower{.refuses = [](const std::string& key) -> std::optional<std::string> {
                        if (key.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos)
                          return std::nullopt;
                        return "'" + key + "' is not in lower case";
                      },
                      .pattern = "^[a-z]*$"};
  const auto target_of = [](const MapOf<std::string>& map) -> kernel::Result<std::string> {
    return map.empty() ? std::string("none") : map.front().second;
  };
  return object<File>("a scenario", "What happens and what is expected.")
      .required("name", &File::name, non_empty_text(), "Its claim.")
      .optional("tags", &File::tags, one_or_list_of(text()), "Labels.")
      .optional("seed", &File::seed, integer(0, 1000), "The seed.")
      .optional("factor", &File::factor, number(0, 2.5), "A factor.")
      .optional("strict", &File::is_strict, boolean(), "Whether it is strict.")
      .optional("timeout", &File::timeout, duration(), "The longest wait.")
      .optional("rate", &File::rate, rate(), "How fast.")
      .optional("size", &File::size, size(), "The largest body.")
      .optional("part", &File::part, share(), "How many.")
      .optional("state", &File::state, choice<State>({{"RUN", State::Run}, {"STOP", State::Stop}}),
                "The state.")
      .optional("starts", &File::starts, wall_time(), "The first instant.")
      .optional("pattern", &File::pattern, json(), "What matches.")
      .optional("limits", &File::limits, map_of(integer(), lower), "Limits by name.")
      .optional(
          "target", &File::target,
          either<std::string>({.scalar = text(), .map = mapped<std::string>(map_of(text()), target_of)}),
          "Where to.")
      .optional("steps", &File::steps, list_of(lazy<Step>("step", step_shape)), "The timeline.")
      .not_yet("chaos", "use steps")
      .requires_key("limits", {"size", "part"})
      .done();
}

kernel::Json document() {
  return schema_document(*file_shape(), "https://example.com/scenario.json", "A scenario file");
}

class Validator {
 public:
  Validator() {
    const nlohmann::json schema = nlohmann::json::parse(kernel::json_text(document()));
    valijson::adapters::NlohmannJsonAdapter adapter(schema);
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(adapter, schema_);
  }
  bool accepts(const kernel::Json& value) {
    const nlohmann::json plain = nlohmann::json::parse(kernel::json_text(value));
    valijson::adapters::NlohmannJsonAdapter adapter(plain);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    return validator.validate(schema_, adapter, nullptr);
  }

 private:
  valijson::Schema schema_;
};

TEST(Schema, AcceptsExactlyWhatTheReaderAccepts) {
  struct Case {
    const char* text;
    bool is_good;
  };
  // Each line but the last few is one more key of a file that has a name.
  const Case cases[] = {
      {"tags: a", true},
      {"tags: [a, b]", true},
      {"tags: []", true},
      {"tags: [a, 5]", false},
      {"tags: 5", false},
      {"tags:", false},
      {"seed: 7", true},
      {"seed: 0x1f", true},
      {"seed: '7'", false},
      {"seed: 7.5", false},
      {"seed: -1", false},
      {"seed: 1001", false},
      {"seed: [7]", false},
      {"factor: 2.5", true},
      {"factor: 2", true},
      {"factor: 2.6", false},
      {"factor: '2'", false},
      {"strict: false", true},
      {"strict: no", false},
      {"strict: 0", false},
      {"timeout: 250ms", true},
      {"timeout: '1h30m'", true},
      {"timeout: 1d2h3m4s5ms6us7ns", true},
      {"timeout: 1.5s", true},
      {"timeout: .5s", true},
      {"timeout: 5.s", true},
      {"timeout: .s", false},
      {"timeout: 5m5ms", true},
      {"timeout: 5ms5m", false},
      {"timeout: 5", false},
      {"timeout: 5x", false},
      {"timeout: 5s5", false},
      {"timeout: s", false},
      {"timeout: ''", false},
      {"timeout: ' 5s'", false},
      {"rate: 5/s", true},
      {"rate: 0.5/h", true},
      {"rate: 300/m", true},
      {"rate: 0/s", false},
      {"rate: 0.0/s", false},
      {"rate: 5./s", false},
      {"rate: 5/d", false},
      {"rate: 5", false},
      {"size: 256KiB", true},
      {"size: 10MB", true},
      {"size: 4096", true},
      {"size: 7B", true},
      {"size: 1GB", true},
      {"size: 1kB", true},
      {"size: 1kiB", false},
      {"size: -1", false},
      {"size: '4096'", false},
      {"size: 1.5MiB", false},
      {"part: 10%", true},
      {"part: 100%", true},
      {"part: 100.0%", true},
      {"part: 0.5%", true},
      {"part: 007%", true},
      {"part: 101%", false},
      {"part: 100.5%", false},
      {"part: 0.1", false},
      {"part: 1000%", false},
      {"state: RUN", true},
      {"state: run", false},
      {"starts: 2026-01-05", true},
      {"starts: 2026-01-05T09:00:00.5Z", true},
      {"starts: 2026-01-05 09:00", false},
      {"starts: 2026-1-5", false},
      {"pattern: {a: [1, ~, {b: true}]}", true},
      {"pattern:", true},
      {"limits: {a: 1}\nsize: 1\npart: 1%", true},
      {"limits: {A: 1}\nsize: 1\npart: 1%", false},
      {"limits: {a: x}\nsize: 1\npart: 1%", false},
      {"limits: {a: 1}\nsize: 1", false},
      {"target: x", true},
      {"target: {a: x}", true},
      {"target: [x]", false},
      {"target: {a: 1}", false},
      {"steps: [{at: 5s, publish: x}]", true},
      {"steps: [{at: 5s, fault: x, for: 1m}]", true},
      {"steps: [{at: 5s, publish: x, rate: 5/s, for: 1m}]", true},
      {"steps: [{at: 5s, publish: x, for: 1m}]", false},
      {"steps: [{at: 5s, fault: x, rate: 5/s}]", false},
      {"steps: [{at: 5s}]", false},
      {"steps: [{publish: x}]", false},
      {"steps: [{at: 5s, publish: x, fault: y}]", false},
      {"steps: [{at: 5s, publish: x, then: [{at: 1s, fault: y}]}]", true},
      {"steps: [{at: 5s, publish: x, then: [{at: 1s, faults: y}]}]", false},
      {"steps: [{at: 5s, publish: x, then: []}]", false},
      {"steps: [{at: 5s, publish: ''}]", false},
      {"chaos: 1", false},
      {"colour: 1", false},
  };
  Validator validator;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const std::string text = std::string("name: x\n") + c.text + "\n";
    const auto value = read_text(text, "f", json());
    ASSERT_TRUE(value.has_value()) << value.error().text();
    EXPECT_EQ(read_text(text, "f", file_shape()).has_value(), c.is_good);
    EXPECT_EQ(validator.accepts(*value), c.is_good);
  }
  EXPECT_FALSE(validator.accepts(kernel::Json::object()));
  EXPECT_FALSE(validator.accepts(kernel::Json::array()));
}

TEST(Schema, SaysWhatEditorsShow) {
  const kernel::Json schema = document();
  struct Case {
    const char* pointer;
    const char* json;
  };
  const Case cases[] = {
      {"/$schema", R"("http://json-schema.org/draft-07/schema#")"},
      {"/$id", R"("https://example.com/scenario.json")"},
      {"/title", R"("A scenario file")"},
      {"/description", R"("What happens and what is expected.")"},
      {"/required", R"(["name"])"},
      {"/additionalProperties", "false"},
      {"/properties/name", R"({"type":"string","minLength":1,"description":"Its claim."})"},
      {"/properties/seed",
       R"({"type":"integer","minimum":0,"maximum":1000,"description":"The seed.","default":7})"},
      {"/properties/factor/default", "0.5"},
      {"/properties/strict", R"({"type":"boolean","description":"Whether it is strict.","default":true})"},
      {"/properties/timeout/default", R"("1m30s")"},
      {"/properties/rate/default", R"("5/s")"},
      {"/properties/size/default", R"("256KiB")"},
      {"/properties/part/default", R"("10%")"},
      {"/properties/state",
       R"({"type":"string","enum":["RUN","STOP"],"description":"The state.","default":"RUN"})"},
      {"/properties/pattern", R"({"description":"What matches."})"},
      {"/properties/steps/items", R"({"$ref":"#/definitions/step"})"},
      {"/properties/chaos", R"({"not":{},"description":"Not emulated yet: use steps"})"},
      {"/dependencies", R"({"limits":["size","part"]})"},
      {"/definitions/step/title", R"("step")"},
      {"/definitions/step/properties/then/items", R"({"$ref":"#/definitions/step"})"},
      {"/definitions/step/allOf/0", R"({"oneOf":[{"required":["publish"]},{"required":["fault"]}]})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.pointer);
    const kernel::Json* found = kernel::json_at(schema, c.pointer);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(kernel::json_text(*found), c.json);
  }
}

TEST(Schema, TheShownDefaultsReadBackAsThemselves) {
  const kernel::Json schema = document();
  kernel::Json file = {{"name", "x"}};
  for (const auto& [key, property] : schema["properties"].items()) {
    if (property.contains("default")) file[key] = property["default"];
  }
  const auto read = read_text(kernel::json_text(file), "f", file_shape());
  ASSERT_TRUE(read.has_value()) << read.error().text();
  const File defaults;
  EXPECT_EQ(read->timeout, defaults.timeout);
  EXPECT_EQ(read->rate, defaults.rate);
  EXPECT_EQ(read->size, defaults.size);
  EXPECT_EQ(read->part, defaults.part);
  EXPECT_EQ(file.size(), 9U);
}

TEST(Schema, ADocBesideAReferenceIsKept) {
  struct Holder {
    Step step;
  };
  const Shape<Holder> shape =
      object<Holder>("a holder")
          .required("step", &Holder::step, lazy<Step>("step", step_shape), "The step.")
          .done();
  const kernel::Json schema = schema_document(*shape, "id", "title");
  EXPECT_EQ(kernel::json_text(schema["properties"]["step"]),
            R"({"allOf":[{"$ref":"#/definitions/step"}],"description":"The step."})");
  const kernel::Json root = schema_document(*lazy<Step>("step", step_shape), "id", "title");
  EXPECT_EQ(kernel::json_text(root["allOf"]), R"([{"$ref":"#/definitions/step"}])");
}

}  // namespace
}  // namespace config

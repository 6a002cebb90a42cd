#include "mocks/imports/wiremock.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "mocks/imports/shadows.h"
#include "mocks/imports/wiremock_request.h"
#include "mocks/imports/yaml_text.h"

namespace mocks::imports {
namespace {

using kernel::Json;

struct Taken {
  Json stub;
  std::string file;
  std::string pointer;
};

/// How a person calls a mapping: by its name, else by what it asks.
std::string name_of(const Json& mapping) {
  for (const char* key : {"name", "id", "uuid"}) {
    if (mapping.contains(key) && mapping[key].is_string() &&
        !mapping[key].get_ref<const std::string&>().empty())
      return mapping[key].get<std::string>();
  }
  const Json none = Json::object();
  const Json& request =
      mapping.contains("request") && mapping["request"].is_object() ? mapping["request"] : none;
  std::string text = request.contains("method") && request["method"].is_string()
                         ? request["method"].get<std::string>()
                         : "ANY";
  for (const char* key : {"url", "urlPath", "urlPathTemplate", "urlPattern", "urlPathPattern"}) {
    if (request.contains(key) && request[key].is_string())
      return text + " " + request[key].get<std::string>();
  }
  return text;
}

void add_scenario(const Json& mapping, const std::string& pointer, Json& stub, Findings& findings) {
  const auto has = [&mapping](const char* key) { return mapping.contains(key) && !mapping[key].is_null(); };
  for (const char* key : {"scenarioName", "requiredScenarioState", "newScenarioState"}) {
    if (has(key) && (!mapping[key].is_string() || mapping[key].get_ref<const std::string&>().empty()))
      return findings.left_out(below(pointer, key), "wants a text");
    if (has(key) && !has("scenarioName"))
      return findings.left_out(below(pointer, key), "a state without 'scenarioName'");
  }
  if (!has("requiredScenarioState") && !has("newScenarioState")) return;
  stub["scenario"]["name"] = mapping["scenarioName"];
  if (has("requiredScenarioState")) stub["scenario"]["required"] = mapping["requiredScenarioState"];
  if (has("newScenarioState")) stub["scenario"]["next"] = mapping["newScenarioState"];
}

Json our_stub(const Json& mapping, const std::string& pointer, const BodyFiles& bodies, Findings& findings) {
  constexpr std::string_view kKnown[] = {
      "request",          "response",      "priority", "scenarioName", "requiredScenarioState",
      "newScenarioState", "name",          "id",       "uuid",         "persistent",
      "metadata",         "insertionIndex"};
  Json stub = Json::object();
  stub["id"] = name_of(mapping);
  for (const auto& [key, value] : mapping.items()) {
    const bool is_empty = value.is_null() || (value.is_structured() && value.empty());
    if (is_empty || std::ranges::find(kKnown, key) != std::end(kKnown)) continue;
    const bool is_listener = key == "postServeActions" || key == "serveEventListeners";
    findings.left_out(below(pointer, key),
                      is_listener ? "webhooks are not taken: write them as 'callbacks' of the stub"
                                  : "'" + key + "' is not known");
  }
  if (mapping.contains("priority") && !mapping["priority"].is_null()) {
    if (!mapping["priority"].is_number_integer())
      findings.left_out(below(pointer, "priority"), "wants a whole number");
    stub["priority"] = mapping["priority"];
  }
  const Json everything = Json::object();
  const auto part = [&](const char* key) -> const Json& {
    return mapping.contains(key) ? mapping[key] : everything;
  };
  stub["request"] = our_request(part("request"), below(pointer, "request"), findings);
  add_scenario(mapping, pointer, stub, findings);
  add_response(part("response"), below(pointer, "response"), bodies, findings, stub);
  return stub;
}

/// Ours go from 1 to 1000. Others keep their order among each other and to the 5 of those that say nothing.
void fit_priorities(std::vector<Taken>& taken) {
  std::set<std::int64_t> all = {5};
  bool is_fine = true;
  for (const Taken& one : taken) {
    const std::int64_t priority = one.stub.value("priority", std::int64_t{5});
    all.insert(priority);
    is_fine = is_fine && priority >= 1 && priority <= 1000;
  }
  if (is_fine) return;
  for (Taken& one : taken) {
    const std::int64_t priority = one.stub.value("priority", std::int64_t{5});
    one.stub["priority"] = 1 + std::distance(all.begin(), all.find(priority));
  }
}

/// Two mappings may have one name; two stubs of a mock may not have one id.
void make_ids_unique(std::vector<Taken>& taken) {
  std::set<std::string> ids;
  for (Taken& one : taken) {
    const std::string id = one.stub["id"].get<std::string>();
    std::string unique = id;
    for (int n = 2; !ids.insert(unique).second; ++n) unique = id + " " + std::to_string(n);
    one.stub["id"] = unique;
  }
}

/// A stub that never answers is left out: WireMock would not ask it either.
Json without_shadows(const std::vector<Taken>& taken, std::vector<Finding>& findings) {
  Json stubs = Json::array();
  for (const Taken& one : taken) stubs.push_back(one.stub);
  const auto shadows = shadows_of(stubs);
  Json left = Json::array();
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (shadows[i].empty()) {
      left.push_back(taken[i].stub);
      continue;
    }
    Findings said(taken[i].file, taken[i].stub["id"].get<std::string>());
    said.left_out(taken[i].pointer,
                  "it never answers: '" + shadows[i] + "' comes first and takes all of its requests");
    findings.insert(findings.end(), said.all().begin(), said.all().end());
  }
  return left;
}

}  // namespace

kernel::Result<MockFile> from_wiremock(const std::vector<MappingsFile>& files, const BodyFiles& bodies) {
  MockFile made;
  std::vector<Taken> taken;
  const auto take = [&](const MappingsFile& file, const Json& mapping, const std::string& pointer) {
    ++made.seen;
    Findings findings(file.name, mapping.is_object() ? name_of(mapping) : "");
    Json stub;
    if (mapping.is_object()) {
      stub = our_stub(mapping, pointer, bodies, findings);
    } else {
      findings.left_out(pointer, "a mapping is an object");
    }
    const bool is_left_out = findings.has_left_out();
    for (const Finding& finding : findings.all()) {
      // Of what is not there it does not matter how it would differ.
      if (!is_left_out || finding.weight == Weight::LeftOut) made.findings.push_back(finding);
    }
    if (!is_left_out) taken.push_back({std::move(stub), file.name, pointer});
  };
  for (const MappingsFile& file : files) {
    const auto json = kernel::parse_json(file.text);
    if (!json) return kernel::invalid(json.error().message, file.name);
    if (json->is_object() && json->contains("mappings") && (*json)["mappings"].is_array()) {
      const Json& list = (*json)["mappings"];
      for (std::size_t i = 0; i < list.size(); ++i) take(file, list[i], below("/mappings", i));
    } else if (json->is_object() && (json->contains("request") || json->contains("response"))) {
      take(file, *json, "");
    } else {
      return kernel::invalid("holds no mapping: wants 'request' and 'response', or a list of 'mappings'",
                             file.name);
    }
  }
  fit_priorities(taken);
  make_ids_unique(taken);
  Json mock = Json::object();
  mock["stubs"] = without_shadows(taken, made.findings);
  made.taken = static_cast<int>(mock["stubs"].size());
  made.yaml = yaml_text(mock);
  return made;
}

}  // namespace mocks::imports

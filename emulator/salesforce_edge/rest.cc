#include "emulator/salesforce_edge/rest.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/query_cursors.h"
#include "emulator/salesforce_edge/resources.h"

namespace emulator::salesforce_edge {

using kernel::Json;

namespace {

constexpr std::string_view kRoot = "/services/data/v";
constexpr int kVersionMin = 37;
constexpr int kVersionNewest = 67;  // Summer '26

/// Winter, Spring and Summer follow each other; 35 was Winter '16.
std::string label_of(int version) {
  constexpr const char* kSeasons[] = {"Winter", "Spring", "Summer"};
  const int since = version - 35;
  return std::string(kSeasons[since % 3]) + " '" + std::to_string(16 + since / 3);
}

std::string version_text(int major) { return std::to_string(major) + ".0"; }

}  // namespace

std::string RestCall::root() const { return std::string(kRoot) + version_text(version / 10); }

bool read_target(std::string_view target, RestCall& call) {
  if (!target.starts_with(kRoot)) return false;
  target.remove_prefix(kRoot.size());
  if (const std::string_view query = kernel::query_of(target); !query.empty())
    call.query = kernel::form_fields(query);
  target = kernel::path_of(target);
  int major = 0;
  const auto [end, error] = std::from_chars(target.data(), target.data() + target.size(), major);
  const std::string_view rest(end, target.data() + target.size());
  if (error != std::errc{} || !rest.starts_with(".0") || major < kVersionMin || major > 999) return false;
  std::string_view below = rest.substr(2);
  if (!below.empty() && !below.starts_with('/')) return false;
  call.version = major * 10;
  call.path.clear();
  while (!below.empty()) {
    below.remove_prefix(1);
    const std::string_view part = below.substr(0, below.find('/'));
    below.remove_prefix(part.size());
    // A trailing slash says nothing.
    if (!part.empty()) call.path.push_back(kernel::percent_decoded(part, false));
  }
  return true;
}

ApiAnswer versions() {
  Json list = Json::array();
  for (int version = kVersionMin; version <= kVersionNewest; ++version) {
    list.push_back({{"label", label_of(version)},
                    {"url", std::string(kRoot) + version_text(version)},
                    {"version", version_text(version)}});
  }
  return json_answer(list);
}

ApiError api_error(const salesforce::OrgError& error) {
  return {.status = error.http_status, .code = error.code, .message = error.message, .fields = error.fields};
}

std::expected<Json, ApiError> object_of(const std::string& body) {
  auto json = kernel::parse_json(body);
  if (!json) return refused(400, "JSON_PARSER_ERROR", json.error().text());
  if (!json->is_object()) return refused(400, "JSON_PARSER_ERROR", "The body wants a JSON object");
  return std::move(*json);
}

Rest::Rest(OrgPorts org) : org_(org), cursors_(std::make_unique<QueryCursors>()) {}
Rest::~Rest() = default;

ApiResult Rest::resources(const RestCall& call) const {
  if (call.method != "GET" && call.method != "HEAD") return wrong_method(call.method);
  Json map = {{"identity", call.identity_url}};
  for (const char* name : {"sobjects", "query", "queryAll", "limits", "composite", "tooling"})
    map[name] = call.root() + "/" + name;
  return json_answer(map);
}

ApiResult Rest::limits(const RestCall& call) {
  if (call.method != "GET" && call.method != "HEAD") return wrong_method(call.method);
  if (call.path.size() > 1) return not_found();
  Json limits = Json::object();
  for (const salesforce::Allocation& allocation : org_.limits.limits())
    limits[allocation.name] = {{"Max", allocation.max}, {"Remaining", allocation.remaining}};
  return json_answer(limits);
}

ApiResult Rest::call(const RestCall& call) {
  if (call.path.empty()) return resources(call);
  const std::string& first = call.path.front();
  if (first == "limits") return limits(call);
  if (first == "sobjects") return sobjects(org_, call);
  if (first == "event") return event_schema(org_, call);
  if (first == "query" || first == "queryAll") return query(org_, call, *cursors_);
  if (first == "tooling") return tooling(org_, call, *cursors_);
  if (first == "composite") {
    if (call.path.size() == 1) return composite(*this, org_, call);
    if (call.path[1] == "sobjects") return collections(org_, call);
  }
  std::string path = call.root();
  for (const std::string& part : call.path) path += "/" + part;
  return not_emulated(call.method + " " + path);
}

}  // namespace emulator::salesforce_edge

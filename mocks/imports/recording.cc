#include "mocks/imports/recording.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/url.h"
#include "mocks/imports/yaml_text.h"

namespace mocks::imports {
namespace {

using kernel::Json;

bool is_text(const std::string& bytes) {
  const auto read = kernel::parse_json(kernel::json_quoted(bytes));
  return read && *read == bytes;
}

bool is_form(const kernel::HttpRequest& request) {
  return request.headers.get("Content-Type").starts_with("application/x-www-form-urlencoded");
}

/// Headers that say how bytes came, when, or by whom.
bool is_of_the_wire(const std::string& name) {
  constexpr std::string_view kNames[] = {
      "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Date", "Server", "Via",
      "Age",        "Alt-Svc"};
  return std::ranges::any_of(kNames,
                             [&](std::string_view known) { return kernel::equal_without_case(known, name); });
}

/// Fields as matchers: values of one name together, secrets only by being there.
Json fields_of(const kernel::FormFields& fields, const Redaction& redaction) {
  Json made = Json::object();
  for (const auto& [name, value] : fields) {
    if (redaction.is_secret(name)) {
      made[name] = {{"exists", true}};
    } else if (!made.contains(name)) {
      made[name] = value;
    } else if (made[name].is_string()) {
      made[name] = {{"has_exactly", Json::array({made[name], value})}};
    } else if (made[name].contains("has_exactly")) {
      made[name]["has_exactly"].push_back(value);
    }
  }
  return made;
}

Json request_of(const kernel::HttpRequest& request, const Redaction& redaction) {
  Json made{{"method", request.method}};
  const auto query = kernel::form_fields(kernel::query_of(request.target));
  const bool has_secret =
      std::ranges::any_of(query, [&](const auto& field) { return redaction.is_secret(field.first); });
  if (has_secret) {
    made["url_path"] = std::string(kernel::path_of(request.target));
    made["query"] = fields_of(query, redaction);
  } else {
    made["url"] = request.target;
  }
  if (request.body.empty()) return made;
  if (is_form(request)) {
    made["form"] = fields_of(kernel::form_fields(request.body), redaction);
  } else if (const auto json = kernel::parse_json(request.body); json && json->is_structured()) {
    made["body"] = {{"equal_to_json", redaction.redacted(*json, "${json-unit.ignore}")}};
  } else if (is_text(request.body)) {
    made["body"] = request.body;
  } else {
    made["body"] = {{"binary_equal_to", kernel::base64(request.body)}};
  }
  return made;
}

Json response_of(const kernel::HttpResponse& response, const Redaction& redaction,
                 const std::vector<std::string>& secrets) {
  Json made{{"status", response.status}};
  for (const auto& [name, value] : response.headers) {
    if (is_of_the_wire(name)) continue;
    std::string text = Redaction::without(value, secrets);
    if (kernel::equal_without_case(name, "Set-Cookie"))
      text = value.substr(0, value.find('=')) + "=" + std::string(kRedacted);
    else if (redaction.is_secret(name))
      text = kRedacted;
    Json& all = made["headers"][name];
    if (all.is_null()) {
      all = text;
    } else if (all.is_string()) {
      all = Json::array({all, text});
    } else {
      all.push_back(text);
    }
  }
  if (response.body.empty()) return made;
  const bool is_json = response.headers.get("Content-Type").find("json") != std::string_view::npos;
  const std::string clean = Redaction::without(response.body, secrets);
  const auto json = kernel::parse_json(clean);
  if (is_json && json) {
    made["body"] = redaction.redacted(*json, Json(kRedacted));
  } else if (is_text(clean)) {
    made["text"] = clean;
  } else {
    made["base64"] = kernel::base64(clean);
  }
  return made;
}

/// Answers in turn; the same one several times in a row is said once.
void append(Json& responses, Json response) {
  if (!responses.empty()) {
    Json& last = responses.back();
    Json same = last;
    same.erase("repeat");
    if (same == response) {
      last["repeat"] = last.value("repeat", 1) + 1;
      return;
    }
  }
  responses.push_back(std::move(response));
}

}  // namespace

struct Recording::Stub {
  Json request;
  Json responses = Json::array();
};

Recording::Recording(Redaction redaction) : redaction_(std::move(redaction)) {}
Recording::~Recording() = default;

Recording::Stub* Recording::stub_of(const kernel::HttpRequest& request) {
  ++seen_;
  const bool has_known_method =
      !request.method.empty() &&
      request.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
  if (!has_known_method || !request.target.starts_with('/')) {
    findings_.push_back({.file = "request " + std::to_string(seen_),
                         .of = request.method + " " + request.target,
                         .why = "it is no request that a stub can be for"});
    return nullptr;
  }
  ++taken_;
  Json pattern = request_of(request, redaction_);
  const auto known = std::ranges::find_if(stubs_, [&](const auto& stub) { return stub->request == pattern; });
  if (known != stubs_.end()) return known->get();
  stubs_.push_back(std::make_unique<Stub>());
  stubs_.back()->request = std::move(pattern);
  return stubs_.back().get();
}

void Recording::add(const kernel::HttpRequest& request, const kernel::HttpResponse& response) {
  Stub* stub = stub_of(request);
  if (stub != nullptr)
    append(stub->responses, response_of(response, redaction_, redaction_.secrets_of(request)));
}

void Recording::add(const kernel::HttpRequest& request, kernel::NoAnswer reason) {
  Stub* stub = stub_of(request);
  if (stub == nullptr) return;
  const bool is_silence = reason == kernel::NoAnswer::Timeout || reason == kernel::NoAnswer::ConnectTimeout;
  const char* const ending = is_silence                                  ? "hang"
                             : reason == kernel::NoAnswer::ClosedEarly   ? "empty"
                             : reason == kernel::NoAnswer::ProtocolError ? "garbage"
                             : reason == kernel::NoAnswer::BodyTruncated ? "truncated"
                                                                         : "reset";
  append(stub->responses, {{"ending", ending}});
}

MockFile Recording::file() const {
  MockFile made{.findings = findings_, .seen = seen_, .taken = taken_};
  Json stubs = Json::array();
  std::set<std::string> ids;
  for (const auto& recorded : stubs_) {
    const bool has_url = recorded->request.contains("url");
    const std::string url = recorded->request[has_url ? "url" : "url_path"].get<std::string>();
    const std::string id = recorded->request["method"].get<std::string>() + " " + url;
    std::string unique = id;
    for (int n = 2; !ids.insert(unique).second; ++n) unique = id + " " + std::to_string(n);
    Json stub{{"id", unique}};
    // A request with a body is recognised before one without.
    const bool is_plain = recorded->request.size() == 2;
    if (is_plain) stub["priority"] = 6;
    stub["request"] = recorded->request;
    Json responses = recorded->responses;
    responses.back().erase("repeat");  // it stays
    stub["respond"] = responses.size() == 1 ? responses[0] : responses;
    stubs.push_back(std::move(stub));
  }
  Json mock = Json::object();
  mock["stubs"] = stubs;
  made.yaml = yaml_text(mock);
  return made;
}

}  // namespace mocks::imports

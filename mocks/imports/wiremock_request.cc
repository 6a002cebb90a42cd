#include "mocks/imports/wiremock_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/base64.h"
#include "mocks/imports/java_regex.h"
#include "mocks/imports/wiremock_matcher.h"

namespace mocks::imports {
namespace {

using kernel::Json;

/// A request being translated.
struct Asking {
  const Json& theirs;
  const std::string& pointer;
  Findings& findings;
  Json ours = Json::object();

  void refuse(std::string_view key, std::string why) {
    findings.left_out(below(pointer, key), std::move(why));
  }
};

void add_method(Asking& a, const Json& method) {
  if (!method.is_string()) return a.refuse("method", "wants the name of a method");
  std::string name = method.get<std::string>();
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name != "ANY") a.ours["method"] = name;
}

/// A segment is a name in braces, or has no brace.
bool is_our_template(const std::string& path) {
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string segment = path.substr(at, end - at);
    const bool has_brace = segment.find_first_of("{}") != std::string::npos;
    const bool is_whole = segment.size() > 3 && segment[0] == '/' && segment[1] == '{' &&
                          segment.find('}') == segment.size() - 1;
    if (has_brace && !is_whole) return false;
    at = end;
  }
  return path.starts_with('/');
}

void add_url(Asking& a) {
  constexpr std::pair<const char*, const char*> kForms[] = {{"url", "url"},
                                                            {"urlPattern", "url_pattern"},
                                                            {"urlPath", "url_path"},
                                                            {"urlPathPattern", "url_path_pattern"},
                                                            {"urlPathTemplate", "url_path_template"}};
  int forms = 0;
  for (const auto& [key, our_key] : kForms) {
    const auto found = a.theirs.find(key);
    if (found == a.theirs.end() || found->is_null()) continue;
    if (++forms > 1) return a.refuse(key, "one form of URL at a time");
    if (!found->is_string() || found->get_ref<const std::string&>().empty()) {
      a.refuse(key, "wants a text");
      continue;
    }
    std::string text = found->get<std::string>();
    if (std::string_view(key).ends_with("Pattern")) {
      const auto pattern = re2_text(text, false);
      if (!pattern) {
        a.refuse(key, pattern.error().message);
        continue;
      }
      text = *pattern;
    }
    if (std::string_view(key) == "urlPathTemplate" && !is_our_template(text))
      a.refuse(key, "a variable is a whole segment: /orders/{id}");
    a.ours[our_key] = text;
  }
}

void add_basic_auth(Asking& a, const std::string& key, const Json& credentials) {
  const bool is_whole = credentials.is_object() && credentials.contains("username") &&
                        credentials.contains("password") && credentials["username"].is_string() &&
                        credentials["password"].is_string();
  if (!is_whole) return a.refuse(key, "wants username and password");
  const std::string text =
      credentials["username"].get<std::string>() + ":" + credentials["password"].get<std::string>();
  // It takes the place of what `headers` says of Authorization.
  a.ours["headers"]["Authorization"] = "Basic " + kernel::base64(text);
}

void add_body(Asking& a, const Json& patterns) {
  const std::string here = below(a.pointer, "bodyPatterns");
  if (!patterns.is_array()) return a.refuse("bodyPatterns", "wants a list of matchers");
  Json all = Json::array();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    auto one = our_matcher(patterns[i], below(here, i), Subject::Body, a.findings);
    if (one) all.push_back(std::move(*one));
  }
  if (!all.empty()) a.ours["body"] = all.size() == 1 ? all[0] : all;
}

void add_fields(Asking& a, const char* key, const char* our_key, Subject subject) {
  const auto found = a.theirs.find(key);
  if (found == a.theirs.end() || found->is_null()) return;
  auto fields = our_fields(*found, below(a.pointer, key), subject, a.findings);
  if (fields && !fields->empty()) a.ours[our_key] = std::move(*fields);
}

}  // namespace

Json our_request(const Json& request, const std::string& pointer, Findings& findings) {
  Asking a{.theirs = request, .pointer = pointer, .findings = findings};
  if (!request.is_object()) {
    findings.left_out(pointer, "wants an object");
    return a.ours;
  }
  constexpr std::string_view kKnown[] = {"method",
                                         "url",
                                         "urlPattern",
                                         "urlPath",
                                         "urlPathPattern",
                                         "urlPathTemplate",
                                         "pathParameters",
                                         "queryParameters",
                                         "formParameters",
                                         "headers",
                                         "cookies",
                                         "basicAuth",
                                         "basicAuthCredentials",
                                         "bodyPatterns"};
  for (const auto& [key, value] : request.items()) {
    const bool is_known = std::ranges::find(kKnown, key) != std::end(kKnown);
    if (is_known || value.is_null()) continue;
    const bool is_about_host = key == "host" || key == "port" || key == "scheme" || key == "clientIp";
    a.refuse(key, is_about_host ? "every mock has a host of its own: '" + key + "' is not matched"
                                : "'" + key + "' is not known");
  }
  if (request.contains("method")) add_method(a, request["method"]);
  add_url(a);
  if (request.contains("pathParameters") && !request.contains("urlPathTemplate"))
    a.refuse("pathParameters", "goes with urlPathTemplate");
  add_fields(a, "pathParameters", "path_parameters", Subject::Field);
  add_fields(a, "queryParameters", "query", Subject::Field);
  add_fields(a, "headers", "headers", Subject::Field);
  add_fields(a, "cookies", "cookies", Subject::Cookie);
  add_fields(a, "formParameters", "form", Subject::Field);
  for (const char* key : {"basicAuth", "basicAuthCredentials"}) {
    if (request.contains(key) && !request[key].is_null()) add_basic_auth(a, key, request[key]);
  }
  if (request.contains("bodyPatterns") && !request["bodyPatterns"].is_null())
    add_body(a, request["bodyPatterns"]);
  return a.ours;
}

}  // namespace mocks::imports

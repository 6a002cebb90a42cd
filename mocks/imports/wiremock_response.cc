#include "mocks/imports/wiremock_response.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/http.h"
#include "mocks/imports/wiremock_template.h"

namespace mocks::imports {
namespace {

using kernel::Json;

bool is_utf8(const std::string& text) {
  const auto read = kernel::parse_json(kernel::json_quoted(text));
  return read && *read == text;
}

/// A response being translated.
struct Answering {
  const Json& theirs;
  const std::string& pointer;
  Findings& findings;
  Json respond = Json::object();
  Json latency = nullptr;
  bool is_templated = false;

  bool has(const char* key) const { return theirs.contains(key) && !theirs[key].is_null(); }
  std::string at(std::string_view key) const { return below(pointer, key); }
  void refuse(std::string_view key, std::string why) { findings.left_out(at(key), std::move(why)); }

  /// As it stands, or as a template.
  std::optional<std::string> text(const std::string& source, const std::string& where) {
    if (!is_templated) return source;
    auto made = our_template(source);
    if (made) return std::move(*made);
    findings.left_out(where, "template, " + made.error().message);
    return std::nullopt;
  }
};

void add_transformers(Answering& a) {
  if (a.has("transformers")) {
    for (const Json& name : a.theirs["transformers"]) {
      if (name == "response-template") {
        a.is_templated = true;
      } else {
        a.refuse("transformers", "the transformer " + kernel::json_text(name) + " is not known");
      }
    }
  }
  if (a.has("transformerParameters") && !a.theirs["transformerParameters"].empty())
    a.refuse("transformerParameters", "parameters of transformers are not known");
}

void add_status(Answering& a) {
  if (a.has("status")) {
    const Json& status = a.theirs["status"];
    if (!status.is_number_integer() || status < 100 || status > 599)
      return a.refuse("status", "wants 100 to 599");
    a.respond["status"] = status;
  }
  if (a.has("statusMessage"))
    a.findings.differs(a.at("statusMessage"), "the reason phrase is the usual one of the status");
}

void add_headers(Answering& a) {
  if (!a.has("headers")) return;
  const Json& headers = a.theirs["headers"];
  if (!headers.is_object()) return a.refuse("headers", "wants names and values");
  constexpr std::string_view kFraming[] = {"Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive"};
  for (const auto& [name, value] : headers.items()) {
    const std::string here = below(a.at("headers"), name);
    if (std::ranges::any_of(kFraming,
                            [&](std::string_view f) { return kernel::equal_without_case(f, name); })) {
      a.findings.differs(here, "'" + name + "' is the server's own affair: it is not sent as it stands");
      continue;
    }
    Json values = Json::array();
    for (const Json& one : value.is_array() ? value : Json::array({value})) {
      if (!one.is_string()) {
        a.findings.left_out(here, "wants a text, or a list of texts");
        continue;
      }
      if (auto text = a.text(one.get<std::string>(), here)) values.push_back(*text);
    }
    if (!values.empty()) a.respond["headers"][name] = values.size() == 1 ? values[0] : values;
  }
}

bool has_content_type(const Answering& a) {
  if (!a.respond.contains("headers")) return false;
  for (const auto& [name, value] : a.respond["headers"].items()) {
    if (kernel::equal_without_case(name, "Content-Type")) return true;
  }
  return false;
}

void add_text(Answering& a, const std::string& source, const std::string& where) {
  if (auto text = a.text(source, where); text && !text->empty()) a.respond["text"] = *text;
}

void add_bytes(Answering& a, const std::string& bytes, const std::string& where) {
  if (is_utf8(bytes)) return add_text(a, bytes, where);
  a.respond["base64"] = kernel::base64(bytes);
}

void add_body(Answering& a, const BodyFiles& files) {
  int forms = 0;
  for (const char* key : {"body", "jsonBody", "base64Body", "bodyFileName"}) {
    const bool is_there = key == std::string_view("jsonBody") ? a.theirs.contains(key) : a.has(key);
    if (is_there && ++forms > 1) return a.refuse(key, "one form of body at a time");
  }
  if (a.theirs.contains("jsonBody")) {
    const Json& json = a.theirs["jsonBody"];
    // Ours names the type of a JSON body, WireMock does not; and templates are of the whole text there.
    if (has_content_type(a) && !a.is_templated) {
      a.respond["body"] = json;
    } else {
      add_text(a, kernel::json_text(json), a.at("jsonBody"));
    }
    return;
  }
  for (const char* key : {"body", "base64Body", "bodyFileName"}) {
    if (a.has(key) && !a.theirs[key].is_string()) return a.refuse(key, "wants a text");
  }
  if (a.has("body")) add_text(a, a.theirs["body"].get<std::string>(), a.at("body"));
  if (a.has("base64Body")) {
    auto bytes = kernel::from_base64(a.theirs["base64Body"].get<std::string>());
    if (!bytes) return a.refuse("base64Body", "is no base64");
    a.respond["base64"] = a.theirs["base64Body"];
  }
  if (a.has("bodyFileName")) {
    const std::string name = a.theirs["bodyFileName"].get<std::string>();
    if (name.find("{{") != std::string::npos)
      return a.refuse("bodyFileName", "a file is named by itself, not by a template");
    const auto bytes = files(name);
    if (!bytes) return a.refuse("bodyFileName", bytes.error().text());
    add_bytes(a, *bytes, a.at("bodyFileName"));
  }
}

void add_fault(Answering& a) {
  if (!a.has("fault")) return;
  constexpr std::pair<std::string_view, const char*> kEndings[] = {{"EMPTY_RESPONSE", "empty"},
                                                                   {"CONNECTION_RESET_BY_PEER", "reset"},
                                                                   {"RANDOM_DATA_THEN_CLOSE", "garbage"},
                                                                   {"MALFORMED_RESPONSE_CHUNK", "truncated"}};
  for (const auto& [name, ending] : kEndings) {
    if (a.theirs["fault"] != name) continue;
    a.respond = {{"ending", ending}};
    if (name == "MALFORMED_RESPONSE_CHUNK")
      a.findings.differs(a.at("fault"),
                         "the head arrives and the body breaks off, instead of a chunk that cannot be read");
    return;
  }
  a.refuse("fault", kernel::json_text(a.theirs["fault"]) + " is not known");
}

std::optional<std::int64_t> milliseconds(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number() || *found < 0 || *found > 86'400'000) return std::nullopt;
  return static_cast<std::int64_t>(found->get<double>());
}

std::string ms(std::int64_t count) { return std::to_string(count) + "ms"; }

/// Fixed delays add up with each other and with a uniform one; ours is one law.
void add_delay(Answering& a) {
  std::int64_t fixed = 0;
  if (a.has("fixedDelayMilliseconds")) {
    const auto delay = milliseconds(a.theirs, "fixedDelayMilliseconds");
    if (!delay) return a.refuse("fixedDelayMilliseconds", "wants milliseconds, a day at most");
    fixed += *delay;
  }
  if (a.has("chunkedDribbleDelay")) {
    const auto total = milliseconds(a.theirs["chunkedDribbleDelay"], "totalDuration");
    if (!total) return a.refuse("chunkedDribbleDelay", "wants totalDuration in milliseconds");
    fixed += *total;
    a.findings.differs(a.at("chunkedDribbleDelay"),
                       "the body arrives in one piece when its last chunk would");
  }
  if (!a.has("delayDistribution")) {
    if (fixed > 0) a.latency = ms(fixed);
    return;
  }
  const Json& law = a.theirs["delayDistribution"];
  const std::string type = law.is_object() ? law.value("type", "") : "";
  if (type == "uniform") {
    const auto lower = milliseconds(law, "lower");
    const auto upper = milliseconds(law, "upper");
    if (!lower || !upper || *upper < *lower) return a.refuse("delayDistribution", "wants lower and upper");
    a.latency = ms(fixed + *lower) + ".." + ms(fixed + *upper);
  } else if (type == "fixed") {
    const auto delay = milliseconds(law, "milliseconds");
    if (!delay) return a.refuse("delayDistribution", "wants milliseconds");
    a.latency = ms(fixed + *delay);
  } else if (type == "lognormal") {
    const auto median = milliseconds(law, "median");
    const bool has_sigma = law.contains("sigma") && law["sigma"].is_number() && law["sigma"] > 0;
    if (!median || *median == 0 || !has_sigma)
      return a.refuse("delayDistribution", "wants median and sigma above zero");
    if (fixed > 0)
      return a.refuse("delayDistribution", "a lognormal delay and a fixed one do not add up here");
    a.latency = {{"lognormal", {{"median", ms(*median)}, {"sigma", law["sigma"]}}}};
    if (const auto most = milliseconds(law, "maxValue")) {
      a.latency["at_most"] = ms(*most);
      a.findings.differs(below(a.at("delayDistribution"), "maxValue"),
                         "longer draws are cut to it, not drawn again");
    }
  } else {
    a.refuse("delayDistribution", "'" + type + "' is not known");
  }
}

}  // namespace

void add_response(const Json& response, const std::string& pointer, const BodyFiles& files,
                  Findings& findings, Json& stub) {
  Answering a{.theirs = response, .pointer = pointer, .findings = findings};
  if (!response.is_object()) return findings.left_out(pointer, "wants an object");
  constexpr std::string_view kKnown[] = {"status",
                                         "statusMessage",
                                         "headers",
                                         "body",
                                         "jsonBody",
                                         "base64Body",
                                         "bodyFileName",
                                         "fault",
                                         "fixedDelayMilliseconds",
                                         "delayDistribution",
                                         "chunkedDribbleDelay",
                                         "transformers",
                                         "transformerParameters",
                                         "fromConfiguredStub"};
  for (const auto& [key, value] : response.items()) {
    if (std::ranges::find(kKnown, key) != std::end(kKnown) || value.is_null()) continue;
    const bool is_empty = value.is_structured() && value.empty();
    if (is_empty) continue;
    const bool is_proxy = key.find("roxy") != std::string::npos;
    a.refuse(key, is_proxy ? "a mock answers by itself: nothing is passed on" : "'" + key + "' is not known");
  }
  add_transformers(a);
  add_status(a);
  add_headers(a);
  add_body(a, files);
  add_fault(a);
  add_delay(a);
  // Without anything in braces it need not be a template.
  const bool has_braces = kernel::json_text(a.respond).find("{{") != std::string::npos;
  if (a.is_templated && has_braces) stub["templated"] = true;
  if (!a.latency.is_null()) stub["latency"] = a.latency;
  if (!a.respond.empty()) stub["respond"] = a.respond;
}

}  // namespace mocks::imports

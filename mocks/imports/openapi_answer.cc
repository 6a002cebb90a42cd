// What an operation answers.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "mocks/imports/openapi_operation.h"
#include "mocks/imports/openapi_sample.h"
#include "mocks/imports/openapi_schema.h"

namespace mocks::imports {
namespace {

using kernel::Json;

/// "200" and "2XX" are 200, `default` is 200 as well; 0 for what is no status.
int status_of(const std::string& key) {
  if (key == "default") return 200;
  const bool is_range = key.size() == 3 && (key.ends_with("XX") || key.ends_with("xx"));
  const std::string digits = is_range ? key.substr(0, 1) + "00" : key;
  if (digits.size() != 3 || digits.find_first_not_of("0123456789") != std::string::npos) return 0;
  const int status = std::stoi(digits);
  return status >= 100 && status <= 599 ? status : 0;
}

/// Lower is better: the 2xx by their number, then 2XX, then default, then the rest by their number.
int rank(const std::string& key) {
  const int status = status_of(key);
  if (key == "default") return 301;
  if (key == "2XX" || key == "2xx") return 300;
  if (status >= 200 && status < 300) return status;
  return 1000 + status;
}

/// The example that the author wrote, or nothing.
std::optional<Json> example_of(const Document& document, const Located& media, Findings& findings) {
  if (const Located one = media.at("example"); one.is_there()) return *one.value;
  const Located several = media.at("examples");
  if (!several.is_there() || !several.value->is_object() || several.value->empty()) return std::nullopt;
  const auto first = document.resolved(several.at(several.value->begin().key()));
  if (!first) {
    findings.left_out(several.pointer, first.error().message);
    return std::nullopt;
  }
  if (const Located value = first->at("value"); value.is_there()) return *value.value;
  findings.left_out(first->pointer, "an example without 'value' is not fetched");
  return std::nullopt;
}

/// A mock that drifts from its own document is said.
void check(const Document& document, const Located& schema, const Json& body, Findings& findings) {
  Findings unsaid("", "");
  const Json made = draft7(document, schema, Direction::Response, unsaid);
  if (made.is_null()) return;
  const auto compiled = ingest::Schema::compile(made);
  if (!compiled) return;
  const auto kept = (*compiled)->check(body);
  if (kept) return;
  findings.differs(schema.pointer, "the answer does not keep '" + kept.error().rule + "' of its schema at '" +
                                       kept.error().pointer + "'");
}

/// JSON before everything else.
Located chosen_media(const Located& content) {
  Located found;
  for (const auto& [type, media] : content.value->items()) {
    const bool is_json = type.find("json") != std::string::npos;
    if (!found.is_there() || (is_json && found.pointer.find("json") == std::string::npos))
      found = content.at(type);
  }
  return found;
}

std::string type_of(const Located& content, const Located& media) {
  for (const auto& [type, value] : content.value->items()) {
    if (&value == media.value) return type;
  }
  return "";
}

void add_body(const Document& document, const Located& response, Findings& findings, Json& respond) {
  const Located content = response.at("content");
  if (!content.is_there() || !content.value->is_object() || content.value->empty()) return;
  const Located media = chosen_media(content);
  const std::string type = type_of(content, media);
  const bool is_json = type.find("json") != std::string::npos || type == "*/*";
  const Located schema = media.at("schema");
  std::optional<Json> body = example_of(document, media, findings);
  const std::size_t said = findings.all().size();
  if (!body && schema.is_there()) {
    body = Sampler(document, findings).sample(schema);
    if (!body && findings.all().size() == said)
      findings.left_out(schema.pointer, "no answer can be made: a value of it holds another one without end");
  }
  if (!body) {
    if (findings.all().size() == said)
      findings.left_out(media.pointer, "neither example nor schema: the answer has no body");
    return;
  }
  if (is_json) {
    if (schema.is_there()) check(document, schema, *body, findings);
    respond["body"] = *body;
    if (type != "application/json" && type != "*/*") respond["headers"]["Content-Type"] = type;
    return;
  }
  if (!body->is_string())
    return findings.left_out(media.pointer, "a body of " + type + " is made of an example that is a text");
  respond["headers"]["Content-Type"] = type;
  if (!body->get_ref<const std::string&>().empty()) respond["text"] = *body;
}

/// Headers that are required, or whose author wrote an example.
void add_headers(const Document& document, const Located& response, Findings& findings, Json& respond) {
  const Located headers = response.at("headers");
  for (const std::string& name : headers.names()) {
    const auto header = document.resolved(headers.at(name));
    if (!header) {
      findings.left_out(below(headers.pointer, name), header.error().message);
      continue;
    }
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const Located required = header->at("required");
    const Located schema = header->at("schema");
    const bool is_wanted = (required.is_there() && *required.value == true) ||
                           header->at("example").is_there() || header->at("examples").is_there() ||
                           schema.at("example").is_there();
    if (lower == "content-type" || !is_wanted) continue;
    std::optional<Json> sample = example_of(document, *header, findings);
    if (!sample && schema.is_there()) sample = Sampler(document, findings).sample(schema);
    if (!sample || sample->is_structured()) {
      findings.left_out(header->pointer, "no text can be made for the header");
      continue;
    }
    respond["headers"][name] = sample->is_string() ? sample->get<std::string>() : kernel::json_text(*sample);
  }
}

}  // namespace

bool add_answer(const Document& document, const Operation& operation, Findings& findings, Json& stub) {
  const Located responses = operation.operation.at("responses");
  std::string chosen;
  for (const std::string& key : responses.names()) {
    if (key.starts_with("x-")) continue;
    if (status_of(key) == 0) {
      findings.left_out(below(responses.pointer, key), "'" + key + "' is no status");
    } else if (chosen.empty() || rank(key) < rank(chosen)) {
      chosen = key;
    }
  }
  if (chosen.empty()) {
    findings.left_out(operation.operation.pointer, "it has no response");
    return false;
  }
  Json respond{{"status", status_of(chosen)}};
  const auto response = document.resolved(responses.at(chosen));
  if (!response) {
    findings.left_out(below(responses.pointer, chosen), response.error().message);
    return false;
  }
  const int status = status_of(chosen);
  if (operation.method != "HEAD" && status != 204 && status != 304)
    add_body(document, *response, findings, respond);
  add_headers(document, *response, findings, respond);
  stub["respond"] = respond;
  return true;
}

}  // namespace mocks::imports

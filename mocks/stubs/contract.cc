#include "mocks/stubs/contract.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mocks::stubs {
namespace {

using kernel::Json;

constexpr std::string_view kPlaces[] = {"path", "query", "header", "cookie"};

struct Breach {
  std::string in;  ///< "query parameter limit", "body"
  ingest::Violation violation;
};

kernel::HttpResponse refused(int status, const Breach& breach) {
  Json body = Json::object();
  body["type"] = "about:blank";
  body["title"] = status == 415 ? "Unsupported Media Type" : "Bad Request";
  body["status"] = status;
  body["detail"] =
      breach.in + " does not keep '" + breach.violation.rule + "' at '" + breach.violation.pointer + "'";
  body["in"] = breach.in;
  body["pointer"] = breach.violation.pointer;
  body["rule"] = breach.violation.rule;
  return {.status = status,
          .headers = {{"Content-Type", "application/problem+json"}},
          .body = kernel::json_text(body)};
}

std::vector<std::string> values_of(const ParameterRule& rule, const match::RequestView& request,
                                   const kernel::FormFields& parameters) {
  switch (rule.place) {
    case ParameterPlace::Query:
      return request.query(rule.name);
    case ParameterPlace::Header:
      return request.headers(rule.name);
    case ParameterPlace::Cookie:
      return request.cookies(rule.name);
    case ParameterPlace::Path:
      break;
  }
  const std::string* value = kernel::form_field(parameters, rule.name);
  return value == nullptr ? std::vector<std::string>{} : std::vector<std::string>{*value};
}

/// A number or a boolean where the text is one.
Json as_scalar(const std::string& text) {
  auto value = kernel::parse_json(text);
  return value && (value->is_number() || value->is_boolean()) ? std::move(*value) : Json(text);
}

std::vector<std::string> split(const std::vector<std::string>& values) {
  std::vector<std::string> parts;
  for (const std::string& value : values) {
    for (std::size_t from = 0; from <= value.size();) {
      const std::size_t end = std::min(value.find(',', from), value.size());
      parts.push_back(value.substr(from, end - from));
      from = end + 1;
    }
  }
  return parts;
}

std::optional<Breach> breach_of(const ParameterRule& rule, const std::vector<std::string>& given) {
  const std::string in =
      std::string(kPlaces[static_cast<std::size_t>(rule.place)]) + " parameter " + rule.name;
  if (given.empty()) {
    if (!rule.is_required) return std::nullopt;
    return Breach{in, {.pointer = "", .rule = "required"}};
  }
  if (rule.schema == nullptr) return std::nullopt;
  Json texts = given[0];
  Json scalars = as_scalar(given[0]);
  if (rule.is_list) {
    texts = Json::array();
    scalars = Json::array();
    for (const std::string& item : rule.has_commas ? split(given) : given) {
      texts.push_back(item);
      scalars.push_back(as_scalar(item));
    }
  }
  const auto as_text = rule.schema->check(texts);
  if (as_text) return std::nullopt;
  if (scalars == texts) return Breach{in, as_text.error()};
  const auto as_value = rule.schema->check(scalars);
  if (as_value) return std::nullopt;
  return Breach{in, as_value.error()};
}

std::string content_type(const match::RequestView& request) {
  const std::string_view whole = request.request().headers.get("Content-Type");
  std::string type(whole.substr(0, whole.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::ranges::transform(type, type.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

}  // namespace

std::optional<kernel::HttpResponse> breach(const ContractSpec& contract, const match::RequestView& request,
                                           const kernel::FormFields& parameters) {
  for (const ParameterRule& rule : contract.parameters) {
    if (const auto found = breach_of(rule, values_of(rule, request, parameters)))
      return refused(contract.status, *found);
  }
  if (!contract.body) return std::nullopt;
  const BodyRule& rule = *contract.body;
  if (request.body().empty()) {
    if (!rule.is_required) return std::nullopt;
    return refused(contract.status, {"body", {.pointer = "", .rule = "required"}});
  }
  const std::string type = content_type(request);
  const bool is_known = rule.content_types.empty() || type.empty() ||
                        std::ranges::find(rule.content_types, type) != rule.content_types.end();
  if (!is_known) return refused(415, {"header Content-Type", {.pointer = "", .rule = "content type"}});
  const bool is_json = type.empty() || type.find("json") != std::string::npos;
  if (rule.schema == nullptr || !is_json) return std::nullopt;
  if (request.json() == nullptr) return refused(contract.status, {"body", {.pointer = "", .rule = "json"}});
  const auto kept = rule.schema->check(*request.json());
  if (kept) return std::nullopt;
  return refused(contract.status, {"body", kept.error()});
}

}  // namespace mocks::stubs

// What the requests of an operation have to keep.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "middleware/kernel/http.h"
#include "mocks/imports/openapi_operation.h"
#include "mocks/imports/openapi_schema.h"

namespace mocks::imports {
namespace {

using kernel::Json;

std::string text(const Located& at, std::string_view key) {
  const Located found = at.at(key);
  return found.is_there() && found.value->is_string() ? found.value->get<std::string>() : "";
}

bool flag(const Located& at, std::string_view key) {
  const Located found = at.at(key);
  return found.is_there() && *found.value == true;
}

/// Those of the path item, with those of the operation in their place.
std::vector<Located> parameters_of(const Document& document, const Operation& operation, Findings& findings) {
  std::vector<Located> all;
  for (const Located& owner : {operation.item, operation.operation}) {
    for (const Located& item : owner.at("parameters").items()) {
      const auto one = document.resolved(item);
      if (!one || !one->is_there() || !one->value->is_object()) {
        findings.left_out(item.pointer, one ? "a parameter is an object" : one.error().message);
        continue;
      }
      const auto same = std::ranges::find_if(all, [&](const Located& other) {
        return text(other, "name") == text(*one, "name") && text(other, "in") == text(*one, "in");
      });
      if (same != all.end()) {
        *same = *one;
      } else {
        all.push_back(*one);
      }
    }
  }
  return all;
}

bool is_list(const Document& document, const Located& schema) {
  const auto target = document.resolved(schema);
  if (!target || !target->is_there() || !target->value->is_object()) return false;
  const Json& value = *target->value;
  return value.contains("items") || (value.contains("type") && value["type"] == "array");
}

/// Null when the parameter is not checked at all; what is not is said.
Json rule_of(const Document& document, const Located& parameter, Findings& findings) {
  const std::string in = text(parameter, "in");
  const std::string name = text(parameter, "name");
  const bool is_known = in == "path" || in == "query" || in == "header" || in == "cookie";
  if (!is_known || name.empty()) {
    findings.left_out(parameter.pointer, "wants 'name', and 'in' as path, query, header or cookie");
    return nullptr;
  }
  // The document speaks of them elsewhere, OpenAPI says.
  for (const char* ignored : {"Accept", "Content-Type", "Authorization"}) {
    if (in == "header" && kernel::equal_without_case(name, ignored)) return nullptr;
  }
  Json rule{{"in", in}, {"name", name}};
  if (flag(parameter, "required") || in == "path") rule["required"] = true;
  const Located schema = parameter.at("schema");
  if (!schema.is_there()) {
    if (parameter.at("content").is_there())
      findings.differs(below(parameter.pointer, "content"),
                       "only that it is there is checked, not what it holds");
    return rule;
  }
  const std::string style = text(parameter, "style");
  const bool is_form = style.empty() || style == "form" || style == "simple";
  const bool has_list = is_list(document, schema);
  if (!is_form) {
    const bool has_own_name = style != "deepObject";
    findings.differs(below(parameter.pointer, "style"),
                     std::string(has_own_name ? "only that it is there is" : "it is not") +
                         " checked: the style '" + style + "' is not read");
    return has_own_name ? rule : Json(nullptr);
  }
  if (has_list) {
    rule["list"] = true;
    const bool is_exploded = in == "query" || in == "cookie"
                                 ? !parameter.at("explode").is_there() || flag(parameter, "explode")
                                 : false;
    if (!is_exploded) rule["commas"] = true;
  }
  const Json made = draft7(document, schema, Direction::Request, findings);
  if (!made.is_null()) rule["schema"] = made;
  return rule;
}

void add_body(const Document& document, const Operation& operation, Findings& findings, Json& contract) {
  const Located at = operation.operation.at("requestBody");
  if (!at.is_there()) return;
  const auto body = document.resolved(at);
  if (!body || !body->is_there())
    return findings.left_out(at.pointer, body ? "a body is an object" : body.error().message);
  Json rule = Json::object();
  if (flag(*body, "required")) rule["required"] = true;
  const Located content = body->at("content");
  Json types = Json::array();
  bool takes_any = false;
  for (const std::string& type : content.names()) {
    std::string name = type.substr(0, type.find(';'));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    takes_any = takes_any || name.find('*') != std::string::npos;
    types.push_back(name);
    const Located schema = content.at(type).at("schema");
    if (!schema.is_there()) continue;
    if (name.find("json") == std::string::npos) {
      findings.differs(schema.pointer, "a body of " + name + " is not checked");
    } else if (!rule.contains("schema")) {
      const Json made = draft7(document, schema, Direction::Request, findings);
      if (!made.is_null()) rule["schema"] = made;
    } else {
      findings.differs(schema.pointer, "a JSON body is checked by the first schema of several");
    }
  }
  if (!types.empty() && !takes_any) rule["content_types"] = types;
  if (!rule.empty()) contract["body"] = rule;
}

}  // namespace

void add_contract(const Document& document, const Operation& operation, Findings& findings, Json& stub) {
  Json contract = Json::object();
  for (const Located& parameter : parameters_of(document, operation, findings)) {
    const bool is_of_path = text(parameter, "in") == "path";
    if (is_of_path && !stub["request"].contains("url_path_template")) {
      findings.differs(parameter.pointer, "it is a part of a segment: what it is is not checked");
      continue;
    }
    Json rule = rule_of(document, parameter, findings);
    if (!rule.is_null()) contract["parameters"].push_back(std::move(rule));
  }
  add_body(document, operation, findings, contract);
  if (!contract.empty()) stub["contract"] = contract;
}

}  // namespace mocks::imports

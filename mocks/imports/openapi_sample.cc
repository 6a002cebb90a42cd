#include "mocks/imports/openapi_sample.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "mocks/imports/openapi_values.h"

namespace mocks::imports {
namespace {

using kernel::Json;

std::string type_of(const Json& schema) {
  if (schema.contains("type")) {
    const Json& type = schema["type"];
    if (type.is_string()) return type.get<std::string>();
    for (const Json& one : type.is_array() ? type : Json::array()) {
      if (one.is_string() && one != "null") return one.get<std::string>();
    }
    return "null";
  }
  if (schema.contains("properties") || schema.contains("additionalProperties") || schema.contains("required"))
    return "object";
  if (schema.contains("items") || schema.contains("prefixItems")) return "array";
  if (schema.contains("minimum") || schema.contains("maximum") || schema.contains("multipleOf"))
    return "number";
  return schema.contains("format") || schema.contains("pattern") || schema.contains("minLength") ||
                 schema.contains("maxLength")
             ? "string"
             : "";
}

bool is_required(const Json& schema, const std::string& name) {
  return schema.contains("required") && schema["required"].is_array() &&
         std::ranges::find(schema["required"], Json(name)) != schema["required"].end();
}

/// What the schema itself names as a value of it.
const Json* named(const Json& schema) {
  if (schema.contains("const")) return &schema["const"];
  if (schema.contains("example")) return &schema["example"];
  if (schema.contains("examples") && schema["examples"].is_array() && !schema["examples"].empty())
    return &schema["examples"][0];
  if (schema.contains("default")) return &schema["default"];
  return nullptr;
}

}  // namespace

std::optional<Json> Sampler::sample(Located schema) {
  inside_.clear();
  return made(schema, 0);
}

std::optional<Json> Sampler::made(const Located& at, std::size_t n) {
  const auto schema = document_.resolved(at);
  if (!schema) {
    findings_.left_out(at.pointer, schema.error().message);
    return std::nullopt;
  }
  if (!schema->is_there() || !schema->value->is_object()) return Json::object();
  const Json& value = *schema->value;
  if (const Json* known = named(value)) return *known;
  if (value.contains("enum") && value["enum"].is_array() && !value["enum"].empty())
    return value["enum"][n % value["enum"].size()];
  if (std::ranges::find(inside_, schema->pointer) != inside_.end()) return std::nullopt;
  inside_.push_back(schema->pointer);
  std::optional<Json> result;
  if (value.contains("allOf")) {
    result = all_of(*schema, n);
  } else {
    const char* const alternatives = value.contains("oneOf")   ? "oneOf"
                                     : value.contains("anyOf") ? "anyOf"
                                                               : "";
    const Located list = schema->at(alternatives);
    const bool has_list = list.is_there() && list.value->is_array() && !list.value->empty();
    // The first that can be made: of a tree often the leaf.
    for (std::size_t i = 0; has_list && !result && i < list.value->size(); ++i)
      result = made({&(*list.value)[i], below(list.pointer, i)}, n);
    if (!has_list) {
      result = by_type(*schema, type_of(value), n);
    } else if (result && result->is_object() && value.contains("properties")) {
      if (auto own = object(*schema)) {
        for (const auto& [name, member] : own->items()) {
          if (!result->contains(name)) (*result)[name] = member;
        }
      }
    }
  }
  inside_.pop_back();
  const bool may_be_null = value.contains("nullable") && value["nullable"] == true;
  if (!result && may_be_null) return Json(nullptr);
  return result;
}

/// Members of all parts; of values that are no objects the last one counts, with the bounds of all.
std::optional<Json> Sampler::all_of(const Located& schema, std::size_t n) {
  const Located list = schema.at("allOf");
  std::optional<Json> result;
  const auto add = [&result](std::optional<Json> part) {
    if (!part) return false;
    if (result && result->is_object() && part->is_object()) {
      result->update(*part, true);
    } else if (!result || !(part->is_object() && part->empty())) {
      result = std::move(part);
    }
    return true;
  };
  for (std::size_t i = 0; list.value->is_array() && i < list.value->size(); ++i) {
    if (!add(made({&(*list.value)[i], below(list.pointer, i)}, n))) return std::nullopt;
  }
  if (schema.value->contains("properties") && !add(object(schema))) return std::nullopt;
  return result ? result : Json::object();
}

std::optional<Json> Sampler::by_type(const Located& schema, const std::string& type, std::size_t n) {
  if (type == "object") return object(schema);
  if (type == "array") return array(schema);
  if (type == "string") return sample_text(*schema.value, n);
  if (type == "integer" || type == "number") return sample_number(*schema.value, type == "integer", n);
  if (type == "boolean") return Json(true);
  if (type == "null") return Json(nullptr);
  return Json::object();
}

std::optional<Json> Sampler::object(const Located& schema) {
  Json result = Json::object();
  const Located properties = schema.at("properties");
  if (properties.is_there() && properties.value->is_object()) {
    for (const auto& [name, member] : properties.value->items()) {
      const bool is_needed = is_required(*schema.value, name);
      const auto target = document_.resolved(properties.at(name));
      const bool is_input = target && target->is_there() && target->value->is_object() &&
                            target->value->contains("writeOnly") && (*target->value)["writeOnly"] == true;
      if (is_input || (!is_needed && inside_.size() > kDepthMax)) continue;
      auto value = made(properties.at(name), 0);
      if (!value && is_needed) return std::nullopt;
      if (value) result[name] = std::move(*value);
    }
  }
  const Located more = schema.at("additionalProperties");
  std::size_t wanted = count_of(*schema.value, "minProperties", 0);
  for (std::size_t n = 1; result.size() < wanted; ++n) {
    auto value = made(more, n - 1);
    if (!value) return std::nullopt;
    result["key" + std::to_string(n)] = std::move(*value);
  }
  return result;
}

std::optional<Json> Sampler::array(const Located& schema) {
  Json result = Json::array();
  const Located first = schema.at("prefixItems");
  if (first.is_there() && first.value->is_array()) {
    for (std::size_t i = 0; i < first.value->size(); ++i) {
      auto value = made({&(*first.value)[i], below(first.pointer, i)}, i);
      if (!value) return std::nullopt;
      result.push_back(std::move(*value));
    }
  }
  const std::size_t least = count_of(*schema.value, "minItems", 0);
  const std::size_t wanted =
      std::min({std::max<std::size_t>(least, 1), count_of(*schema.value, "maxItems", 100), std::size_t{100}});
  const Located items = schema.at("items");
  while (items.is_there() && result.size() < wanted) {
    auto value = made(items, result.size());
    if (!value) break;
    result.push_back(std::move(*value));
  }
  if (result.size() < std::min(least, std::size_t{100})) return std::nullopt;
  return result;
}

}  // namespace mocks::imports

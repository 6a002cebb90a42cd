#include "mocks/imports/openapi_schema.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace mocks::imports {
namespace {

using kernel::Json;

constexpr std::string_view kAsTheyStand[] = {
    "const",     "enum",          "maxItems", "maxLength",  "maxProperties", "maximum", "minItems",
    "minLength", "minProperties", "minimum",  "multipleOf", "uniqueItems",   "required"};
constexpr std::string_view kSchemas[] = {
    "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties"};
constexpr std::string_view kLists[] = {"allOf", "anyOf", "oneOf"};
constexpr std::string_view kSaysNothing[] = {"title",
                                             "description",
                                             "default",
                                             "example",
                                             "examples",
                                             "deprecated",
                                             "xml",
                                             "externalDocs",
                                             "readOnly",
                                             "writeOnly",
                                             "$schema",
                                             "$id",
                                             "$comment",
                                             "$defs",
                                             "definitions",
                                             "nullable",
                                             "$ref",
                                             "exclusiveMinimum",
                                             "exclusiveMaximum",
                                             "type",
                                             "format",
                                             "pattern",
                                             "properties",
                                             "items",
                                             "prefixItems",
                                             "dependentRequired",
                                             "$anchor"};

template <std::size_t N>
bool is_among(std::string_view key, const std::string_view (&list)[N]) {
  return std::ranges::find(list, key) != std::end(list);
}

class Conversion {
 public:
  Conversion(const Document& document, Direction direction, Findings& findings)
      : document_(document), direction_(direction), findings_(findings) {}

  Json whole(const Located& schema) {
    Json made = one(schema);
    while (!open_.empty()) {
      const auto [name, at] = open_.back();
      open_.pop_back();
      Json definition = one(at);
      definitions_[name] = std::move(definition);
    }
    if (definitions_.empty() || !made.is_object()) return made;
    if (made.contains("$ref")) {
      Json all = Json::array({made});
      made = Json::object();
      made["allOf"] = all;
    }
    made["definitions"] = definitions_;
    return made;
  }

 private:
  /// A value that anything keeps, in the place of what cannot be said.
  Json anything(const Located& at, std::string why) {
    findings_.differs(at.pointer, std::move(why));
    return true;
  }

  Json reference(const Located& at) {
    const auto target = document_.resolved(at);
    if (!target) return anything(at, target.error().message + ": what stands there is not checked");
    if (!names_.contains(target->pointer)) {
      const std::size_t slash = target->pointer.rfind('/');
      const std::string base = slash == std::string::npos ? "root" : target->pointer.substr(slash + 1);
      std::string name = base;
      for (int n = 2; !taken_.insert(name).second; ++n) name = base + std::to_string(n);
      names_[target->pointer] = name;
      open_.emplace_back(name, *target);
    }
    std::string escaped = below("", names_[target->pointer]);
    return {{"$ref", "#/definitions" + escaped}};
  }

  Json one(const Located& at) {
    if (!at.is_there() || at.value->is_boolean()) return at.is_there() ? *at.value : Json(true);
    if (!at.value->is_object()) return anything(at, "a schema is an object: this one is not checked");
    Json made = Json::object();
    add_keywords(at, made);
    add_type(at, made);
    add_bounds(at, made);
    add_text(at, made);
    add_members(at, made);
    if (!at.value->contains("$ref")) return made;
    Json ref = reference(at);
    if (made.empty() || !ref.is_object()) return ref;
    Json all = Json::object();
    all["allOf"] = Json::array({ref, made});
    return all;
  }

  void add_keywords(const Located& at, Json& made) {
    for (const auto& [key, value] : at.value->items()) {
      if (is_among(key, kAsTheyStand)) {
        made[key] = value;
      } else if (is_among(key, kSchemas)) {
        made[key] = one(at.at(key));
      } else if (is_among(key, kLists) && value.is_array() && !value.empty()) {
        for (std::size_t i = 0; i < value.size(); ++i)
          made[key].push_back(one({&value[i], below(below(at.pointer, key), i)}));
      } else if (key == "discriminator") {
        findings_.differs(below(at.pointer, key), "the discriminator is not checked: the alternatives are");
      } else if (!is_among(key, kSaysNothing) && !key.starts_with("x-")) {
        findings_.differs(below(at.pointer, key), "'" + key + "' is not checked");
        if (key == "patternProperties") made.erase("additionalProperties");
      }
    }
    if (at.value->contains("patternProperties") || at.value->contains("unevaluatedProperties"))
      made.erase("additionalProperties");
  }

  static void add_type(const Located& at, Json& made) {
    const Json& schema = *at.value;
    const bool is_nullable = schema.contains("nullable") && schema["nullable"] == true;
    if (schema.contains("type")) made["type"] = schema["type"];
    if (!is_nullable || !made.contains("type")) return;
    if (made["type"].is_string()) made["type"] = Json::array({made["type"], "null"});
    const bool has_null = made.contains("enum") && made["enum"].is_array() &&
                          std::ranges::find(made["enum"], Json(nullptr)) != made["enum"].end();
    if (made.contains("enum") && made["enum"].is_array() && !has_null) made["enum"].push_back(nullptr);
  }

  /// In 3.0 true makes the bound beside it exclusive, in 3.1 it is a bound itself.
  static void add_bounds(const Located& at, Json& made) {
    for (const auto& [exclusive, inclusive] :
         {std::pair{"exclusiveMinimum", "minimum"}, std::pair{"exclusiveMaximum", "maximum"}}) {
      if (!at.value->contains(exclusive)) continue;
      const Json& value = (*at.value)[exclusive];
      if (value.is_number()) made[exclusive] = value;
      if (value != true || !made.contains(inclusive)) continue;
      made[exclusive] = made[inclusive];
      made.erase(inclusive);
    }
  }

  void add_text(const Located& at, Json& made) {
    const Json& schema = *at.value;
    if (schema.contains("format") && schema["format"].is_string()) {
      constexpr std::string_view kChecked[] = {"date-time", "date", "time", "uuid"};
      if (is_among(schema["format"].get<std::string>(), kChecked)) made["format"] = schema["format"];
    }
    if (!schema.contains("pattern")) return;
    const Json alone{{"pattern", schema["pattern"]}};
    const auto tried = ingest::Schema::compile(alone);
    if (tried) {
      made["pattern"] = schema["pattern"];
    } else {
      findings_.differs(below(at.pointer, "pattern"), "the pattern is not checked: " + tried.error().message);
    }
  }

  void add_members(const Located& at, Json& made) {
    const Json& schema = *at.value;
    const Located properties = at.at("properties");
    if (properties.is_there() && properties.value->is_object()) {
      made["properties"] = Json::object();
      for (const auto& [name, member] : properties.value->items())
        made["properties"][name] = one(properties.at(name));
      leave_out_of_required(properties, made);
    }
    if (schema.contains("prefixItems") && schema["prefixItems"].is_array() &&
        !schema["prefixItems"].empty()) {
      const Json& items = schema["prefixItems"];
      for (std::size_t i = 0; i < items.size(); ++i)
        made["items"].push_back(one({&items[i], below(below(at.pointer, "prefixItems"), i)}));
      if (schema.contains("items")) made["additionalItems"] = one(at.at("items"));
    } else if (schema.contains("items")) {
      made["items"] = one(at.at("items"));
    }
    if (schema.contains("dependentRequired")) made["dependencies"] = schema["dependentRequired"];
  }

  void leave_out_of_required(const Located& properties, Json& made) {
    if (!made.contains("required") || !made["required"].is_array()) return;
    const char* const flag = direction_ == Direction::Request ? "readOnly" : "writeOnly";
    Json left = Json::array();
    for (const Json& name : made["required"]) {
      const Located member = name.is_string() ? properties.at(name.get<std::string>()) : Located{};
      const auto target = document_.resolved(member);
      const bool is_others = target && target->is_there() && target->value->is_object() &&
                             target->value->contains(flag) && (*target->value)[flag] == true;
      if (!is_others) left.push_back(name);
    }
    made["required"] = left;
  }

  const Document& document_;
  Direction direction_;
  Findings& findings_;
  std::map<std::string, std::string> names_;  // of definitions, by pointer
  std::set<std::string> taken_;
  std::vector<std::pair<std::string, Located>> open_;  // definitions that are still to be made
  Json definitions_ = Json::object();
};

}  // namespace

Json draft7(const Document& document, Located schema, Direction direction, Findings& findings) {
  Json made = Conversion(document, direction, findings).whole(schema);
  if (made.is_boolean()) return made == true ? Json(nullptr) : Json{{"not", Json::object()}};
  const auto compiled = ingest::Schema::compile(made);
  if (compiled) return made;
  findings.differs(schema.pointer, "the schema is not checked: " + compiled.error().message);
  return nullptr;
}

}  // namespace mocks::imports

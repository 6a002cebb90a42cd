#include "middleware/ingest/schema_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "middleware/ingest/text_rules.h"
#include "middleware/kernel/json_pointer.h"

namespace ingest {
namespace {

using kernel::Json;

// JSON Schema draft 7, core and validation.
constexpr auto kKeywords = std::to_array<Keyword>({
    {"$comment", Holds::Nothing},
    {"$id", Holds::Text},
    {"$ref", Holds::Reference, true},
    {"$schema", Holds::Text},
    {"additionalItems", Holds::Schema},
    {"additionalProperties", Holds::Schema},
    {"allOf", Holds::Schemas, true},
    {"anyOf", Holds::Schemas, true},
    {"const", Holds::Anything},
    {"contains", Holds::Schema},
    {"default", Holds::Nothing},
    {"definitions", Holds::SchemaMap},
    {"dependencies", Holds::Dependencies, true},
    {"description", Holds::Nothing},
    {"else", Holds::Schema, true},
    {"enum", Holds::List},
    {"examples", Holds::Nothing},
    {"exclusiveMaximum", Holds::Number},
    {"exclusiveMinimum", Holds::Number},
    {"format", Holds::Format},
    {"if", Holds::Schema, true},
    {"items", Holds::SchemaOrList},
    {"maxItems", Holds::Count},
    {"maxLength", Holds::Count},
    {"maxProperties", Holds::Count},
    {"maximum", Holds::Number},
    {"minItems", Holds::Count},
    {"minLength", Holds::Count},
    {"minProperties", Holds::Count},
    {"minimum", Holds::Number},
    {"multipleOf", Holds::PositiveNumber},
    {"not", Holds::Schema, true},
    {"oneOf", Holds::Schemas, true},
    {"pattern", Holds::Pattern},
    {"properties", Holds::SchemaMap},
    {"propertyNames", Holds::Schema},
    {"readOnly", Holds::Nothing},
    {"required", Holds::Names},
    {"then", Holds::Schema, true},
    {"title", Holds::Nothing},
    {"type", Holds::Types},
    {"uniqueItems", Holds::Boolean},
    {"writeOnly", Holds::Nothing},
});

constexpr auto kTypes =
    std::to_array<std::string_view>({"null", "boolean", "integer", "number", "string", "array", "object"});

/// Schemas nested deeper than this are nobody's: the walk below and the library go down by recursion.
constexpr int kSchemaDepthMax = 64;

bool is_schema(const Json& value) { return value.is_object() || value.is_boolean(); }

bool is_type(const Json& value) {
  return value.is_string() && std::ranges::find(kTypes, value.get_ref<const std::string&>()) != kTypes.end();
}

bool are_names(const Json& value) {
  return value.is_array() && std::ranges::all_of(value, [](const Json& name) { return name.is_string(); });
}

/// Walks a schema; stops at the first problem.
class Walk {
 public:
  explicit Walk(const Json& root) : root_(root) {}

  std::optional<SchemaProblem> run() {
    if (schema(root_, "", 0)) return std::move(problem_);
    for (const auto& [pointer, targets] : in_place_) {
      if (is_cycle(pointer)) return std::move(problem_);
    }
    return std::nullopt;
  }

 private:
  /// True everywhere below: there is a problem.
  bool problem(std::string pointer, std::string message) {
    problem_ = SchemaProblem{std::move(pointer), std::move(message)};
    return true;
  }

  bool schema(const Json& value, const std::string& at, int depth) {
    if (value.is_boolean()) return false;
    if (!value.is_object()) return problem(at, "a schema is an object, true or false");
    if (depth > kSchemaDepthMax) return problem(at, "schemas nest 64 levels at most");
    in_place_.try_emplace(at);
    for (const auto& [name, part] : value.items()) {
      const std::string here = pointer_to(at, name);
      if (name == "patternProperties")
        return problem(here, "patternProperties is not checked: name the properties, or use propertyNames");
      const Keyword* keyword = find_keyword(name);
      if (keyword == nullptr) return problem(here, "'" + name + "' is no keyword of JSON Schema draft 7");
      if (part_of(*keyword, part, at, depth)) return true;
    }
    return value.contains("$ref") && beside_reference(value, at);
  }

  /// Draft 7 ignores what stands beside $ref; here nothing is ignored.
  bool beside_reference(const Json& value, const std::string& at) {
    for (const auto& [name, part] : value.items()) {
      const Keyword* keyword = find_keyword(name);
      const bool counts_for_nothing =
          keyword->holds == Holds::Nothing || name == "definitions" || name == "$schema" || name == "$id";
      if (name != "$ref" && !counts_for_nothing)
        return problem(pointer_to(at, name), "'" + name + "' has no effect beside $ref: use allOf");
    }
    return false;
  }

  bool part_of(const Keyword& keyword, const Json& part, const std::string& at, int depth) {
    const std::string here = pointer_to(at, keyword.name);
    const auto inside = [&](const Json& value, const std::string& pointer) {
      if (keyword.in_place) in_place_[at].push_back(pointer);
      return schema(value, pointer, depth + 1);
    };
    switch (keyword.holds) {
      case Holds::Schema:
        return inside(part, here);
      case Holds::Schemas:
      case Holds::SchemaOrList:
        if (keyword.holds == Holds::SchemaOrList && is_schema(part)) return inside(part, here);
        if (!part.is_array() || part.empty()) return problem(here, "wants a list of schemas, not empty");
        for (std::size_t i = 0; i < part.size(); ++i) {
          if (inside(part[i], pointer_to(here, std::to_string(i)))) return true;
        }
        return false;
      case Holds::SchemaMap:
      case Holds::Dependencies:
        if (!part.is_object()) return problem(here, "wants names and their schemas");
        for (const auto& [name, value] : part.items()) {
          if (keyword.holds == Holds::Dependencies && are_names(value)) continue;
          if (inside(value, pointer_to(here, name))) return true;
        }
        return false;
      case Holds::Reference:
        return reference(part, at, here);
      default:
        return value_of(keyword, part, here);
    }
  }

  bool reference(const Json& part, const std::string& at, const std::string& here) {
    if (!part.is_string()) return problem(here, "wants a text");
    const std::string& target = part.get_ref<const std::string&>();
    if (!target.starts_with('#') || (target.size() > 1 && target[1] != '/'))
      return problem(here, "only references into the same document are followed: #/definitions/...");
    const std::string pointer = target.substr(1);
    const Json* found = kernel::json_at(root_, pointer);
    if (found == nullptr || !is_schema(*found) || target.contains('%'))
      return problem(here, "there is no schema at " + target);
    in_place_[at].push_back(pointer);
    return false;
  }

  bool value_of(const Keyword& keyword, const Json& part, const std::string& here) {
    switch (keyword.holds) {
      case Holds::Names:
        return !are_names(part) && problem(here, "wants a list of names");
      case Holds::Types: {
        const bool is_right =
            is_type(part) || (part.is_array() && !part.empty() && std::ranges::all_of(part, is_type));
        return !is_right &&
               problem(here,
                       "wants null, boolean, integer, number, string, array, object or a list of these");
      }
      case Holds::Count:
        return !(part.is_number_unsigned() || (part.is_number_integer() && part >= 0)) &&
               problem(here, "wants a whole number, not negative");
      case Holds::Number:
        return !part.is_number() && problem(here, "wants a number");
      case Holds::PositiveNumber:
        return !(part.is_number() && part > 0) && problem(here, "wants a number above zero");
      case Holds::Boolean:
        return !part.is_boolean() && problem(here, "wants true or false");
      case Holds::Text:
        return text(keyword, part, here);
      case Holds::Pattern:
        if (!part.is_string()) return problem(here, "wants a text");
        if (const auto why = pattern_problem(part.get<std::string>())) return problem(here, *why);
        return false;
      case Holds::Format:
        return !(part.is_string() && find_format(part.get_ref<const std::string&>())) &&
               problem(here, "formats that are checked: date-time, date, time, uuid; for others use pattern");
      case Holds::List:
        return !(part.is_array() && !part.empty()) && problem(here, "wants a list, not empty");
      default:
        return false;
    }
  }

  bool text(const Keyword& keyword, const Json& part, const std::string& here) {
    if (!part.is_string()) return problem(here, "wants a text");
    if (keyword.name == "$schema" && !part.get_ref<const std::string&>().contains("draft-07"))
      return problem(here, "only draft-07 is understood");
    if (keyword.name == "$id" && here != "/$id") return problem(here, "only the whole schema has an $id");
    return false;
  }

  /// Whether the schema at `pointer` asks itself about the same value.
  bool is_cycle(const std::string& pointer) {
    Colour& colour = colours_[pointer];
    if (colour == Colour::Open) return problem(pointer, "this schema leads back to itself without end");
    if (colour == Colour::Done) return false;
    colour = Colour::Open;
    if (const auto found = in_place_.find(pointer); found != in_place_.end()) {
      for (const std::string& target : found->second) {
        if (is_cycle(target)) return true;
      }
    }
    colours_[pointer] = Colour::Done;
    return false;
  }

  enum class Colour : unsigned char { New, Open, Done };
  const Json& root_;
  SchemaProblem problem_;
  std::map<std::string, std::vector<std::string>> in_place_;  // which schemas ask which about one value
  std::map<std::string, Colour> colours_;
};

}  // namespace

const Keyword* find_keyword(std::string_view name) {
  const auto* found = std::ranges::find(kKeywords, name, &Keyword::name);
  return found == kKeywords.end() ? nullptr : found;
}

std::optional<SchemaProblem> find_problem(const Json& schema) { return Walk(schema).run(); }

std::string pointer_to(const std::string& parent, std::string_view key) {
  std::string pointer = parent;
  kernel::append_pointer_key(pointer, key);
  return pointer;
}

}  // namespace ingest

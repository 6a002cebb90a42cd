// JSON Schema (draft-07) of the shapes that are made of others, and what those say when a value does not fit.
#include <nlohmann/json.hpp>

#include "middleware/config/leaf.h"
#include "middleware/config/reader.h"

namespace config {
namespace detail {

using kernel::Json;

JsonPtr list_schema(const JsonPtr& item, std::size_t items_min) {
  Json schema = {{"type", "array"}, {"items", *item}};
  if (items_min > 0) schema["minItems"] = items_min;
  return json_ptr(std::move(schema));
}

JsonPtr map_schema(const JsonPtr& value, const std::string& key_pattern) {
  Json schema = {{"type", "object"}};
  if (!key_pattern.empty()) schema["propertyNames"] = {{"pattern", key_pattern}};
  schema["additionalProperties"] = *value;
  return json_ptr(std::move(schema));
}

JsonPtr any_of_schema(std::vector<JsonPtr> schemas) {
  if (schemas.size() == 1) return schemas.front();
  Json choices = Json::array();
  for (const JsonPtr& schema : schemas) choices.push_back(*schema);
  return json_ptr({{"anyOf", std::move(choices)}});
}

JsonPtr reference_schema(const std::string& name) { return json_ptr({{"$ref", "#/definitions/" + name}}); }

JsonPtr annotated_schema(const JsonPtr& schema, const std::string& pattern, const std::string& description) {
  if (pattern.empty() && description.empty()) return schema;
  Json annotated = *schema;
  // Draft-07 ignores what stands beside a $ref.
  if (annotated.contains("$ref")) annotated = {{"allOf", Json::array({*schema})}};
  if (!pattern.empty()) annotated["pattern"] = pattern;
  if (!description.empty()) annotated["description"] = description;
  return json_ptr(std::move(annotated));
}

JsonPtr list_value(const std::vector<JsonPtr>& items) {
  if (items.empty()) return nullptr;
  Json list = Json::array();
  for (const JsonPtr& item : items) {
    if (!item) return nullptr;
    list.push_back(*item);
  }
  return json_ptr(std::move(list));
}

void add_wrong_kind(const Tree& tree, const std::string& wants, Problems& problems) {
  problems.add(tree.place, problems.subject() + " wants " + wants + ", found " + found_text(tree));
}

void add_too_short(const Tree& tree, std::size_t items_min, Problems& problems) {
  problems.add(tree.place, problems.subject() + " wants at least " + std::to_string(items_min) +
                               (items_min == 1 ? " item" : " items") + ", found " +
                               std::to_string(tree.items.size()));
}

void add_refused(const Tree& tree, const std::string& message, Problems& problems) {
  problems.add(tree.place, problems.subject() + ": " + message);
}

std::string item_subject(std::size_t index, const std::string& list) {
  return "item " + std::to_string(index + 1) + " of " + list;
}

}  // namespace detail

kernel::Json schema_document(const AnyShape& shape, const std::string& id, const std::string& title) {
  Definitions definitions;
  kernel::Json root = *shape.schema(definitions);
  if (root.contains("$ref")) root = {{"allOf", kernel::Json::array({root})}};
  kernel::Json document = {
      {"$schema", "http://json-schema.org/draft-07/schema#"}, {"$id", id}, {"title", title}};
  for (auto& [key, value] : root.items()) {
    if (key != "title") document[key] = std::move(value);
  }
  for (const auto& [name, part] : definitions.parts) document["definitions"][name] = *part;
  return document;
}

}  // namespace config

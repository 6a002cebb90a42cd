#include "emulator/salesforce/definitions.h"

#include <algorithm>

#include "middleware/kernel/digest.h"

namespace emulator::salesforce {
namespace {

constexpr std::string_view kChangeEvent = "ChangeEvent";
constexpr std::int64_t kTextMax = 255;
constexpr std::int64_t kTextAreaMax = 131'072;

template <class T>
const T* find(const std::vector<std::pair<std::string, T>>& items, std::string_view name) {
  const auto found = std::ranges::find(items, name, [](const auto& i) { return std::string_view(i.first); });
  return found == items.end() ? nullptr : &found->second;
}

/// 22 characters of base64url, as schema ids look.
std::string schema_id_of(std::string_view api_name, const EventDefinition* definition) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text(api_name);
  if (definition != nullptr) {
    for (const auto& [name, field] : definition->fields) {
      text += "\n" + name + " " + std::to_string(static_cast<int>(field.type)) + " " +
              std::to_string(field.length) + " " + std::to_string(field.precision) + " " +
              std::to_string(field.scale) + (field.required ? " required" : "");
    }
  }
  const auto hash = kernel::sha1(text);
  std::string id;
  for (std::size_t i = 0; i < 20; ++i) id += kDigits[hash[i] & 63];
  return id + "QA";
}

std::string label_of(std::string_view name) {
  std::string label(name.substr(0, name.find("__")));
  std::ranges::replace(label, '_', ' ');
  return label;
}

std::string numbered_prefix(char first, std::size_t number) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  return {first, kDigits[number / 36 % 36], kDigits[number % 36]};
}

FieldInfo field_info(const std::string& name, const FieldDefinition& field) {
  FieldInfo info{.name = name,
                 .label = label_of(name),
                 .type = field.type,
                 .is_required = field.required,
                 .has_default = field.fallback.has_value(),
                 .is_custom = name.ends_with("__c"),
                 .is_external_id = field.is_external_id,
                 .precision = field.precision,
                 .scale = field.scale};
  if (field.type == FieldType::Text) info.length = field.length > 0 ? field.length : kTextMax;
  if (field.type == FieldType::TextArea) info.length = field.length > 0 ? field.length : kTextAreaMax;
  return info;
}

FieldInfo system_field(const char* name, FieldType type) {
  return {.name = name,
          .label = name,
          .type = type,
          .is_custom = false,
          .length = type == FieldType::Text ? 18 : 0};
}

}  // namespace

std::string change_event_name(std::string_view object) {
  if (object.ends_with("__c")) object.remove_suffix(1);
  return std::string(object) + std::string(kChangeEvent);
}

bool is_change_event(std::string_view entity) {
  return entity.ends_with(kChangeEvent) && entity.size() > kChangeEvent.size();
}

std::string schema_id_of(std::string_view name) { return schema_id_of(name, nullptr); }

Definitions::Definitions(const OrgConfig& config) : config_(config) {}

const Definitions::Event* Definitions::event(std::string_view api_name) {
  if (const Event* known = events_.find(api_name)) return known;
  if (!api_name.ends_with("__e") || api_name.size() == 3) return nullptr;
  const EventDefinition* definition = find(config_.events, api_name);
  if (definition == nullptr && config_.only_declared) return nullptr;
  Event& event = events_.at(api_name);
  event.definition = definition;
  event.schema_id = schema_id_of(api_name, definition);
  event.channel = "/event/" + std::string(api_name);
  event.key_prefix = "e00";
  for (std::size_t i = 0; i < config_.events.size(); ++i) {
    if (config_.events[i].first == api_name) event.key_prefix = numbered_prefix('e', i + 1);
  }
  return &event;
}

const ObjectDefinition* Definitions::object(std::string_view name) const {
  return find(config_.objects, name);
}

std::string Definitions::key_prefix(std::string_view name) const {
  // Standard objects that everybody knows: facts/salesforce 1.5.
  constexpr std::pair<std::string_view, std::string_view> kKnown[] = {
      {"Account", "001"}, {"Contact", "003"}, {"Opportunity", "006"}, {"Lead", "00Q"}, {"Case", "500"}};
  const ObjectDefinition* definition = object(name);
  if (definition != nullptr && !definition->key_prefix.empty()) return definition->key_prefix;
  for (const auto& [known, prefix] : kKnown) {
    if (known == name) return std::string(prefix);
  }
  for (std::size_t i = 0; i < config_.objects.size(); ++i) {
    if (config_.objects[i].first == name) return numbered_prefix('a', i);
  }
  return "a00";
}

EntityInfo Definitions::event_info(const std::string& name, const EventDefinition* definition) const {
  EntityInfo info{.name = name,
                  .label = label_of(name),
                  .key_prefix = "e00",
                  .is_event = true,
                  .publish = definition == nullptr ? PublishBehaviour::Immediately : definition->publish,
                  .takes_any_fields = definition == nullptr || definition->fields.empty(),
                  .schema_id = schema_id_of(name, definition)};
  for (std::size_t i = 0; i < config_.events.size(); ++i) {
    if (config_.events[i].first == name) info.key_prefix = numbered_prefix('e', i + 1);
  }
  info.fields = {system_field("ReplayId", FieldType::Text), system_field("CreatedDate", FieldType::DateTime),
                 system_field("CreatedById", FieldType::Text), system_field("EventUuid", FieldType::Text)};
  if (definition != nullptr) {
    for (const auto& [field_name, field] : definition->fields) {
      info.fields.push_back(field_info(field_name, field));
    }
  }
  return info;
}

EntityInfo Definitions::object_info(const std::string& name, const ObjectDefinition& definition) const {
  EntityInfo info{.name = name,
                  .label = label_of(name),
                  .key_prefix = key_prefix(name),
                  .is_custom = name.ends_with("__c"),
                  .has_change_events = definition.has_change_events,
                  .takes_any_fields = definition.fields.empty()};
  info.fields = {system_field("Id", FieldType::Text), system_field("CreatedDate", FieldType::DateTime),
                 system_field("CreatedById", FieldType::Text),
                 system_field("LastModifiedDate", FieldType::DateTime),
                 system_field("LastModifiedById", FieldType::Text)};
  for (const auto& [field_name, field] : definition.fields) {
    info.fields.push_back(field_info(field_name, field));
  }
  return info;
}

std::vector<EntityInfo> Definitions::entities() const {
  std::vector<EntityInfo> all;
  for (const auto& [name, definition] : config_.events) all.push_back(event_info(name, &definition));
  for (const auto& [name, definition] : config_.objects) all.push_back(object_info(name, definition));
  return all;
}

std::optional<EntityInfo> Definitions::describe(std::string_view name) const {
  if (const EventDefinition* event = find(config_.events, name)) return event_info(std::string(name), event);
  if (const ObjectDefinition* found = object(name)) return object_info(std::string(name), *found);
  if (name.ends_with("__e") && name.size() > 3 && !config_.only_declared) {
    return event_info(std::string(name), nullptr);
  }
  return std::nullopt;
}

std::optional<EntityInfo> Definitions::describe_schema(std::string_view schema_id) const {
  for (const auto& [name, definition] : config_.events) {
    if (schema_id_of(name, &definition) == schema_id) return event_info(name, &definition);
  }
  return std::nullopt;
}

}  // namespace emulator::salesforce

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/resources.h"

namespace emulator::salesforce_edge {

using kernel::Json;
using salesforce::EntityInfo;
using salesforce::FieldInfo;
using salesforce::FieldType;

namespace {

struct TypeNames {
  const char* describe;
  const char* soap;
  const char* avro;
};

TypeNames names_of(FieldType type) {
  switch (type) {
    case FieldType::Text:
      return {"string", "xsd:string", "string"};
    case FieldType::TextArea:
      return {"textarea", "xsd:string", "string"};
    case FieldType::Number:
      return {"double", "xsd:double", "double"};
    case FieldType::Checkbox:
      return {"boolean", "xsd:boolean", "boolean"};
    case FieldType::Date:
      return {"date", "xsd:date", "string"};
    case FieldType::DateTime:
      return {"datetime", "xsd:dateTime", "string"};
  }
  return {"", "", ""};
}

// ASSUMPTION: which members a describe answer has is from memory.
Json field_json(const FieldInfo& field) {
  const TypeNames names = names_of(field.type);
  return {{"name", field.name},
          {"label", field.label},
          {"type", names.describe},
          {"soapType", names.soap},
          {"length", field.length},
          {"precision", field.precision},
          {"scale", field.scale},
          {"nillable", !field.is_required},
          {"defaultedOnCreate", field.has_default},
          {"createable", field.is_custom},
          {"updateable", field.is_custom},
          {"custom", field.is_custom},
          {"externalId", field.is_external_id}};
}

Json entity_json(const EntityInfo& entity, const RestCall& call) {
  const std::string url = call.root() + "/sobjects/" + entity.name;
  return {{"name", entity.name},
          {"label", entity.label},
          {"keyPrefix", entity.key_prefix},
          {"custom", entity.is_custom},
          {"createable", true},
          {"updateable", !entity.is_event},
          {"deletable", !entity.is_event},
          {"queryable", !entity.is_event},
          {"retrieveable", !entity.is_event},
          {"urls", {{"sobject", url}, {"describe", url + "/describe"}, {"rowTemplate", url + "/{ID}"}}}};
}

/// A field that is not required may be null, which Avro says with a union.
Json avro_field(const FieldInfo& field) {
  const char* type = names_of(field.type).avro;
  Json json = {{"name", field.name}};
  json["type"] = field.is_required ? Json(type) : Json::array({"null", type});
  json["doc"] = std::string("Data:") + names_of(field.type).describe;
  if (!field.is_required) json["default"] = nullptr;
  return json;
}

}  // namespace

ApiResult describe_all(OrgPorts org, const RestCall& call) {
  if (call.method != "GET" && call.method != "HEAD") return wrong_method(call.method);
  Json list = Json::array();
  for (const EntityInfo& entity : org.schema.entities()) list.push_back(entity_json(entity, call));
  return json_answer({{"encoding", "UTF-8"}, {"maxBatchSize", 200}, {"sobjects", list}});
}

ApiResult describe(OrgPorts org, const RestCall& call, std::string_view name) {
  const auto entity = org.schema.describe(name);
  if (!entity) return not_found();
  if (call.method != "GET" && call.method != "HEAD") return wrong_method(call.method);
  if (call.path.size() == 2)
    return json_answer({{"objectDescribe", entity_json(*entity, call)}, {"recentItems", Json::array()}});
  if (call.path[2] == "eventSchema") return entity->is_event ? schema_of(*entity, call) : not_found();
  Json json = entity_json(*entity, call);
  json["fields"] = Json::array();
  for (const FieldInfo& field : entity->fields) json["fields"].push_back(field_json(field));
  return json_answer(json);
}

// ASSUMPTION: that the resource exists is documented, what the schema looks like is from memory. EXPANDED
// describes the message with its position, COMPACT the payload alone.
ApiResult schema_of(const EntityInfo& event, const RestCall& call) {
  const std::string* format = kernel::form_field(call.query, "payloadFormat");
  if (format != nullptr && *format != "EXPANDED" && *format != "COMPACT")
    return refused(400, "INVALID_QUERY_VALUE", "payloadFormat wants EXPANDED or COMPACT");
  Json fields = Json::array();
  for (const FieldInfo& field : event.fields) fields.push_back(avro_field(field));
  const Json payload = {
      {"name", event.name}, {"namespace", "com.sforce.eventbus"}, {"type", "record"}, {"fields", fields}};
  if (format != nullptr && *format == "COMPACT") {
    Json schema = payload;
    schema["uuid"] = event.schema_id;
    return json_answer(schema);
  }
  const Json position = {{"name", "Event"},
                         {"type", "record"},
                         {"fields", Json::array({{{"name", "replayId"}, {"type", "long"}}})}};
  const Json data = {{"name", "Data"},
                     {"type", "record"},
                     {"fields", Json::array({{{"name", "schema"}, {"type", "string"}},
                                             {{"name", "payload"}, {"type", payload}},
                                             {{"name", "event"}, {"type", position}}})}};
  return json_answer({{"name", event.name},
                      {"namespace", "com.sforce.eventbus"},
                      {"type", "expanded-record"},
                      {"fields", Json::array({{{"name", "data"}, {"type", data}},
                                              {{"name", "channel"}, {"type", "string"}}})},
                      {"uuid", event.schema_id}});
}

ApiResult event_schema(OrgPorts org, const RestCall& call) {
  if (call.path.size() != 3 || call.path[1] != "eventSchema") return not_found();
  if (call.method != "GET" && call.method != "HEAD") return wrong_method(call.method);
  const auto event = org.schema.describe_schema(call.path[2]);
  return event ? schema_of(*event, call) : ApiResult(not_found());
}

}  // namespace emulator::salesforce_edge

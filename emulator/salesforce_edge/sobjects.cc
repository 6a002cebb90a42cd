#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/resources.h"

namespace emulator::salesforce_edge {

using kernel::Json;
using salesforce::Transaction;

namespace {

constexpr int kVersionOfEventUuid = 460;
constexpr int kVersionOfUpsertResult = 460;

/// Runs `change` in the call's transaction, or in one of its own.
ApiResult in_transaction(OrgPorts org, const RestCall& call,
                         const std::function<ApiResult(Transaction&)>& change) {
  if (call.transaction != nullptr) return change(*call.transaction);
  const auto own = org.data.begin(call.caller);
  ApiResult result = change(*own);
  if (result) {
    own->commit();
  } else {
    own->roll_back();
  }
  return result;
}

std::string url_of(const RestCall& call, std::string_view object, std::string_view id) {
  return call.root() + "/sobjects/" + std::string(object) + "/" + std::string(id);
}

ApiResult create(OrgPorts org, const RestCall& call, const std::string& name) {
  auto fields = object_of(call.body);
  if (!fields) return std::unexpected(fields.error());
  const bool has_attributes = fields->erase("attributes") > 0;
  return in_transaction(org, call, [&](Transaction& transaction) -> ApiResult {
    ApiAnswer answer;
    std::string id;
    if (name.ends_with("__e")) {
      // As the publisher wrote it, wherever possible.
      const auto event = transaction.publish(name, has_attributes ? kernel::json_text(*fields) : call.body);
      if (!event) return std::unexpected(api_error(event.error()));
      answer = json_answer(enqueued(*event, call.version), 201);
      id = event->id;
    } else {
      const auto made = transaction.create(name, *fields);
      if (!made) return std::unexpected(api_error(made.error()));
      answer = json_answer(saved(*made), 201);
      id = *made;
    }
    // ASSUMPTION: that there is a Location is from memory.
    answer.headers.add("Location", url_of(call, name, id));
    return answer;
  });
}

/// ?fields=A,B
std::vector<std::string> fields_asked(const RestCall& call) {
  std::vector<std::string> names;
  const std::string* text = kernel::form_field(call.query, "fields");
  if (text == nullptr) return names;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

ApiResult read(OrgPorts org, const RestCall& call, const std::string& name, const std::string& id) {
  const auto record = org.data.record(name, id);
  if (!record) return std::unexpected(api_error(record.error()));
  Json result = {{"attributes", {{"type", name}, {"url", url_of(call, name, id)}}}};
  const std::vector<std::string> asked = fields_asked(call);
  if (asked.empty()) {
    result.update(*record);
    return json_answer(result);
  }
  const auto entity = org.schema.describe(name);
  for (const std::string& field : asked) {
    const bool is_known = record->contains(field) || !entity || entity->takes_any_fields ||
                          std::ranges::any_of(entity->fields, [&](const auto& f) { return f.name == field; });
    if (!is_known)
      return refused(400, "INVALID_FIELD", "No such column '" + field + "' on sobject of type " + name);
    result[field] = record->contains(field) ? (*record)[field] : Json();
  }
  return json_answer(result);
}

ApiResult by_id(OrgPorts org, const RestCall& call, const std::string& name, const std::string& id) {
  if (call.method == "GET" || call.method == "HEAD") return read(org, call, name, id);
  if (call.method == "PATCH") {
    auto fields = object_of(call.body);
    if (!fields) return std::unexpected(fields.error());
    fields->erase("attributes");
    return in_transaction(org, call, [&](Transaction& transaction) -> ApiResult {
      if (const auto done = transaction.update(name, id, *fields); !done)
        return std::unexpected(api_error(done.error()));
      return no_content();
    });
  }
  if (call.method != "DELETE") return wrong_method(call.method);
  return in_transaction(org, call, [&](Transaction& transaction) -> ApiResult {
    if (const auto done = transaction.remove(name, id); !done)
      return std::unexpected(api_error(done.error()));
    return no_content();
  });
}

/// The id of the one record with this value, for reading and deleting by external id.
std::expected<std::string, ApiError> id_with(OrgPorts org, const std::string& name, const std::string& field,
                                             const std::string& value) {
  const auto all = org.data.records(name);
  if (!all) return std::unexpected(api_error(all.error()));
  for (const Json& record : *all) {
    if (kernel::json_text_at(record, "/" + field) == value) return kernel::json_text_at(record, "/Id");
  }
  return not_found();
}

ApiResult by_external_id(OrgPorts org, const RestCall& call, const std::string& name) {
  const std::string& field = call.path[2];
  const std::string& value = call.path[3];
  if (call.method != "PATCH") {
    const auto id = id_with(org, name, field, value);
    if (!id) return std::unexpected(id.error());
    return by_id(org, call, name, *id);
  }
  auto fields = object_of(call.body);
  if (!fields) return std::unexpected(fields.error());
  fields->erase("attributes");
  return in_transaction(org, call, [&](Transaction& transaction) -> ApiResult {
    const auto done = transaction.upsert(name, field, Json(value), *fields);
    if (!done) return std::unexpected(api_error(done.error()));
    if (!done->is_created && call.version < kVersionOfUpsertResult) return no_content();
    Json result = saved(done->id);
    result["created"] = done->is_created;
    return json_answer(result, done->is_created ? 201 : 200);
  });
}

}  // namespace

Json saved(std::string_view id) { return {{"id", id}, {"success", true}, {"errors", Json::array()}}; }

Json enqueued(const salesforce::SavedEvent& event, int version) {
  Json result = saved(event.id);
  if (version < kVersionOfEventUuid) return result;
  result["errors"].push_back(
      {{"statusCode", "OPERATION_ENQUEUED"}, {"message", event.event_uuid}, {"fields", Json::array()}});
  return result;
}

Json failed(const ApiError& error) {
  return {{"success", false}, {"errors", error_list(error, "statusCode")}};
}

ApiResult sobjects(OrgPorts org, const RestCall& call) {
  const std::size_t parts = call.path.size();
  if (parts == 1) return describe_all(org, call);
  const std::string& name = call.path[1];
  if (parts == 2) return call.method == "POST" ? create(org, call, name) : describe(org, call, name);
  if (parts == 3 && (call.path[2] == "describe" || call.path[2] == "eventSchema"))
    return describe(org, call, name);
  if (!org.schema.describe(name)) return not_found();
  // Events cannot be read, changed or deleted. ASSUMPTION: that this is a 405.
  if (name.ends_with("__e")) return wrong_method(call.method);
  if (parts == 3) return by_id(org, call, name, call.path[2]);
  if (parts == 4) return by_external_id(org, call, name);
  return not_found();
}

}  // namespace emulator::salesforce_edge

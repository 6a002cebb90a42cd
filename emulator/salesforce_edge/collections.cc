#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/resources.h"

namespace emulator::salesforce_edge {

using kernel::Json;
using salesforce::Transaction;

namespace {

constexpr std::size_t kRecordsMax = 200;

/// What one row becomes: a save result, or why it failed.
using RowResult = std::expected<Json, ApiError>;
using RowChange = std::function<RowResult(Transaction&, const Json&)>;

RowResult saved_or(const salesforce::OrgResult<std::string>& id) {
  if (!id) return std::unexpected(api_error(id.error()));
  return saved(*id);
}

std::expected<std::string, ApiError> type_of(const Json& record) {
  std::string type = kernel::json_text_at(record, "/attributes/type");
  if (type.empty()) return refused(400, "INVALID_FIELD", "Each record wants attributes with a type");
  return type;
}

Json without(Json record, std::initializer_list<const char*> names) {
  for (const char* name : names) record.erase(name);
  return record;
}

RowResult create_row(Transaction& transaction, const Json& record, int version) {
  const auto type = type_of(record);
  if (!type) return std::unexpected(type.error());
  const Json fields = without(record, {"attributes"});
  if (!type->ends_with("__e")) return saved_or(transaction.create(*type, fields));
  const auto event = transaction.publish(*type, kernel::json_text(fields));
  if (!event) return std::unexpected(api_error(event.error()));
  return enqueued(*event, version);
}

RowResult update_row(Transaction& transaction, const Json& record) {
  const auto type = type_of(record);
  if (!type) return std::unexpected(type.error());
  std::string id = kernel::json_text_at(record, "/Id");
  if (id.empty()) id = kernel::json_text_at(record, "/id");
  if (id.empty()) return refused(400, "MISSING_ARGUMENT", "Id not specified in an update call", {"Id"});
  if (const auto done = transaction.update(*type, id, without(record, {"attributes", "Id", "id"})); !done)
    return std::unexpected(api_error(done.error()));
  return saved(id);
}

RowResult upsert_row(Transaction& transaction, const Json& record, const std::string& type,
                     const std::string& field) {
  const auto value = record.find(field);
  if (value == record.end() || value->is_null())
    return refused(400, "MISSING_ARGUMENT", field + " not specified", {field});
  const auto done = transaction.upsert(type, field, *value, without(record, {"attributes", field.c_str()}));
  if (!done) return std::unexpected(api_error(done.error()));
  Json result = saved(done->id);
  result["created"] = done->is_created;
  return result;
}

/// One transaction for all rows. With all-or-none, one that fails undoes the others; events that were to be
/// published immediately are out all the same.
ApiResult change_rows(OrgPorts org, const RestCall& call, const Json& rows, bool is_all_or_none,
                      const RowChange& change) {
  // ASSUMPTION: code and text are from memory.
  if (rows.size() > kRecordsMax) {
    return refused(400, "EXCEEDED_ID_LIMIT",
                   "record limit reached. cannot submit more than 200 records into this call");
  }
  std::unique_ptr<Transaction> own;
  if (call.transaction == nullptr) own = org.data.begin(call.caller);
  Transaction& transaction = own ? *own : *call.transaction;
  std::vector<RowResult> results;
  for (const Json& row : rows) {
    results.push_back(row.is_object() || row.is_string()
                          ? change(transaction, row)
                          : RowResult(refused(400, "JSON_PARSER_ERROR", "A record is a JSON object")));
  }
  const bool is_undone = is_all_or_none && !std::ranges::all_of(results, &RowResult::has_value);
  if (own && is_undone) own->roll_back();
  if (own && !is_undone) own->commit();
  Json answer = Json::array();
  for (const RowResult& result : results) {
    if (!result) {
      answer.push_back(failed(result.error()));
    } else if (is_undone) {
      answer.push_back(failed({.code = "ALL_OR_NONE_OPERATION_ROLLED_BACK",
                               .message = "Record rolled back because not all records were valid and the "
                                          "request was using AllOrNone header"}));
    } else {
      answer.push_back(*result);
    }
  }
  return json_answer(answer);
}

/// `records` of a body, or a refusal.
std::expected<Json, ApiError> records_of(const Json& body) {
  const auto records = body.find("records");
  if (records == body.end() || !records->is_array())
    return refused(400, "JSON_PARSER_ERROR", "The body wants a list 'records'");
  return *records;
}

std::expected<bool, ApiError> all_or_none_of(const Json& body) {
  const auto found = body.find("allOrNone");
  if (found == body.end()) return false;
  if (!found->is_boolean()) return refused(400, "JSON_PARSER_ERROR", "allOrNone wants true or false");
  return found->get<bool>();
}

/// {"ids": [...], "fields": [...]}: the records, null for those that are not there.
ApiResult read_many(OrgPorts org, const RestCall& call, const Json& body) {
  const std::string& type = call.path[2];
  if (!org.schema.describe(type)) return not_found();
  Json answer = Json::array();
  const auto ids = body.find("ids");
  const auto fields = body.find("fields");
  if (ids == body.end() || !ids->is_array() || fields == body.end() || !fields->is_array())
    return refused(400, "JSON_PARSER_ERROR", "The body wants lists 'ids' and 'fields'");
  for (const Json& id : *ids) {
    const std::string text = id.is_string() ? id.get<std::string>() : std::string{};
    const auto record = org.data.record(type, text);
    if (!record) {
      answer.push_back(nullptr);
      continue;
    }
    Json row = {{"attributes", {{"type", type}, {"url", call.root() + "/sobjects/" + type + "/" + text}}}};
    for (const Json& field : *fields) {
      const std::string name = field.is_string() ? field.get<std::string>() : std::string{};
      row[name] = record->contains(name) ? (*record)[name] : Json();
    }
    answer.push_back(std::move(row));
  }
  return json_answer(answer);
}

/// ?ids=A,B&allOrNone=true: what each is, its first three characters say.
ApiResult remove_many(OrgPorts org, const RestCall& call) {
  const std::string* ids = kernel::form_field(call.query, "ids");
  if (ids == nullptr) return refused(400, "MISSING_ARGUMENT", "ids not specified");
  Json rows = Json::array();
  std::string_view rest = *ids;
  while (!rest.empty()) {
    const std::string_view id = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), id.size() + 1));
    rows.push_back(id);
  }
  const std::string* all_or_none = kernel::form_field(call.query, "allOrNone");
  const std::vector<salesforce::EntityInfo> entities = org.schema.entities();
  return change_rows(org, call, rows, all_or_none != nullptr && *all_or_none == "true",
                     [&](Transaction& transaction, const Json& row) -> RowResult {
                       const std::string id = row.get<std::string>();
                       const auto entity =
                           std::ranges::find(entities, id.substr(0, 3), &salesforce::EntityInfo::key_prefix);
                       if (entity == entities.end())
                         return refused(400, "MALFORMED_ID", "malformed id " + id, {"Id"});
                       if (const auto done = transaction.remove(entity->name, id); !done)
                         return std::unexpected(api_error(done.error()));
                       return saved(id);
                     });
}

}  // namespace

ApiResult collections(OrgPorts org, const RestCall& call) {
  const std::size_t parts = call.path.size();
  if (call.method == "DELETE" && parts == 2) return remove_many(org, call);
  if (call.method != "POST" && call.method != "PATCH") return wrong_method(call.method);
  const auto body = object_of(call.body);
  if (!body) return std::unexpected(body.error());
  if (call.method == "POST" && parts == 3) return read_many(org, call, *body);
  const auto rows = records_of(*body);
  if (!rows) return std::unexpected(rows.error());
  const auto all_or_none = all_or_none_of(*body);
  if (!all_or_none) return std::unexpected(all_or_none.error());
  const auto change = [&](const RowChange& row_change) {
    return change_rows(org, call, *rows, *all_or_none, row_change);
  };
  if (parts == 2 && call.method == "POST")
    return change([&](Transaction& t, const Json& row) { return create_row(t, row, call.version); });
  if (parts == 2) return change([](Transaction& t, const Json& row) { return update_row(t, row); });
  if (parts == 4 && call.method == "PATCH")
    return change(
        [&](Transaction& t, const Json& row) { return upsert_row(t, row, call.path[2], call.path[3]); });
  return not_found();
}

}  // namespace emulator::salesforce_edge

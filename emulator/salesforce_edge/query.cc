#include "emulator/salesforce_edge/query.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/query_cursors.h"
#include "emulator/salesforce_edge/soql.h"

namespace emulator::salesforce_edge {

using kernel::Json;

namespace {

constexpr std::array<std::string_view, 5> kSetupTypes = {"PlatformEventChannel", "PlatformEventChannelMember",
                                                         "NamedCredential", "EventRelayConfig",
                                                         "EventRelayFeedback"};

/// All that a query is asked of.
struct Table {
  std::string type;                ///< as the org spells it
  std::vector<std::string> names;  ///< of fields
  std::vector<Json> rows;
};

void add_names(Table& table, const Json& row) {
  for (const auto& [name, value] : row.items()) {
    if (std::ranges::find(table.names, name) == table.names.end()) table.names.push_back(name);
  }
}

/// {"Id": .., "Metadata": {"state": "RUN"}} gets a State beside them.
Json with_metadata(Json row) {
  const auto metadata = row.find("Metadata");
  if (metadata == row.end() || !metadata->is_object()) return row;
  const Json inner = *metadata;
  for (const auto& [name, value] : inner.items()) {
    std::string field = name;
    if (!field.empty() && field.front() >= 'a' && field.front() <= 'z')
      field.front() = static_cast<char>(field.front() - 'a' + 'A');
    if (!row.contains(field)) row[field] = value;
  }
  return row;
}

std::expected<Table, ApiError> setup_table(OrgPorts org, const std::string& type) {
  if (org.setup == nullptr) return not_emulated("Setup of this org");
  auto objects = org.setup->setup_objects(type);
  if (!objects) return std::unexpected(api_error(objects.error()));
  Table table{.type = type, .names = {"Id"}, .rows = {}};
  for (Json& object : *objects) {
    table.rows.push_back(with_metadata(std::move(object)));
    add_names(table, table.rows.back());
  }
  return table;
}

/// With IsDeleted beside the fields.
std::expected<std::vector<Json>, ApiError> rows_of(OrgPorts org, const std::string& object,
                                                   bool with_deleted) {
  auto rows = org.data.records(object);
  if (!rows) return std::unexpected(api_error(rows.error()));
  for (Json& row : *rows) row["IsDeleted"] = false;
  if (!with_deleted) return std::move(*rows);
  auto deleted = org.data.deleted_records(object);
  if (!deleted) return std::unexpected(api_error(deleted.error()));
  for (Json& row : *deleted) {
    row["IsDeleted"] = true;
    rows->push_back(std::move(row));
  }
  return std::move(*rows);
}

std::expected<Table, ApiError> record_table(OrgPorts org, const std::string& name, bool with_deleted) {
  auto entity = org.schema.describe(name);
  for (salesforce::EntityInfo& declared : org.schema.entities()) {
    if (kernel::equal_without_case(declared.name, name)) entity = std::move(declared);
  }
  if (!entity || entity->is_event)
    return refused(400, "INVALID_TYPE", "sObject type '" + name + "' is not supported.");
  auto records = rows_of(org, entity->name, with_deleted);
  if (!records) return std::unexpected(records.error());
  Table table{.type = entity->name, .names = {"Id", "IsDeleted"}, .rows = std::move(*records)};
  for (const salesforce::FieldInfo& field : entity->fields) table.names.push_back(field.name);
  for (const Json& row : table.rows) add_names(table, row);
  return table;
}

std::expected<Table, ApiError> table_of(OrgPorts org, const std::string& name, bool with_deleted) {
  const auto type = std::ranges::find_if(
      kSetupTypes, [&](std::string_view known) { return kernel::equal_without_case(known, name); });
  return type == kSetupTypes.end() ? record_table(org, name, with_deleted)
                                   : setup_table(org, std::string(*type));
}

/// Gives names the spelling of the table. An empty setup table knows no names: whatever is asked, it has no
/// rows.
class Spelling {
 public:
  explicit Spelling(const Table& table) : table_(table) {}

  void fix(std::string& name) {
    const auto known = std::ranges::find_if(
        table_.names, [&](const std::string& field) { return kernel::equal_without_case(field, name); });
    if (known != table_.names.end()) {
      name = *known;
    } else if (!is_setup_type(table_.type) || !table_.rows.empty()) {
      unknown_ = name;
    }
  }
  void fix(Condition& condition) {
    if (condition.kind == Condition::Kind::Compare) fix(condition.field);
    for (Condition& part : condition.parts) fix(part);
  }
  std::expected<void, ApiError> check() const {
    if (unknown_.empty()) return {};
    return refused(400, "INVALID_FIELD",
                   "No such column '" + unknown_ + "' on entity '" + table_.type + "'.");
  }

 private:
  const Table& table_;
  std::string unknown_;
};

const Json& value_of(const Json& row, const std::string& name) {
  static const Json kNull;
  const auto found = row.find(name);
  return found == row.end() ? kNull : *found;
}

void sort_rows(std::vector<Json>& rows, const std::vector<Ordering>& order) {
  std::vector<std::pair<Json, std::size_t>> placed;
  for (std::size_t i = 0; i < rows.size(); ++i) placed.emplace_back(std::move(rows[i]), i);
  std::ranges::sort(placed, [&order](const auto& left, const auto& right) {
    for (const Ordering& by : order) {
      const Json& a = value_of((by.is_descending ? right : left).first, by.field);
      const Json& b = value_of((by.is_descending ? left : right).first, by.field);
      if (is_before(a, b)) return true;
      if (is_before(b, a)) return false;
    }
    return left.second < right.second;
  });
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = std::move(placed[i].first);
}

Json to_json(const Json& row, const Soql& soql, const Table& table, const RestCall& call) {
  const std::string place = is_setup_type(table.type) ? "/tooling/sobjects/" : "/sobjects/";
  std::string url = call.root() + place + table.type + "/";
  if (value_of(row, "Id").is_string()) url += value_of(row, "Id").get<std::string>();
  Json result = {{"attributes", {{"type", table.type}, {"url", url}}}};
  for (const std::string& field : soql.fields) result[field] = value_of(row, field);
  return result;
}

}  // namespace

bool is_setup_type(std::string_view name) {
  return std::ranges::find(kSetupTypes, name) != kSetupTypes.end();
}

ApiResult run_query(OrgPorts org, const RestCall& call, QueryCursors& cursors) {
  if (call.method != "GET") return wrong_method(call.method);
  const std::string* text = kernel::form_field(call.query, "q");
  if (text == nullptr) return refused(400, "MALFORMED_QUERY", "A query wants ?q=SELECT ...");
  auto soql = parse_soql(*text);
  if (!soql) return refused(400, "MALFORMED_QUERY", soql.error().message);
  auto table = table_of(org, soql->from, !call.path.empty() && call.path.front() == "queryAll");
  if (!table) return std::unexpected(table.error());
  Spelling spelling(*table);
  for (std::string& field : soql->fields) spelling.fix(field);
  for (Ordering& ordering : soql->order) spelling.fix(ordering.field);
  if (soql->where) spelling.fix(*soql->where);
  if (auto known = spelling.check(); !known) return std::unexpected(known.error());

  std::vector<Json>& rows = table->rows;
  if (soql->where) std::erase_if(rows, [&](const Json& row) { return !holds(*soql->where, row); });
  if (soql->fields.empty())
    return json_answer({{"totalSize", rows.size()}, {"done", true}, {"records", Json::array()}});
  sort_rows(rows, soql->order);
  const auto size = static_cast<std::int64_t>(rows.size());
  const std::int64_t begin = std::min(soql->offset, size);
  const std::int64_t end = std::min(size, begin + std::min(soql->limit.value_or(size), size));
  Json records = Json::array();
  for (std::int64_t i = begin; i < end; ++i)
    records.push_back(to_json(rows[static_cast<std::size_t>(i)], *soql, *table, call));
  return cursors.first_page(call, std::move(records));
}

}  // namespace emulator::salesforce_edge

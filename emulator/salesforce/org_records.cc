// Records as others see them, and the change events that come of them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/salesforce/change_events.h"
#include "emulator/salesforce/errors.h"
#include "emulator/salesforce/org.h"
#include "emulator/salesforce/records.h"
#include "middleware/kernel/digest.h"
#include "middleware/kernel/ids.h"

namespace emulator::salesforce {
namespace {

using kernel::Json;

Json shown(const Record& record) {
  Json json = Json::object();
  json["Id"] = record.id;
  for (const auto& [name, value] : record.fields.items()) json[name] = value;
  return json;
}

OrgResult<std::vector<Json>> shown_all(const OrgResult<std::vector<const Record*>>& found) {
  if (!found) return std::unexpected(found.error());
  std::vector<Json> all;
  for (const Record* record : *found) all.push_back(shown(*record));
  return all;
}

}  // namespace

OrgResult<Json> Org::record(std::string_view object, std::string_view id) const {
  const auto found = records_->find(object, id);
  if (!found) return std::unexpected(found.error());
  return shown(**found);
}

OrgResult<std::vector<Json>> Org::records(std::string_view object) const {
  return shown_all(records_->all(object));
}

OrgResult<std::vector<Json>> Org::deleted_records(std::string_view object) const {
  return shown_all(records_->all(object, true));
}

void Org::tell_changes(const std::vector<RecordChange>& changes, const Caller& caller) {
  const kernel::WallTime now = scheduler_.wall_now();
  last_commit_ = std::max(last_commit_ + 1, now.time_since_epoch().count());
  const TransactionInfo info{.key = kernel::uuid4(transactions_),
                             .user_id = caller.user_id.empty() ? users_.first().id : caller.user_id,
                             .change_origin = caller.change_origin,
                             .committed = now,
                             .commit_number = last_commit_,
                             .overflow_at = config_.change_overflow_at};
  for (ChangeEvent& event : change_events(changes, info, to_gap_)) {
    keep_change({.object = event.object,
                 .record_id = event.first_record_id,
                 .payload = std::move(event.payload),
                 .record = std::move(event.record)},
                caller);
  }
}

/// A change event goes out, under the same faults as every other.
void Org::keep_change(ChangeParts parts, const Caller& caller) {
  const std::string name = change_event_name(parts.object);
  const std::string channel = "/data/" + name;
  const std::string uuid = kernel::uuid4(uuids_);
  const bool is_lost = to_lose_ > 0;
  const std::int64_t replay_id = is_lost ? 0 : log_.next_replay_id();
  journal_.published({.uuid = uuid,
                      .replay_id = replay_id,
                      .channel = channel,
                      .kind = name,
                      .ordering_key = parts.record_id,
                      .payload = parts.payload});
  kernel::point_hop(journal_,
                    {.stage = kernel::Stage::Publish,
                     .event = uuid,
                     .parent = caller.cause,
                     .from = caller.name,
                     .to = "salesforce",
                     .operation = name},
                    {.bytes_received = static_cast<std::int64_t>(parts.payload.size())});
  if (is_lost) {
    --to_lose_;
    return journal_.ended(uuid, kernel::End::Lost, "salesforce: accepted and never stored");
  }
  relay::StoredEvent stored{.uuid = uuid,
                            .replay_id = replay_id,
                            .api_name = name,
                            .payload = std::move(parts.payload),
                            .schema_id = schema_id_of(name),
                            .created = scheduler_.wall_now(),
                            .stored_at = scheduler_.now(),
                            .is_change = true,
                            .record = std::move(parts.record)};
  keep(std::move(stored));
}

OrgResult<> Org::capture(std::string_view payload) {
  const auto parsed = kernel::parse_json(payload);
  const Json* entity = parsed ? kernel::json_at(*parsed, "/ChangeEventHeader/entityName") : nullptr;
  if (entity == nullptr || !entity->is_string()) {
    return std::unexpected(
        OrgError{.code = "JSON_PARSER_ERROR", .message = "a change event has a ChangeEventHeader"});
  }
  keep_change({.object = entity->get<std::string>(),
               .record_id = kernel::json_text_at(*parsed, "/ChangeEventHeader/recordIds/0"),
               .payload = std::string(payload)},
              {});
  return {};
}

void Org::capture_or_log(std::string_view payload) {
  if (const auto captured = capture(payload); !captured) log_refusal(captured.error());
}

std::vector<std::string> Org::matching(std::string_view object, const Json& values, bool is_deleted) const {
  std::vector<std::string> ids;
  const auto records = records_->all(object, is_deleted);
  if (!records) return ids;
  for (const Record* record : *records) {
    bool is_match = true;
    for (const auto& [name, value] : values.items()) {
      const auto found = record->fields.find(name);
      is_match = is_match && (found == record->fields.end() ? value.is_null() : *found == value);
    }
    if (is_match) ids.push_back(record->id);
  }
  return ids;
}

void Org::log_refusal(const OrgError& error) {
  const std::string message = error.code + ": " + error.message;
  journal_.log({.level = kernel::LogLevel::Warn, .source = "salesforce", .message = message});
}

}  // namespace emulator::salesforce

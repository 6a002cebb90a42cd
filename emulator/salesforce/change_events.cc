#include "emulator/salesforce/change_events.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace emulator::salesforce {
namespace {

using kernel::Json;

constexpr std::size_t kChangeBytesMax = 1'048'576;
constexpr std::string_view kNoRecord = "000000000000000AAA";

std::string_view to_text(ChangeType type) {
  switch (type) {
    case ChangeType::Create:
      return "CREATE";
    case ChangeType::Update:
      return "UPDATE";
    case ChangeType::Delete:
      return "DELETE";
    case ChangeType::Undelete:
      return "UNDELETE";
  }
  return "CREATE";
}

/// In an update each field counts, else the record does.
std::int64_t weight(const RecordChange& change) {
  if (change.type != ChangeType::Update) return 1;
  return std::ranges::count_if(change.fields, [](const auto& f) { return f.first != "LastModifiedDate"; });
}

bool is_same_change(const RecordChange& a, const RecordChange& b) {
  return a.object == b.object && a.type == b.type && a.fields == b.fields && a.record.empty() &&
         b.record.empty();
}

struct Header {
  std::string_view entity;
  std::vector<std::string> record_ids;
  std::string change_type;
  std::int64_t sequence_number;
  std::vector<std::string> changed_fields{};
};

Json header_of(const Header& header, const TransactionInfo& info) {
  const auto committed = std::chrono::floor<std::chrono::seconds>(info.committed).time_since_epoch().count();
  Json json = Json::object();
  json["entityName"] = header.entity;
  json["recordIds"] = header.record_ids;
  json["changeType"] = header.change_type;
  json["changeOrigin"] = info.change_origin;
  json["transactionKey"] = info.key;
  json["sequenceNumber"] = header.sequence_number;
  json["commitTimestamp"] = committed * 1'000;
  json["commitNumber"] = info.commit_number;
  json["commitUser"] = info.user_id;
  json["changedFields"] = header.changed_fields;
  return json;
}

std::string payload_of(const RecordChange& change, Header header, const TransactionInfo& info, bool is_gap) {
  Json body = Json::object();
  body["ChangeEventHeader"] = Json();  // stands first
  if (is_gap) header.change_type = "GAP_" + header.change_type;
  for (const auto& [field, value] : change.fields) {
    const std::string path = path_in_change_event(change.object, field);
    if (change.type == ChangeType::Update && !is_gap) header.changed_fields.push_back(path);
    if (is_gap || change.type == ChangeType::Delete) continue;
    const std::size_t dot = path.find('.');
    (dot == std::string::npos ? body[path] : body[path.substr(0, dot)][path.substr(dot + 1)]) = value;
  }
  body["ChangeEventHeader"] = header_of(header, info);
  return kernel::json_text(body);
}

}  // namespace

std::string path_in_change_event(std::string_view object, std::string_view field) {
  const std::string name(field);
  if (object == "Contact" || object == "Lead" || object == "User") {
    if (field == "FirstName" || field == "LastName" || field == "Salutation") return "Name." + name;
  }
  for (const std::string_view kind : {"Billing", "Shipping", "Mailing", "Other"}) {
    if (!field.starts_with(kind)) continue;
    const std::string_view part = field.substr(kind.size());
    for (const std::string_view known :
         {"Street", "City", "State", "PostalCode", "Country", "Latitude", "Longitude", "GeocodeAccuracy"}) {
      if (part == known) return std::string(kind) + "Address." + std::string(part);
    }
  }
  return name;
}

std::vector<ChangeEvent> change_events(const std::vector<RecordChange>& changes, const TransactionInfo& info,
                                       std::int64_t& gaps) {
  std::vector<ChangeEvent> events;
  std::vector<std::string> overflowed;
  std::int64_t sequence = 0;
  std::int64_t counted = 0;
  // Objects without change events use sequence numbers up, not the limit.
  const auto fits = [&counted, &info](const RecordChange& change) {
    return !change.has_events || counted + weight(change) <= info.overflow_at;
  };
  for (std::size_t i = 0; i < changes.size();) {
    const RecordChange& change = changes[i];
    if (!fits(change)) {
      for (; i < changes.size(); ++i) {
        if (changes[i].has_events && std::ranges::find(overflowed, changes[i].object) == overflowed.end())
          overflowed.push_back(changes[i].object);
      }
      break;
    }
    std::vector<std::string> ids;
    do {
      if (change.has_events) counted += weight(change);
      ids.push_back(changes[i++].record_id);
    } while (i < changes.size() && is_same_change(change, changes[i]) && fits(changes[i]));
    ++sequence;
    if (!change.has_events) continue;
    const Header header{.entity = change.object,
                        .record_ids = ids,
                        .change_type = std::string(to_text(change.type)),
                        .sequence_number = sequence};
    bool is_gap = gaps > 0;
    if (is_gap) --gaps;
    std::string payload = payload_of(change, header, info, is_gap);
    if (payload.size() > kChangeBytesMax) payload = payload_of(change, header, info, true);
    events.push_back({change.object, ids.front(), std::move(payload), change.record});
  }
  for (const std::string& object : overflowed) {
    const Header header{.entity = object,
                        .record_ids = {std::string(kNoRecord)},
                        .change_type = "OVERFLOW",
                        .sequence_number = ++sequence};
    events.push_back(
        {object, std::string(kNoRecord), payload_of({.object = object}, header, info, true), {}});
  }
  return events;
}

}  // namespace emulator::salesforce

#pragma once
// What Change Data Capture says of a transaction: which events, in which order, with which payload.
//
// Source: facts/salesforce 3.1, 3.2. The body is that of CometD, which relays send as well.
#include <cstdint>
#include <nlohmann/json.hpp>  // values are held here; only sources include this header
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/time.h"

namespace emulator::salesforce {

enum class ChangeType : std::uint8_t { Create, Update, Delete, Undelete };

/// One change of one record.
struct RecordChange {
  std::string object;
  std::string record_id{};
  ChangeType type = ChangeType::Create;
  /// Of a create or undelete all fields that are not empty; of an update those that changed, null included.
  std::vector<std::pair<std::string, kernel::Json>> fields{};
  bool has_events = true;  ///< the object is selected for Change Data Capture
  std::string record{};    ///< the whole record, as JSON, when a channel enriches; such changes never merge
};

struct TransactionInfo {
  std::string key;            ///< transactionKey
  std::string user_id;        ///< commitUser
  std::string change_origin;  ///< "" for changes that no API made
  kernel::WallTime committed;
  std::int64_t commit_number;
  std::int64_t overflow_at = 100'000;  ///< changes that give change events; the rest gives GAP_OVERFLOW
};

struct ChangeEvent {
  std::string object;
  std::string first_record_id;
  std::string payload;  ///< JSON
  std::string record{};
};

/// `gaps`: so many of the first events come as GAP_*, as after an internal error; counted down.
std::vector<ChangeEvent> change_events(const std::vector<RecordChange>& changes, const TransactionInfo& info,
                                       std::int64_t& gaps);

/// "LastName" of a Contact is "Name.LastName", "BillingStreet" is "BillingAddress.Street"; others stay.
std::string path_in_change_event(std::string_view object, std::string_view field);

}  // namespace emulator::salesforce

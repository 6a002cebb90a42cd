#include "emulator/salesforce/records.h"

#include <nlohmann/json.hpp>

#include "emulator/salesforce/errors.h"
#include "middleware/kernel/ids.h"

namespace emulator::salesforce {

OrgResult<const Record*> Records::lookup(std::string_view object, std::string_view id,
                                         bool is_deleted) const {
  if (definitions_.object(object) == nullptr) return std::unexpected(not_found());
  const std::string long_id = std::string(id) + (id.size() == 15 ? kernel::salesforce_checksum(id) : "");
  if (long_id.size() != 18 || !long_id.starts_with(definitions_.key_prefix(object))) {
    return std::unexpected(
        OrgError{.code = "MALFORMED_ID",
                 .message = std::string(object) + " ID: id value of incorrect type: " + std::string(id),
                 .fields = {"Id"}});
  }
  const auto table = tables_.find(object);
  if (table == tables_.end()) return std::unexpected(not_found());
  const auto found = table->second.find(long_id);
  if (found == table->second.end()) return std::unexpected(not_found());
  if (found->second.is_deleted == is_deleted) return &found->second;
  // ASSUMPTION: the second text.
  return std::unexpected(
      is_deleted ? OrgError{.code = "UNDELETE_FAILED", .message = "entity is not deleted"}
                 : OrgError{.http_status = 404, .code = "ENTITY_IS_DELETED", .message = "entity is deleted"});
}

OrgResult<Record*> Records::find(std::string_view object, std::string_view id, bool is_deleted) {
  const auto found = lookup(object, id, is_deleted);
  if (!found) return std::unexpected(found.error());
  return const_cast<Record*>(*found);
}

OrgResult<const Record*> Records::find(std::string_view object, std::string_view id) const {
  return lookup(object, id, false);
}

OrgResult<std::vector<const Record*>> Records::all(std::string_view object, bool is_deleted) const {
  if (definitions_.object(object) == nullptr) return std::unexpected(not_found());
  std::vector<const Record*> records;
  if (const auto table = tables_.find(object); table != tables_.end()) {
    for (const auto& [id, record] : table->second) {
      if (record.is_deleted == is_deleted) records.push_back(&record);
    }
  }
  return records;
}

Record& Records::add(std::string_view object, kernel::Json fields) {
  std::string id = kernel::salesforce_id(definitions_.key_prefix(object), ++made_);
  auto table = tables_.find(object);
  if (table == tables_.end()) table = tables_.emplace(std::string(object), Table{}).first;
  return table->second.emplace(id, Record{.id = id, .fields = std::move(fields)}).first->second;
}

void Records::drop(std::string_view object, const std::string& id) {
  if (const auto table = tables_.find(object); table != tables_.end()) table->second.erase(id);
}

}  // namespace emulator::salesforce

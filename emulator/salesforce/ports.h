#pragma once
// What others may do to an org's data: publish events and change records, each call as part of a transaction.
//
// Definitions: schema_ports.h. Who may ask, and how much: access_ports.h. Channels and relays: setup_ports.h.
// Reading events: stream_ports.h. Source: facts/salesforce 1.1 to 1.3, 2, 3.
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/json.h"

namespace emulator::salesforce {

/// A refused call, as the REST API words it.
struct OrgError {
  int http_status = 400;
  std::string code;  ///< "REQUIRED_FIELD_MISSING"
  std::string message;
  std::vector<std::string> fields{};
};
template <class T = void>
using OrgResult = std::expected<T, OrgError>;

/// On whose behalf something is done.
struct Caller {
  std::string user_id{};  ///< 18 characters; empty: the org's first user
  /// changeOrigin of the change events that come of it: "com/salesforce/api/rest/66.0;client=Sync".
  std::string change_origin{};
  std::string name = "publisher";  ///< for the record: who published
  kernel::HopId cause = 0;         ///< for the record: the hop that the call is part of
};

/// An accepted event: queued, which is not yet stored.
struct SavedEvent {
  std::string id;  ///< as the answer of the publish call shows it; subscribers never see it
  std::string event_uuid;
};

struct Upserted {
  std::string id;
  bool is_created;
};

/// A unit of work. Each call succeeds or fails by itself; what succeeded is kept by commit() and undone by
/// roll_back(), except that an event defined as Publish Immediately is out when publish() returns. Destroying
/// an open transaction rolls it back. It must end within the call that began it: it does not outlive the org.
///
/// `fields` of records and events are JSON objects without `attributes`. Field names that no definition knows
/// are INVALID_FIELD. An object or event that is not there is 404 NOT_FOUND, a record 404
/// ENTITY_IS_DELETED or NOT_FOUND.
class Transaction {
 public:
  virtual ~Transaction() = default;
  /// `fields` is the text of a JSON object, and JSON: who passes foreign text on parses it first.
  virtual OrgResult<SavedEvent> publish(std::string_view api_name, std::string_view fields) = 0;

  /// The new record's id.
  virtual OrgResult<std::string> create(std::string_view object, const kernel::Json& fields) = 0;
  /// A value that is the same as before changes nothing.
  virtual OrgResult<> update(std::string_view object, std::string_view id, const kernel::Json& fields) = 0;
  /// By a field that is declared as external id. More than one record has it: 300 (no code).
  virtual OrgResult<Upserted> upsert(std::string_view object, std::string_view external_field,
                                     const kernel::Json& value, const kernel::Json& fields) = 0;
  virtual OrgResult<> remove(std::string_view object, std::string_view id) = 0;
  virtual OrgResult<> undelete(std::string_view object, std::string_view id) = 0;

  /// Events defined as Publish After Commit go out, then the change events of the records. Once only.
  virtual void commit() = 0;
  virtual void roll_back() = 0;
};

class OrgData {
 public:
  virtual ~OrgData() = default;
  virtual std::unique_ptr<Transaction> begin(Caller caller) = 0;
  /// All fields that are not null, Id and the system fields included. Of what is committed.
  virtual OrgResult<kernel::Json> record(std::string_view object, std::string_view id) const = 0;
  /// Every record of an object that is not deleted, in the order of creation.
  virtual OrgResult<std::vector<kernel::Json>> records(std::string_view object) const = 0;
  /// And those that are: in the recycle bin, as they were.
  virtual OrgResult<std::vector<kernel::Json>> deleted_records(std::string_view object) const = 0;
};

}  // namespace emulator::salesforce

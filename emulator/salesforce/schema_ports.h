#pragma once
// What an org's events and objects look like, for describe calls and schemas.
//
// Source: facts/salesforce 1.5, 2.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emulator::salesforce {

enum class FieldType : std::uint8_t { Text, TextArea, Number, Checkbox, Date, DateTime };
enum class PublishBehaviour : std::uint8_t { Immediately, AfterCommit };

struct FieldInfo {
  std::string name;   ///< "Amount__c"
  std::string label;  ///< "Amount"
  FieldType type = FieldType::Text;
  bool is_required = false;
  bool has_default = false;
  bool is_custom = true;  ///< false: the org sets it (CreatedDate, CreatedById, Id)
  bool is_external_id = false;
  std::int64_t length = 0;     ///< characters; 0 where it means nothing
  std::int64_t precision = 0;  ///< digits of a Number in all, 0 when it was not said
  std::int64_t scale = 0;      ///< of these behind the point
};

/// An event ("X__e"), or an object that has records.
struct EntityInfo {
  std::string name;        ///< "Order_Placed__e"
  std::string label;       ///< "Order Placed"
  std::string key_prefix;  ///< three characters: "e00"
  bool is_event = false;
  bool is_custom = true;
  PublishBehaviour publish = PublishBehaviour::Immediately;  ///< of events
  bool has_change_events = false;                            ///< of objects
  bool takes_any_fields = false;                             ///< `fields` holds those of the system only
  std::string schema_id{};                                   ///< of events: changes with the definition
  std::vector<FieldInfo> fields{};
};

class Schema {
 public:
  virtual ~Schema() = default;
  /// Declared ones, in the order of the file.
  virtual std::vector<EntityInfo> entities() const = 0;
  /// Nothing: the org has no such event or object. An event that nobody declared exists, and takes any
  /// fields, unless the org keeps to what is declared.
  virtual std::optional<EntityInfo> describe(std::string_view name) const = 0;
  virtual std::optional<EntityInfo> describe_schema(std::string_view schema_id) const = 0;
};

}  // namespace emulator::salesforce

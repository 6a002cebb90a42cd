#pragma once
// What is declared in an org, for those who validate and those who ask.
#include "emulator/salesforce/config.h"
#include "middleware/kernel/lookup.h"

namespace emulator::salesforce {

/// "Account" to "AccountChangeEvent", "Loan__c" to "Loan__ChangeEvent".
std::string change_event_name(std::string_view object);
bool is_change_event(std::string_view entity);
/// Of an event or change event whose fields nobody defined.
std::string schema_id_of(std::string_view name);

class Definitions final : public Schema {
 public:
  /// The configuration outlives it.
  explicit Definitions(const OrgConfig& config);

  std::vector<EntityInfo> entities() const override;
  std::optional<EntityInfo> describe(std::string_view name) const override;
  std::optional<EntityInfo> describe_schema(std::string_view schema_id) const override;

  struct Event {
    const EventDefinition* definition = nullptr;  ///< null: takes any fields
    std::string schema_id;
    std::string key_prefix;
    std::string channel;  ///< "/event/Order_Placed__e"
  };
  /// Null: there is no such event. The reference stays.
  const Event* event(std::string_view api_name);
  const ObjectDefinition* object(std::string_view name) const;
  std::string key_prefix(std::string_view object) const;

 private:
  EntityInfo event_info(const std::string& name, const EventDefinition* definition) const;
  EntityInfo object_info(const std::string& name, const ObjectDefinition& definition) const;

  const OrgConfig& config_;
  kernel::Lookup<Event> events_;
};

}  // namespace emulator::salesforce

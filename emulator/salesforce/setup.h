#pragma once
// The Tooling API's objects: what makes channels and relays of an org while it runs.
//
// Source: facts/salesforce 6.1, 6.2, 6.4.
#include <nlohmann/json.hpp>  // values are held here; few sources include this header
#include <string>
#include <vector>

#include "emulator/salesforce/org.h"
#include "emulator/salesforce/setup_ports.h"

namespace emulator::salesforce {

class Setup final : public SetupObjects {
 public:
  /// Shows the declared channels and relays as well. The references outlive it.
  Setup(Org& org, relay::RelayControl& relays, std::uint64_t seed);

  OrgResult<std::string> create_setup(std::string_view type, const kernel::Json& body) override;
  OrgResult<> update_setup(std::string_view type, std::string_view id, const kernel::Json& body) override;
  OrgResult<> remove_setup(std::string_view type, std::string_view id) override;
  OrgResult<kernel::Json> setup_object(std::string_view type, std::string_view id) override;
  OrgResult<std::vector<kernel::Json>> setup_objects(std::string_view type) override;

 private:
  struct Object {
    std::string type;
    std::string id;
    std::string full_name;
    kernel::Json metadata;
  };
  using Refusal = std::optional<OrgError>;

  Refusal check_channel(const std::string& name, const kernel::Json& metadata) const;
  Refusal check_member(const kernel::Json& metadata) const;
  Refusal check_credential(const kernel::Json& metadata) const;
  Refusal check_relay(const kernel::Json& metadata) const;
  Refusal check_use(const Object& object) const;
  void make(const Object& object);
  void unmake(const Object& object);

  const Object* named(std::string_view type, std::string_view full_name) const;
  Object* with_id(std::string_view type, std::string_view id);
  std::string new_id(std::string_view type);
  kernel::Json shown(const Object& object) const;
  kernel::Json feedback_of(const relay::RelayInfo& relay) const;
  std::string relay_id(std::string_view name) const;

  Org& org_;
  relay::RelayControl& relays_;
  kernel::Random ids_;
  std::vector<Object> objects_;  // in the order of their making
};

}  // namespace emulator::salesforce

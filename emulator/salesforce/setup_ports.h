#pragma once
// The Tooling API's objects around relays: channels, their members, named credentials, relays, and what a
// relay says of itself.
//
// Types: PlatformEventChannel, PlatformEventChannelMember, NamedCredential, EventRelayConfig; read only:
// EventRelayFeedback. A body has FullName and Metadata, as the API's has. Source: facts/salesforce 6.1, 6.4.
#include <string>
#include <string_view>
#include <vector>

#include "emulator/salesforce/ports.h"
#include "middleware/kernel/json.h"

namespace emulator::salesforce {

class SetupObjects {
 public:
  virtual ~SetupObjects() = default;
  /// The new id. 404 NOT_FOUND for a type that is none of the above.
  virtual OrgResult<std::string> create_setup(std::string_view type, const kernel::Json& body) = 0;
  /// Of a relay only state and relayOption.
  virtual OrgResult<> update_setup(std::string_view type, std::string_view id, const kernel::Json& body) = 0;
  virtual OrgResult<> remove_setup(std::string_view type, std::string_view id) = 0;
  /// {"Id", "FullName", "DeveloperName", "Metadata": {..}}; of feedback its fields, null where there is none.
  virtual OrgResult<kernel::Json> setup_object(std::string_view type, std::string_view id) = 0;
  /// All of a type, in the order of their making.
  virtual OrgResult<std::vector<kernel::Json>> setup_objects(std::string_view type) = 0;
};

}  // namespace emulator::salesforce

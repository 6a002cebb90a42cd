#pragma once
// A partner's side of partner event sources. Source: facts/aws-delivery 1.7.
#include <string>

namespace emulator::bus {

class PartnerEventSources {
 public:
  virtual ~PartnerEventSources() = default;
  /// PENDING until somebody makes a bus of its name. Nothing happens if it is there already.
  virtual void create_event_source(const std::string& name) = 0;
};

}  // namespace emulator::bus

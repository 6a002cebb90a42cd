#include "emulator/compute/instance.h"

namespace emulator::compute {

std::string_view to_text(State state) {
  switch (state) {
    case State::Provisioning:
      return "provisioning";
    case State::Inactive:
      return "inactive";
    case State::Activating:
      return "activating";
    case State::Active:
      return "active";
    case State::Crashed:
      return "crashed";
    case State::Draining:
      return "draining";
    case State::Gone:
      return "gone";
  }
  return "unknown";
}

Place::Place(Instance& instance, PlaceKeeper& keeper) : instance_(&instance), keeper_(&keeper) {
  ++instance.running;
}

Place::~Place() {
  if (instance_ != nullptr && --instance_->running == 0) keeper_->emptied(*instance_);
}

}  // namespace emulator::compute

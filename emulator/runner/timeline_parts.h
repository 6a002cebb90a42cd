#pragma once
// Shapes of what stands within a line of the timeline. For the sources of this folder.
#include "emulator/runner/scenario.h"

namespace emulator::runner {

config::Shape<mocks::FaultEffect> respond_shape();
/// What is found by who connects.
config::Shape<kernel::Door> door_shape();
config::Shape<ChangeStep> change_step_shape();
/// What a fault counts in.
config::Shape<mocks::CountPer> count_per_shape();
config::Shape<RelayVerb> relay_verb_shape();
config::Shape<subscriber::AfterLoss> after_loss_shape();

}  // namespace emulator::runner

#pragma once
// Refusals of boxes, as clients are told them.
#include "emulator/edge/call.h"

namespace emulator::edge {

/// A box words its refusals as its service does, and of what it knows and leaves out it says that it "is not
/// emulated". For clients that is NotImplemented (see not_emulated), whatever code the box gave it; every
/// other refusal stays as it is.
AwsError told_by_box(AwsError error);

}  // namespace emulator::edge

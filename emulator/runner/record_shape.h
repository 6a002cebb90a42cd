#pragma once
// `record` of a scenario: what its run file leaves out.
#include "emulator/runner/judge/expectation.h"
#include "middleware/config/shape.h"

namespace emulator::runner {

/// The share of the events whose hops are recorded; above 0.
config::Shape<double> record_shape();

/// A run file without all hops cannot answer it.
bool counts_hops(const judge::Expectation& expectation);

}  // namespace emulator::runner

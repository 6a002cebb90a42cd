#pragma once
// How much capacity a policy wants.
//
// Source: facts/aws-platform 1.9 "Target tracking". ASSUMPTION: the formula is the usual reading of what is
// described, and not published.
#include <cstdint>

#include "emulator/platform/scaling/ports.h"

namespace emulator::scaling {

/// ceil(capacity * metric / target), at most kCapacityMax.
std::int64_t tracked_capacity(std::int64_t capacity, double metric, double target);

/// `above`: the metric minus the alarm's threshold. Without a step for it the capacity stays.
std::int64_t stepped_capacity(const StepConfig& config, std::int64_t capacity, double above);

/// "" when the steps neither overlap nor leave gaps.
std::string steps_problem(const std::vector<StepAdjustment>& steps);

}  // namespace emulator::scaling

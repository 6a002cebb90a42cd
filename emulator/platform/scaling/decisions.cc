#include "emulator/platform/scaling/decisions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace emulator::scaling {
namespace {

constexpr double kEverything = std::numeric_limits<double>::infinity();

double lower_of(const StepAdjustment& step) { return step.lower.value_or(-kEverything); }
double upper_of(const StepAdjustment& step) { return step.upper.value_or(kEverything); }

bool holds(const StepAdjustment& step, double above) {
  if (above >= 0) return lower_of(step) <= above && above < upper_of(step);
  return lower_of(step) < above && above <= upper_of(step);
}

/// A share of less than one task is one; of more, what is broken is cut off.
std::int64_t percent_of(std::int64_t capacity, std::int64_t percent, std::int64_t magnitude_min) {
  const double change = static_cast<double>(capacity) * static_cast<double>(percent) / 100;
  const double size = std::abs(change) < 1 ? std::ceil(std::abs(change)) : std::floor(std::abs(change));
  const auto whole = std::max(static_cast<std::int64_t>(size), magnitude_min);
  return change < 0 ? -whole : whole;
}

}  // namespace

std::int64_t tracked_capacity(std::int64_t capacity, double metric, double target) {
  // What is whole but for the last bit is whole: 3 * 60 / 60.
  const double wanted = std::ceil(static_cast<double>(capacity) * metric / target - 1e-9);
  return static_cast<std::int64_t>(std::min(wanted, static_cast<double>(kCapacityMax)));
}

std::int64_t stepped_capacity(const StepConfig& config, std::int64_t capacity, double above) {
  const auto step = std::ranges::find_if(config.steps, [above](const auto& s) { return holds(s, above); });
  if (step == config.steps.end()) return capacity;
  switch (config.type) {
    case AdjustmentType::ChangeInCapacity:
      return capacity + step->change;
    case AdjustmentType::PercentChangeInCapacity:
      return capacity + percent_of(capacity, step->change, config.magnitude_min);
    case AdjustmentType::ExactCapacity:
      return step->change;
  }
  return capacity;
}

std::string steps_problem(const std::vector<StepAdjustment>& steps) {
  if (steps.empty()) return "There must be at least one step adjustment.";
  std::vector<StepAdjustment> sorted = steps;
  std::ranges::sort(sorted, {}, lower_of);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (lower_of(sorted[i]) >= upper_of(sorted[i]))
      return "A step's lower bound must be below its upper bound.";
    if (i > 0 && lower_of(sorted[i]) < upper_of(sorted[i - 1])) return "Step adjustments must not overlap.";
    if (i > 0 && lower_of(sorted[i]) > upper_of(sorted[i - 1]))
      return "There must not be a gap between step adjustments.";
  }
  return "";
}

}  // namespace emulator::scaling

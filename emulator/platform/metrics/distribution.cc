#include "emulator/platform/metrics/distribution.h"

#include <algorithm>
#include <cmath>

namespace emulator::metrics {
namespace {

/// The middle of the cell that holds `value`.
double cell_of(double value) {
  if (value == 0) return 0;
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);  // 0.5..1, with the sign of the value
  constexpr double kSteps = 2.0 * Distribution::kCellsPerOctave;
  const double cell = (std::trunc(mantissa * kSteps) + (value < 0 ? -0.5 : 0.5)) / kSteps;
  return std::ldexp(cell, exponent);
}

}  // namespace

void Distribution::insert(double value, double count) {
  const auto at = std::ranges::lower_bound(cells_, value, {}, &ValueCount::value);
  if (at != cells_.end() && at->value == value) {
    at->count += count;
  } else {
    cells_.insert(at, {value, count});
  }
}

void Distribution::coarsen() {
  const std::vector<ValueCount> exact = std::move(cells_);
  cells_.clear();
  is_exact_ = false;
  for (const ValueCount& cell : exact) insert(cell_of(cell.value), cell.count);
}

void Distribution::add(double value, double count) {
  insert(is_exact_ ? value : cell_of(value), count);
  if (is_exact_ && cells_.size() > kExactMax) coarsen();
}

void Distribution::merge(const Distribution& other) {
  if (is_exact_ && !other.is_exact_) coarsen();
  for (const ValueCount& cell : other.cells_) add(cell.value, cell.count);
}

}  // namespace emulator::metrics

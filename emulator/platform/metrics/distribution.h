#pragma once
// The values of one period, small enough to keep a day of millions: exact up to a bound, then as cells of a
// log-linear histogram.
#include <cstddef>
#include <vector>

#include "emulator/platform/metrics/ports.h"

namespace emulator::metrics {

class Distribution {
 public:
  /// Up to so many different values are kept as they are.
  static constexpr std::size_t kExactMax = 64;
  /// Past that, values of one power of two share so many cells: a cell is at most 1/32 wide.
  static constexpr int kCellsPerOctave = 32;

  void add(double value, double count);
  void merge(const Distribution& other);

  /// In rising order of values. A cell stands for its middle.
  const std::vector<ValueCount>& cells() const { return cells_; }
  bool is_exact() const { return is_exact_; }

 private:
  void insert(double value, double count);
  void coarsen();

  std::vector<ValueCount> cells_;
  bool is_exact_ = true;
};

}  // namespace emulator::metrics

#pragma once
// All metrics, each with its numbers. Memory grows with metrics and with minutes, not with how often a number
// is put.
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/platform/metrics/series.h"

namespace emulator::metrics {

class MetricStore {
 public:
  /// Made when it is new; stays where it is. Numbers of different units are kept apart.
  Series& series(const MetricId& id, std::string_view unit);

  /// In [from, until), seconds since 1970. `unit`: "" for all of them together.
  Bucket aggregate(const MetricId& id, std::string_view unit, std::int64_t from, std::int64_t until,
                   bool with_values) const;

  /// The unit that was put first; "None" when nothing was.
  std::string_view unit_of(const MetricId& id) const;

  /// Units in the order of their first number.
  using Units = std::vector<std::pair<std::string, std::unique_ptr<Series>>>;
  /// By namespace, name and dimensions.
  const std::map<MetricId, Units>& all() const { return all_; }

 private:
  std::map<MetricId, Units> all_;
};

}  // namespace emulator::metrics

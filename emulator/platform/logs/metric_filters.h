#pragma once
// The metric filters of one log group: what they make of its events.
//
// Source: facts/aws-platform 4.5. ASSUMPTION: a value belongs to the minute of its event; the default to each
// minute in which events came and none gave a value. An event without the value, or without one of the
// dimensions, gives none.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/platform/logs/filter_pattern.h"
#include "emulator/platform/logs/values.h"
#include "emulator/platform/metrics/ports.h"

namespace emulator::logs {

/// Refuses names, namespaces, values, dimensions and units that cannot be.
Answer<> check_metric_filter(const MetricFilter& filter);

class MetricFilters {
 public:
  /// Replaces one of the same name.
  Answer<> put(MetricFilter filter);
  bool remove(const std::string& name);
  const std::vector<MetricFilter>& all() const { return filters_; }  ///< by name
  bool is_empty() const { return filters_.empty(); }

  /// What an event adds.
  std::vector<metrics::Datum> read(LogText& event, Milliseconds timestamp);
  /// The minute that began at `second` (since 1970) is over: the defaults that it leaves.
  std::vector<metrics::Datum> end_minute(std::int64_t second);

 private:
  struct Compiled {
    FilterPattern pattern;
    std::optional<double> value{};  ///< when it is a number
    bool has_events = false;        ///< in this minute
    bool has_values = false;        ///< and these
  };
  static std::optional<metrics::Datum> datum_of(const MetricFilter& filter, const Compiled& compiled,
                                                LogText& event);

  std::vector<MetricFilter> filters_;
  std::vector<Compiled> compiled_;  ///< in the same order
};

}  // namespace emulator::logs

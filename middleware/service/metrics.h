#pragma once
// Counts what passes, for GET /metrics in the text format of Prometheus. It stands before another sink: hops
// are counted when they close, transitions when they are told.
//
// Source: facts/resilience 11 (names; labels are dependency, route and reason only: an id, a URL or a key
// would give a series each).
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/scheduler.h"

namespace service {

/// Values that are read when they are asked for: {"breaker_state", dependency, 1}.
struct Gauge {
  std::string name;
  std::string dependency{};  ///< "" : no label
  double value = 0;
};

class Metrics final : public kernel::HopSink {
 public:
  /// Both outlive it.
  Metrics(const kernel::Scheduler& scheduler, kernel::HopSink& next) : scheduler_(scheduler), next_(next) {}

  kernel::HopId open(const kernel::HopStart& start) override;
  void close(kernel::HopId hop, const kernel::HopEnd& end) override;
  void transition(const kernel::Transition& transition) override;
  void log(const kernel::LogLine& line) override { next_.log(line); }
  void metric(const kernel::DataPoint& point) override { next_.metric(point); }

  /// The page.
  std::string text(const std::vector<Gauge>& gauges) const;

 private:
  static constexpr std::array<std::int64_t, 11> kBoundsMs = {5,   10,   25,   50,   100,   250,
                                                             500, 1000, 2500, 5000, 10'000};
  struct Histogram {
    std::array<std::uint64_t, kBoundsMs.size()> at_most{};
    std::uint64_t count = 0;
    double sum_ms = 0;
  };
  struct Open {
    kernel::Stage stage;
    std::string to;
    int attempt;
    kernel::Timestamp since;
  };
  using Labels = std::string;  ///< as they stand between braces

  void count(std::string_view name, Labels labels) { ++counters_[{std::string(name), std::move(labels)}]; }
  void observe(std::string_view name, Labels labels, kernel::Duration took);
  void count_attempt(const Open& hop, const kernel::HopEnd& end, kernel::Duration took);

  const kernel::Scheduler& scheduler_;
  kernel::HopSink& next_;
  std::map<kernel::HopId, Open> open_;
  std::map<std::pair<std::string, Labels>, std::uint64_t> counters_;
  std::map<std::pair<std::string, Labels>, Histogram> histograms_;
};

}  // namespace service

#pragma once
// Counts what passes, for GET /metrics in the text format of Prometheus. It stands before another sink: hops
// are counted when they close, transitions when they are told.
//
// Source: facts/resilience 11 (names; labels are dependency, route and reason only: an id, a URL or a key
// would give a series each).
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/service/call_note.h"

namespace service {

/// Values that are read when they are asked for: {"breaker_state", dependency, 1}.
struct Gauge {
  std::string name;
  std::string dependency{};  ///< "" : no label
  double value = 0;
  std::vector<std::pair<std::string_view, std::string>> labels{};  ///< beside the dependency
  bool only_grows = false;                                         ///< a counter
};

class Metrics final : public kernel::HopSink, public CallNotes {
 public:
  /// All outlive it. Notes of calls go on to `notes`, if there is one.
  Metrics(const kernel::Scheduler& scheduler, kernel::HopSink& next, CallNotes* notes = nullptr)
      : scheduler_(scheduler), next_(next), notes_(notes) {}

  kernel::HopId open(const kernel::HopStart& start) override;
  void close(kernel::HopId hop, const kernel::HopEnd& end) override;
  void transition(const kernel::Transition& transition) override;
  void log(const kernel::LogLine& line) override { next_.log(line); }
  void metric(const kernel::DataPoint& point) override { next_.metric(point); }
  void note(kernel::HopId hop, const CallNote& call) override;

  /// The page. Gauges of one name may stand anywhere in the list.
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
    std::unique_ptr<CallNote> call{};
  };
  using Labels = std::string;  ///< as they stand between braces

  void count(std::string_view name, Labels labels, std::uint64_t more = 1) {
    counters_[{std::string(name), std::move(labels)}] += more;
  }
  void observe(std::string_view name, Labels labels, kernel::Duration took);
  void count_attempt(const Open& hop, const kernel::HopEnd& end, kernel::Duration took);
  void count_call(const Open& hop, const kernel::HopEnd& end, kernel::Duration took);

  const kernel::Scheduler& scheduler_;
  kernel::HopSink& next_;
  CallNotes* notes_;
  std::map<kernel::HopId, Open> open_;
  std::map<std::pair<std::string, Labels>, std::uint64_t> counters_;
  std::map<std::pair<std::string, Labels>, Histogram> histograms_;
};

}  // namespace service

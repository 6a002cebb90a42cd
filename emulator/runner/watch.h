#pragma once
// CloudWatch in a world: the alarms of the scenario, the metrics of its boxes, and who is told of a change.
#include <memory>
#include <string>

#include "emulator/bus/event_bridge.h"
#include "emulator/lambda/lambda.h"
#include "emulator/platform/metrics/hop_metrics.h"
#include "emulator/queues/queues.h"
#include "emulator/runner/scaled_service_watch.h"
#include "emulator/runner/scenario.h"
#include "emulator/topics/topics.h"

namespace emulator::runner {

/// The boxes around it; they outlive it.
struct WatchBoxes {
  topics::Topics& topics;
  lambda::Lambda& lambda;
  bus::EventBridge& bus;
  queues::Queues& queues;
  compute::ScaledService* service = nullptr;  ///< null: App Runner
};

class Watch {
 public:
  /// `hops`: null when nobody wants metrics of the boxes. The references outlive it.
  Watch(std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal, metrics::HopMetrics* hops,
        WatchBoxes boxes);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Makes the alarms of the scenario, those that name others last; and records every metric by the minute
  /// if that is wanted.
  kernel::Result<> set_up(const Given& given);

  metrics::CloudWatch& cloudwatch() { return cloudwatch_; }
  scaling::AutoScaling& scaling() { return scaling_; }

 private:
  /// A change of an alarm is an event on the default bus, if there is a rule that could want it: without
  /// one it would only be in the record.
  class Events;
  void read_queues(std::int64_t second);
  void record(std::int64_t second);

  kernel::Journal& journal_;
  WatchBoxes boxes_;
  metrics::HopMetrics* hops_;
  std::unique_ptr<Events> events_;
  scaling::AutoScaling scaling_;
  metrics::CloudWatch cloudwatch_;
  metrics::LambdaMetrics functions_;
  std::unique_ptr<ScaledServiceWatch> service_;  ///< null: App Runner, or nobody wants metrics
};

}  // namespace emulator::runner

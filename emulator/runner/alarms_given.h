#pragma once
// The alarms of a deployment, as `given.alarms` says them: in the words of CloudWatch, ready to be made.
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "emulator/platform/metrics/alarm_ports.h"
#include "middleware/config/problems.h"
#include "middleware/config/tree.h"

namespace emulator::runner {

struct Scenario;

struct AlarmGiven {
  config::Place place{};
  std::variant<metrics::MetricAlarm, metrics::CompositeAlarm> alarm{};

  const metrics::AlarmBase& base() const;
};

/// Names that the alarms and the expectations about them use, and that are not given.
std::vector<std::pair<config::Place, std::string>> alarm_problems(const Scenario& scenario);

/// Whether anybody wants the metrics of the boxes.
bool wants_box_metrics(const Scenario& scenario);

/// When the last expectation about an alarm is decided.
kernel::Duration alarms_decided(const Scenario& scenario);

}  // namespace emulator::runner

#pragma once
// The words in which an alarm says why its state changed: StateReason and StateReasonData.
//
// Source: facts/aws-platform 4.3, "StateReason texts". ASSUMPTION: the plural forms, and the text of points
// of which some are real and some filled in.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "emulator/platform/metrics/alarm_ports.h"

namespace emulator::metrics {

/// One point of the evaluation range.
struct SeenPoint {
  kernel::WallTime start{};
  std::optional<double> value{};
  double samples = 0;
  Point point = Point::Missing;
};

struct ReasonContext {
  const MetricAlarm& alarm;
  std::string_view statistic;  ///< "Sum"; "" of an expression
  std::string_view unit{};     ///< "" when the alarm names none
  kernel::WallTime asked{};    ///< when the points were fetched
};

/// `points` oldest first, of which `evaluation` was made.
std::string state_reason(const Evaluation& evaluation, std::span<const SeenPoint> points,
                         const ReasonContext& context);
std::string state_reason_data(const Evaluation& evaluation, std::span<const SeenPoint> points,
                              const ReasonContext& context);

/// "1.0", "0.25", "1.0E10" is "10000000000.0": always with a point.
std::string double_text(double value);

/// "2019-10-02T17:04:40.989+0000"
std::string offset_time(kernel::WallTime time);

}  // namespace emulator::metrics

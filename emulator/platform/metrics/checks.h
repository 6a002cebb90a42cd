#pragma once
// What CloudWatch refuses before it does anything: numbers and alarms that are malformed.
//
// Source: facts/aws-platform 4.2, PutMetricData and PutMetricAlarm. ASSUMPTION: the texts, but for those of
// values that exclude each other.
#include <optional>
#include <vector>

#include "emulator/platform/metrics/alarm_ports.h"

namespace emulator::metrics {

/// "InvalidParameterValue" and its shape, and the like.
ApiError invalid_value(std::string message);
ApiError invalid_combination(std::string message);
ApiError missing_parameter(std::string message);
ApiError validation(std::string message);
ApiError not_found(std::string message = {});

/// `now`: numbers are taken from two weeks before it to two hours behind it.
std::optional<ApiError> check_data(const std::vector<Datum>& data, kernel::WallTime now);

std::optional<ApiError> check_alarm(const MetricAlarm& alarm);
std::optional<ApiError> check_base(const AlarmBase& alarm);

/// A metric's period: 1, 5, 10, 20, 30 or whole minutes; of an alarm not 1 and 5.
bool is_period(std::int64_t seconds, bool of_alarm);

}  // namespace emulator::metrics

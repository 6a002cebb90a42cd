#pragma once
// What an alarm tells others of a change: the SNS message, the payload of a function, the event for
// EventBridge, and the entry of its history.
//
// Source: facts/aws-platform 4.3. ASSUMPTION: keys of a composite alarm's message beyond TriggeringChildren;
// the id of the only metric of an alarm ("m1").
#include <string>
#include <utility>
#include <vector>

#include "emulator/platform/metrics/alarm_ports.h"

namespace emulator::metrics {

/// `alarm` has its new state already.
struct AlarmChange {
  const AlarmInfo& alarm;
  AlarmState before;
  /// Of a composite alarm: ARN and state of the alarms that brought it about.
  std::vector<std::pair<std::string, AlarmState>> children{};
};

std::string sns_subject(const AlarmChange& change);
std::string sns_message(const AlarmChange& change);
std::string function_payload(const AlarmChange& change);
std::string event_detail(const AlarmChange& change);
std::string history_data(const AlarmChange& change);

std::string alarm_arn(const std::string& name);

}  // namespace emulator::metrics

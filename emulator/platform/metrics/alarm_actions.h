#pragma once
// Carries out what an alarm does on a change: SNS, Lambda, auto scaling. How it ended is in the alarm's
// history, and in the record when it failed; the alarm itself is not told. What it sends is an event of its
// own in the record, of the kind "CloudWatch alarm", so that it is known whether it arrived.
//
// Source: facts/aws-platform 4.3, "Actions".
#include <optional>
#include <string>

#include "emulator/lambda/ports.h"
#include "emulator/platform/metrics/alarm_messages.h"
#include "emulator/topics/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"

namespace emulator::metrics {

/// Those that are null are not there: actions of that kind are refused when the alarm is made.
struct AlarmOutlets {
  topics::TopicPublisher* topics = nullptr;
  lambda::AsyncInvoker* functions = nullptr;
  ScalingAction* scaling = nullptr;
  ServiceEvents* events = nullptr;
};

/// Actions of this state.
const std::vector<std::string>& actions_for(const AlarmBase& alarm, State state);

bool is_scaling(const std::string& action);

/// Why an alarm cannot have this action; nothing when it can.
std::optional<std::string> action_problem(const std::string& action, const AlarmOutlets& outlets);

class AlarmActions {
 public:
  AlarmActions(AlarmOutlets outlets, std::uint64_t seed, kernel::Journal& journal)
      : outlets_(outlets), journal_(journal), ids_(seed, "cloudwatch") {}

  const AlarmOutlets& outlets() const { return outlets_; }

  /// What became of it, as the history says it.
  std::string act(const std::string& action, const AlarmChange& change, std::optional<double> value);

 private:
  /// "" when it was done.
  std::string failure(const std::string& action, const AlarmChange& change, std::optional<double> value);

  /// Of what is sent.
  std::string begin(const std::string& action, const std::string& payload);

  AlarmOutlets outlets_;
  kernel::Journal& journal_;
  kernel::Random ids_;
};

}  // namespace emulator::metrics

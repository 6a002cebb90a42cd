#include "emulator/platform/metrics/alarm_actions.h"

#include "middleware/kernel/ids.h"

namespace emulator::metrics {
namespace {

/// The n-th part of an ARN, from 0; "" when there is none.
std::string_view part(std::string_view arn, int n) {
  while (n-- > 0) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return {};
    arn.remove_prefix(colon + 1);
  }
  return arn.substr(0, arn.find(':'));
}

/// "sns", "lambda", "autoscaling", ...; "" of what is no ARN.
std::string_view service_of(std::string_view arn) {
  return arn.starts_with("arn:") ? part(arn, 2) : std::string_view{};
}

}  // namespace

const std::vector<std::string>& actions_for(const AlarmBase& alarm, State state) {
  switch (state) {
    case State::Ok:
      return alarm.ok_actions;
    case State::Alarm:
      return alarm.alarm_actions;
    case State::InsufficientData:
      return alarm.insufficient_data_actions;
  }
  return alarm.ok_actions;
}

bool is_scaling(const std::string& action) { return service_of(action) == "autoscaling"; }

std::optional<std::string> action_problem(const std::string& action, const AlarmOutlets& outlets) {
  const std::string_view service = service_of(action);
  if (service == "sns" && outlets.topics != nullptr && !part(action, 5).empty()) return std::nullopt;
  if (service == "lambda" && outlets.functions != nullptr && part(action, 5) == "function" &&
      !part(action, 6).empty())
    return std::nullopt;
  if (service == "autoscaling" && outlets.scaling != nullptr) return std::nullopt;
  return "Invalid arn syntax: " + action + " (SNS topics and Lambda functions are emulated" +
         (outlets.scaling != nullptr ? ", and auto scaling policies)" : ")");
}

std::string AlarmActions::act(const std::string& action, const AlarmChange& change,
                              std::optional<double> value) {
  const std::string why = failure(action, change, value);
  if (why.empty()) return "Successfully executed action " + action;
  const std::string text = "Failed to execute action " + action + ". Received error: \"" + why + "\"";
  journal_.log({.level = kernel::LogLevel::Warn,
                .source = "cloudwatch",
                .message = "alarm " + change.alarm.base().name + ": " + text});
  return text;
}

std::string AlarmActions::begin(const std::string& action, const std::string& payload) {
  std::string uuid = kernel::uuid4(ids_);
  journal_.published({.uuid = uuid, .channel = action, .kind = "CloudWatch alarm", .payload = payload});
  return uuid;
}

std::string AlarmActions::failure(const std::string& action, const AlarmChange& change,
                                  std::optional<double> value) {
  const std::string_view service = service_of(action);
  if (service == "autoscaling") {
    const auto* alarm = std::get_if<MetricAlarm>(&change.alarm.config);
    outlets_.scaling->act({.policy_arn = action,
                           .alarm = change.alarm.base().name,
                           .state = change.alarm.state.state,
                           .metric_value = value,
                           .threshold = alarm == nullptr ? 0 : alarm->threshold});
    return "";
  }
  std::string why;
  const std::string text = service == "sns" ? sns_message(change) : function_payload(change);
  const std::string event = begin(action, text);
  if (service == "sns") {
    const auto sent = outlets_.topics->publish({.topic_arn = action,
                                                .message = {.message = text, .subject = sns_subject(change)},
                                                .cause = {.event_uuid = event, .from = "cloudwatch"}});
    if (!sent) why = sent.error().message;
  } else {
    const lambda::AcceptResult taken = outlets_.functions->invoke_async(
        part(action, 6), {.event_uuid = event, .payload = std::make_shared<const std::string>(text)});
    if (taken.status != 202) why = taken.message;
  }
  // Refused, it is nobody else's.
  if (!why.empty()) journal_.ended(event, kernel::End::Rejected, "cloudwatch: " + why);
  return why;
}

}  // namespace emulator::metrics

#include "emulator/platform/metrics/hop_metrics.h"

#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace emulator::metrics {
namespace {

using kernel::Outcome;
using kernel::Stage;

constexpr const char* kAppRunner = "AWS/AppRunner";

/// The dimension by which the metrics of a namespace differ.
const char* dimension_of(std::string_view space) {
  if (space == "AWS/SQS") return "QueueName";
  return space == "AWS/SNS" ? "TopicName" : "RuleName";
}

MetricId id_of(const char* space, const char* metric, std::string_view name) {
  if (space == kAppRunner) {
    return {kAppRunner,
            metric,
            {{"ServiceID", std::string(kServiceId)}, {"ServiceName", std::string(kServiceName)}}};
  }
  return {space, metric, {{dimension_of(space), std::string(name)}}};
}

}  // namespace

void HopMetrics::join(CloudWatch& watch, LambdaMetrics& functions) {
  watch_ = &watch;
  functions_ = &functions;
}

void HopMetrics::leave() {
  watch_ = nullptr;
  functions_ = nullptr;
  open_.clear();
}

std::optional<HopMetrics::Meaning> HopMetrics::meaning_of(const kernel::HopStart& start) const {
  // Of the rig's own service; others are none of these series.
  if (start.stage == Stage::Compute && start.to != kServiceName) return std::nullopt;
  if (start.stage == Stage::Compute && has_app_runner_) return Meaning::Request;
  if (start.stage == Stage::Queue) {
    if (start.operation == "SendMessage") return Meaning::Send;
    if (start.operation == "ReceiveMessage") return Meaning::Receive;
  }
  if (start.stage == Stage::Topic) {
    if (start.operation == "Publish") return Meaning::Publish;
    if (start.operation == "Notification") return Meaning::Notify;
    if (start.operation == "Filter") return Meaning::Filter;
  }
  if (start.stage == Stage::Bus && start.from == "bus" && !start.operation.empty()) return Meaning::Invoke;
  return std::nullopt;
}

void HopMetrics::add(const char* space, const char* metric, const char* unit, std::string_view name,
                     double value) {
  const auto now = std::chrono::floor<std::chrono::seconds>(scheduler_.wall_now());
  watch_->store()
      .series(id_of(space, metric, name), unit)
      .bucket_at(now.time_since_epoch().count(), 60)
      .add(value, 1);
}

kernel::HopId HopMetrics::open(const kernel::HopStart& start) {
  const kernel::HopId hop = next_.open(start);
  if (watch_ == nullptr) return hop;
  const auto meaning = meaning_of(start);
  if (!meaning) return hop;
  Open opened{.meaning = *meaning, .since = scheduler_.now(), .name = {}};
  switch (*meaning) {
    case Meaning::Request:
      requests_max_ = std::max(requests_max_, ++requests_);
      break;
    case Meaning::Send:
    case Meaning::Publish:
      opened.name = start.to;
      break;
    case Meaning::Receive:
      add("AWS/SQS", "NumberOfMessagesReceived", "Count", start.from, 1);
      [[fallthrough]];
    case Meaning::Notify:
    case Meaning::Filter:
      opened.name = start.from;
      break;
    case Meaning::Invoke:
      opened.name = start.operation;
      break;
  }
  open_.emplace(hop, std::move(opened));
  return hop;
}

void HopMetrics::close(kernel::HopId hop, const kernel::HopEnd& end) {
  next_.close(hop, end);
  if (watch_ == nullptr) return;
  const auto found = open_.find(hop);
  if (found == open_.end()) return;
  const Open opened = std::move(found->second);
  open_.erase(found);
  count(opened, end);
}

void HopMetrics::count(const Open& hop, const kernel::HopEnd& end) {
  const bool is_ok = end.outcome == Outcome::Ok;
  switch (hop.meaning) {
    case Meaning::Request:
      return count_request(hop, end);
    case Meaning::Send:
      if (!is_ok) return;
      add("AWS/SQS", "NumberOfMessagesSent", "Count", hop.name, 1);
      return add("AWS/SQS", "SentMessageSize", "Bytes", hop.name, static_cast<double>(end.bytes_sent));
    case Meaning::Receive:
      if (is_ok) add("AWS/SQS", "NumberOfMessagesDeleted", "Count", hop.name, 1);
      return;
    case Meaning::Publish:
      if (!is_ok) return;
      add("AWS/SNS", "NumberOfMessagesPublished", "Count", hop.name, 1);
      return add("AWS/SNS", "PublishSize", "Bytes", hop.name, static_cast<double>(end.bytes_sent));
    case Meaning::Notify:
      return add("AWS/SNS", is_ok ? "NumberOfNotificationsDelivered" : "NumberOfNotificationsFailed", "Count",
                 hop.name, 1);
    case Meaning::Filter:
      return add("AWS/SNS", "NumberOfNotificationsFilteredOut", "Count", hop.name, 1);
    case Meaning::Invoke:
      add("AWS/Events", "InvocationAttempts", "Count", hop.name, 1);
      return add("AWS/Events", "SuccessfulInvocationAttempts", "Count", hop.name, is_ok ? 1 : 0);
  }
}

void HopMetrics::count_request(const Open& hop, const kernel::HopEnd& end) {
  --requests_;
  // A request that was taken away has no status.
  if (end.outcome == Outcome::Cancelled) return;
  add(kAppRunner, "Requests", "Count", {}, 1);
  for (const auto& [metric, hundreds] :
       {std::pair{"2xxStatusResponses", 2}, {"4xxStatusResponses", 4}, {"5xxStatusResponses", 5}}) {
    add(kAppRunner, metric, "Count", {}, end.status / 100 == hundreds ? 1 : 0);
  }
  add(kAppRunner, "RequestLatency", "Milliseconds", {},
      static_cast<double>((scheduler_.now() - hop.since).count()) / 1e6);
}

void HopMetrics::end_minute(std::int64_t second) {
  if (!has_app_runner_) return;
  const auto gauge = [&](const char* metric, std::int64_t value) {
    watch_->store()
        .series(id_of(kAppRunner, metric, {}), "Count")
        .bucket_at(second, 60)
        .add(static_cast<double>(value), 1);
  };
  gauge("ActiveInstances", instances_);
  gauge("Concurrency", std::exchange(requests_max_, requests_));
}

void HopMetrics::transition(const kernel::Transition& transition) {
  next_.transition(transition);
  // Also before there is anybody to tell: an instance is there from the start.
  const std::string_view subject = transition.subject;
  if (transition.kind != "instance" || subject.substr(0, subject.rfind('-')) != kServiceName) return;
  if (transition.to == "active") ++instances_;
  if (transition.from == "active") --instances_;
}

void HopMetrics::log(const kernel::LogLine& line) {
  next_.log(line);
  if (watch_ != nullptr) watch_->read_log_line(line.message, line.source);
}

void HopMetrics::metric(const kernel::DataPoint& point) {
  next_.metric(point);
  if (functions_ == nullptr || !point.dimensions.contains("\"FunctionName\"")) return;
  const auto dimensions = kernel::parse_json(point.dimensions);
  if (!dimensions || dimensions->size() != 1) return;
  functions_->count(kernel::json_text_at(*dimensions, "/FunctionName"), point.name, point.value);
}

}  // namespace emulator::metrics

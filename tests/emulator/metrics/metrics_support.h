#pragma once
// What the tests of alarms share: CloudWatch with fakes around it that remember.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emulator/platform/metrics/cloudwatch.h"
#include "middleware/kernel/json.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::metrics {

/// Takes what is published, but for the topic "gone".
class RememberingTopics final : public topics::TopicPublisher {
 public:
  topics::Answer<topics::PublishResult> publish(topics::PublishRequest request) override {
    if (request.topic_arn.ends_with(":gone"))
      return std::unexpected(topics::ApiError{"NotFound", 404, "Topic does not exist"});
    published.push_back(std::move(request));
    return topics::PublishResult{.message_id = "m"};
  }
  topics::Answer<topics::BatchResult> publish_batch(topics::BatchRequest) override {
    return topics::BatchResult{};
  }
  std::vector<topics::PublishRequest> published;
};

class RememberingFunctions final : public lambda::AsyncInvoker {
 public:
  lambda::AcceptResult invoke_async(std::string_view function, lambda::AsyncEvent event) override {
    invoked.emplace_back(std::string(function), *event.payload);
    return {};
  }
  std::vector<std::pair<std::string, std::string>> invoked;
};

class RememberingScaling final : public ScalingAction {
 public:
  explicit RememberingScaling(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  void act(const ScalingSignal& signal) override {
    told.push_back(kernel::duration_text(scheduler_.now().time_since_epoch()) + " " + signal.alarm + " " +
                   std::string(to_text(signal.state)) + " " +
                   (signal.metric_value ? std::to_string(static_cast<int>(*signal.metric_value)) : "-"));
  }
  std::vector<std::string> told;

 private:
  kernel::Scheduler& scheduler_;
};

class RememberingEvents final : public ServiceEvents {
 public:
  void alarm_changed(std::string_view arn, std::string detail, kernel::WallTime) override {
    told.emplace_back(std::string(arn), std::move(detail));
  }
  std::vector<std::pair<std::string, std::string>> told;
};

inline const std::string kTopic = "arn:aws:sns:us-east-1:123456789012:alarms";
inline const std::string kFunction = "arn:aws:lambda:us-east-1:123456789012:function:onAlarm";
inline const std::string kPolicy =
    "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:policyName/out";

struct MetricsBench : Bench {
  /// `value` of the metric Shop/errors, now.
  void put(double value, std::string unit = "Count") {
    ASSERT_TRUE(watch.put_metric_data(
        {{.id = make_metric_id("Shop", "errors"), .values = {{value}}, .unit = std::move(unit)}}));
  }
  void put_at(kernel::Duration when, double value) {
    scheduler.call_at(kernel::at(when), [this, value] { put(value); });
  }
  /// Its sum above 5, in the last minute.
  static MetricAlarm many_errors() {
    MetricAlarm alarm;
    alarm.name = "many-errors";
    alarm.metric = MetricStat{.metric = make_metric_id("Shop", "errors"), .stat = "Sum"};
    alarm.threshold = 5;
    return alarm;
  }
  void make(MetricAlarm alarm) {
    const auto made = watch.alarms().put_metric_alarm(std::move(alarm));
    ASSERT_TRUE(made) << made.error().message;
  }
  void make_composite(const std::string& name, const std::string& rule) {
    CompositeAlarm alarm;
    alarm.name = name;
    alarm.rule = rule;
    const auto made = watch.alarms().put_composite_alarm(std::move(alarm));
    ASSERT_TRUE(made) << made.error().message;
  }
  AlarmInfo alarm(const std::string& name = "many-errors") {
    for (const AlarmInfo& info : watch.alarms().describe_alarms()) {
      if (info.base().name == name) return info;
    }
    ADD_FAILURE() << name;
    return {};
  }
  const Lines& changes() const { return journal.transitions; }

  RememberingTopics topics;
  RememberingFunctions functions;
  RememberingScaling scaling{scheduler};
  RememberingEvents events;
  CloudWatch watch{{},
                   7,
                   scheduler,
                   journal,
                   {.topics = &topics, .functions = &functions, .scaling = &scaling, .events = &events}};
};

}  // namespace emulator::metrics

#include "emulator/runner/alarms_given.h"

#include <algorithm>

#include "emulator/arn/arn.h"
#include "emulator/platform/metrics/alarm_rule.h"
#include "emulator/platform/metrics/hop_metrics.h"
#include "emulator/runner/scaled_service_watch.h"
#include "emulator/runner/scenario.h"
#include "middleware/config/suggest.h"

namespace emulator::runner {
namespace {

using Problems = std::vector<std::pair<config::Place, std::string>>;
using Names = std::vector<std::string>;

/// Looks through one alarm.
class AlarmCheck {
 public:
  AlarmCheck(const Scenario& scenario, Problems& problems) : given_(scenario.given), problems_(problems) {
    for (const FunctionGiven& function : given_.functions) functions_.push_back(function.name);
    for (const queues::QueueConfig& queue : given_.queues) queues_.push_back(queue.name);
    for (const TopicGiven& topic : given_.topics) topics_.push_back(topic.name);
    for (const AlarmGiven& alarm : given_.alarms) alarms_.push_back(alarm.base().name);
  }

  void check(const AlarmGiven& given) {
    place_ = given.place;
    start_ = "alarm '" + given.base().name + "' ";
    const metrics::AlarmBase& base = given.base();
    for (const auto* actions : {&base.ok_actions, &base.alarm_actions, &base.insufficient_data_actions}) {
      for (const std::string& action : *actions) check_action(action);
    }
    if (const auto* composite = std::get_if<metrics::CompositeAlarm>(&given.alarm)) {
      const auto rule = metrics::AlarmRule::parse(composite->rule);
      for (const std::string& name : rule->alarms()) known(name, alarms_, "names the alarm");
      return;
    }
    const auto& alarm = std::get<metrics::MetricAlarm>(given.alarm);
    if (alarm.metric) check_metric(alarm.metric->metric);
    for (const metrics::MetricQuery& query : alarm.queries) {
      if (query.stat) check_metric(query.stat->metric);
    }
  }

  void check_expectation(const judge::AlarmChange& change, const config::Place& place) {
    place_ = place;
    start_ = "the expectation ";
    Names all = alarms_;
    for (const std::string& name : scaling_alarms(given_.compute)) all.push_back(name);
    known(change.alarm, all, "is of the alarm");
  }

 private:
  void known(const std::string& name, const Names& all, const std::string& what) {
    if (std::ranges::find(all, name) != all.end()) return;
    problems_.emplace_back(
        place_, start_ + what + " '" + name + "', which is not given" + config::did_you_mean_text(name, all));
  }

  void check_action(const std::string& arn) {
    const std::string topic = make_arn("sns");
    const std::string function = make_arn("lambda", "function:");
    if (arn.starts_with(topic)) known(arn.substr(topic.size()), topics_, "tells the topic");
    if (arn.starts_with(function)) known(arn.substr(function.size()), functions_, "tells the function");
  }

  /// A metric of a box that is not there would stay without a point for ever.
  void check_metric(const metrics::MetricId& metric) {
    const auto check = [&](const char* space, const char* dimension, const Names& all, const char* what) {
      if (metric.space != space) return;
      if (metric.dimensions.size() != 1 || metric.dimensions[0].name != dimension) {
        problems_.emplace_back(place_, start_ + "watches a metric of " + metric.space +
                                           ", whose only dimension is " + dimension);
        return;
      }
      known(metric.dimensions[0].value, all, what);
    };
    check("AWS/Lambda", "FunctionName", functions_, "watches the function");
    check("AWS/SQS", "QueueName", queues_, "watches the queue");
    check("AWS/SNS", "TopicName", topics_, "watches the topic");
    const bool is_ecs = given_.compute.profile == ComputeProfile::EcsAlb;
    if (metric.space == "AWS/ApplicationELB" || metric.space == "AWS/ECS") check_service(metric, is_ecs);
    if (metric.space == "AWS/AppRunner" && is_ecs)
      problems_.emplace_back(place_,
                             start_ + "watches a metric of AWS/AppRunner, and the profile is ecs-alb");
    const std::vector<metrics::Dimension> service = {{"ServiceID", std::string(metrics::kServiceId)},
                                                     {"ServiceName", std::string(metrics::kServiceName)}};
    if (metric.space == "AWS/AppRunner" && metric.dimensions != service) {
      problems_.emplace_back(place_, start_ + "watches a metric of AWS/AppRunner, whose dimensions are " +
                                         "{ServiceName: " + service[1].value +
                                         ", ServiceID: " + service[0].value + "}");
    }
  }

  void check_service(const metrics::MetricId& metric, bool is_there) {
    if (!is_there) {
      problems_.emplace_back(place_, start_ + "watches a metric of " + metric.space +
                                         ", and the profile of compute is app-runner");
      return;
    }
    const auto of_group = metrics::target_group_metric({}).dimensions;
    const auto of_balancer = metrics::load_balancer_metric({}).dimensions;
    const auto of_service = metrics::ecs_metric({}).dimensions;
    const bool fits = metric.space == "AWS/ECS"
                          ? metric.dimensions == of_service
                          : metric.dimensions == of_group || metric.dimensions == of_balancer;
    if (fits) return;
    problems_.emplace_back(
        place_,
        start_ + "watches a metric of " + metric.space + ", whose dimensions are " +
            (metric.space == "AWS/ECS"
                 ? "{ClusterName: " + of_service[0].value + ", ServiceName: " + of_service[1].value + "}"
                 : "{LoadBalancer: " + of_group[0].value +
                       "}, or with it {TargetGroup: " + of_group[1].value + "}"));
  }

  const Given& given_;
  Problems& problems_;
  Names functions_;
  Names queues_;
  Names topics_;
  Names alarms_;
  config::Place place_{};
  std::string start_;
};

}  // namespace

const metrics::AlarmBase& AlarmGiven::base() const {
  return std::visit([](const auto& one) -> const metrics::AlarmBase& { return one; }, alarm);
}

Problems alarm_problems(const Scenario& scenario) {
  Problems problems;
  AlarmCheck check(scenario, problems);
  for (const AlarmGiven& alarm : scenario.given.alarms) check.check(alarm);
  for (const judge::Expectation& expectation : scenario.expectations) {
    if (const auto* change = std::get_if<judge::AlarmChange>(&expectation.what))
      check.check_expectation(*change, {.file = expectation.place});
  }
  return problems;
}

bool wants_box_metrics(const Scenario& scenario) {
  // Whoever runs on ECS may be told to scale while it runs.
  return scenario.given.keeps_metrics || !scenario.given.alarms.empty() ||
         scenario.given.compute.profile == ComputeProfile::EcsAlb;
}

kernel::Duration alarms_decided(const Scenario& scenario) {
  kernel::Duration last{};
  for (const judge::Expectation& expectation : scenario.expectations) {
    const auto* change = std::get_if<judge::AlarmChange>(&expectation.what);
    if (change != nullptr && change->window.until) last = std::max(last, *change->window.until);
  }
  return last;
}

}  // namespace emulator::runner

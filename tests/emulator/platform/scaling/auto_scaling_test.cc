#include "emulator/platform/scaling/auto_scaling.h"

#include <gtest/gtest.h>

#include "emulator/platform/metrics/cloudwatch.h"
#include "emulator/platform/scaling/decisions.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::scaling {
namespace {

const Dimension kDesired{"ecs", "service/default/middleware", "ecs:service:DesiredCount"};
const Dimension kNone{"ecs", "service/default/other", "ecs:service:DesiredCount"};

struct Service final : Scalable {
  std::int64_t tasks = 2;
  bool is_deploying = false;
  Lines set;  ///< "3m 2 -> 4"
  kernel::Scheduler* scheduler = nullptr;

  std::int64_t capacity() const override { return tasks; }
  void set_capacity(std::int64_t capacity, std::string_view /*why*/) override {
    set.push_back(kernel::duration_text(scheduler->now().time_since_epoch()) + " " + std::to_string(tasks) +
                  " -> " + std::to_string(capacity));
    tasks = capacity;
  }
  bool is_scale_in_suspended() const override { return is_deploying; }
};

/// A CPU that is what the test says, each minute, and nothing when it says nothing.
struct ScalingBench : Bench {
  Service service;
  AutoScaling scaling{7, scheduler};
  metrics::CloudWatch watch{{}, 7, scheduler, journal, {.scaling = &scaling}};
  metrics::MetricId cpu_id = metrics::make_metric_id("AWS/ECS", "CPUUtilization", {{"ServiceName", "m"}});
  metrics::MetricId requests_id = metrics::make_metric_id("AWS/ApplicationELB", "RequestCountPerTarget");
  std::optional<double> cpu = 50;
  std::optional<double> requests{};

  ScalingBench() {
    service.scheduler = &scheduler;
    scaling.use(watch.alarms());
    scaling.offer(kDesired, service, {cpu_id, requests_id});
    watch.each_minute([this](std::int64_t second) {
      if (cpu) watch.store().series(cpu_id, "Percent").bucket_at(second, 60).add(*cpu, 1);
      if (requests) watch.store().series(requests_id, "Count").bucket_at(second, 60).add(*requests, 1);
    });
    EXPECT_TRUE(scaling.register_target({.dimension = kDesired, .min = 1, .max = 10}));
  }
  void track(TrackingConfig config = {}, std::string name = "cpu") {
    const auto put = scaling.put_policy({.name = std::move(name), .dimension = kDesired, .config = config});
    ASSERT_TRUE(put) << put.error().message;
  }
};

TEST(TargetTracking, ScalesOutAtTheThirdMinuteByProportion) {
  ScalingBench bench;
  bench.track();
  bench.cpu = 90;
  bench.run_to(2min);
  EXPECT_EQ(bench.service.set, Lines{});
  bench.run_to(3min);
  EXPECT_EQ(bench.service.set, Lines{"3m 2 -> 3"});
}

TEST(TargetTracking, LetsOnlyALargerScaleOutPassWithinTheCooldown) {
  ScalingBench bench;
  bench.track();
  bench.cpu = 90;
  bench.run_to(4min);  // still at 90: 2 * 90 / 60 is 3, which there are
  EXPECT_EQ(bench.service.set, Lines{"3m 2 -> 3"});
  bench.cpu = 100;
  bench.run_to(5min);  // 2 * 100 / 60
  EXPECT_EQ(bench.service.set, (Lines{"3m 2 -> 3", "5m 3 -> 4"}));
  bench.run_to(9min);
  EXPECT_EQ(bench.service.set.size(), 2u);
  bench.run_to(10min);  // the cooldown is over: 4 * 100 / 60
  EXPECT_EQ(bench.service.set.back(), "10m 4 -> 7");
}

TEST(TargetTracking, ScalesInAtTheFifteenthMinuteAndWaitsItsCooldown) {
  ScalingBench bench;
  bench.service.tasks = 8;
  bench.track();
  bench.cpu = 40;
  bench.run_to(14min);
  EXPECT_EQ(bench.service.set, Lines{});
  bench.run_to(19min);
  EXPECT_EQ(bench.service.set, Lines{"15m 8 -> 6"});
  bench.run_to(20min);
  EXPECT_EQ(bench.service.set, (Lines{"15m 8 -> 6", "20m 6 -> 4"}));
}

TEST(TargetTracking, StaysWithinItsBounds) {
  ScalingBench bench;
  bench.track();
  bench.cpu = 900;
  bench.run_to(3min);
  EXPECT_EQ(bench.service.set, Lines{"3m 2 -> 10"});
  bench.cpu = 0;
  bench.run_to(1h);
  EXPECT_EQ(bench.service.set, (Lines{"3m 2 -> 10", "18m 10 -> 1"}));
}

TEST(TargetTracking, DoesNothingWithoutData) {
  ScalingBench bench;
  bench.track();
  bench.cpu.reset();
  bench.run_to(1h);
  EXPECT_EQ(bench.service.set, Lines{});
}

TEST(TargetTracking, ScalesOutAndNotInDuringADeployment) {
  ScalingBench bench;
  bench.track();
  bench.service.is_deploying = true;
  bench.cpu = 10;
  bench.run_to(16min);
  EXPECT_EQ(bench.service.set, Lines{});
  bench.cpu = 90;
  bench.run_to(20min);
  EXPECT_EQ(bench.service.set, Lines{"19m 2 -> 3"});
}

TEST(TargetTracking, ScalesOutWhenOnePolicyWantsToAndInWhenAllDo) {
  ScalingBench bench;
  bench.service.tasks = 4;
  bench.track();
  bench.track({.metric = TrackedMetric::RequestsPerTarget, .target = 1000}, "requests");
  bench.cpu = 15;
  bench.requests = 2000;
  bench.run_to(20min);
  EXPECT_EQ(bench.service.set, (Lines{"3m 4 -> 8", "8m 8 -> 10"})) << "the CPU alone cannot scale in";
  bench.requests = 500;
  bench.run_to(35min);
  EXPECT_EQ(bench.service.set.back(), "35m 10 -> 5") << "the requests want 5, the CPU 3";
}

TEST(TargetTracking, MakesItsAlarmsAndTakesThemAway) {
  ScalingBench bench;
  bench.track();
  const auto alarms = bench.watch.alarms().describe_alarms();
  ASSERT_EQ(alarms.size(), 2u);
  const auto& high = std::get<metrics::MetricAlarm>(alarms[0].config);
  EXPECT_EQ(high.name, "TargetTracking-service/default/middleware-AlarmHigh-cpu");
  EXPECT_EQ(high.evaluation_periods, 3);
  EXPECT_EQ(high.threshold, 60);
  const auto& low = std::get<metrics::MetricAlarm>(alarms[1].config);
  EXPECT_EQ(low.evaluation_periods, 15);
  EXPECT_EQ(low.threshold, 54);
  EXPECT_EQ(bench.scaling.describe_policies()[0].alarms[0].name, high.name);
  EXPECT_TRUE(bench.scaling.delete_policy(kDesired, "cpu"));
  EXPECT_TRUE(bench.watch.alarms().describe_alarms().empty());
  EXPECT_TRUE(bench.scaling.describe_policies().empty());
}

TEST(AutoScaling, SaysWhatItDidAndWhy) {
  ScalingBench bench;
  bench.track();
  bench.cpu = 90;
  bench.run_to(3min);
  const auto activities = bench.scaling.describe_activities();
  ASSERT_EQ(activities.size(), 1u);
  EXPECT_EQ(activities[0].description, "Setting desired count to 3.");
  EXPECT_EQ(activities[0].cause,
            "monitor alarm TargetTracking-service/default/middleware-AlarmHigh-cpu in state ALARM triggered "
            "policy cpu");
}

TEST(AutoScaling, MovesACapacityThatIsOutOfItsNewBounds) {
  ScalingBench bench;
  EXPECT_TRUE(bench.scaling.register_target({.dimension = kDesired, .min = 3, .max = 10}));
  EXPECT_TRUE(bench.scaling.register_target({.dimension = kDesired, .min = 1, .max = 1}));
  EXPECT_EQ(bench.service.set, (Lines{"0s 2 -> 3", "0s 3 -> 1"}));
}

TEST(AutoScaling, RefusesWhatIsNotThere) {
  ScalingBench bench;
  EXPECT_EQ(bench.scaling.register_target({.dimension = kNone, .min = 1, .max = 2}).error().code,
            "ValidationException");
  EXPECT_EQ(bench.scaling.deregister_target(kNone).error().code, "ObjectNotFoundException");
  EXPECT_EQ(bench.scaling.delete_policy(kDesired, "cpu").error().code, "ObjectNotFoundException");
  EXPECT_EQ(bench.scaling.register_target({.dimension = kDesired, .min = 2, .max = 1}).error().code,
            "ValidationException");
}

TEST(AutoScaling, ForgetsTheAlarmsOfATargetThatGoes) {
  ScalingBench bench;
  bench.track();
  EXPECT_TRUE(bench.scaling.deregister_target(kDesired));
  EXPECT_TRUE(bench.watch.alarms().describe_alarms().empty());
  EXPECT_TRUE(bench.scaling.describe_targets().empty());
}

TEST(StepScaling, ChangesByTheStepOfAnAlarmOfSomebodyElses) {
  ScalingBench bench;
  StepConfig steps{.steps = {{.lower = 0, .upper = 20, .change = 1}, {.lower = 20, .change = 3}},
                   .cooldown = 2min};
  const auto put = bench.scaling.put_policy({.name = "out", .dimension = kDesired, .config = steps});
  ASSERT_TRUE(put);
  metrics::MetricAlarm alarm;
  alarm.name = "busy";
  alarm.metric = {.metric = bench.cpu_id};
  alarm.threshold = 60;
  alarm.alarm_actions = {put->arn};
  ASSERT_TRUE(bench.watch.alarms().put_metric_alarm(alarm));
  bench.cpu = 70;
  bench.run_to(2min);
  EXPECT_EQ(bench.service.set, Lines{"1m 2 -> 3"});
  bench.cpu = 90;
  bench.run_to(3min);
  EXPECT_EQ(bench.service.set, (Lines{"1m 2 -> 3", "3m 3 -> 6"}));
}

TEST(TrackedCapacity, IsRoundedUp) {
  struct Case {
    std::int64_t capacity;
    double metric;
    double target;
    std::int64_t wanted;
  };
  const Case cases[] = {{2, 60, 60, 2}, {2, 61, 60, 3}, {3, 20, 60, 1},
                        {3, 21, 60, 2}, {5, 0, 60, 0},  {7, 70, 100, 5}};
  for (const Case& c : cases)
    EXPECT_EQ(tracked_capacity(c.capacity, c.metric, c.target), c.wanted) << c.capacity << " at " << c.metric;
}

TEST(SteppedCapacity, GoesByTheDistanceFromTheThreshold) {
  const StepConfig config{.type = AdjustmentType::PercentChangeInCapacity,
                          .steps = {{.upper = -10, .change = -50},
                                    {.lower = -10, .upper = 0, .change = -10},
                                    {.lower = 0, .upper = 10, .change = 10},
                                    {.lower = 10, .change = 100}}};
  struct Case {
    double above;
    std::int64_t wanted;
  };
  for (const Case& c : {Case{-11, 4}, {-10, 4}, {-9, 7}, {0, 9}, {9.9, 9}, {10, 16}})
    EXPECT_EQ(stepped_capacity(config, 8, c.above), c.wanted) << c.above;
}

TEST(StepsProblem, NamesOverlapsAndGaps) {
  EXPECT_EQ(steps_problem({{.lower = 0, .upper = 10}, {.lower = 10}}), "");
  EXPECT_EQ(steps_problem({{.lower = 0, .upper = 10}, {.lower = 5}}), "Step adjustments must not overlap.");
  EXPECT_EQ(steps_problem({{.lower = 0, .upper = 10}, {.lower = 11}}),
            "There must not be a gap between step adjustments.");
  EXPECT_EQ(steps_problem({}), "There must be at least one step adjustment.");
}

}  // namespace
}  // namespace emulator::scaling

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emulator/runner/given_shapes.h"

namespace emulator::runner {
namespace {

using namespace std::chrono_literals;

std::expected<ComputeGiven, config::Problems> read(const std::string& text) {
  return config::read_text(text, "compute.yaml", compute_shape());
}

TEST(ComputeShape, ChoosesByTheProfile) {
  const auto plain = read("{max: 3}");
  ASSERT_TRUE(plain) << plain.error().text();
  EXPECT_EQ(plain->profile, ComputeProfile::AppRunner);
  EXPECT_EQ(plain->app_runner.active_max, 3);
  const auto ecs = read(
      "{profile: ecs-alb, min: 2, max: 9, vcpu: 0.5, cpu_per_request: 20ms, start_time: 45s, idle_timeout: "
      "30s, "
      "health_check: {interval: 10s, timeout: 5s}, canary: {share: 10%, bake: 5m}, scaling: {metric: "
      "requests_per_target, target: 1000}}");
  ASSERT_TRUE(ecs) << ecs.error().text();
  EXPECT_EQ(ecs->profile, ComputeProfile::EcsAlb);
  EXPECT_EQ(ecs->ecs_alb.tasks_min, 2);
  EXPECT_EQ(ecs->ecs_alb.tasks_max, 9);
  EXPECT_EQ(ecs->ecs_alb.task.vcpu, 0.5);
  EXPECT_EQ(ecs->ecs_alb.task.cpu_per_request, 20ms);
  EXPECT_EQ(ecs->ecs_alb.start_time, 45s);
  EXPECT_EQ(ecs->ecs_alb.idle_timeout, 30s);
  EXPECT_EQ(ecs->ecs_alb.health.interval, 10s);
  EXPECT_EQ(ecs->ecs_alb.canary.share, 0.1);
  EXPECT_EQ(ecs->ecs_alb.canary.bake, 5min);
  ASSERT_TRUE(ecs->scaling);
  EXPECT_EQ(ecs->scaling->metric, scaling::TrackedMetric::RequestsPerTarget);
  EXPECT_EQ(ecs->scaling->target, 1000);
}

TEST(ComputeShape, RefusesWhatDoesNotGoTogether) {
  struct Case {
    const char* text;
    const char* problem;
  };
  const Case cases[] = {
      {"{profile: ecs-alb, concurrency: 5}",
       "compute.yaml:1:20: 'concurrency' is a key of the profile app-runner, and this one is ecs-alb"},
      {"{scaling: {target: 50}}",
       "compute.yaml:1:2: 'scaling' is a key of the profile ecs-alb, and this one is app-runner"},
      {"{profile: lambda}",
       "compute.yaml:1:11: 'profile' wants app-runner or ecs-alb, found the text 'lambda'"},
      {"{profile: ecs-alb, min: 5, max: 4}", "compute.yaml:1:33: 'max' is below 'min'"},
      {"{profile: ecs-alb, health_check: {interval: 5s}}",
       "compute.yaml:1:34: 'timeout' is not below 'interval'"},
      {"{profile: ecs-alb, canary: {datapoints: 4}}", "compute.yaml:1:41: 'datapoints' is above 'minutes'"},
      {"{profile: ecs-alb, canary: {bake: 1m, datapoints: 2}}",
       "compute.yaml:1:51: 'bake' has fewer minutes than 'datapoints'"},
  };
  for (const Case& c : cases) {
    const auto given = read(c.text);
    ASSERT_FALSE(given) << c.text;
    EXPECT_EQ(given.error().text(), c.problem);
  }
}

}  // namespace
}  // namespace emulator::runner

#include "emulator/platform/metrics/load_balancer_metrics.h"

#include <gtest/gtest.h>

#include "emulator/platform/metrics/hop_metrics.h"
#include "tests/emulator/metrics/metrics_support.h"

namespace emulator::metrics {
namespace {

struct LoadBalancerBench : MetricsBench {
  LoadBalancerMetrics metrics{watch.store(), scheduler};

  /// "3 of 2": sum and samples in the minute that begins at `minute`; "-" when there is nothing.
  std::string line(const MetricId& id, int minute = 0) {
    const std::int64_t from = second_of(minute);
    const Bucket bucket = watch.store().aggregate(id, "", from, from + 60, false);
    if (bucket.samples() <= 0) return "-";
    const auto number = [](double value) { return std::to_string(static_cast<std::int64_t>(value)); };
    return number(bucket.sum()) + " of " + number(bucket.samples());
  }
  static std::int64_t second_of(int minute) { return monday().time_since_epoch() / 1s + minute * 60; }
};

TEST(LoadBalancerMetrics, TellTheCodesOfTargetsFromItsOwn) {
  LoadBalancerBench bench;
  for (int i = 0; i < 4; ++i) bench.metrics.routed();
  bench.metrics.exchanged({.status = 200, .is_from_target = true, .target_took = 2s});
  bench.metrics.exchanged({.status = 503, .is_from_target = true, .target_took = 4s});
  bench.metrics.exchanged({.status = 502});
  bench.metrics.exchanged({.status = 460});
  EXPECT_EQ(bench.line(load_balancer_metric("RequestCount")), "4 of 4");
  EXPECT_EQ(bench.line(target_group_metric("HTTPCode_Target_2XX_Count")), "1 of 4");
  EXPECT_EQ(bench.line(target_group_metric("HTTPCode_Target_5XX_Count")), "1 of 4");
  EXPECT_EQ(bench.line(target_group_metric("TargetResponseTime")), "6 of 2");
  EXPECT_EQ(bench.line(load_balancer_metric("HTTPCode_ELB_4XX_Count")), "1 of 4");
  EXPECT_EQ(bench.line(load_balancer_metric("HTTPCode_ELB_5XX_Count")), "1 of 4");
  EXPECT_EQ(bench.line(load_balancer_metric("HTTPCode_ELB_502_Count")), "1 of 1");
  EXPECT_EQ(bench.line(load_balancer_metric("HTTPCode_ELB_504_Count")), "-");
}

TEST(LoadBalancerMetrics, DivideRequestsByTargetsAndMinutes) {
  LoadBalancerBench bench;
  for (int i = 0; i < 30; ++i) bench.metrics.routed();
  bench.metrics.end_minute(LoadBalancerBench::second_of(0), {.healthy = 3, .unhealthy = 1, .cpu = {20, 40}});
  bench.metrics.end_minute(LoadBalancerBench::second_of(1), {.healthy = 0, .unhealthy = 2, .cpu = {}});
  bench.metrics.end_minute(LoadBalancerBench::second_of(2), {});
  EXPECT_EQ(bench.line(target_group_metric("RequestCountPerTarget"), 0), "10 of 1");
  EXPECT_EQ(bench.line(target_group_metric("RequestCountPerTarget"), 1), "0 of 1") << "nobody asked";
  EXPECT_EQ(bench.line(target_group_metric("RequestCountPerTarget"), 2), "-") << "nobody was there";
  EXPECT_EQ(bench.line(target_group_metric("HealthyHostCount"), 0), "3 of 1");
  EXPECT_EQ(bench.line(target_group_metric("UnHealthyHostCount"), 1), "2 of 1");
  EXPECT_EQ(bench.line(ecs_metric("CPUUtilization"), 0), "60 of 2") << "a sample a task";
}

TEST(LoadBalancerMetrics, StandInForThoseOfAppRunner) {
  LoadBalancerBench bench;
  HopMetrics hops(bench.journal, bench.scheduler);
  LambdaMetrics functions(bench.watch.store(), bench.scheduler);
  hops.join(bench.watch, functions);
  hops.leave_requests();
  const auto hop = hops.open({.stage = kernel::Stage::Compute, .from = "ingest", .to = "middleware"});
  hops.close(hop, {.outcome = kernel::Outcome::Ok, .status = 200});
  hops.end_minute(LoadBalancerBench::second_of(0));
  for (const auto& [id, units] : bench.watch.store().all()) EXPECT_NE(id.space, "AWS/AppRunner") << id.name;
}

}  // namespace
}  // namespace emulator::metrics

#include "emulator/platform/metrics/load_balancer_metrics.h"

#include <string>
#include <utility>

namespace emulator::metrics {
namespace {

const Dimension& load_balancer() {
  static const Dimension kDimension{"LoadBalancer", std::string(kLoadBalancer)};
  return kDimension;
}

}  // namespace

MetricId load_balancer_metric(std::string_view name) {
  return {"AWS/ApplicationELB", std::string(name), {load_balancer()}};
}

MetricId target_group_metric(std::string_view name) {
  return {
      "AWS/ApplicationELB", std::string(name), {load_balancer(), {"TargetGroup", std::string(kTargetGroup)}}};
}

MetricId ecs_metric(std::string_view name) {
  return {"AWS/ECS",
          std::string(name),
          {{"ClusterName", std::string(kCluster)}, {"ServiceName", std::string(kEcsService)}}};
}

LoadBalancerMetrics::Counters& LoadBalancerMetrics::counters() {
  if (counters_) return *counters_;
  const auto of_group = [this](const char* name, const char* unit) -> Series& {
    return store_.series(target_group_metric(name), unit);
  };
  const auto of_balancer = [this](const char* name) -> Series& {
    return store_.series(load_balancer_metric(name), "Count");
  };
  return counters_.emplace(Counters{.requests = of_balancer("RequestCount"),
                                    .requests_of_group = of_group("RequestCount", "Count"),
                                    .target_2xx = of_group("HTTPCode_Target_2XX_Count", "Count"),
                                    .target_4xx = of_group("HTTPCode_Target_4XX_Count", "Count"),
                                    .target_5xx = of_group("HTTPCode_Target_5XX_Count", "Count"),
                                    .target_took = of_group("TargetResponseTime", "Seconds"),
                                    .made_4xx = of_balancer("HTTPCode_ELB_4XX_Count"),
                                    .made_5xx = of_balancer("HTTPCode_ELB_5XX_Count")});
}

void LoadBalancerMetrics::add(Series& series, double value) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(scheduler_.wall_now());
  series.bucket_at(now.time_since_epoch().count(), 60).add(value, 1);
}

void LoadBalancerMetrics::routed() {
  ++routed_;
  add(counters().requests, 1);
  add(counters().requests_of_group, 1);
}

void LoadBalancerMetrics::exchanged(const compute::Exchanged& exchange) {
  Counters& all = counters();
  const int hundreds = exchange.status / 100;
  const bool is_made = !exchange.is_from_target;
  add(all.target_2xx, !is_made && hundreds == 2 ? 1 : 0);
  add(all.target_4xx, !is_made && hundreds == 4 ? 1 : 0);
  add(all.target_5xx, !is_made && hundreds == 5 ? 1 : 0);
  add(all.made_4xx, is_made && hundreds == 4 ? 1 : 0);
  add(all.made_5xx, is_made && hundreds == 5 ? 1 : 0);
  if (!is_made) return add(all.target_took, static_cast<double>(exchange.target_took.count()) / 1e9);
  for (const auto& [code, name] : {std::pair{502, "HTTPCode_ELB_502_Count"},
                                   {503, "HTTPCode_ELB_503_Count"},
                                   {504, "HTTPCode_ELB_504_Count"}}) {
    if (exchange.status == code) add(store_.series(load_balancer_metric(name), "Count"), 1);
  }
}

void LoadBalancerMetrics::end_minute(std::int64_t second, const compute::ServiceReading& reading) {
  const auto gauge = [&](const MetricId& id, const char* unit, double value) {
    store_.series(id, unit).bucket_at(second, 60).add(value, 1);
  };
  gauge(target_group_metric("HealthyHostCount"), "Count", static_cast<double>(reading.healthy));
  gauge(target_group_metric("UnHealthyHostCount"), "Count", static_cast<double>(reading.unhealthy));
  const auto requests = static_cast<double>(std::exchange(routed_, 0));
  const std::int64_t targets = reading.healthy > 0 ? reading.healthy : reading.unhealthy;
  if (targets > 0)
    gauge(target_group_metric("RequestCountPerTarget"), "Count", requests / static_cast<double>(targets));
  for (const double percent : reading.cpu) gauge(ecs_metric("CPUUtilization"), "Percent", percent);
}

}  // namespace emulator::metrics

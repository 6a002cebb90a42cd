#pragma once
// Answers what readers ask of the store. Source: facts/aws-platform 4.2.
#include "emulator/platform/metrics/query_ports.h"
#include "emulator/platform/metrics/store.h"

namespace emulator::metrics {

class Reader final : public MetricReader {
 public:
  /// The store outlives it.
  explicit Reader(const MetricStore& store) : store_(store) {}

  std::vector<MetricId> list_metrics(const ListMetricsRequest& request) const override;
  Answer<std::vector<PointRow>> get_metric_data(const MetricDataRequest& request) const override;
  Answer<StatisticsAnswer> get_metric_statistics(const StatisticsRequest& request) const override;

 private:
  const MetricStore& store_;
};

}  // namespace emulator::metrics

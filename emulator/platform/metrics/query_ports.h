#pragma once
// What readers may ask of metrics: ListMetrics, GetMetricStatistics, GetMetricData.
//
// Source: facts/aws-platform 4.2.
#include <optional>
#include <string>
#include <vector>

#include "emulator/platform/metrics/alarm_ports.h"

namespace emulator::metrics {

/// What a metric must have to be listed. Of a dimension without a value any value will do.
struct ListMetricsRequest {
  std::optional<std::string> space{};
  std::optional<std::string> name{};
  std::vector<Dimension> dimensions{};
};

/// One row of points: a query's, or a statistic's. Times are the beginnings of the periods.
struct PointRow {
  std::string id{};
  std::string label{};
  std::vector<kernel::WallTime> times{};
  std::vector<double> values{};
};

struct MetricDataRequest {
  std::vector<MetricQuery> queries;
  kernel::WallTime start{};  ///< rounded down to its period
  kernel::WallTime end{};    ///< excluded
  bool oldest_first = false;
};

struct StatisticsRequest {
  MetricId metric;
  kernel::WallTime start{};
  kernel::WallTime end{};
  std::int64_t period = 60;
  std::vector<std::string> statistics{};  ///< "Sum", "p99"
  std::string unit{};
};

struct StatisticsPoint {
  kernel::WallTime time{};
  std::vector<std::optional<double>> values{};  ///< in the order of the statistics asked for
};

struct StatisticsAnswer {
  std::string unit;
  std::vector<StatisticsPoint> points{};
};

class MetricReader {
 public:
  virtual ~MetricReader() = default;
  /// By namespace, name and dimensions. The service shows new metrics up to 15 minutes late; here at once.
  virtual std::vector<MetricId> list_metrics(const ListMetricsRequest& request) const = 0;
  /// A row for each query that returns data, empty where there is nothing.
  virtual Answer<std::vector<PointRow>> get_metric_data(const MetricDataRequest& request) const = 0;
  virtual Answer<StatisticsAnswer> get_metric_statistics(const StatisticsRequest& request) const = 0;
};

}  // namespace emulator::metrics

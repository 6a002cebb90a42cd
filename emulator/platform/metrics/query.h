#pragma once
// Metrics[] and MetricDataQueries[]: metrics and expressions over them, calculated for a row of periods.
//
// Source: facts/aws-platform 4.2. ASSUMPTION: the metrics of one expression have one period; AWS mixes them
// in ways that are not published.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "emulator/platform/metrics/alarm_ports.h"
#include "emulator/platform/metrics/metric_math.h"
#include "emulator/platform/metrics/statistic.h"
#include "emulator/platform/metrics/store.h"
#include "middleware/kernel/result.h"

namespace emulator::metrics {

/// One period of one query.
struct QueryPoint {
  std::optional<double> value{};
  double samples = 0;  ///< of a metric; an expression has none
};

class QuerySet {
 public:
  /// Ids are unique, expressions name ids that are there, and none names itself. The error names the query.
  static kernel::Result<QuerySet> compile(std::vector<MetricQuery> queries);

  const std::vector<MetricQuery>& queries() const { return queries_; }
  /// Seconds: of a metric its own, of an expression that of the metrics in it.
  std::int64_t period_of(std::size_t query) const { return periods_[query]; }
  /// Of a metric; nothing of an expression.
  const Statistic* statistic_of(std::size_t query) const;

  /// The points of `query` for periods that begin at `from`, `from` + period, ... (seconds since 1970).
  std::vector<QueryPoint> calculate(std::size_t query, const MetricStore& store, std::int64_t from,
                                    std::size_t periods) const;

 private:
  struct Compiled {
    std::optional<Statistic> statistic{};
    std::optional<MetricMath> math{};
  };
  std::size_t index_of(const std::string& id) const;
  kernel::Result<std::int64_t> find_period(std::size_t query, std::vector<int>& visited);
  Points points_of(std::size_t query, const MetricStore& store, std::int64_t from, std::size_t periods) const;

  std::vector<MetricQuery> queries_;
  std::vector<Compiled> compiled_;
  std::vector<std::int64_t> periods_;
};

}  // namespace emulator::metrics

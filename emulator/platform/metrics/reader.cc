#include "emulator/platform/metrics/reader.h"

#include <algorithm>

#include "emulator/platform/metrics/checks.h"
#include "emulator/platform/metrics/query.h"

namespace emulator::metrics {
namespace {

constexpr std::int64_t kStatisticsPointsMax = 1440;
constexpr std::int64_t kDataPointsMax = 100'800;

std::int64_t second_of(kernel::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
kernel::WallTime wall(std::int64_t second) { return kernel::WallTime{std::chrono::seconds{second}}; }

/// Where the first period begins: whole minutes, or the grid of a shorter period.
std::int64_t grid_begin(std::int64_t second, std::int64_t period) {
  const std::int64_t grid = std::min<std::int64_t>(period, 60);
  return second - second % grid;
}

std::int64_t periods_in(std::int64_t from, std::int64_t until, std::int64_t period) {
  return until <= from ? 0 : (until - from + period - 1) / period;
}

bool has(const MetricId& metric, const Dimension& wanted) {
  return std::ranges::any_of(metric.dimensions, [&wanted](const Dimension& one) {
    return one.name == wanted.name && (wanted.value.empty() || one.value == wanted.value);
  });
}

/// ASSUMPTION: what a row is called that has no label of its own.
std::string label_of(const MetricQuery& query) {
  if (!query.label.empty()) return query.label;
  return query.stat ? query.stat->metric.name : query.id;
}

}  // namespace

std::vector<MetricId> Reader::list_metrics(const ListMetricsRequest& request) const {
  std::vector<MetricId> found;
  for (const auto& [id, units] : store_.all()) {
    if (request.space && *request.space != id.space) continue;
    if (request.name && *request.name != id.name) continue;
    const bool has_all = std::ranges::all_of(
        request.dimensions, [&metric = id](const Dimension& wanted) { return has(metric, wanted); });
    if (has_all) found.push_back(id);
  }
  return found;
}

Answer<std::vector<PointRow>> Reader::get_metric_data(const MetricDataRequest& request) const {
  if (request.start >= request.end)
    return std::unexpected(validation("The parameter StartTime must be less than the parameter EndTime."));
  for (const MetricQuery& query : request.queries) {
    if (query.stat && !is_period(query.stat->period, false))
      return std::unexpected(validation("Period must be 1, 5, 10, 20, 30, or a multiple of 60."));
  }
  const auto queries = QuerySet::compile(request.queries);
  if (!queries) return std::unexpected(validation(queries.error().message));
  std::vector<PointRow> rows;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < request.queries.size(); ++i) {
    const MetricQuery& query = request.queries[i];
    if (!query.returns_data) continue;
    const std::int64_t period = queries->period_of(i);
    const std::int64_t from = grid_begin(second_of(request.start), period);
    const std::int64_t periods = periods_in(from, second_of(request.end), period);
    total += periods;
    if (total > kDataPointsMax)
      return std::unexpected(validation("You have requested more than 100800 datapoints."));
    PointRow row{.id = query.id, .label = label_of(query)};
    const auto points = queries->calculate(i, store_, from, static_cast<std::size_t>(periods));
    for (std::size_t n = 0; n < points.size(); ++n) {
      if (!points[n].value) continue;
      row.times.push_back(wall(from + static_cast<std::int64_t>(n) * period));
      row.values.push_back(*points[n].value);
    }
    if (!request.oldest_first) {
      std::ranges::reverse(row.times);
      std::ranges::reverse(row.values);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Answer<StatisticsAnswer> Reader::get_metric_statistics(const StatisticsRequest& request) const {
  if (request.start >= request.end)
    return std::unexpected(invalid_value("The parameter StartTime must be less than the parameter EndTime."));
  if (!is_period(request.period, false))
    return std::unexpected(invalid_value("Period must be 1, 5, 10, 20, 30, or a multiple of 60."));
  std::vector<Statistic> statistics;
  bool needs_values = false;
  for (const std::string& text : request.statistics) {
    const auto statistic = parse_statistic(text);
    if (!statistic) return std::unexpected(invalid_value(statistic.error().message));
    statistics.push_back(*statistic);
    needs_values = needs_values || statistic->needs_values();
  }
  if (statistics.empty())
    return std::unexpected(
        missing_parameter("At least one of Statistics and ExtendedStatistics must be specified."));
  const std::int64_t from = grid_begin(second_of(request.start), request.period);
  const std::int64_t periods = periods_in(from, second_of(request.end), request.period);
  if (periods > kStatisticsPointsMax) {
    return std::unexpected(invalid_combination(
        "You have requested up to " + std::to_string(periods) +
        " datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing "
        "Period, or decreasing the time range."));
  }
  StatisticsAnswer answer{.unit = request.unit.empty() ? std::string(store_.unit_of(request.metric))
                                                       : request.unit};
  for (std::int64_t n = 0; n < periods; ++n) {
    const std::int64_t start = from + n * request.period;
    const Bucket bucket =
        store_.aggregate(request.metric, request.unit, start, start + request.period, needs_values);
    if (bucket.samples() <= 0) continue;
    StatisticsPoint point{.time = wall(start)};
    for (const Statistic& statistic : statistics) point.values.push_back(value_of(statistic, bucket));
    answer.points.push_back(std::move(point));
  }
  return answer;
}

}  // namespace emulator::metrics

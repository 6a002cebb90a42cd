#include "emulator/platform/metrics/query.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace emulator::metrics {
namespace {

constexpr std::int64_t kPeriodOfConstants = 60;

bool is_id(const std::string& text) {
  return !text.empty() && text.size() <= 255 && text[0] >= 'a' && text[0] <= 'z' &&
         std::ranges::all_of(
             text, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

std::unexpected<kernel::Error> wrong(const MetricQuery& query, const std::string& what) {
  return kernel::invalid("query '" + query.id + "': " + what);
}

}  // namespace

std::size_t QuerySet::index_of(const std::string& id) const {
  const auto found = std::ranges::find(queries_, id, &MetricQuery::id);
  return static_cast<std::size_t>(found - queries_.begin());
}

kernel::Result<QuerySet> QuerySet::compile(std::vector<MetricQuery> queries) {
  QuerySet set;
  set.queries_ = std::move(queries);
  for (std::size_t i = 0; i < set.queries_.size(); ++i) {
    const MetricQuery& query = set.queries_[i];
    if (!is_id(query.id)) return wrong(query, "an id is a small letter and then letters, digits and _");
    if (set.index_of(query.id) != i) return wrong(query, "the id is not unique");
    if (query.stat.has_value() == !query.expression.empty())
      return wrong(query, "it needs either MetricStat or Expression");
    Compiled compiled;
    if (query.stat) {
      const auto statistic = parse_statistic(query.stat->stat);
      if (!statistic) return wrong(query, statistic.error().message);
      compiled.statistic = *statistic;
    } else {
      auto math = MetricMath::parse(query.expression);
      if (!math) return wrong(query, math.error().message);
      for (const std::string& id : math->ids()) {
        if (set.index_of(id) == set.queries_.size()) return wrong(query, "there is no id '" + id + "'");
      }
      compiled.math = std::move(*math);
    }
    set.compiled_.push_back(std::move(compiled));
  }
  set.periods_.resize(set.queries_.size());
  for (std::size_t i = 0; i < set.queries_.size(); ++i) {
    std::vector<int> visited(set.queries_.size());
    const auto period = set.find_period(i, visited);
    if (!period) return std::unexpected(period.error());
    set.periods_[i] = *period == 0 ? set.queries_[i].period.value_or(kPeriodOfConstants) : *period;
  }
  return set;
}

/// 0: no metric is in it. `visited`: 1 while a query is being looked at.
kernel::Result<std::int64_t> QuerySet::find_period(std::size_t query, std::vector<int>& visited) {
  const MetricQuery& asked = queries_[query];
  if (asked.stat) return asked.stat->period;
  if (visited[query] == 1) return wrong(asked, "the expression names itself");
  visited[query] = 1;
  std::int64_t period = 0;
  for (const std::string& id : compiled_[query].math->ids()) {
    const auto other = find_period(index_of(id), visited);
    if (!other) return other;
    if (period != 0 && *other != 0 && *other != period)
      return wrong(asked, "its metrics have different periods, which is not emulated");
    period = std::max(period, *other);
  }
  visited[query] = 2;
  return period;
}

const Statistic* QuerySet::statistic_of(std::size_t query) const {
  return compiled_[query].statistic ? &*compiled_[query].statistic : nullptr;
}

Points QuerySet::points_of(std::size_t query, const MetricStore& store, std::int64_t from,
                           std::size_t periods) const {
  std::map<std::string, Points> parts;
  for (const std::string& id : compiled_[query].math->ids()) {
    Points& points = parts[id];
    for (const QueryPoint& point : calculate(index_of(id), store, from, periods))
      points.push_back(point.value);
  }
  return compiled_[query].math->calculate(
      periods, [&parts](const std::string& id) -> const Points& { return parts.at(id); });
}

std::vector<QueryPoint> QuerySet::calculate(std::size_t query, const MetricStore& store, std::int64_t from,
                                            std::size_t periods) const {
  std::vector<QueryPoint> points;
  points.reserve(periods);
  const Statistic* statistic = statistic_of(query);
  if (statistic == nullptr) {
    for (const auto& value : points_of(query, store, from, periods)) points.push_back({.value = value});
    return points;
  }
  const MetricStat& stat = *queries_[query].stat;
  for (std::size_t i = 0; i < periods; ++i) {
    const std::int64_t start = from + static_cast<std::int64_t>(i) * stat.period;
    const Bucket bucket =
        store.aggregate(stat.metric, stat.unit, start, start + stat.period, statistic->needs_values());
    points.push_back({.value = value_of(*statistic, bucket), .samples = bucket.samples()});
  }
  return points;
}

}  // namespace emulator::metrics

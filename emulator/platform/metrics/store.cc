#include "emulator/platform/metrics/store.h"

#include <algorithm>

namespace emulator::metrics {

MetricId make_metric_id(std::string space, std::string name, std::vector<Dimension> dimensions) {
  std::ranges::sort(dimensions);
  return {std::move(space), std::move(name), std::move(dimensions)};
}

std::string_view to_text(State state) {
  switch (state) {
    case State::Ok:
      return "OK";
    case State::Alarm:
      return "ALARM";
    case State::InsufficientData:
      return "INSUFFICIENT_DATA";
  }
  return "";
}

std::optional<State> parse_state(std::string_view text) {
  for (const State state : {State::Ok, State::Alarm, State::InsufficientData}) {
    if (to_text(state) == text) return state;
  }
  return std::nullopt;
}

Series& MetricStore::series(const MetricId& id, std::string_view unit) {
  Units& units = all_[id];
  const auto found = std::ranges::find(units, unit, &Units::value_type::first);
  if (found != units.end()) return *found->second;
  return *units.emplace_back(unit, std::make_unique<Series>()).second;
}

Bucket MetricStore::aggregate(const MetricId& id, std::string_view unit, std::int64_t from,
                              std::int64_t until, bool with_values) const {
  Bucket whole;
  const auto found = all_.find(id);
  if (found == all_.end()) return whole;
  for (const auto& [name, series] : found->second) {
    if (unit.empty() || unit == name) whole.merge(series->aggregate(from, until, with_values), with_values);
  }
  return whole;
}

std::string_view MetricStore::unit_of(const MetricId& id) const {
  const auto found = all_.find(id);
  return found == all_.end() ? "None" : std::string_view(found->second.front().first);
}

}  // namespace emulator::metrics

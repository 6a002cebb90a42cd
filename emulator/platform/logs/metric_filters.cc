#include "emulator/platform/logs/metric_filters.h"

#include <algorithm>

#include "emulator/platform/logs/comparison.h"
#include "emulator/platform/logs/errors.h"

namespace emulator::logs {
namespace {

constexpr std::size_t kFiltersMax = 100;
constexpr std::size_t kDimensionsMax = 3;
constexpr std::string_view kUnits[] = {"Seconds",
                                       "Microseconds",
                                       "Milliseconds",
                                       "Bytes",
                                       "Kilobytes",
                                       "Megabytes",
                                       "Gigabytes",
                                       "Terabytes",
                                       "Bits",
                                       "Kilobits",
                                       "Megabits",
                                       "Gigabits",
                                       "Terabits",
                                       "Percent",
                                       "Count",
                                       "Bytes/Second",
                                       "Kilobytes/Second",
                                       "Megabytes/Second",
                                       "Gigabytes/Second",
                                       "Terabytes/Second",
                                       "Bits/Second",
                                       "Kilobits/Second",
                                       "Megabits/Second",
                                       "Gigabits/Second",
                                       "Terabits/Second",
                                       "Count/Second",
                                       "None"};

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 512 && !name.contains(':') && !name.contains('*');
}

bool is_metric_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name.find_first_of(":*$") == std::string_view::npos;
}

}  // namespace

Answer<> check_metric_filter(const MetricFilter& filter) {
  const MetricTransformation& made = filter.transformation;
  if (!is_name(filter.name))
    return std::unexpected(
        errors::constraint(filter.name, "filterName", "have 1 to 512 characters without ':' and '*'"));
  if (!is_metric_name(made.metric))
    return std::unexpected(errors::constraint(made.metric, "metricTransformations.1.member.metricName",
                                              "have 1 to 255 characters without ':', '*' and '$'"));
  if (!is_metric_name(made.space))
    return std::unexpected(errors::constraint(made.space, "metricTransformations.1.member.metricNamespace",
                                              "have 1 to 255 characters without ':', '*' and '$'"));
  if (made.space.starts_with("AWS/"))
    return std::unexpected(errors::invalid("The metric namespace must not begin with AWS/"));
  if (std::ranges::find(kUnits, made.unit) == std::end(kUnits))
    return std::unexpected(errors::constraint(made.unit, "metricTransformations.1.member.unit",
                                              "satisfy enum value set: the units of CloudWatch"));
  if (made.default_value && !made.dimensions.empty())
    return std::unexpected(errors::invalid(
        "Invalid metric transformation: dimensions and default value are mutually exclusive properties."));
  if (made.dimensions.size() > kDimensionsMax)
    return std::unexpected(errors::invalid("The number of dimensions must be at most 3"));
  const auto pattern = FilterPattern::parse(filter.pattern);
  if (!pattern) return std::unexpected(errors::invalid("Invalid filter pattern: " + pattern.error().message));
  if (!number_in(made.value) && !pattern->knows(made.value))
    return std::unexpected(errors::invalid("Invalid metric transformation: metricValue '" + made.value +
                                           "' is neither a number nor a field of the pattern"));
  for (const auto& [name, selector] : made.dimensions) {
    if (name.empty() || name.size() > 255)
      return std::unexpected(errors::invalid("Invalid metric transformation: a dimension has no name"));
    if (!pattern->knows(selector))
      return std::unexpected(errors::invalid("Invalid metric transformation: the dimension '" + name +
                                             "' is no field of the pattern"));
  }
  return {};
}

Answer<> MetricFilters::put(MetricFilter filter) {
  if (auto checked = check_metric_filter(filter); !checked) return checked;
  const auto at = std::ranges::lower_bound(filters_, filter.name, {}, &MetricFilter::name);
  const auto index = at - filters_.begin();
  Compiled compiled{.pattern = *FilterPattern::parse(filter.pattern),
                    .value = number_in(filter.transformation.value)};
  if (at != filters_.end() && at->name == filter.name) {
    filter.created = at->created;
    *at = std::move(filter);
    compiled_[static_cast<std::size_t>(index)] = std::move(compiled);
    return {};
  }
  if (filters_.size() >= kFiltersMax) return std::unexpected(errors::limit_exceeded());
  filters_.insert(at, std::move(filter));
  compiled_.insert(compiled_.begin() + index, std::move(compiled));
  return {};
}

bool MetricFilters::remove(const std::string& name) {
  const auto at = std::ranges::find(filters_, name, &MetricFilter::name);
  if (at == filters_.end()) return false;
  compiled_.erase(compiled_.begin() + (at - filters_.begin()));
  filters_.erase(at);
  return true;
}

std::optional<metrics::Datum> MetricFilters::datum_of(const MetricFilter& filter, const Compiled& compiled,
                                                      LogText& event) {
  const MetricTransformation& made = filter.transformation;
  std::optional<double> value = compiled.value;
  if (!value) {
    if (const auto text = compiled.pattern.value_of(event, made.value)) value = number_in(*text);
  }
  if (!value) return std::nullopt;
  std::vector<metrics::Dimension> dimensions;
  for (const auto& [name, selector] : made.dimensions) {
    auto text = compiled.pattern.value_of(event, selector);
    if (!text || text->empty()) return std::nullopt;
    dimensions.push_back({name, std::move(*text)});
  }
  return metrics::Datum{.id = metrics::make_metric_id(made.space, made.metric, std::move(dimensions)),
                        .values = {{*value}},
                        .unit = made.unit};
}

std::vector<metrics::Datum> MetricFilters::read(LogText& event, Milliseconds timestamp) {
  std::vector<metrics::Datum> data;
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    compiled_[i].has_events = true;
    if (!compiled_[i].pattern.fits(event)) continue;
    auto datum = datum_of(filters_[i], compiled_[i], event);
    if (!datum) continue;
    compiled_[i].has_values = true;
    datum->at = kernel::WallTime{std::chrono::milliseconds{timestamp}};
    data.push_back(std::move(*datum));
  }
  return data;
}

std::vector<metrics::Datum> MetricFilters::end_minute(std::int64_t second) {
  std::vector<metrics::Datum> data;
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    const MetricTransformation& made = filters_[i].transformation;
    const bool is_without = compiled_[i].has_events && !compiled_[i].has_values;
    compiled_[i].has_events = compiled_[i].has_values = false;
    if (!is_without || !made.default_value) continue;
    data.push_back({.id = metrics::make_metric_id(made.space, made.metric),
                    .values = {{*made.default_value}},
                    .unit = made.unit,
                    .at = kernel::WallTime{std::chrono::seconds{second}}});
  }
  return data;
}

}  // namespace emulator::logs

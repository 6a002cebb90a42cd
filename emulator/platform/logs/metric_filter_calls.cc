// Metric filters: made, removed, listed, tried out.
#include <algorithm>

#include "emulator/platform/logs/checks.h"
#include "emulator/platform/logs/cloudwatch_logs.h"
#include "emulator/platform/logs/errors.h"
#include "middleware/kernel/base64.h"

namespace emulator::logs {
namespace {

constexpr std::size_t kMessagesMax = 50;

bool is_wanted(const MetricFilter& filter, const FiltersRequest& request) {
  return filter.name.starts_with(request.prefix) &&
         (request.metric.empty() ||
          (filter.transformation.metric == request.metric && filter.transformation.space == request.space));
}

}  // namespace

Answer<> CloudWatchLogs::put_metric_filter(MetricFilter filter) {
  const auto group = group_of(filter.group);
  if (!group) return std::unexpected(group.error());
  filter.created = now();
  return (*group)->filters.put(std::move(filter));
}

Answer<> CloudWatchLogs::delete_metric_filter(const std::string& group_name, const std::string& name) {
  const auto group = group_of(group_name);
  if (!group) return std::unexpected(group.error());
  if (!(*group)->filters.remove(name)) return std::unexpected(errors::no_filter());
  return {};
}

Answer<Page<MetricFilter>> CloudWatchLogs::metric_filters(const FiltersRequest& request) {
  if (auto checked = check_limit(request.limit, 50); !checked) return std::unexpected(checked.error());
  if (request.metric.empty() != request.space.empty())
    return std::unexpected(errors::invalid("metricName and metricNamespace must be given together."));
  const auto last = kernel::from_base64(request.token);
  if (!last) return std::unexpected(errors::invalid_token());
  if (!request.group.empty()) {
    if (const auto group = group_of(request.group); !group) return std::unexpected(group.error());
  }
  Page<MetricFilter> page;
  std::string shown;
  for (const auto& [name, group] : store_.groups()) {
    if (!request.group.empty() && name != request.group) continue;
    for (const MetricFilter& filter : group.filters.all()) {
      const std::string place = name + "\n" + filter.name;
      if (place <= *last || !is_wanted(filter, request)) continue;
      if (std::ssize(page.items) == request.limit) {
        page.next = kernel::base64(shown);
        return page;
      }
      page.items.push_back(filter);
      shown = place;
    }
  }
  return page;
}

Answer<std::vector<PatternMatch>> CloudWatchLogs::test_metric_filter(
    const std::string& pattern_text, const std::vector<std::string>& messages) {
  if (messages.empty() || messages.size() > kMessagesMax)
    return std::unexpected(errors::constraint(std::to_string(messages.size()) + " messages",
                                              "logEventMessages", "have length from 1 to 50"));
  const auto pattern = FilterPattern::parse(pattern_text);
  if (!pattern) return std::unexpected(errors::invalid("Invalid filter pattern: " + pattern.error().message));
  std::vector<PatternMatch> matches;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    LogText text(messages[i]);
    if (!pattern->fits(text)) continue;
    matches.push_back({.number = static_cast<std::int64_t>(i) + 1,
                       .message = messages[i],
                       .values = pattern->values_of(text)});
  }
  return matches;
}

}  // namespace emulator::logs

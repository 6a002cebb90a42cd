#include "emulator/runner/logs_given.h"

#include <algorithm>

#include "emulator/platform/metrics/hop_metrics.h"
#include "emulator/runner/scenario.h"
#include "middleware/config/suggest.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/random.h"

namespace emulator::runner {

std::string application_log_group() {
  return "/aws/apprunner/" + std::string(metrics::kServiceName) + "/" + std::string(metrics::kServiceId) +
         "/application";
}

std::string instance_log_stream(std::uint64_t seed, std::int64_t instance) {
  const auto half = [&](const char* which) {
    return kernel::hex16(
        kernel::draw_bits({seed, "instance id", "middleware", static_cast<std::uint64_t>(instance), which}));
  };
  return "instance/" + half("first") + half("second");
}

std::vector<std::pair<config::Place, std::string>> log_problems(const Scenario& scenario) {
  std::vector<std::string> known = {application_log_group()};
  for (const FunctionGiven& function : scenario.given.functions)
    known.push_back("/aws/lambda/" + function.name);
  for (const LogGroupGiven& group : scenario.given.logs.groups) known.push_back(group.name);
  std::vector<std::pair<config::Place, std::string>> problems;
  const auto check = [&](const std::string& group, const config::Place& place, const std::string& what) {
    // App Runner writes to groups of its own.
    if (std::ranges::find(known, group) != known.end() || group.starts_with("/aws/apprunner/")) return;
    problems.emplace_back(place, what + " the log group '" + group + "', to which nothing here writes" +
                                     config::did_you_mean_text(group, known) +
                                     " ('logs.groups' declares others)");
  };
  for (const LogExpectation& expectation : scenario.log_expectations)
    check(expectation.group, expectation.place, "the events are of");
  for (const logs::MetricFilter& filter : scenario.given.logs.filters)
    check(filter.group, {.file = scenario.file, .line = 1, .column = 1},
          "given.logs: the metric filter '" + filter.name + "' is of");
  return problems;
}

bool wants_logs(const Scenario& scenario) {
  if (scenario.given.logs.is_wanted || !scenario.log_expectations.empty()) return true;
  const auto watches_logs = [](const metrics::MetricId& id) { return id.space == "AWS/Logs"; };
  return std::ranges::any_of(scenario.given.alarms, [&](const AlarmGiven& given) {
    const auto* alarm = std::get_if<metrics::MetricAlarm>(&given.alarm);
    if (alarm == nullptr) return false;
    if (alarm->metric && watches_logs(alarm->metric->metric)) return true;
    return std::ranges::any_of(alarm->queries, [&](const metrics::MetricQuery& query) {
      return query.stat && watches_logs(query.stat->metric);
    });
  });
}

}  // namespace emulator::runner

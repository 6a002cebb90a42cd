#pragma once
// What a scenario says of log events: whether the boxes write them, groups and metric filters that are there
// from the start, the account's quotas, and what is expected of them.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/platform/logs/cloudwatch_logs.h"
#include "emulator/runner/judge/expectation.h"
#include "middleware/config/reader.h"

namespace emulator::runner {

struct Given;
struct Scenario;

struct LogGroupGiven {
  std::string name;
  std::optional<std::int64_t> retention_days{};
};

struct LogsGiven {
  bool is_wanted = false;  ///< the boxes write log events
  logs::LogsConfig service{};
  std::vector<LogGroupGiven> groups{};
  std::vector<logs::MetricFilter> filters{};
};

/// Calls a second. Source: facts/aws-platform 4.5, "Limits seen in 2023 docs".
struct LogQuotas {
  config::Rate puts{1500};
  config::Rate gets{10};
  config::Rate filters{5};
  config::Rate new_streams{50};
};

/// `log: GROUP, has: PATTERN, equals: 3` of `expect`: so many events of the group fit.
struct LogExpectation {
  config::Place place{};
  std::string name;  ///< as written, shortened
  std::string group;
  std::string pattern{};
  judge::Window between{};
  judge::Bounds bounds{};
};

config::Shape<LogsGiven> logs_shape();
config::Shape<LogQuotas> log_quotas_shape();
config::Shape<LogExpectation> log_expectation_shape();

/// The group of what the middleware's instances write.
std::string application_log_group();
/// The stream of one instance: "instance/" and 32 digits.
std::string instance_log_stream(std::uint64_t seed, std::int64_t instance);

/// Groups that expectations name and nobody writes to.
std::vector<std::pair<config::Place, std::string>> log_problems(const Scenario& scenario);

/// Whether the boxes are to write log events.
bool wants_logs(const Scenario& scenario);

}  // namespace emulator::runner

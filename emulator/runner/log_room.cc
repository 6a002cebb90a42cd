#include "emulator/runner/log_room.h"

#include <algorithm>

#include "emulator/edge/logs.h"
#include "middleware/kernel/check.h"

namespace emulator::runner {
namespace {

std::vector<access::Quota> quota_list(const LogQuotas& quotas) {
  return {{{"PutLogEvents"}, quotas.puts.per_second},
          {{"GetLogEvents"}, quotas.gets.per_second},
          {{"FilterLogEvents"}, quotas.filters.per_second},
          {{"CreateLogStream"}, quotas.new_streams.per_second}};
}

void must(const logs::Answer<>& answer) { CHECK_THAT(answer, answer ? "" : answer.error().message); }

}  // namespace

LogRoom::LogRoom(const LogsGiven& given, const LogQuotas& quotas, std::uint64_t seed, Surroundings around)
    : seed_(seed),
      scheduler_(around.scheduler),
      journal_(around.journal),
      is_fed_(around.is_fed),
      gate_({.service = "logs", .internal_error = "ServiceUnavailableException"}, quota_list(quotas),
            around.scheduler, around.journal),
      service_(given.service, seed, around.scheduler, around.journal, std::move(around.check)) {
  for (const LogGroupGiven& group : given.groups) {
    must(service_.create_group(group.name, {}));
    if (group.retention_days) must(service_.retain(group.name, group.retention_days));
  }
  for (const logs::MetricFilter& filter : given.filters) {
    // The group of a function or of the middleware, which is made by its first line otherwise.
    const bool is_there = service_.tags(filter.group).has_value();
    if (!is_there) must(service_.create_group(filter.group, {}));
    must(service_.put_metric_filter(filter));
  }
}

LogRoom::~LogRoom() {
  if (service_.dropped() == 0) return;
  journal_.log({.level = kernel::LogLevel::Warn,
                .source = "logs",
                .message = std::to_string(service_.dropped()) + " log events were not kept"});
}

void LogRoom::add_to(edge::Edge& edge) { edge.add(std::make_unique<edge::Logs>(service_, gate_)); }

void LogRoom::join(metrics::CloudWatch& watch, bool counts) {
  watch_ = &watch;
  service_.reach({.metrics = &watch, .read_metrics = [this](std::string_view text, std::string_view source) {
                    if (watch_ != nullptr) watch_->read_log_line(text, source);
                  }});
  if (!is_fed_) return;
  watch.each_minute([this, counts](std::int64_t second) {
    for (const logs::Incoming& one : service_.end_minute(second)) {
      if (!counts) continue;
      const auto add = [&](const char* metric, const char* unit, std::int64_t value) {
        watch_->store()
            .series({"AWS/Logs", metric, {{"LogGroupName", one.group}}}, unit)
            .bucket_at(second, 60)
            .add(static_cast<double>(value), 1);
      };
      add("IncomingLogEvents", "Count", one.events);
      add("IncomingBytes", "Bytes", one.bytes);
    }
  });
}

void LogRoom::leave() {
  service_.reach({});
  watch_ = nullptr;
}

LoggedHops* LogRoom::start_instance(std::int64_t number, const std::string& service_name) {
  if (!is_fed_) return nullptr;
  auto write = [this, stream = instance_log_stream(seed_, number)](std::string_view line) {
    service_.line(application_log_group(), stream, scheduler_.wall_now(), line);
  };
  auto instance = std::make_unique<Instance>(number, scheduler_, std::move(write), service_name, journal_);
  return &instances_.emplace_back(std::move(instance))->hops;
}

void LogRoom::write_instance_line(std::int64_t number, std::string_view line) {
  if (!is_fed_) return;
  service_.line(application_log_group(), instance_log_stream(seed_, number), scheduler_.wall_now(), line);
}

void LogRoom::crash(std::int64_t number) {
  for (const auto& instance : instances_) {
    if (instance->number == number) instance->hops.mute();
  }
}

}  // namespace emulator::runner

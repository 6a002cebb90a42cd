#include "emulator/platform/logs/cloudwatch_logs.h"

#include <algorithm>

#include "emulator/arn/arn.h"
#include "emulator/platform/logs/checks.h"
#include "emulator/platform/logs/errors.h"

namespace emulator::logs {
namespace {

Milliseconds to_milliseconds(kernel::WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

std::string padded(std::uint64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

}  // namespace

std::string_view group_in(std::string_view text) {
  constexpr std::string_view kMark = ":log-group:";
  const std::size_t at = text.starts_with("arn:") ? text.find(kMark) : std::string_view::npos;
  if (at == std::string_view::npos) return text;
  text.remove_prefix(at + kMark.size());
  return text.substr(0, text.find(':'));
}

std::string group_arn(std::string_view group) { return make_arn("logs", "log-group:" + std::string(group)); }

std::string stream_arn(std::string_view group, std::string_view stream) {
  return group_arn(group) + ":log-stream:" + std::string(stream);
}

std::string SeenEvent::id() const {
  return "3" + padded(static_cast<std::uint64_t>(key.timestamp), 20) + padded(key.number, 20) +
         std::string(15, '0');
}

CloudWatchLogs::CloudWatchLogs(LogsConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
                               kernel::Journal& journal, CheckEvent check)
    : config_(config),
      scheduler_(scheduler),
      journal_(journal),
      check_(std::move(check)),
      store_(config.bytes_max),
      queries_(config.query_time, seed, scheduler) {}

Milliseconds CloudWatchLogs::now() const { return to_milliseconds(scheduler_.wall_now()); }

Answer<Group*> CloudWatchLogs::group_of(std::string_view name) {
  Group* group = store_.find(name, now());
  if (group == nullptr) return std::unexpected(errors::no_group());
  return group;
}

Answer<Stream*> CloudWatchLogs::stream_of(std::string_view group, std::string_view name) {
  const auto found = group_of(group);
  if (!found) return std::unexpected(found.error());
  const auto stream = (*found)->streams.find(name);
  if (stream == (*found)->streams.end()) return std::unexpected(errors::no_stream());
  return &stream->second;
}

void CloudWatchLogs::line(std::string_view group_name, std::string_view stream_name, kernel::WallTime time,
                          std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const auto bytes = static_cast<std::size_t>(config_.event_bytes_max - kEventOverhead);
  while (!text.empty()) {
    Group& group = store_.make(group_name, now());
    Stream& stream = store_.make_stream(group, stream_name, now());
    take(group, stream, to_milliseconds(time), std::string(text.substr(0, bytes)));
    text.remove_prefix(std::min(bytes, text.size()));
  }
}

Answer<PutResult> CloudWatchLogs::put(const std::string& group_name, const std::string& stream_name,
                                      std::vector<InputEvent> events) {
  if (auto checked = check_batch(events, config_.event_bytes_max); !checked)
    return std::unexpected(checked.error());
  const auto group = group_of(group_name);
  if (!group) return std::unexpected(group.error());
  const auto stream = stream_of(group_name, stream_name);
  if (!stream) return std::unexpected(stream.error());
  PutResult result{.next_token = "4" + padded(++puts_, 55),
                   .rejected = rejected_of(events, now(), (*group)->retention_days)};
  const std::int64_t begin =
      std::max(result.rejected.too_old_until.value_or(0), result.rejected.expired_until.value_or(0));
  const std::int64_t end = result.rejected.too_new_from.value_or(std::ssize(events));
  for (std::int64_t i = begin; i < end; ++i) {
    InputEvent& event = events[static_cast<std::size_t>(i)];
    if (outlets_.read_metrics) outlets_.read_metrics(event.message, group_name);
    take(**group, **stream, event.timestamp, std::move(event.message));
  }
  return result;
}

void CloudWatchLogs::take(Group& group, Stream& stream, Milliseconds timestamp, std::string message) {
  if (check_) check_(message, group.name);
  LogText text(message);
  if (!group.filters.is_empty()) give_metrics(group.filters.read(text, timestamp), group);
  for (const Watch& watch : watches_) {
    if (watch.group == group.name && watch.pattern.fits(text)) watch.found();
  }
  const bool was_whole = store_.dropped() == 0;
  store_.add(group, stream, timestamp, now(), std::move(message));
  if (was_whole && store_.dropped() > 0) {
    journal_.log({.level = kernel::LogLevel::Warn,
                  .source = "logs",
                  .message = "more than " + std::to_string(config_.bytes_max) +
                             " bytes of log events: from now on the oldest go ('keep' in given.logs says how "
                             "much is kept)"});
  }
}

void CloudWatchLogs::give_metrics(const std::vector<metrics::Datum>& data, const Group& group) {
  if (outlets_.metrics == nullptr || data.empty()) return;
  const auto put = outlets_.metrics->put_metric_data(data);
  if (put) return;
  journal_.log(
      {.level = kernel::LogLevel::Warn,
       .source = "logs",
       .message = "a value of a metric filter of " + group.name + " was refused: " + put.error().message});
}

std::vector<Incoming> CloudWatchLogs::end_minute(std::int64_t second) {
  std::vector<Incoming> all;
  for (auto& [name, group] : store_.groups()) {
    give_metrics(group.filters.end_minute(second), group);
    if (group.incoming_events == 0) continue;
    all.push_back({name, group.incoming_events, group.incoming_bytes});
    group.incoming_events = group.incoming_bytes = 0;
  }
  return all;
}

void CloudWatchLogs::watch(std::string group, FilterPattern pattern, std::function<void()> found) {
  if (const Group* there = store_.find(group, now())) {
    for (const auto& [unused, stream] : there->streams) {
      for (const auto& [key, event] : stream.events) {
        LogText text(event.message);
        if (pattern.fits(text)) found();
      }
    }
  }
  watches_.push_back({std::move(group), std::move(pattern), std::move(found)});
}

}  // namespace emulator::logs

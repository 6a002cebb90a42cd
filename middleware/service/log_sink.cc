#include "middleware/service/log_sink.h"

#include <array>
#include <charconv>
#include <utility>

#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/json.h"

namespace service {
namespace {

using kernel::LogLevel;
using kernel::Outcome;

LogLevel level_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Ok:
    case Outcome::Duplicate:
    case Outcome::Filtered:
      return LogLevel::Info;
    case Outcome::Throttled:
    case Outcome::Failed:
    case Outcome::Timeout:
    case Outcome::NoAnswer:
    case Outcome::Open:
    case Outcome::Cancelled:
      return LogLevel::Warn;
    case Outcome::Rejected:
    case Outcome::DeadLettered:
    case Outcome::Expired:
      return LogLevel::Error;
  }
  return LogLevel::Error;
}

/// `value` is JSON.
void add_raw(std::string& line, std::string_view key, std::string_view value) {
  line += ",\"";
  line += key;
  line += "\":";
  line += value;
}

/// Nothing when `value` is empty.
void add_text(std::string& line, std::string_view key, std::string_view value) {
  if (!value.empty()) add_raw(line, key, kernel::json_quoted(value));
}

void add_event(std::string& line, std::string_view event) {
  if (event.empty()) return;
  add_text(line, "eventId", event);
  const std::string trace = kernel::trace_id_of(event);
  if (trace.size() == 32) add_text(line, "traceId", trace);
}

/// Whole microseconds: "12.345".
std::string milliseconds_text(kernel::Duration duration) {
  const std::int64_t microseconds = duration / std::chrono::microseconds{1};
  const std::string fraction = std::to_string(1000 + microseconds % 1000);
  return std::to_string(microseconds / 1000) + "." + fraction.substr(1);
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  CHECK(error == std::errc{});
  // JSON has neither infinities nor NaN.
  const std::string_view number(text.data(), static_cast<std::size_t>(end - text.data()));
  return std::string(number.find_first_of("in") == std::string_view::npos ? number : "null");
}

/// What a call knows of itself: facts/resilience 11.
void add_call(std::string& line, const CallNote& call) {
  add_text(line, "class", call.failure_class);
  add_text(line, "breakerState", call.breaker);
  if (call.attempts > 0) add_raw(line, "attempts", std::to_string(call.attempts));
  if (call.delay_next) {
    add_raw(line, "delayNextMs", milliseconds_text(*call.delay_next));
    add_text(line, "delaySource", call.delay_source);
  }
  add_text(line, "gaveUpReason", call.gave_up);
}

std::string_view without_query(std::string_view operation) {
  return operation.substr(0, operation.find('?'));
}

}  // namespace

LogSink::LogSink(const kernel::Scheduler& scheduler, std::FILE* out, LogSinkConfig config)
    : LogSink(
          scheduler,
          [out](std::string_view line) {
            std::fwrite(line.data(), 1, line.size(), out);
            std::fflush(out);
          },
          std::move(config)) {}

std::string LogSink::begin_line(LogLevel level, std::string_view message) const {
  std::string line = R"({"timestamp":")" + kernel::iso_millis(scheduler_.wall_now()) + '"';
  add_text(line, "level", to_text(level));
  add_text(line, "message", message);
  add_text(line, "service", config_.service);
  add_text(line, "requestId", request_id_);
  return line;
}

void LogSink::write(std::string line) {
  line += "}\n";
  if (redactor_ != nullptr) line = redactor_->redacted(std::move(line));
  write_(line);
}

kernel::HopId LogSink::open(const kernel::HopStart& start) {
  if (next_hop_ == 0) next_hop_ = 1;  // 0 is no hop
  const kernel::HopId id = next_hop_++;
  open_as(id, start);
  return id;
}

void LogSink::open_as(kernel::HopId id, const kernel::HopStart& start) {
  const auto [unused, is_new] =
      open_.emplace(id, Open{.stage = start.stage,
                             .event = std::string(start.event),
                             .parent = start.parent,
                             .to = std::string(start.to),
                             .operation = std::string(without_query(start.operation)),
                             .attempt = start.attempt,
                             .since = scheduler_.now()});
  CHECK(is_new);
}

void LogSink::close(kernel::HopId hop, const kernel::HopEnd& end) {
  const auto found = open_.find(hop);
  CHECK(found != open_.end());
  const Open start = std::move(found->second);
  open_.erase(found);

  std::string message(to_text(start.stage));
  message += ' ' + start.to + ": " + std::string(to_text(end.outcome));
  std::string line = begin_line(level_of(end.outcome), message);
  add_event(line, start.event);
  add_text(line, "spanId", kernel::hex16(hop));
  if (start.parent != 0) add_text(line, "parentSpanId", kernel::hex16(start.parent));
  add_text(line, "stage", to_text(start.stage));
  add_text(line, "target", start.to);
  add_text(line, "operation", start.operation);
  add_raw(line, "attempt", std::to_string(start.attempt));
  add_text(line, "outcome", to_text(end.outcome));
  if (end.status != 0) add_raw(line, "statusCode", std::to_string(end.status));
  add_raw(line, "durationMs", milliseconds_text(scheduler_.now() - start.since));
  if (start.call) add_call(line, *start.call);
  if (!end.error.empty()) add_raw(line, "error", R"({"message":)" + kernel::json_quoted(end.error) + '}');
  write(std::move(line));
}

void LogSink::note(kernel::HopId hop, const CallNote& call) {
  const auto found = open_.find(hop);
  CHECK(found != open_.end());
  found->second.call = std::make_unique<CallNote>(call);
}

void LogSink::transition(const kernel::Transition& transition) {
  const LogLevel level = transition.to == "open" ? LogLevel::Warn : LogLevel::Info;
  std::string message(transition.kind);
  message.append(" ").append(transition.subject).append(": ");
  if (!transition.from.empty()) message.append(transition.from).append(" to ");
  message.append(transition.to);
  std::string line = begin_line(level, message);
  add_text(line, "kind", transition.kind);
  add_text(line, "target", transition.subject);
  add_text(line, "owner", transition.owner);
  add_text(line, "from", transition.from);
  add_text(line, "to", transition.to);
  add_text(line, "why", transition.why);
  write(std::move(line));
}

void LogSink::log(const kernel::LogLine& line) {
  std::string text = begin_line(line.level, line.message);
  add_text(text, "source", line.source);
  add_event(text, line.event);
  if (!line.fields.empty()) add_raw(text, "fields", line.fields);
  write(std::move(text));
}

void LogSink::metric(const kernel::DataPoint& point) {
  std::string message("metric ");
  std::string line = begin_line(LogLevel::Info, message.append(point.name));
  add_text(line, "metric", point.name);
  add_raw(line, "value", number_text(point.value));
  add_text(line, "unit", point.unit);
  if (!point.dimensions.empty()) add_raw(line, "dimensions", point.dimensions);
  write(std::move(line));
}

}  // namespace service

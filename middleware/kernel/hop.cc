#include "middleware/kernel/hop.h"

#include "middleware/kernel/ids.h"

namespace kernel {

std::string_view to_text(Stage stage) {
  switch (stage) {
    case Stage::Publish:
      return "publish";
    case Stage::Relay:
      return "relay";
    case Stage::Bus:
      return "bus";
    case Stage::Topic:
      return "topic";
    case Stage::Queue:
      return "queue";
    case Stage::Invoke:
      return "invoke";
    case Stage::Compute:
      return "compute";
    case Stage::Step:
      return "step";
    case Stage::Api:
      return "api";
    case Stage::Callback:
      return "callback";
    case Stage::Client:
      return "client";
  }
  return "unknown";
}

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::Ok:
      return "ok";
    case Outcome::Rejected:
      return "rejected";
    case Outcome::Throttled:
      return "throttled";
    case Outcome::Failed:
      return "failed";
    case Outcome::Timeout:
      return "timeout";
    case Outcome::NoAnswer:
      return "no_answer";
    case Outcome::Open:
      return "open";
    case Outcome::Duplicate:
      return "duplicate";
    case Outcome::Filtered:
      return "filtered";
    case Outcome::DeadLettered:
      return "dead_lettered";
    case Outcome::Expired:
      return "expired";
    case Outcome::Cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string_view to_text(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return "DEBUG";
    case LogLevel::Info:
      return "INFO";
    case LogLevel::Warn:
      return "WARN";
    case LogLevel::Error:
      return "ERROR";
  }
  return "INFO";
}

std::string traceparent(std::string_view event, HopId hop) {
  std::string trace = trace_id_of(event);
  if (trace.size() != 32)
    trace = "00000000000000000000000000000001";  // no event: a trace id must not be all zero
  return "00-" + trace + "-" + hex16(hop) + "-01";
}

std::optional<TraceContext> parse_traceparent(std::string_view header) {
  if (header.size() < 55 || header.substr(0, 3) != "00-" || header[35] != '-' || header[52] != '-')
    return std::nullopt;
  if (header.size() > 55) return std::nullopt;  // version 00 has exactly 55 characters
  TraceContext context{.event = uuid_of_trace_id(header.substr(3, 32))};
  for (const char c : header.substr(36, 16)) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'f')) return std::nullopt;
    context.hop = context.hop << 4 | static_cast<HopId>(digit ? c - '0' : c - 'a' + 10);
  }
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const bool is_zero = header.substr(3, 32).find_first_not_of('0') == std::string_view::npos;
  if (is_zero || !is_hex(header[53]) || !is_hex(header[54])) return std::nullopt;
  if (context.event.empty() || context.hop == 0) return std::nullopt;
  return context;
}

void HopScope::cancel() { sink_.close(id_, {.outcome = Outcome::Cancelled}); }

}  // namespace kernel

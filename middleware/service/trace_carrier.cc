#include "middleware/service/trace_carrier.h"

#include <algorithm>
#include <utility>

namespace service {
namespace {

constexpr std::size_t kTraceIdAt = 3;
constexpr std::size_t kParentAt = 36;
constexpr std::size_t kEntriesMax = 32;
constexpr std::size_t kStateMax = 512;
constexpr std::size_t kLineMax = 1024;

struct Ids {
  std::string_view trace;
  std::string_view parent;
};

/// Of a traceparent as we write it; both "" of anything else.
Ids ids_of(std::string_view traceparent) {
  if (traceparent.size() < kParentAt + 16) return {};
  return {traceparent.substr(kTraceIdAt, 32), traceparent.substr(kParentAt, 16)};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Calls `take` with each part between the marks.
template <class Take>
void each_part(std::string_view text, char mark, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(mark), text.size());
    take(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Ours first, then the caller's without an older one of ours, as long as the whole has room.
std::string new_state(std::string_view parent, std::string_view incoming) {
  std::string state = "relayrig=" + std::string(parent);
  std::size_t entries = 1;
  each_part(incoming, ',', [&](std::string_view entry) {
    if (entry.empty() || entry.starts_with("relayrig=")) return;
    if (entries == kEntriesMax || state.size() + 1 + entry.size() > kStateMax + 32) return;
    state.append(",").append(entry);
    ++entries;
  });
  return state;
}

std::string new_amazon(const Ids& ids, std::string_view incoming) {
  std::string root = "Root=" + xray_root(ids.trace);
  std::string sampled = "Sampled=1";
  each_part(incoming, ';', [&](std::string_view part) {
    if (part.starts_with("Root=")) root = part;
    if (part.starts_with("Sampled=")) sampled = part;
  });
  return root + ";Parent=" + std::string(ids.parent) + ";" + sampled;
}

}  // namespace

std::string xray_root(std::string_view trace_id) {
  if (trace_id.size() != 32) return {};
  return "1-" + std::string(trace_id.substr(0, 8)) + "-" + std::string(trace_id.substr(8));
}

std::string trace_text(const kernel::HttpRequest& request) {
  std::string text(request.headers.get("traceparent"));
  std::string state;
  for (const auto& [name, value] : request.headers) {  // it may be split over several
    if (kernel::equal_without_case(name, "tracestate")) state += (state.empty() ? "" : ",") + value;
  }
  const std::string_view amazon = request.headers.get("X-Amzn-Trace-Id");
  if (state.empty() && amazon.empty()) return text;
  // A state that is cut may end in half an entry: that one goes.
  if (state.size() > kLineMax) {
    const std::size_t end = state.rfind(',', kLineMax);
    state.resize(end == std::string::npos ? 0 : end);
  }
  text.append("\n").append(state).append("\n").append(amazon.substr(0, kLineMax));
  return text;
}

std::string_view traceparent_of(std::string_view trace_text) {
  return trace_text.substr(0, trace_text.find('\n'));
}

TraceCarrier::Carried::Carried(TraceCarrier& carrier, std::string_view trace_text)
    : carrier_(carrier), trace_id_(ids_of(traceparent_of(trace_text)).trace) {
  const std::size_t first = trace_text.find('\n');
  if (trace_id_.empty() || first == std::string_view::npos) {
    trace_id_.clear();
    return;
  }
  const std::size_t second = std::min(trace_text.find('\n', first + 1), trace_text.size());
  Context& context = carrier_.contexts_[trace_id_];
  context.state = trace_text.substr(first + 1, second - first - 1);
  context.amazon = trace_text.substr(std::min(second + 1, trace_text.size()));
  ++context.users;
}

TraceCarrier::Carried::~Carried() {
  const auto found = carrier_.contexts_.find(trace_id_);
  if (found != carrier_.contexts_.end() && --found->second.users == 0) carrier_.contexts_.erase(found);
}

void TraceCarrier::add_to(kernel::HttpRequest& request) const {
  const std::string traceparent(request.headers.get("traceparent"));
  const Ids ids = ids_of(traceparent);
  if (ids.trace.empty()) return;
  static const Context kNothing;
  const auto found = contexts_.find(ids.trace);
  const Context& context = found == contexts_.end() ? kNothing : found->second;
  request.headers.set("tracestate", new_state(ids.parent, context.state));
  request.headers.set("X-Amzn-Trace-Id", new_amazon(ids, context.amazon));
}

kernel::Task<kernel::HttpResult> TraceCarrier::send(kernel::HttpRequest request, kernel::Timestamp deadline) {
  add_to(request);
  return client_.send(std::move(request), deadline);
}

}  // namespace service

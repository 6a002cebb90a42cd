#include "middleware/ingest/trace_header.h"

#include <algorithm>

namespace ingest {

std::string outgoing_trace(std::string_view incoming, std::string_view traceparent) {
  constexpr std::size_t kParentAt = 36;
  constexpr std::size_t kParentSize = 16;
  const bool has_span = traceparent.size() >= kParentAt + kParentSize;
  const std::string parent =
      has_span ? "Parent=" + std::string(traceparent.substr(kParentAt, kParentSize)) : "";
  std::string text;
  bool has_root = false;
  bool has_parent = false;
  const auto add = [&text](std::string_view part) { text.append(text.empty() ? "" : ";").append(part); };
  while (!incoming.empty()) {
    const std::size_t end = std::min(incoming.find(';'), incoming.size());
    const std::string_view part = incoming.substr(0, end);
    incoming.remove_prefix(std::min(end + 1, incoming.size()));
    if (part.empty()) continue;
    const bool is_parent = part.starts_with("Parent=");
    has_root = has_root || part.starts_with("Root=");
    has_parent = has_parent || is_parent;
    add(is_parent && has_span ? std::string_view(parent) : part);
  }
  if (!has_root) return {};
  if (!has_parent && has_span) add(parent);
  return text;
}

kernel::Task<kernel::HttpResult> TraceHeader::send(kernel::HttpRequest request, kernel::Timestamp deadline) {
  std::string header = outgoing_trace(incoming_, request.headers.get("traceparent"));
  if (!header.empty()) request.headers.set("X-Amzn-Trace-Id", std::move(header));
  return client_.send(std::move(request), deadline);
}

}  // namespace ingest

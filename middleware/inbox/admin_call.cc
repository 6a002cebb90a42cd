#include "middleware/inbox/admin_call.h"

#include <charconv>

#include "middleware/kernel/url.h"

namespace inbox {
namespace {

constexpr int kLimitMax = 1000;

/// 1..kLimitMax; nothing when `text` says anything else.
std::optional<int> limit_of(std::string_view query) {
  if (query.empty()) return 100;
  constexpr std::string_view kKey = "limit=";
  if (!query.starts_with(kKey)) return std::nullopt;
  query.remove_prefix(kKey.size());
  int limit = 0;
  const auto [end, error] = std::from_chars(query.data(), query.data() + query.size(), limit);
  const bool is_read = error == std::errc{} && end == query.data() + query.size();
  return is_read && limit >= 1 && limit <= kLimitMax ? std::optional(limit) : std::nullopt;
}

AdminCall refused(int status, std::string_view type, const std::string& detail) {
  return {.refusal = kernel::problem(status, type, detail)};
}

}  // namespace

AdminCall admin_call(const kernel::HttpRequest& request, std::string_view path) {
  const std::string_view whole = kernel::path_of(request.target);
  std::string_view rest = whole.substr(path.size());
  if (rest.empty()) {
    if (request.method != "GET") return refused(405, "method", "GET " + std::string(path));
    const auto limit = limit_of(kernel::query_of(request.target));
    if (!limit) return refused(400, "query", "limit wants 1 to 1000");
    return {.limit = *limit};
  }
  constexpr std::string_view kRedrive = "/redrive";
  if (rest.starts_with('/') && rest.ends_with(kRedrive) && rest.size() > kRedrive.size() + 1) {
    rest = rest.substr(1, rest.size() - 1 - kRedrive.size());
    if (request.method != "POST")
      return refused(405, "method", "POST " + std::string(path) + "/{id}/redrive");
    return {.redriven = kernel::percent_decoded(rest, false)};
  }
  return refused(404, "path", "no such path: " + std::string(whole));
}

}  // namespace inbox

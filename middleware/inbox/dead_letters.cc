#include "middleware/inbox/dead_letters.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "middleware/kernel/ids.h"
#include "middleware/kernel/url.h"

namespace inbox {
namespace {

using kernel::HttpReply;
using kernel::Task;

constexpr int kLimitMax = 1000;

HttpReply json_reply(int status, std::string body) {
  return {.response = {status, {{"Content-Type", "application/json"}}, std::move(body)}};
}

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

kernel::Json json_of(const store::DeadLetter& letter, kernel::WallTime died_at) {
  auto payload = kernel::parse_json(letter.event.payload);
  return {{"id", letter.event.id},
          {"type", letter.event.type},
          {"orderingKey", letter.event.lane},
          {"errorClass", letter.error_class},
          {"error", letter.error},
          {"deliveries", letter.deliveries},
          {"diedAt", kernel::iso_millis(died_at)},
          {"traceId", kernel::trace_id_of(letter.event.id)},
          {"payload", payload ? std::move(*payload) : kernel::Json(letter.event.payload)}};
}

}  // namespace

Task<HttpReply> DeadLetters::handle(kernel::HttpRequest request) {
  const std::string_view path = kernel::path_of(request.target);
  std::string_view rest = path.substr(kDeadLettersPath.size());
  if (rest.empty()) {
    if (request.method != "GET") {
      return kernel::answered({kernel::problem(405, "method", "GET /admin/dead-letters")});
    }
    const auto limit = limit_of(kernel::query_of(request.target));
    if (!limit) return kernel::answered({kernel::problem(400, "query", "limit wants 1 to 1000")});
    return list(*limit);
  }
  constexpr std::string_view kRedrive = "/redrive";
  if (rest.starts_with('/') && rest.ends_with(kRedrive) && rest.size() > kRedrive.size() + 1) {
    rest = rest.substr(1, rest.size() - 1 - kRedrive.size());
    if (request.method != "POST") {
      return kernel::answered({kernel::problem(405, "method", "POST /admin/dead-letters/{id}/redrive")});
    }
    return redrive(kernel::percent_decoded(rest, false));
  }
  return kernel::answered({kernel::problem(404, "path", "no such path: " + std::string(path))});
}

Task<HttpReply> DeadLetters::list(int limit) {
  const std::vector<store::DeadLetter> letters = co_await store_.dead_letters(limit);
  kernel::Json all = kernel::Json::array();
  for (const store::DeadLetter& letter : letters) {
    all.push_back(json_of(letter, scheduler_.wall_now() + (letter.died_at - scheduler_.now())));
  }
  co_return json_reply(200, kernel::json_text({{"deadLetters", std::move(all)}}));
}

Task<HttpReply> DeadLetters::redrive(std::string event) {
  if (co_await inbox_.redrive(event)) co_return json_reply(202, R"({"status":"accepted"})");
  co_return HttpReply{kernel::problem(404, "dead-letter", "there is no dead letter of this id")};
}

}  // namespace inbox

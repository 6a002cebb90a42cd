#include "middleware/live/server_drip.h"

#include <algorithm>
#include <cmath>

namespace live {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr microseconds kStep{10'000};  // the pace of the facts' table; with fewer bytes the steps are longer

bool drip_part(ServerStream& stream, std::string_view bytes, microseconds total, const DripTerms& terms) {
  if (bytes.empty()) return true;
  const auto start = Clock::now();
  const auto parts = std::clamp(static_cast<std::size_t>(total / kStep), std::size_t{1}, bytes.size());
  std::size_t sent = 0;
  for (std::size_t part = 1; part <= parts; ++part) {
    const auto due = start + total * static_cast<std::int64_t>(part) / static_cast<std::int64_t>(parts);
    if (!stream.wait_until(due)) return false;
    const std::size_t end = bytes.size() * part / parts;
    if (terms.is_last && part == parts) stream.hold_back();
    if (!stream.send(bytes.substr(sent, end - sent), terms.at_most)) return false;
    sent = end;
  }
  return true;
}

microseconds real_time(kernel::Duration duration, double speed) {
  return microseconds{std::llround(static_cast<double>(duration.count()) / 1000 / speed)};
}

}  // namespace

bool drip(ServerStream& stream, std::string_view head, std::string_view body, const kernel::Pace& pace,
          const DripTerms& terms) {
  DripTerms of_head = terms;
  of_head.is_last = terms.is_last && body.empty();
  return drip_part(stream, head, real_time(pace.head.get(), terms.speed), of_head) &&
         drip_part(stream, body, real_time(pace.body.get(), terms.speed), terms);
}

}  // namespace live

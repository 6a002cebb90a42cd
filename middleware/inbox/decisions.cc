#include "middleware/inbox/decisions.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/digest.h"

namespace inbox {
namespace {

using kernel::Duration;

Duration wait_after_failure(int failures, const ParkingRules& rules) {
  // 2^20 times the shortest sensible wait is beyond every sensible limit.
  const Duration doubled = rules.wait_first * (std::int64_t{1} << std::min(std::max(failures, 1) - 1, 20));
  return std::min(doubled, rules.wait_max);
}

Duration spread(Duration wait, double draw) {
  return wait + Duration{static_cast<std::int64_t>(static_cast<double>(wait.count()) / 4 * draw)};
}

std::string padded(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  return std::string(20 - digits.size(), '0') + digits;
}

}  // namespace

Verdict verdict_after(const WorkEnd& end, int deliveries, int deliveries_max, const ParkingRules& rules,
                      double draw) {
  switch (end.state) {
    case WorkState::Done:
      return {.fate = Fate::Done};
    case WorkState::Permanent:
      return {.fate = Fate::Dead, .reason = "permanent"};
    case WorkState::Transient:
      if (deliveries >= deliveries_max) return {.fate = Fate::Dead, .reason = "deliveries"};
      return {.fate = Fate::Parked,
              .wait = spread(std::max(end.retry_after, wait_after_failure(deliveries, rules)), draw)};
    case WorkState::Untried: {
      const Duration wait = end.retry_after.count() > 0 ? end.retry_after : rules.wait_first;
      return {.fate = Fate::Parked, .wait = spread(wait, draw), .counts = false};
    }
    case WorkState::TakenOver:
      break;
  }
  return {.fate = Fate::Left};
}

store::Fingerprint fingerprint_of(std::string_view type, const kernel::Json& payload,
                                  std::string_view added) {
  using Sorted = nlohmann::json;
  Sorted sorted(payload);
  if (sorted.is_object() && !added.empty()) sorted.erase(std::string(added));
  const std::string canonical = sorted.dump(-1, ' ', false, Sorted::error_handler_t::replace);
  const auto digest = kernel::sha256(std::string(type) + '\n' + canonical);
  store::Fingerprint fingerprint;
  std::copy_n(digest.begin(), fingerprint.size(), fingerprint.begin());
  return fingerprint;
}

std::string sortable_version(const kernel::Json& version) {
  constexpr std::uint64_t kZero = std::uint64_t{1} << 63;
  if (version.is_number_unsigned()) {
    const auto value = version.get<std::uint64_t>();
    return value < kZero ? "n" + padded(kZero + value) : "o" + padded(value);
  }
  if (version.is_number_integer()) {
    return "n" + padded(kZero - static_cast<std::uint64_t>(-(version.get<std::int64_t>() + 1)) - 1);
  }
  return version.is_string() && !version.get_ref<const std::string&>().empty()
             ? "t" + version.get<std::string>()
             : std::string{};
}

bool is_outdated(std::string_view version, std::string_view applied) {
  return !version.empty() && version < applied;
}

}  // namespace inbox

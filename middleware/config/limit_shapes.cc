// How a rate, a number of calls at a time and hedging are written in middleware.yaml.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "middleware/config/policy_shapes.h"

namespace config {
namespace {

using core::RateLawRules;
using core::RateRules;
using kernel::Duration;
using namespace std::chrono_literals;

/// "80/s", "1000/h", "5/10s": whole calls in a time.
struct Limit {
  std::int64_t calls = 1;
  Duration per = 1s;
};

enum class Law : std::uint8_t { TokenBucket, FixedWindow, SlidingLog, Cycles };

struct RateText {
  std::vector<Limit> limits{};
  Law law = Law::TokenBucket;
  std::optional<std::int64_t> burst{};
  Duration wait_max = RateRules{}.wait_max;
  std::optional<std::int64_t> waiting_max{};
  bool obeys_server = true;
  Duration pause_max = RateRules{}.pause_max;
};

kernel::Result<Limit> parse_limit(const std::string& text) {
  Limit limit;
  const std::size_t slash = text.find('/');
  const char* end = text.data() + std::min(slash, text.size());
  const auto [rest, error] = std::from_chars(text.data(), end, limit.calls);
  const std::string per = slash == std::string::npos ? "" : text.substr(slash + 1);
  const bool is_unit = per == "s" || per == "m" || per == "h" || per == "d";
  const auto time = kernel::parse_duration(is_unit ? "1" + per : per);
  const bool fits = error == std::errc{} && rest == end && limit.calls >= 1 && limit.calls <= 100'000 &&
                    time && *time >= 1ms && *time <= 24h;
  if (!fits)
    return kernel::invalid("wants calls in a time such as 80/s, 1000/h or 5/10s, at most 100000 and 24h");
  limit.per = *time;
  return limit;
}

/// The calls of one second, at least one.
std::int64_t burst_of(const Limit& limit) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(limit.calls * (1s / 1ms) / (limit.per / 1ms)));
}

RateLawRules to_law(const Limit& limit, const RateText& text) {
  switch (text.law) {
    case Law::TokenBucket:
      return core::TokenBucketRules{
          .tokens = limit.calls, .per = limit.per, .capacity = text.burst.value_or(burst_of(limit))};
    case Law::FixedWindow:
      return core::FixedWindowRules{.limit = limit.calls, .window = limit.per};
    case Law::SlidingLog:
      return core::SlidingLogRules{.limit = limit.calls, .window = limit.per};
    case Law::Cycles:
      return core::CycleRules{.limit = limit.calls, .cycle = limit.per};
  }
  return core::TokenBucketRules{};
}

kernel::Result<RateRules> to_rate(const RateText& text) {
  RateRules rules{.wait_max = text.wait_max,
                  .waiting_max = text.waiting_max,
                  .obeys_server = text.obeys_server,
                  .pause_max = text.pause_max};
  for (const Limit& limit : text.limits) rules.limits.push_back(to_law(limit, text));
  return rules;
}

}  // namespace

Shape<std::optional<RateRules>> rate_shape() {
  const auto limit = mapped<Limit>(non_empty_text(), parse_limit,
                                   {.wants = "calls in a time such as 80/s",
                                    .pattern = "^[1-9][0-9]*/([0-9.]+(ms|s|m|h|d)|[smhd])$",
                                    .description = "Calls in a time: 80/s, 1000/h, 5/10s."});
  return off_or<RateRules>(mapped<RateRules>(
      object<RateText>("a rate", "How often an API is called at most. Attempts wait in line for their start.")
          .optional(
              "limit", &RateText::limits, one_or_list_of(limit),
              "Calls in a time, such as 80/s; of several all hold. About 80 % of what the vendor allows.")
          .optional(
              "law", &RateText::law,
              choice<Law>({{"token_bucket", Law::TokenBucket},
                           {"fixed_window", Law::FixedWindow},
                           {"sliding_log", Law::SlidingLog},
                           {"cycles", Law::Cycles}}),
              "How the time is counted: evenly, by windows from a first call on, exactly, or by the clock.")
          .optional("burst", &RateText::burst, integer(1, 100'000),
                    "Of a token bucket: calls at once after a rest; those of a second when absent.")
          .optional("wait_max", &RateText::wait_max, duration(), "A call that would start later is refused.")
          .optional("waiting_max", &RateText::waiting_max, integer(0, 100'000),
                    "So many may wait; any number when absent.")
          .optional("obeys_server", &RateText::obeys_server, boolean(),
                    "Retry-After of 429 and 503, and a RateLimit without rest, pause all calls.")
          .optional("pause_max", &RateText::pause_max, duration(1ms), "The longest pause that is believed.")
          .requires_key("law", {"limit"})
          .requires_key("burst", {"limit"})
          .check("burst",
                 [](const RateText& text) -> std::optional<std::string> {
                   if (!text.burst || text.law == Law::TokenBucket) return std::nullopt;
                   return "only a token_bucket has a burst";
                 })
          .done(),
      to_rate));
}

Shape<std::optional<core::BulkheadRules>> concurrency_shape() {
  using core::BulkheadRules;
  return off_or<BulkheadRules>(
      object<BulkheadRules>("a bulkhead", "How many calls to an API run at a time.")
          .optional("running", &BulkheadRules::running_max, integer(1, 100'000), "At most.")
          .optional("waiting", &BulkheadRules::waiting_max, integer(0, 100'000),
                    "And so many wait their turn.")
          .optional("wait_max", &BulkheadRules::wait_max, duration(), "A call that waits longer is refused.")
          .done());
}

Shape<std::optional<core::HedgeRules>> hedge_shape() {
  using core::HedgeRules;
  return off_or<HedgeRules>(
      object<HedgeRules>("hedging", "A second attempt beside a silent first one; the first good answer wins.")
          .required("delay", &HedgeRules::delay, duration(1ms),
                    "Of silence; about the API's 95th percentile.")
          .optional("extra", &HedgeRules::extra_max, integer(1, 4), "Attempts beside the first.")
          .done());
}

}  // namespace config

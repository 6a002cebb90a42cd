#include "middleware/config/policy_shapes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace config {
namespace {

using core::BreakerRules;
using core::RetryBudget;
using core::RetryRules;

constexpr std::array kNoAnswers = {kernel::NoAnswer::Refused,       kernel::NoAnswer::ConnectTimeout,
                                   kernel::NoAnswer::TlsError,      kernel::NoAnswer::Reset,
                                   kernel::NoAnswer::ClosedEarly,   kernel::NoAnswer::ProtocolError,
                                   kernel::NoAnswer::BodyTruncated, kernel::NoAnswer::Timeout};

std::string no_answer_names() {
  std::string names;
  for (const kernel::NoAnswer reason : kNoAnswers)
    names += (names.empty() ? "" : ", ") + std::string(kernel::to_text(reason));
  return names;
}

std::optional<kernel::NoAnswer> no_answer_of(const std::string& name) {
  const auto found =
      std::ranges::find(kNoAnswers, name, [](kernel::NoAnswer reason) { return kernel::to_text(reason); });
  return found == kNoAnswers.end() ? std::nullopt : std::optional(*found);
}

/// How a breaker is written: `window` and `failures_in_row` become BreakerRules::trip.
struct BreakerText : BreakerRules {
  std::optional<kernel::Duration> window{};
  std::optional<std::int64_t> window_calls{};
  std::optional<std::int64_t> failures_in_row{};
};

kernel::Result<BreakerRules> to_rules(const BreakerText& text) {
  BreakerRules rules = text;
  if (text.window) rules.trip = core::TimeWindow{.length = *text.window};
  if (text.window_calls) rules.trip = core::CountWindow{.size = *text.window_calls};
  if (text.failures_in_row) rules.trip = core::ConsecutiveFailures{.failures = *text.failures_in_row};
  return rules;
}

/// 503 or timeout, in one list.
kernel::Result<std::optional<core::RetryOn>> to_retry_on(const kernel::Json& values) {
  const auto complaint = kernel::invalid("wants statuses from 400 to 599, and of: " + no_answer_names());
  if (!values.is_array() || values.empty()) return complaint;
  core::RetryOn on;
  for (const kernel::Json& value : values) {
    if (value.is_number_integer() && value >= 400 && value <= 599) {
      on.statuses.push_back(value.get<int>());
      continue;
    }
    const auto reason = value.is_string() ? no_answer_of(value.get<std::string>()) : std::nullopt;
    if (!reason) return complaint;
    on.no_answers.push_back(*reason);
  }
  return std::optional(on);
}

Shape<std::optional<core::RetryOn>> retry_on_shape() {
  return mapped<std::optional<core::RetryOn>>(json(), to_retry_on,
                                              {.wants = "a list of statuses and of: " + no_answer_names()});
}

/// How a throttle is written: whole tokens, and parts of one.
struct ThrottleText {
  std::int64_t tokens = 10;
  double success = 0.1;
};

}  // namespace

Shape<std::optional<RetryBudget::Rules>> retry_budget_shape() {
  using Budget = std::optional<RetryBudget::Rules>;
  const auto quota =
      mapped<Budget>(json(),
                     [](const kernel::Json& value) -> kernel::Result<Budget> {
                       if (value.is_string() && value == "off") return Budget{};
                       if (value.is_number_integer() && value >= 1)
                         return Budget(core::RetryQuota{.capacity = value.get<std::int64_t>()});
                       return kernel::invalid("wants a number of tokens or off");
                     },
                     {.wants = "a number of tokens, or off"});
  const auto throttle = mapped<Budget>(
      object<ThrottleText>("a retry throttle", "Retries as long as more than half of the tokens are left.")
          .required("tokens", &ThrottleText::tokens, integer(1, 1'000'000), "At most; a failure takes one.")
          .optional("success", &ThrottleText::success, number(0.001, 1'000), "What a success returns.")
          .done(),
      [](const ThrottleText& text) -> kernel::Result<Budget> {
        return Budget(core::RetryThrottle{.tokens_max_milli = text.tokens * 1000,
                                          .success_milli = std::llround(text.success * 1000)});
      });
  return either<Budget>({.scalar = quota, .map = throttle});
}

Shape<std::optional<RetryRules>> retry_shape() {
  return off_or<RetryRules>(
      object<RetryRules>("retry rules", "When a failed call is made again.")
          .optional("attempts", &RetryRules::attempts_max, integer(1, 100),
                    "Attempts on the wire, the first included.")
          .optional("base", &RetryRules::base, duration(),
                    "First wait after a transient failure; full jitter.")
          .optional("throttled_base", &RetryRules::throttled_base, duration(),
                    "First wait after 429, or 503 with Retry-After.")
          .optional("factor", &RetryRules::factor, number(1, 100),
                    "Each wait is so many times the one before.")
          .optional("wait_max", &RetryRules::wait_max, duration(), "Longest wait, before jitter.")
          .optional("jitter", &RetryRules::jitter,
                    choice<core::Jitter>({{"full", core::Jitter::Full},
                                          {"equal", core::Jitter::Equal},
                                          {"none", core::Jitter::None},
                                          {"symmetric", core::Jitter::Symmetric},
                                          {"decorrelated", core::Jitter::Decorrelated}}),
                    "How much of a wait is left to luck.")
          .optional("waits", &RetryRules::waits, list_of(duration(), 1),
                    "Instead of base and factor: before the 1st, 2nd, ... retry; the last repeats.")
          .optional("retry_after", &RetryRules::retry_after,
                    choice<core::RetryAfterUse>({{"bounded", core::RetryAfterUse::Bounded},
                                                 {"cut", core::RetryAfterUse::Cut},
                                                 {"replaces", core::RetryAfterUse::Replaces}}),
                    "What a Retry-After does to the own wait.")
          .optional("on", &RetryRules::on, retry_on_shape(),
                    "What is retried, instead of what is known to pass: statuses, and why no answer came.")
          .optional("methods", &RetryRules::methods,
                    list_of(choice<std::string>({{"GET", "GET"},
                                                 {"POST", "POST"},
                                                 {"PUT", "PUT"},
                                                 {"PATCH", "PATCH"},
                                                 {"DELETE", "DELETE"}}),
                            1),
                    "Only these are repeated, and these always, key or not.")
          .optional("retry_after_slack", &RetryRules::retry_after_slack, duration(),
                    "A Retry-After may lengthen the own wait by this; one that asks for more ends the call.")
          .done());
}

Shape<std::optional<BreakerRules>> breaker_shape() {
  return off_or<BreakerRules>(mapped<BreakerRules>(
      object<BreakerText>("breaker rules", "When calls to an API are stopped.")
          .optional("window", &BreakerText::window, duration(std::chrono::seconds{1}, std::chrono::hours{1}),
                    "Judge the results of this time, in buckets of a second; 30s when nothing else is said.")
          .optional("window_calls", &BreakerText::window_calls, integer(1, 100'000),
                    "Judge the last so many results instead.")
          .optional("failures_in_row", &BreakerText::failures_in_row, integer(1, 100'000),
                    "Open at so many failures in a row instead.")
          .optional("calls_min", &BreakerText::calls_min, integer(1, 100'000),
                    "No decision on fewer results.")
          .optional("failed_percent", &BreakerText::failed_percent, integer(1, 100),
                    "Open at this share of failures.")
          .optional("slow_percent", &BreakerText::slow_percent, integer(1, 100),
                    "Open at this share of slow calls.")
          .optional("slow_above", &BreakerText::slow_above, duration(), "Slow means longer than this.")
          .optional("open_for", &BreakerText::open_for, list_of(duration(std::chrono::milliseconds{1}), 1),
                    "Open time of the 1st, 2nd, ... opening in a row; the last repeats.")
          .optional("probes", &BreakerText::probes, integer(1, 1000), "Calls permitted while half-open.")
          .optional("half_open_max", &BreakerText::half_open_max, duration(),
                    "Undecided for so long: open again; 0s: never.")
          .at_most_one_of({"window", "window_calls", "failures_in_row"})
          .done(),
      to_rules));
}

}  // namespace config

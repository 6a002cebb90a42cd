#pragma once
// The DeliveryPolicy attribute of topics and of HTTP subscriptions: retries, receipts a second, content type.
//
//   topic         {"http": {"defaultHealthyRetryPolicy": {..}, "defaultThrottlePolicy":
//   {"maxReceivesPerSecond": n},
//                  "defaultRequestPolicy": {"headerContentType": t}, "disableSubscriptionOverrides": false}}
//   subscription  {"healthyRetryPolicy": {..}, "throttlePolicy": {..}, "requestPolicy": {..}}
//
// Source: facts/aws-delivery 2.4. The text about numRetries is AWS's; the others are made like it
// (ASSUMPTION).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/topics/delivery_retry.h"
#include "middleware/kernel/result.h"

namespace emulator::topics {

/// What was said; the rest comes from the topic or is the default.
struct DeliveryPolicy {
  std::optional<RetrySchedule> retry{};
  std::optional<std::int64_t> receives_per_second{};
  std::optional<std::string> content_type{};
  bool disables_overrides = false;  ///< of topics only: subscriptions' own policies do not count
};

enum class PolicyOf : std::uint8_t { Topic, Subscription };

/// `error.message` is what stands behind "DeliveryPolicy: ". Ranges: minDelayTarget 1..maxDelayTarget,
/// maxDelayTarget at most 3600 (s), numRetries 0..100 and not less than its phases together, all waits
/// together at most an hour.
kernel::Result<DeliveryPolicy> parse_delivery_policy(std::string_view json, PolicyOf owner);

/// What holds for one HTTP subscription.
struct EffectivePolicy {
  RetrySchedule retry = http_schedule();
  std::optional<std::int64_t> receives_per_second{};
  std::string content_type = "text/plain; charset=UTF-8";
};
EffectivePolicy effective_policy(const DeliveryPolicy& topic, const DeliveryPolicy& subscription);

/// The attribute EffectiveDeliveryPolicy.
std::string effective_policy_json(const EffectivePolicy& policy, PolicyOf owner, bool disables_overrides);

}  // namespace emulator::topics

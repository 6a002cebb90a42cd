#include "emulator/topics/delivery_policy.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"

namespace emulator::topics {
namespace {

using kernel::Json;
using namespace std::chrono_literals;

constexpr std::int64_t kSecondsMax = 3600;
constexpr std::array<std::pair<std::string_view, Backoff>, 4> kFunctions = {
    {{"linear", Backoff::Linear},
     {"arithmetic", Backoff::Arithmetic},
     {"geometric", Backoff::Geometric},
     {"exponential", Backoff::Exponential}}};

/// One object of the policy. The first complaint stays.
class Part {
 public:
  Part(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object_.is_object()) complain("", "must be an object");
  }

  /// `fallback` when absent or null.
  std::int64_t integer(const char* key, std::int64_t fallback, std::int64_t low, std::int64_t high) {
    const Json* value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_number_integer()) return complain(key, "must be an integer"), fallback;
    const auto number = value->get<std::int64_t>();
    if (number < low) complain(key, "must be greater than or equal to " + std::to_string(low));
    if (number > high) complain(key, "must be less than or equal to " + std::to_string(high));
    return number;
  }

  const Json* find(const char* key) {
    known_.emplace_back(key);
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  void complain(const std::string& key, const std::string& what) {
    if (!complaint_.empty()) return;
    complaint_ = path_ + (path_.empty() || key.empty() ? "" : ".") + key + " " + what;
  }

  /// To be asked last: what was never looked for is not emulated.
  std::string complaint() {
    if (object_.is_object()) {
      for (const auto& [key, value] : object_.items()) {
        if (!value.is_null() && std::ranges::find(known_, key) == known_.end())
          complain(key, "is not emulated");
      }
    }
    return complaint_;
  }

 private:
  const Json& object_;
  std::string path_;
  std::vector<std::string> known_;
  std::string complaint_;
};

Backoff function_of(Part& part) {
  const Json* value = part.find("backoffFunction");
  if (value == nullptr) return Backoff::Linear;
  const auto found = std::ranges::find_if(kFunctions, [value](const auto& f) { return *value == f.first; });
  if (found != kFunctions.end()) return found->second;
  part.complain("backoffFunction", "must be one of linear, arithmetic, geometric, exponential");
  return Backoff::Linear;
}

RetrySchedule read_retry(Part& part) {
  RetrySchedule schedule{.function = function_of(part)};
  const std::int64_t longest = part.integer("maxDelayTarget", 20, 1, kSecondsMax);
  const std::int64_t shortest =
      part.integer("minDelayTarget", std::min<std::int64_t>(20, longest), 1, longest);
  const std::int64_t retries = part.integer("numRetries", 3, 0, 100);
  schedule.at_once = part.integer("numNoDelayRetries", 0, 0, retries);
  schedule.pre_backoff = part.integer("numMinDelayRetries", 0, 0, retries);
  schedule.post_backoff = part.integer("numMaxDelayRetries", 0, 0, retries);
  schedule.backoff = retries - schedule.at_once - schedule.pre_backoff - schedule.post_backoff;
  schedule.wait_min = std::chrono::seconds{shortest};
  schedule.wait_max = std::chrono::seconds{longest};
  if (schedule.backoff < 0) {
    part.complain("numRetries", "must not be less than the retries of its phases together");
  } else if (DeliveryRetry(schedule).window() > 1h) {
    part.complain("", "must not wait longer than 3600 seconds in all");
  }
  return schedule;
}

std::string retry_json(const RetrySchedule& s) {
  return R"({"minDelayTarget":)" + std::to_string(s.wait_min / 1s) + R"(,"maxDelayTarget":)" +
         std::to_string(s.wait_max / 1s) + R"(,"numRetries":)" + std::to_string(s.retries()) +
         R"(,"numMaxDelayRetries":)" + std::to_string(s.post_backoff) + R"(,"numNoDelayRetries":)" +
         std::to_string(s.at_once) + R"(,"numMinDelayRetries":)" + std::to_string(s.pre_backoff) +
         R"(,"backoffFunction":")" + std::string(to_text(s.function)) + R"("})";
}

}  // namespace

kernel::Result<DeliveryPolicy> parse_delivery_policy(std::string_view json, PolicyOf owner) {
  const auto parsed = kernel::parse_json(json);
  if (!parsed) return kernel::invalid("failed to parse JSON.");
  const bool is_topic = owner == PolicyOf::Topic;
  const std::string above = is_topic ? "http." : "";
  DeliveryPolicy policy;
  std::string complaint;
  const auto note = [&complaint](Part& part) {
    if (complaint.empty()) complaint = part.complaint();
  };

  Part whole(*parsed, "");
  const Json* http = is_topic ? whole.find("http") : &*parsed;
  if (is_topic) note(whole);
  if (http != nullptr) {
    Part parts(*http, is_topic ? "http" : "");
    if (const Json* object = parts.find(is_topic ? "defaultHealthyRetryPolicy" : "healthyRetryPolicy")) {
      Part retry(*object, above + (is_topic ? "defaultHealthyRetryPolicy" : "healthyRetryPolicy"));
      policy.retry = read_retry(retry);
      note(retry);
    }
    if (const Json* object = parts.find(is_topic ? "defaultThrottlePolicy" : "throttlePolicy")) {
      Part throttle(*object, above + (is_topic ? "defaultThrottlePolicy" : "throttlePolicy"));
      const std::int64_t count = throttle.integer("maxReceivesPerSecond", 0, 1, 1'000'000);
      if (count > 0) policy.receives_per_second = count;
      note(throttle);
    }
    if (const Json* object = parts.find(is_topic ? "defaultRequestPolicy" : "requestPolicy")) {
      Part request(*object, above + (is_topic ? "defaultRequestPolicy" : "requestPolicy"));
      if (const Json* type = request.find("headerContentType")) {
        const bool is_line = type->is_string() && !type->get_ref<const std::string&>().empty() &&
                             type->get_ref<const std::string&>().find_first_of("\r\n") == std::string::npos;
        if (is_line) {
          policy.content_type = type->get<std::string>();
        } else {
          request.complain("headerContentType", "must be a media type");
        }
      }
      note(request);
    }
    if (is_topic) {
      const Json* disables = parts.find("disableSubscriptionOverrides");
      if (disables != nullptr && !disables->is_boolean())
        parts.complain("disableSubscriptionOverrides", "must be a boolean");
      policy.disables_overrides = disables != nullptr && *disables == true;
    }
    note(parts);
  }
  if (!complaint.empty()) return kernel::invalid(complaint);
  return policy;
}

EffectivePolicy effective_policy(const DeliveryPolicy& topic, const DeliveryPolicy& subscription) {
  const DeliveryPolicy& own = topic.disables_overrides ? topic : subscription;
  EffectivePolicy policy;
  if (topic.retry) policy.retry = *topic.retry;
  if (own.retry) policy.retry = *own.retry;
  policy.receives_per_second = own.receives_per_second ? own.receives_per_second : topic.receives_per_second;
  if (topic.content_type) policy.content_type = *topic.content_type;
  if (own.content_type) policy.content_type = *own.content_type;
  return policy;
}

std::string effective_policy_json(const EffectivePolicy& policy, PolicyOf owner, bool disables_overrides) {
  const bool is_topic = owner == PolicyOf::Topic;
  std::string text = is_topic ? R"({"http":{"defaultHealthyRetryPolicy":)" : R"({"healthyRetryPolicy":)";
  text += retry_json(policy.retry);
  if (policy.receives_per_second) {
    text += is_topic ? R"(,"defaultThrottlePolicy")" : R"(,"throttlePolicy")";
    text += R"(:{"maxReceivesPerSecond":)" + std::to_string(*policy.receives_per_second) + "}";
  }
  if (is_topic) {
    text += R"(,"disableSubscriptionOverrides":)" + std::string(disables_overrides ? "true" : "false");
  }
  text += is_topic ? R"(,"defaultRequestPolicy")" : R"(,"requestPolicy")";
  text += R"(:{"headerContentType":)" + kernel::json_quoted(policy.content_type) + "}";
  return text + (is_topic ? "}}" : "}");
}

}  // namespace emulator::topics

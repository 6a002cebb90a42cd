#include "emulator/queues/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "emulator/arn/arn.h"
#include "middleware/kernel/json.h"

namespace emulator::queues {
namespace {

using kernel::Json;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> number_in(std::string_view text, std::int64_t min, std::int64_t max) {
  const auto value = whole_number(text);
  return value && *value >= min && *value <= max ? value : std::nullopt;
}

std::string seconds_text(kernel::Duration duration) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(duration).count());
}

Error bad_policy(const char* parameter, std::string_view value, std::string_view reason) {
  return errors::invalid_value(value, parameter, reason);
}

Answer<> apply_redrive(QueueConfig& config, const std::string& value, const QueueLookup& find) {
  constexpr const char* kName = "RedrivePolicy";
  if (value.empty()) {
    config.redrive.reset();
    return {};
  }
  const auto policy = kernel::parse_json(value);
  if (!policy || !policy->is_object())
    return std::unexpected(bad_policy(kName, value, "Redrive policy is not a valid JSON map."));
  for (const char* key : {"deadLetterTargetArn", "maxReceiveCount"}) {
    if (policy->contains(key)) continue;
    const std::string reason =
        "Redrive policy does not contain mandatory attribute: " + std::string(key) + ".";
    return std::unexpected(bad_policy(kName, value, reason));
  }
  const std::string count = kernel::json_text_at(*policy, "/maxReceiveCount");
  const auto receives = number_in(count, 1, kMaxReceiveCountMax);
  if (!receives) {
    const std::string reason = "Invalid value for maxReceiveCount: " + count +
                               ", valid values are from 1 to " + std::to_string(kMaxReceiveCountMax) +
                               " both inclusive.";
    return std::unexpected(bad_policy(kName, value, reason));
  }
  const std::string arn = kernel::json_text_at(*policy, "/deadLetterTargetArn");
  RedrivePolicy redrive{.queue = std::string(queue_of_arn(arn)), .receives_max = *receives};
  if (auto reason = refuse_redrive(config, redrive, find))
    return std::unexpected(bad_policy(kName, value, *reason));
  config.redrive = std::move(redrive);
  return {};
}

Answer<> apply_redrive_allow(QueueConfig& config, const std::string& value) {
  constexpr const char* kName = "RedriveAllowPolicy";
  using Permission = RedriveAllow::Permission;
  if (value.empty()) {
    config.redrive_allow = {};
    return {};
  }
  const auto policy = kernel::parse_json(value);
  if (!policy || !policy->is_object())
    return std::unexpected(bad_policy(kName, value, "Amazon SQS can't create the redrive allow policy."));
  const std::string permission = kernel::json_text_at(*policy, "/redrivePermission");
  RedriveAllow allow;
  if (permission == "denyAll") {
    allow.permission = Permission::DenyAll;
  } else if (permission == "byQueue") {
    allow.permission = Permission::ByQueue;
  } else if (permission != "allowAll") {
    return std::unexpected(
        bad_policy(kName, value, "redrivePermission must be one of allowAll, denyAll and byQueue."));
  }
  const Json* sources = kernel::json_at(*policy, "/sourceQueueArns");
  const bool is_list = sources != nullptr && sources->is_array();
  if (is_list) {
    for (const Json& arn : *sources)
      allow.queues.emplace_back(queue_of_arn(arn.is_string() ? arn.get<std::string>() : std::string{}));
  }
  const bool wants_list = allow.permission == Permission::ByQueue;
  if (is_list != wants_list || (is_list && (allow.queues.empty() || allow.queues.size() > 10)) ||
      std::ranges::find(allow.queues, "") != allow.queues.end()) {
    return std::unexpected(
        bad_policy(kName, value, "sourceQueueArns wants 1 to 10 queue ARNs, with byQueue only."));
  }
  config.redrive_allow = std::move(allow);
  return {};
}

struct DurationKey {
  const char* name;
  kernel::Duration QueueConfig::* member;
  std::chrono::seconds min;
  std::chrono::seconds max;
};
constexpr std::array kDurations = {
    DurationKey{"VisibilityTimeout", &QueueConfig::visibility, 0s, kVisibilityMax},
    DurationKey{"DelaySeconds", &QueueConfig::delay, 0s, kDelayMax},
    DurationKey{"MessageRetentionPeriod", &QueueConfig::retention, kRetentionMin, kRetentionMax},
    DurationKey{"ReceiveMessageWaitTimeSeconds", &QueueConfig::receive_wait, 0s, kWaitMax}};

/// Attributes that SQS has and the rig does not emulate.
constexpr std::array kUnsupported = {"Policy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds",
                                     "SqsManagedSseEnabled"};

Answer<> apply_fifo(QueueConfig& config, const std::string& name, const std::string& value) {
  if (!config.is_fifo) return std::unexpected(errors::invalid_attribute_name(name));
  const auto choose = [&](const char* no, const char* yes) -> std::optional<bool> {
    if (value != no && value != yes) return std::nullopt;
    return value == yes;
  };
  if (name == "FifoThroughputLimit") {
    if (value == "perQueue") return {};
    if (value == "perMessageGroupId")
      return std::unexpected(errors::unsupported("FifoThroughputLimit perMessageGroupId"));
    return std::unexpected(errors::invalid_attribute_value(name));
  }
  const bool is_scope = name == "DeduplicationScope";
  const auto chosen = is_scope ? choose("queue", "messageGroup") : choose("false", "true");
  if (!chosen) return std::unexpected(errors::invalid_attribute_value(name));
  (is_scope ? config.deduplicates_per_group : config.content_based_deduplication) = *chosen;
  return {};
}

Answer<> apply_one(QueueConfig& config, const std::string& name, const std::string& value,
                   const QueueLookup& find) {
  for (const DurationKey& key : kDurations) {
    if (name != key.name) continue;
    const auto seconds = number_in(value, key.min.count(), key.max.count());
    if (!seconds) return std::unexpected(errors::invalid_attribute_value(name));
    config.*key.member = std::chrono::seconds{*seconds};
    return {};
  }
  if (name == "MaximumMessageSize") {
    const auto bytes = number_in(value, kMessageBytesMin, kMessageBytesMax);
    if (!bytes) return std::unexpected(errors::invalid_attribute_value(name));
    config.message_bytes_max = *bytes;
    return {};
  }
  if (name == "RedrivePolicy") return apply_redrive(config, value, find);
  if (name == "RedriveAllowPolicy") return apply_redrive_allow(config, value);
  if (name == "ContentBasedDeduplication" || name == "DeduplicationScope" || name == "FifoThroughputLimit")
    return apply_fifo(config, name, value);
  if (std::ranges::find(kUnsupported, name) != kUnsupported.end())
    return std::unexpected(errors::unsupported("The queue attribute " + name));
  return std::unexpected(errors::invalid_attribute_name(name));
}

constexpr std::array kOthers = {"MaximumMessageSize",
                                "RedrivePolicy",
                                "RedriveAllowPolicy",
                                "FifoQueue",
                                "ContentBasedDeduplication",
                                "DeduplicationScope",
                                "FifoThroughputLimit",
                                "QueueArn",
                                "ApproximateNumberOfMessages",
                                "ApproximateNumberOfMessagesNotVisible",
                                "ApproximateNumberOfMessagesDelayed",
                                "CreatedTimestamp",
                                "LastModifiedTimestamp"};

std::string redrive_text(const RedrivePolicy& policy) {
  return kernel::json_text(
      {{"deadLetterTargetArn", queue_arn(policy.queue)}, {"maxReceiveCount", policy.receives_max}});
}

std::string redrive_allow_text(const RedriveAllow& allow) {
  using Permission = RedriveAllow::Permission;
  if (allow.permission == Permission::DenyAll) return R"({"redrivePermission":"denyAll"})";
  Json arns = Json::array();
  for (const std::string& queue : allow.queues) arns.push_back(queue_arn(queue));
  return kernel::json_text({{"redrivePermission", "byQueue"}, {"sourceQueueArns", arns}});
}

}  // namespace

std::string queue_arn(std::string_view queue) { return make_arn("sqs", queue); }

std::string_view queue_of_arn(std::string_view arn) {
  if (!arn.starts_with("arn:aws:sqs:") || std::ranges::count(arn, ':') != 5) return {};
  return arn.substr(arn.rfind(':') + 1);
}

bool RedriveAllow::allows(std::string_view source) const {
  if (permission == Permission::ByQueue) return std::ranges::find(queues, source) != queues.end();
  return permission == Permission::AllowAll;
}

std::optional<Error> refuse_name(std::string_view name, bool is_fifo) {
  constexpr std::string_view kSuffix = ".fifo";
  const bool is_plain = std::ranges::all_of(
      name.ends_with(kSuffix) ? name.substr(0, name.size() - kSuffix.size()) : name, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '_';
      });
  const bool has_size = !name.empty() && name.size() <= kNameMax && name != kSuffix;
  if (is_plain && has_size && name.ends_with(kSuffix) == is_fifo) return std::nullopt;
  return errors::invalid_parameter(
      is_fifo ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
                "must end with .fifo suffix and be 1 to 80 in length."
              : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
}

std::optional<std::string> refuse_redrive(const QueueConfig& source, const RedrivePolicy& policy,
                                          const QueueLookup& find) {
  const QueueConfig* target = policy.queue.empty() ? nullptr : find(policy.queue);
  if (target == nullptr) return "Dead letter target does not exist.";
  if (target->is_fifo != source.is_fifo)
    return "Dead-letter target must be same type of queue as the source.";
  if (!target->redrive_allow.allows(source.name))
    return "Queue " + source.name + " is not allowed by the redrive allow policy of the dead-letter target.";
  return std::nullopt;
}

Answer<> apply(QueueConfig& config, const AttributeMap& attributes, const QueueLookup& find) {
  for (const auto& [name, value] : attributes) {
    if (auto applied = apply_one(config, name, value, find); !applied) return applied;
  }
  return {};
}

AttributeMap attributes_of(const QueueConfig& config) {
  AttributeMap all;
  for (const DurationKey& key : kDurations) all.emplace_back(key.name, seconds_text(config.*key.member));
  all.emplace_back("MaximumMessageSize", std::to_string(config.message_bytes_max));
  if (config.redrive) all.emplace_back("RedrivePolicy", redrive_text(*config.redrive));
  if (config.redrive_allow != RedriveAllow{})
    all.emplace_back("RedriveAllowPolicy", redrive_allow_text(config.redrive_allow));
  if (config.is_fifo) {
    all.emplace_back("FifoQueue", "true");
    all.emplace_back("ContentBasedDeduplication", config.content_based_deduplication ? "true" : "false");
    all.emplace_back("DeduplicationScope", config.deduplicates_per_group ? "messageGroup" : "queue");
    all.emplace_back("FifoThroughputLimit", "perQueue");
  }
  return all;
}

bool is_attribute(std::string_view name) {
  return std::ranges::find(kDurations, name,
                           [](const DurationKey& key) { return std::string_view(key.name); }) !=
             kDurations.end() ||
         std::ranges::find(kUnsupported, name) != kUnsupported.end() ||
         std::ranges::find(kOthers, name) != kOthers.end();
}

}  // namespace emulator::queues

#include "emulator/platform/logs/checks.h"

#include <algorithm>

#include "emulator/platform/logs/errors.h"
#include "emulator/platform/logs/store.h"

namespace emulator::logs {
namespace {

constexpr std::size_t kNameMax = 512;
constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kBatchMax = 10'000;
constexpr std::int64_t kBatchBytesMax = 1'048'576;
constexpr Milliseconds kAheadMax = 2 * 3'600'000;
constexpr Milliseconds kAgeMax = 14 * kDay;
constexpr std::int64_t kRetentions[] = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                        365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

bool is_group_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-' || c == '/' || c == '#';
}

std::string at_event(std::size_t index, const char* member) {
  return "logEvents." + std::to_string(index + 1) + ".member." + member;
}

}  // namespace

Answer<> check_group_name(std::string_view name) {
  if (name.empty() || name.size() > kNameMax)
    return std::unexpected(errors::constraint(name, "logGroupName", "have length from 1 to 512"));
  if (!std::ranges::all_of(name, is_group_character))
    return std::unexpected(errors::constraint(name, "logGroupName",
                                              "satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"));
  if (name.starts_with("aws/"))
    return std::unexpected(errors::invalid("Log groups starting with aws/ are reserved for AWS."));
  return {};
}

Answer<> check_stream_name(std::string_view name) {
  if (name.empty() || name.size() > kNameMax)
    return std::unexpected(errors::constraint(name, "logStreamName", "have length from 1 to 512"));
  if (name.find_first_of(":*") != std::string_view::npos)
    return std::unexpected(
        errors::constraint(name, "logStreamName", "satisfy regular expression pattern: [^:*]*"));
  return {};
}

Answer<> check_retention(std::int64_t days) {
  if (std::ranges::find(kRetentions, days) != std::end(kRetentions)) return {};
  std::string all;
  for (const std::int64_t one : kRetentions) all += (all.empty() ? "" : ", ") + std::to_string(one);
  return std::unexpected(
      errors::constraint(std::to_string(days), "retentionInDays", "satisfy enum value set: [" + all + "]"));
}

Answer<> check_tags(const Tags& tags) {
  if (tags.size() > kTagsMax) return std::unexpected(errors::invalid("a log group has at most 50 tags"));
  for (const auto& [key, value] : tags) {
    if (key.empty() || key.size() > 128 || value.size() > 256)
      return std::unexpected(
          errors::constraint(key, "tags", "have keys of 1 to 128 and values of up to 256"));
  }
  return {};
}

Answer<> check_limit(std::int64_t limit, std::int64_t max) {
  if (limit >= 1 && limit <= max) return {};
  return std::unexpected(
      errors::constraint(std::to_string(limit), "limit", "be from 1 to " + std::to_string(max)));
}

Answer<> check_batch(const std::vector<InputEvent>& events, std::int64_t event_bytes_max) {
  if (events.empty() || events.size() > kBatchMax)
    return std::unexpected(errors::constraint(std::to_string(events.size()) + " events", "logEvents",
                                              "have length from 1 to 10000"));
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto size = static_cast<std::int64_t>(events[i].message.size()) + kEventOverhead;
    bytes += size;
    if (events[i].message.empty())
      return std::unexpected(errors::constraint("", at_event(i, "message"), "have length from 1"));
    if (events[i].timestamp < 0)
      return std::unexpected(errors::constraint(std::to_string(events[i].timestamp), at_event(i, "timestamp"),
                                                "have value greater than or equal to 0"));
    if (size > event_bytes_max)
      return std::unexpected(errors::invalid("Log event too large: " + std::to_string(size) +
                                             " bytes exceeds limit of " + std::to_string(event_bytes_max)));
  }
  if (bytes > kBatchBytesMax)
    return std::unexpected(errors::invalid("Upload too large: " + std::to_string(bytes) +
                                           " bytes exceeds limit of " + std::to_string(kBatchBytesMax)));
  if (!std::ranges::is_sorted(events, {}, &InputEvent::timestamp))
    return std::unexpected(
        errors::invalid("Log events in a single PutLogEvents request must be in chronological order."));
  if (events.back().timestamp - events.front().timestamp > kDay)
    return std::unexpected(errors::invalid(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."));
  return {};
}

Rejected rejected_of(const std::vector<InputEvent>& events, Milliseconds now,
                     std::optional<std::int64_t> retention_days) {
  Rejected rejected;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Milliseconds at = events[i].timestamp;
    const auto index = static_cast<std::int64_t>(i);
    if (at > now + kAheadMax && !rejected.too_new_from) rejected.too_new_from = index;
    if (at < now - kAgeMax) rejected.too_old_until = index + 1;
    if (retention_days && at < now - *retention_days * kDay) rejected.expired_until = index + 1;
  }
  return rejected;
}

}  // namespace emulator::logs

#include "emulator/queues/received.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "emulator/queues/ports.h"

namespace emulator::queues {
namespace {

// ASSUMPTION: the real one names the sender's principal; nothing in the rig has one.
constexpr std::string_view kSenderId = "AIDARELAYRIG000000000";

constexpr std::size_t kUuidSize = 36;

/// The number before the next dot, which is taken off `text` with it; nothing when there is none.
template <class T>
std::optional<T> next_number(std::string_view& text) {
  if (!text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::string millis_text(const Calendar& calendar, kernel::Timestamp when) {
  const kernel::WallTime wall = calendar.wall_now - (calendar.now - when);
  return std::to_string(std::chrono::floor<std::chrono::milliseconds>(wall).time_since_epoch().count());
}

bool wants(const std::vector<std::string>& wanted, std::string_view name) {
  return std::ranges::any_of(wanted, [name](const std::string& w) { return w == "All" || w == name; });
}

}  // namespace

std::string handle_text(const Message& message, const Handle& handle) {
  return message.id + "." + std::to_string(handle.queue) + "." + std::to_string(handle.number) + "." +
         std::to_string(handle.receive);
}

std::optional<Handle> parse_handle(std::string_view text) {
  if (text.size() <= kUuidSize) return std::nullopt;
  text.remove_prefix(kUuidSize);
  const auto queue = next_number<std::uint64_t>(text);
  const auto number = next_number<std::uint64_t>(text);
  const auto receive = next_number<std::int64_t>(text);
  if (!queue || !number || !receive || !text.empty()) return std::nullopt;
  return Handle{*queue, *number, *receive};
}

bool is_system_attribute(std::string_view name) {
  constexpr std::array kKnown = {"All",
                                 "ApproximateReceiveCount",
                                 "AWSTraceHeader",
                                 "SentTimestamp",
                                 "SequenceNumber",
                                 "MessageGroupId",
                                 "SenderId",
                                 "MessageDeduplicationId",
                                 "ApproximateFirstReceiveTimestamp",
                                 "DeadLetterQueueSourceArn"};
  return std::ranges::find(kKnown, name) != kKnown.end();
}

std::vector<std::pair<std::string, std::string>> system_attributes(const Message& message,
                                                                   const std::vector<std::string>& wanted,
                                                                   const Calendar& calendar) {
  std::vector<std::pair<std::string, std::string>> all;
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty() && wants(wanted, name)) all.emplace_back(name, std::move(value));
  };
  add("ApproximateReceiveCount", std::to_string(message.receives));
  add("AWSTraceHeader", message.trace_header);
  add("SentTimestamp", millis_text(calendar, message.sent_at));
  add("SequenceNumber", message.sequence_number);
  add("MessageGroupId", message.group_id);
  add("SenderId", std::string(kSenderId));
  add("MessageDeduplicationId", message.deduplication_id);
  if (message.first_received_at)
    add("ApproximateFirstReceiveTimestamp", millis_text(calendar, *message.first_received_at));
  if (!message.dead_letter_source.empty())
    add("DeadLetterQueueSourceArn", queue_arn(message.dead_letter_source));
  return all;
}

MessageAttributes wanted_attributes(const MessageAttributes& all, const std::vector<std::string>& wanted) {
  MessageAttributes some;
  for (const MessageAttribute& attribute : all) {
    const bool is_wanted = std::ranges::any_of(wanted, [&attribute](const std::string& name) {
      if (name == "All" || name == ".*" || name == attribute.name) return true;
      return name.ends_with(".*") && attribute.name.starts_with(name.substr(0, name.size() - 1));
    });
    if (is_wanted) some.push_back(attribute);
  }
  return some;
}

}  // namespace emulator::queues

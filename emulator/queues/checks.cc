#include "emulator/queues/checks.h"

#include <algorithm>
#include <array>
#include <set>

#include "emulator/queues/received.h"

namespace emulator::queues {
namespace {

constexpr std::size_t kAttributeNameMax = 256;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/// The character at the beginning of `text` and how many bytes it takes; 0 bytes: not UTF-8.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};
Character first_character(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return {};
  std::uint32_t code = first & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  return code < kSmallest[bytes] ? Character{} : Character{code, bytes};
}

bool is_allowed(std::uint32_t code) {
  if (code < 0x20) return code == 0x9 || code == 0xA || code == 0xD;
  return code <= 0xD7FF || (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

bool is_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t exponent = std::min(text.find_first_of("eE"), text.size());
  std::string_view mantissa = text.substr(0, exponent);
  std::string_view power = text.substr(std::min(exponent + 1, text.size()));
  if (power.starts_with('-') || power.starts_with('+')) power.remove_prefix(1);
  const auto digits = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::string_view whole = mantissa.substr(0, point);
  const std::string_view fraction = mantissa.substr(std::min(point + 1, mantissa.size()));
  return whole.size() + fraction.size() > 0 && digits(whole) && digits(fraction) && digits(power) &&
         (exponent == text.size() || !power.empty());
}

bool is_attribute_name(std::string_view name) {
  if (name.empty() || name.size() > kAttributeNameMax || name.starts_with('.') || name.ends_with('.'))
    return false;
  if (name.starts_with("AWS.") || name.starts_with("Amazon.") || name.contains("..")) return false;
  return std::ranges::all_of(name, [](char c) { return is_word(c) || c == '.'; });
}

std::optional<Error> refuse_attribute(const MessageAttribute& attribute) {
  const std::string start = "The message attribute '" + attribute.name + "' ";
  if (!is_attribute_name(attribute.name)) {
    return errors::invalid_parameter(
        "Message (user) attribute names can contain upper and lower score characters, digits, periods, "
        "hyphens and underscores, found '" +
        attribute.name + "'.");
  }
  if (attribute.type.empty())
    return errors::invalid_parameter(start + "must contain a non-empty message attribute type.");
  const std::string_view kind = std::string_view(attribute.type).substr(0, attribute.type.find('.'));
  if ((kind != "String" && kind != "Number" && kind != "Binary") ||
      attribute.type.size() > kAttributeNameMax) {
    return errors::invalid_parameter(start +
                                     "has an invalid message attribute type, the set of supported type "
                                     "prefixes is Binary, Number, and String.");
  }
  if (attribute.value.empty()) {
    return errors::invalid_parameter(
        start + "must contain a non-empty message attribute value for message attribute type '" +
        attribute.type + "'.");
  }
  if (kind == "Number" && !is_number(attribute.value)) {
    return errors::invalid_parameter("Could not cast message attribute '" + attribute.name +
                                     "' value to number.");
  }
  if (kind == "String" && !has_allowed_characters(attribute.value)) return errors::invalid_message_contents();
  return std::nullopt;
}

std::optional<Error> refuse_attributes(const MessageAttributes& attributes) {
  if (attributes.size() > kAttributesMax) {
    return errors::invalid_parameter("Number of message attributes [" + std::to_string(attributes.size()) +
                                     "] exceeds the allowed maximum [" + std::to_string(kAttributesMax) +
                                     "].");
  }
  std::set<std::string_view> names;
  for (const MessageAttribute& attribute : attributes) {
    if (auto error = refuse_attribute(attribute)) return error;
    if (!names.insert(attribute.name).second)
      return errors::invalid_parameter("Message attribute name '" + attribute.name + "' already exists.");
  }
  return std::nullopt;
}

/// Group and deduplication ids: 1..128 of letters, digits and punctuation.
bool is_group_id(std::string_view id) {
  return id.size() <= 128 && std::ranges::all_of(id, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::optional<Error> refuse_fifo(const SendRequest& request, const QueueConfig& queue) {
  if (request.delay && request.delay->count() != 0) {
    return errors::invalid_value(request.delay->count(), "DelaySeconds",
                                 "The request include parameter that is not valid for this queue type.");
  }
  if (request.group_id.empty()) return errors::missing_parameter("MessageGroupId");
  if (request.deduplication_id.empty() && !queue.content_based_deduplication) {
    return errors::invalid_parameter(
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
        "explicitly");
  }
  return std::nullopt;
}

std::optional<Error> refuse_standard(const SendRequest& request) {
  if (!request.deduplication_id.empty()) {
    return errors::invalid_value(request.deduplication_id, "MessageDeduplicationId",
                                 "The request includes a parameter that is not valid for this queue type.");
  }
  if (request.delay && (*request.delay < 0s || *request.delay > kDelayMax)) {
    return errors::invalid_value(request.delay->count(), "DelaySeconds",
                                 "DelaySeconds must be >= 0 and <= 900.");
  }
  return std::nullopt;
}

}  // namespace

std::int64_t size_of(const SendRequest& request) {
  std::size_t bytes = request.body.size();
  for (const MessageAttribute& attribute : request.attributes)
    bytes += attribute.name.size() + attribute.type.size() + attribute.value.size();
  return static_cast<std::int64_t>(bytes);
}

bool has_allowed_characters(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.bytes == 0 || !is_allowed(character.code)) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

std::optional<Error> refuse(const SendRequest& request, const QueueConfig& queue) {
  if (request.body.empty()) return errors::missing_parameter("MessageBody");
  for (const auto& [id, name] : {std::pair{&request.group_id, "MessageGroupId"},
                                 std::pair{&request.deduplication_id, "MessageDeduplicationId"}}) {
    if (is_group_id(*id)) continue;
    return errors::invalid_value(*id, name,
                                 std::string(name) +
                                     " can only include alphanumeric and punctuation "
                                     "characters. 1 to 128 in length.");
  }
  if (auto error = queue.is_fifo ? refuse_fifo(request, queue) : refuse_standard(request)) return error;
  if (auto error = refuse_attributes(request.attributes)) return error;
  if (size_of(request) > queue.message_bytes_max) {
    return errors::invalid_parameter(
        "One or more parameters are invalid. Reason: Message must be shorter than " +
        std::to_string(queue.message_bytes_max) + " bytes.");
  }
  if (!has_allowed_characters(request.body)) return errors::invalid_message_contents();
  return std::nullopt;
}

std::optional<Error> refuse(const ReceiveRequest& request) {
  if (request.count < 1 || request.count > kReceiveCountMax) {
    return errors::invalid_value(request.count, "MaxNumberOfMessages",
                                 "Must be between 1 and 10, if provided.");
  }
  if (request.wait && (*request.wait < 0s || *request.wait > kWaitMax)) {
    return errors::invalid_value(request.wait->count(), "WaitTimeSeconds",
                                 "Must be >= 0 and <= 20, if provided.");
  }
  if (request.visibility && (*request.visibility < 0s || *request.visibility > kVisibilityMax)) {
    return errors::invalid_value(request.visibility->count(), "VisibilityTimeout",
                                 "Must be >= 0 and <= 43200, if provided.");
  }
  for (const std::string& name : request.system_attributes) {
    if (!is_system_attribute(name)) return errors::invalid_attribute_name(name);
  }
  return std::nullopt;
}

std::optional<Error> refuse_batch(const std::vector<std::string_view>& ids, std::string_view entry) {
  if (ids.empty()) return errors::empty_batch(entry);
  if (ids.size() > kBatchEntriesMax) return errors::too_many_entries(ids.size());
  std::set<std::string_view> seen;
  for (const std::string_view id : ids) {
    if (id.empty() || id.size() > kNameMax || !std::ranges::all_of(id, is_word))
      return errors::invalid_batch_entry_id();
    if (!seen.insert(id).second) return errors::ids_not_distinct(id);
  }
  return std::nullopt;
}

}  // namespace emulator::queues

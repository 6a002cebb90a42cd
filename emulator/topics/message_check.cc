#include "emulator/topics/message_check.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "emulator/topics/envelope.h"
#include "emulator/topics/errors.h"

namespace emulator::topics {
namespace {

constexpr std::size_t kSubjectMax = 100;
constexpr std::size_t kBatchMax = 10;
constexpr std::size_t kBatchIdMax = 80;
constexpr std::size_t kAttributeNameMax = 256;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::unexpected<ApiError> bad_attribute(std::string message) {
  return refused("ParameterValueInvalid", std::move(message));
}

std::string hex_of(char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  std::string text = "#x";
  if (byte >= 16) text += kDigits[byte >> 4];
  return text + kDigits[byte & 15];
}

Answer<> check_attribute_name(const std::string& name) {
  if (name.empty() || name.size() > kAttributeNameMax)
    return bad_attribute("Length of message attribute name must be less than 256 bytes.");
  if (name.front() == '.')
    return bad_attribute("Invalid message attribute name starting with character '.' was found.");
  if (name.back() == '.')
    return bad_attribute("Invalid message attribute name ending with character '.' was found.");
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is_plain(name[i]) && name[i] != '.') {
      return bad_attribute("Invalid non-alphanumeric character '" + hex_of(name[i]) +
                           "' was found in the message attribute name. Can only include alphanumeric "
                           "characters, hyphens, underscores, or dots.");
    }
    if (name[i] == '.' && name[i - 1] == '.')
      return bad_attribute("Message attribute name can not have successive '.' character.");
  }
  return {};
}

Answer<> check_attribute(const MessageAttribute& attribute) {
  if (auto name = check_attribute_name(attribute.name); !name) return name;
  constexpr std::array<std::string_view, 3> kTypes = {"String", "Number", "Binary"};
  const std::string_view type = attribute.data_type;
  const std::string_view base = type.substr(0, type.find('.'));
  const bool is_known = std::ranges::find(kTypes, base) != kTypes.end() && !type.ends_with('.');
  if (!is_known) {
    return bad_attribute("The message attribute '" + attribute.name +
                         "' has an invalid message attribute type, the set of supported type prefixes is "
                         "Binary, Number, and String.");
  }
  if (attribute.value.empty()) {
    return bad_attribute("The message attribute '" + attribute.name +
                         "' must contain non-empty message attribute value for message attribute type '" +
                         attribute.data_type + "'.");
  }
  return {};
}

/// Printable ASCII, begun by a letter, digit or punctuation. ASSUMPTION: the text.
bool is_subject(const std::string& subject) {
  if (subject.empty() || subject.size() > kSubjectMax || subject.front() == ' ') return false;
  return std::ranges::all_of(subject, [](char c) { return c >= ' ' && c <= '~'; });
}

Answer<> check_structure(const Message& message) {
  if (message.structure.empty()) return {};
  // ASSUMPTION: the text for a structure that is not json.
  if (message.structure != "json") return invalid_parameter("MessageStructure");
  const auto parsed = kernel::parse_json(message.message);
  if (!parsed || !parsed->is_object())
    return invalid_parameter("Message Structure - JSON message body failed to parse");
  const auto found = parsed->find("default");
  if (found == parsed->end() || !found->is_string())
    return invalid_parameter("Message Structure - No default entry in JSON message body");
  return {};
}

Answer<> check_fifo(const Message& message, const MessageRules& rules) {
  if (!rules.is_fifo) {
    if (message.deduplication_id.empty()) return {};
    return invalid_parameter(
        "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not "
        "valid for this topic type");
  }
  if (message.group_id.empty())
    return invalid_parameter("The MessageGroupId parameter is required for FIFO topics");
  if (message.deduplication_id.empty() && !rules.dedupes_by_content) {
    return invalid_parameter(
        "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
        "explicitly");
  }
  return {};
}

/// All but the size.
Answer<> check_parts(const Message& message, const MessageRules& rules) {
  if (message.message.empty()) return invalid_parameter("Empty message");
  if (message.subject && !is_subject(*message.subject)) return invalid_parameter("Subject");
  for (const MessageAttribute& attribute : message.attributes) {
    if (auto checked = check_attribute(attribute); !checked) return checked;
  }
  if (auto checked = check_structure(message); !checked) return checked;
  return check_fifo(message, rules);
}

Answer<> check_batch_id(const std::string& id) {
  const std::string name = "The Id of a batch entry in the batch request ";
  if (id.size() > kBatchIdMax) return refused("InvalidBatchEntryId", name + "is too long: " + id);
  if (id.empty() || !std::ranges::all_of(id, is_plain))
    return refused("InvalidBatchEntryId", name + "contains an impermissible character: " + id);
  return {};
}

}  // namespace

std::int64_t size_of(const Message& message) {
  std::size_t bytes = message.message.size();
  for (const MessageAttribute& attribute : message.attributes)
    bytes += attribute.name.size() + attribute.data_type.size() + attribute.value.size();
  return static_cast<std::int64_t>(bytes);
}

Answer<> check_message(const Message& message, const MessageRules& rules) {
  if (auto checked = check_parts(message, rules); !checked) return checked;
  if (size_of(message) > rules.bytes_max) return invalid_parameter("Message too long");
  return {};
}

Answer<> check_batch(const std::vector<BatchEntry>& entries, const MessageRules& rules) {
  if (entries.empty()) return refused("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (entries.size() > kBatchMax) {
    return refused("TooManyEntriesInBatchRequest",
                   "The batch request contains more entries than permissible.");
  }
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (auto checked = check_batch_id(entries[i].id); !checked) return checked;
    for (std::size_t j = 0; j < i; ++j) {
      if (entries[j].id != entries[i].id) continue;
      return refused("BatchEntryIdsNotDistinct",
                     "Two or more batch entries in the request have the same Id.");
    }
  }
  for (const BatchEntry& entry : entries) {
    if (auto checked = check_parts(entry.message, rules); !checked) return checked;
    bytes += size_of(entry.message);
  }
  if (bytes > rules.bytes_max) {
    return refused("BatchRequestTooLong",
                   "The length of all the messages put together is more than the limit.");
  }
  return {};
}

std::string text_for(const Message& message, const kernel::Json* structure, const std::string& protocol) {
  if (structure == nullptr) return message.message;
  const auto own = structure->find(protocol);
  const bool has_own = own != structure->end() && own->is_string();
  return (has_own ? *own : structure->at("default")).get<std::string>();
}

}  // namespace emulator::topics

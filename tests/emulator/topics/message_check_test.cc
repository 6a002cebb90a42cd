#include "emulator/topics/message_check.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace emulator::topics {
namespace {

std::string text_of(const Answer<>& answer) {
  return answer ? ""
                : answer.error().code + " " + std::to_string(answer.error().status) + " " +
                      answer.error().message;
}

Message with_attribute(MessageAttribute attribute) {
  return {.message = "m", .attributes = {std::move(attribute)}};
}

// facts/aws-delivery 2.1 and 2.5.
TEST(MessageCheck, RefusesInTheWordsOfSns) {
  struct Case {
    const char* name;
    Message message;
    MessageRules rules;
    const char* answer;
  };
  const Case cases[] = {
      {"plain", {.message = "m"}, {}, ""},
      {"empty", {.message = ""}, {}, "InvalidParameter 400 Invalid parameter: Empty message"},
      {"as long as allowed", {.message = std::string(262'144, 'x')}, {}, ""},
      {"too long",
       {.message = std::string(262'145, 'x')},
       {},
       "InvalidParameter 400 Invalid parameter: Message too long"},
      {"attributes count",
       {.message = std::string(262'144 - 8, 'x'), .attributes = {{"a", "String", "vv"}}},
       {},
       "InvalidParameter 400 Invalid parameter: Message too long"},
      {"and just fit",
       {.message = std::string(262'144 - 8, 'x'), .attributes = {{"a", "String", "v"}}},
       {},
       ""},
      {"a topic may take less",
       {.message = "12345"},
       {.bytes_max = 4},
       "InvalidParameter 400 Invalid parameter: Message too long"},
      {"subject", {.message = "m", .subject = "A subject"}, {}, ""},
      {"longest subject", {.message = "m", .subject = std::string(100, 's')}, {}, ""},
      {"long subject",
       {.message = "m", .subject = std::string(101, 's')},
       {},
       "InvalidParameter 400 Invalid parameter: Subject"},
      {"two lines",
       {.message = "m", .subject = "a\nb"},
       {},
       "InvalidParameter 400 Invalid parameter: Subject"},
      {"structure", {.message = R"({"default":"d","sqs":"s"})", .structure = "json"}, {}, ""},
      {"no default",
       {.message = R"({"sqs":"s"})", .structure = "json"},
       {},
       "InvalidParameter 400 Invalid parameter: Message Structure - No default entry in JSON message body"},
      {"no JSON",
       {.message = "m", .structure = "json"},
       {},
       "InvalidParameter 400 Invalid parameter: Message Structure - JSON message body failed to parse"},
      {"no group",
       {.message = "m", .deduplication_id = "d"},
       {.is_fifo = true},
       "InvalidParameter 400 Invalid parameter: The MessageGroupId parameter is required for FIFO topics"},
      {"no deduplication",
       {.message = "m", .group_id = "g"},
       {.is_fifo = true},
       "InvalidParameter 400 Invalid parameter: The topic should either have ContentBasedDeduplication "
       "enabled or "
       "MessageDeduplicationId provided explicitly"},
      {"by content", {.message = "m", .group_id = "g"}, {.is_fifo = true, .dedupes_by_content = true}, ""},
      {"by id", {.message = "m", .group_id = "g", .deduplication_id = "d"}, {.is_fifo = true}, ""},
      {"a group on a standard topic", {.message = "m", .group_id = "g"}, {}, ""},
      {"an id on a standard topic",
       {.message = "m", .deduplication_id = "d"},
       {},
       "InvalidParameter 400 Invalid parameter: MessageDeduplicationId Reason: The request includes "
       "MessageDeduplicationId parameter that is not valid for this topic type"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(text_of(check_message(c.message, c.rules)), c.answer);
  }
}

TEST(MessageCheck, LooksAtAttributes) {
  struct Case {
    MessageAttribute attribute;
    const char* message;
  };
  const Case cases[] = {
      {{"a.b-c_d", "String", "v"}, ""},
      {{"a", "String.Array", "[1]"}, ""},
      {{"a", "Number.float", "1.5"}, ""},
      {{"a", "Binary.png", "\x89"}, ""},
      {{std::string(256, 'a'), "String", "v"}, ""},
      {{std::string(257, 'a'), "String", "v"},
       "Length of message attribute name must be less than 256 bytes."},
      {{".a", "String", "v"}, "Invalid message attribute name starting with character '.' was found."},
      {{"a.", "String", "v"}, "Invalid message attribute name ending with character '.' was found."},
      {{"a..b", "String", "v"}, "Message attribute name can not have successive '.' character."},
      {{"a b", "String", "v"},
       "Invalid non-alphanumeric character '#x20' was found in the message attribute name. Can only include "
       "alphanumeric characters, hyphens, underscores, or dots."},
      {{"a", "Boolean", "true"},
       "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes "
       "is "
       "Binary, Number, and String."},
      {{"a", "String", ""},
       "The message attribute 'a' must contain non-empty message attribute value for message attribute type "
       "'String'."},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.attribute.name + " " + c.attribute.data_type);
    const std::string expected =
        *c.message == '\0' ? "" : std::string("ParameterValueInvalid 400 ") + c.message;
    EXPECT_EQ(text_of(check_message(with_attribute(c.attribute), {})), expected);
  }
}

TEST(MessageCheck, LooksAtABatchAsAWhole) {
  const auto batch = [](std::vector<std::string> ids, std::size_t bytes = 1) {
    std::vector<BatchEntry> entries;
    for (std::string& id : ids)
      entries.push_back({.id = std::move(id), .message = {.message = std::string(bytes, 'x')}});
    return text_of(check_batch(entries, {}));
  };
  EXPECT_EQ(batch({}), "EmptyBatchRequest 400 The batch request doesn't contain any entries.");
  EXPECT_EQ(batch({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}), "");
  EXPECT_EQ(batch({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}),
            "TooManyEntriesInBatchRequest 400 The batch request contains more entries than permissible.");
  EXPECT_EQ(batch({"a", "b", "a"}),
            "BatchEntryIdsNotDistinct 400 Two or more batch entries in the request have the same Id.");
  EXPECT_EQ(batch({"a", "b"}, 131'072), "");
  EXPECT_EQ(batch({"a", "b"}, 131'073),
            "BatchRequestTooLong 400 The length of all the messages put together is more than the limit.");
  EXPECT_EQ(batch({std::string(80, 'a')}), "");
  EXPECT_EQ(batch({std::string(81, 'a')}),
            "InvalidBatchEntryId 400 The Id of a batch entry in the batch request is too long: " +
                std::string(81, 'a'));
  EXPECT_EQ(batch({"a:b"}),
            "InvalidBatchEntryId 400 The Id of a batch entry in the batch request contains an impermissible "
            "character: a:b");
  EXPECT_EQ(batch({"a", "b"}, 0), "InvalidParameter 400 Invalid parameter: Empty message");
}

TEST(MessageCheck, CountsTypesAndNamesAsBytes) {
  EXPECT_EQ(size_of({.message = "abc", .attributes = {{"ab", "String", "v"}, {"n", "Number", "12"}}}),
            3 + 9 + 9);
}

TEST(MessageStructure, GivesEveryProtocolItsText) {
  const Message message{.message = R"({"default":"d","sqs":"s","lambda":5})", .structure = "json"};
  const kernel::Json structure = *kernel::parse_json(message.message);
  EXPECT_EQ(text_for(message, &structure, "sqs"), "s");
  EXPECT_EQ(text_for(message, &structure, "https"), "d");
  EXPECT_EQ(text_for(message, &structure, "lambda"), "d") << "what is no text does not count";
  EXPECT_EQ(text_for(message, nullptr, "sqs"), message.message);
}

}  // namespace
}  // namespace emulator::topics

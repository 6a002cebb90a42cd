// What a message must look like, its checksums, and batches.
#include "emulator/queues/checks.h"
#include "emulator/queues/digests.h"
#include "tests/emulator/queues/queues_support.h"

namespace emulator::queues {
namespace {

TEST(Messages, HaveTheChecksumsThatClientsCompare) {
  EXPECT_EQ(md5_text("hi"), "49f68a5c8493ec2c0bf489821c21fc3b");
  EXPECT_EQ(md5_of({{"attr1", "99.12", "Number"}}), "d302007e9aa062660afc85fd0a482472");
  EXPECT_EQ(md5_of({}), "");
  const MessageAttribute a = {"a", "1"};
  const MessageAttribute b = {"b", "2"};
  EXPECT_EQ(md5_of({a, b}), md5_of({b, a})) << "sorted by name";
  EXPECT_NE(md5_of({a}), md5_of({{"a", "1", "Binary"}}));
  EXPECT_NE(md5_of({{"a", "1", "Binary"}}), md5_of({{"a", "1", "Binary.png"}})) << "a custom type counts";
}

TEST(Messages, AreAnsweredWithTheirChecksums) {
  QueuesBench bench({{.name = "q"}});
  const SendResult sent = bench.queues.send(
      "q", {.body = "hi", .attributes = {{"attr1", "99.12", "Number"}}, .trace_header = "Root=1-2-3"});
  EXPECT_EQ(sent.md5_of_body, "49f68a5c8493ec2c0bf489821c21fc3b");
  EXPECT_EQ(sent.md5_of_attributes, "d302007e9aa062660afc85fd0a482472");
  EXPECT_EQ(sent.md5_of_system_attributes, md5_of({{"AWSTraceHeader", "Root=1-2-3"}}));
  EXPECT_EQ(bench.send("q", "hi").md5_of_system_attributes, "");
}

TEST(Messages, HoldAllowedCharactersOnly) {
  struct Case {
    const char* name;
    std::string text;
    bool is_allowed;
  };
  const Case cases[] = {{"tab, line feed, carriage return", "\t\n\r", true},
                        {"null", std::string("\0", 1), false},
                        {"bell", "\x07", false},
                        {"escape", "\x1b", false},
                        {"delete", "\x7f", true},
                        {"two bytes", "\u00e9", true},
                        {"U+D7FF", "\xED\x9F\xBF", true},
                        {"a surrogate", "\xED\xA0\x80", false},
                        {"U+E000", "\xEE\x80\x80", true},
                        {"U+FFFD", "\xEF\xBF\xBD", true},
                        {"U+FFFE", "\xEF\xBF\xBE", false},
                        {"U+FFFF", "\xEF\xBF\xBF", false},
                        {"U+10000", "\xF0\x90\x80\x80", true},
                        {"U+10FFFF", "\xF4\x8F\xBF\xBF", true},
                        {"beyond Unicode", "\xF4\x90\x80\x80", false},
                        {"overlong", "\xC0\x80", false},
                        {"overlong in three", "\xE0\x80\x80", false},
                        {"cut off", "\xE2\x82", false},
                        {"not UTF-8", "\xFF", false}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(has_allowed_characters("a" + c.text), c.is_allowed);
    EXPECT_EQ(refuse({.body = c.text}, {}).has_value(), !c.is_allowed);
  }
  EXPECT_EQ(refuse({.body = "\x07"}, {})->code, "InvalidMessageContents");
}

TEST(Messages, CountAttributesIntoTheirSize) {
  struct Case {
    const char* name;
    std::size_t body;
    MessageAttributes attributes;
    std::string error;
  };
  const std::string too_long =
      "InvalidParameterValueException 400: One or more parameters are invalid. Reason: Message must be "
      "shorter than "
      "1024 bytes.";
  const Case cases[] = {{"a body of the limit", 1024, {}, ""},
                        {"one byte more", 1025, {}, too_long},
                        {"name, type and value fit", 1024 - 11, {{"NAME", "v"}}, ""},
                        {"and do not", 1024 - 10, {{"NAME", "v"}}, too_long}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto error = refuse({.body = std::string(c.body, 'x'), .attributes = c.attributes},
                              {.name = "q", .message_bytes_max = 1024});
    EXPECT_EQ(text_of(error.value_or(Error{})), c.error);
  }
}

TEST(Messages, HaveAttributesOfKnownTypes) {
  const std::string start = "InvalidParameterValueException 400: ";
  const std::string attribute = start + "The message attribute 'k' ";
  const std::string not_a_number = start + "Could not cast message attribute 'k' value to number.";
  struct Case {
    MessageAttribute attribute;
    std::string error;
  };
  const Case cases[] = {
      {{"k", "v"}, ""},
      {{"a.B-c_1", "v", "String.json"}, ""},
      {{"k", "-1.5e+3", "Number"}, ""},
      {{"k", ".5", "Number.float"}, ""},
      {{"k", "\xFF", "Binary.png"}, ""},
      {{"k", "twelve", "Number"}, not_a_number},
      {{"k", "1e", "Number"}, not_a_number},
      {{"k", ".", "Number"}, not_a_number},
      {{"k", "1.2.3", "Number"}, not_a_number},
      {{"k", "v", ""}, attribute + "must contain a non-empty message attribute type."},
      {{"k", "v", "Text"},
       attribute + "has an invalid message attribute type, the set of supported type prefixes is Binary, "
                   "Number, and String."},
      {{"k", "", "String"},
       attribute + "must contain a non-empty message attribute value for message attribute type 'String'."},
      {{"k", "\x01", "String"},
       "InvalidMessageContents 400: Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | "
       "#x20 to "
       "#xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.attribute.name + " " + c.attribute.value + " " + c.attribute.type);
    EXPECT_EQ(text_of(refuse({.body = "a", .attributes = {c.attribute}}, {}).value_or(Error{})), c.error);
  }
  for (const char* name : {"", "a b", ".a", "a.", "a..b", "AWS.x", "Amazon.x"}) {
    EXPECT_TRUE(refuse({.body = "a", .attributes = {{name, "v"}}}, {})) << name;
  }
  EXPECT_TRUE(refuse({.body = "a", .attributes = {{"k", "1"}, {"k", "2"}}}, {})) << "twice";
}

TEST(Messages, HaveTenAttributesAtMost) {
  MessageAttributes attributes;
  for (char name = 'a'; name < 'k'; ++name) attributes.push_back({std::string(1, name), "v"});
  EXPECT_FALSE(refuse({.body = "a", .attributes = attributes}, {}));
  attributes.push_back({"k", "v"});
  EXPECT_EQ(refuse({.body = "a", .attributes = attributes}, {})->message,
            "Number of message attributes [11] exceeds the allowed maximum [10].");
}

TEST(Messages, OfAStandardQueueKnowNoDeduplication) {
  struct Case {
    SendRequest request;
    std::string error;
  };
  const Case cases[] = {
      {{.body = "a", .group_id = "g"}, ""},
      {{.body = ""},
       "MissingRequiredParameterException 400: The request must contain the parameter MessageBody."},
      {{.body = "a", .deduplication_id = "d"},
       "InvalidParameterValueException 400: Value d for parameter MessageDeduplicationId is invalid. Reason: "
       "The "
       "request includes a parameter that is not valid for this queue type."},
      {{.body = "a", .delay = 901s},
       "InvalidParameterValueException 400: Value 901 for parameter DelaySeconds is invalid. Reason: "
       "DelaySeconds must "
       "be >= 0 and <= 900."},
  };
  for (const Case& c : cases) EXPECT_EQ(text_of(refuse(c.request, {}).value_or(Error{})), c.error);
}

TEST(Batches, AreRefusedAsAWhole) {
  struct Case {
    const char* name;
    std::vector<SendEntry> entries;
    std::string error;
  };
  const auto entry = [](std::string id, std::size_t bytes = 1) {
    return SendEntry{std::move(id), {.body = std::string(bytes, 'x')}};
  };
  std::vector<SendEntry> eleven;
  for (int i = 0; i < 11; ++i) eleven.push_back(entry(std::to_string(i)));
  const std::string id_text =
      "InvalidBatchEntryId 400: A batch entry id can only contain alphanumeric characters, hyphens and "
      "underscores. It "
      "can be at most 80 letters long.";
  const Case cases[] = {
      {"empty",
       {},
       "EmptyBatchRequest 400: There should be at least one SendMessageBatchRequestEntry in the request."},
      {"eleven", eleven,
       "TooManyEntriesInBatchRequest 400: Maximum number of entries per request are 10. You have sent 11."},
      {"one id twice", {entry("a"), entry("a")}, "BatchEntryIdsNotDistinct 400: Id a repeated."},
      {"a dot", {entry("a.b")}, id_text},
      {"no id", {entry("")}, id_text},
      {"81 letters", {entry(std::string(81, 'i'))}, id_text},
      {"a byte too much",
       {entry("a", 524'288), entry("b", 524'289)},
       "BatchRequestTooLong 400: Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 "
       "bytes."},
      {"all that fits", {entry("a", 524'288), entry("b", 524'288)}, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    QueuesBench bench({{.name = "q"}});
    EXPECT_EQ(error_of(bench.queues.send_batch("q", c.entries)), c.error);
    EXPECT_EQ(bench.queues.depth("q"), c.error.empty() ? c.entries.size() : 0);
  }
  QueuesBench bench({{.name = "q"}});
  EXPECT_TRUE(error_of(bench.queues.remove_batch("q", {})).contains("DeleteMessageBatchRequestEntry"));
  EXPECT_TRUE(error_of(bench.queues.change_visibility_batch("q", {}))
                  .contains("ChangeMessageVisibilityBatchRequestEntry"));
  EXPECT_EQ(errors::empty_batch("x").query_code, "AWS.SimpleQueueService.EmptyBatchRequest");
}

TEST(Batches, FailEntryByEntry) {
  QueuesBench bench({{.name = "q"}});
  const auto sent = bench.queues.send_batch("q", {{"good", {.body = "a"}},
                                                  {"bad", {.body = "\x07"}},
                                                  {"late", {.body = "b", .delay = 901s}},
                                                  {"too", {.body = "c"}}});
  Lines lines;
  for (const BatchEntryResult& result : *sent) {
    lines.push_back(result.id + " " + (result.succeeded() ? result.sent.md5_of_body : result.error.code));
  }
  EXPECT_EQ(lines, (Lines{"good " + md5_text("a"), "bad InvalidMessageContents",
                          "late InvalidParameterValueException", "too " + md5_text("c")}));
  const auto received = bench.receive("q");
  ASSERT_EQ(received.size(), 2u);
  const auto changed = bench.queues.change_visibility_batch("q", {{"a", received[0].receipt_handle, 0s},
                                                                  {"b", received[1].receipt_handle, 50'000s},
                                                                  {"c", "nonsense", 1s}});
  EXPECT_TRUE(changed->at(0).succeeded());
  EXPECT_EQ(changed->at(1).error.code, "InvalidParameterValueException");
  EXPECT_EQ(changed->at(2).error.code, "ReceiptHandleIsInvalid");
  const auto removed = bench.queues.remove_batch("q", {{"a", received[0].receipt_handle}, {"c", "nonsense"}});
  EXPECT_TRUE(removed->at(0).succeeded());
  EXPECT_EQ(removed->at(1).error.code, "ReceiptHandleIsInvalid");
  EXPECT_EQ(bench.queues.depth("q"), 1u);
}

}  // namespace
}  // namespace emulator::queues

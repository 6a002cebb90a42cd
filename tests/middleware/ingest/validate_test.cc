#include "middleware/ingest/validate.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "middleware/ingest/schema.h"

namespace ingest {
namespace {

kernel::Json json(std::string_view text) { return kernel::parse_json(text).value(); }

TEST(Envelope, IsReadInEveryProfile) {
  struct Case {
    const char* name;
    const char* event;
    const char* uuid;
  };
  const Case cases[] = {
      {"the whole event, id beside the payload",
       R"({"version":"0","id":"bus-1","detail-type":"Order_Placed__e","source":"aws.partner/salesforce.com/1","time":"2026-01-05T09:00:01Z",)"
       R"("detail":{"id":"2ed6657d-e927-568b-95e1-2665a8aea6a2","payload":{"CreatedDate":"2026-01-05T09:00:00.123Z","Amount__c":1},)"
       R"("schemaId":"s","event":{"replayId":5,"EventUuid":"other"}}})",
       "2ed6657d-e927-568b-95e1-2665a8aea6a2"},
      {"the id with the event's data only",
       R"({"detail-type":"Order_Placed__e","source":"aws.partner/salesforce.com/1","time":"2026-01-05T09:00:01Z",)"
       R"("detail":{"payload":{"CreatedDate":"2026-01-05T09:00:00.123Z","Amount__c":1},"event":{"replayId":5,"EventUuid":"7d444840-9dc0-11d1-b245-5ffdce74fad2"}}})",
       "7d444840-9dc0-11d1-b245-5ffdce74fad2"},
      {"the payload only: an id from its content",
       R"({"detail-type":"Order_Placed__e","source":"aws.partner/salesforce.com/1","time":"2026-01-05T09:00:01Z",)"
       R"("detail":{"payload":{"CreatedDate":"2026-01-05T09:00:00.123Z","Amount__c":1}}})",
       "ba148b40-b55a-5560-9737-e9f12fad4691"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto event = json(c.event);
    const auto envelope = read_envelope(event);
    ASSERT_TRUE(envelope) << envelope.error().message;
    EXPECT_EQ(envelope->detail_type, "Order_Placed__e");
    EXPECT_EQ(envelope->source, "aws.partner/salesforce.com/1");
    EXPECT_EQ(envelope->time, "2026-01-05T09:00:01Z");
    EXPECT_EQ(envelope->created, "2026-01-05T09:00:00.123Z");
    EXPECT_EQ(envelope->event_uuid, c.uuid);
    EXPECT_EQ(kernel::json_text(payload_of(event, *envelope)),
              R"({"CreatedDate":"2026-01-05T09:00:00.123Z","Amount__c":1})");
  }
}

TEST(Envelope, OfAPayloadAloneHasOneIdForEqualPayloads) {
  const auto id_of = [](std::string payload) {
    return read_envelope(json(R"({"detail-type":"t","detail":{"payload":)" + payload + "}}"))->event_uuid;
  };
  EXPECT_EQ(id_of(R"({"a":1, "b":2})"), id_of(R"({"a":1,"b":2})"));
  EXPECT_NE(id_of(R"({"a":1})"), id_of(R"({"a":2})"));
}

TEST(Envelope, IsRefusedWhenItCarriesNoPayload) {
  struct Case {
    const char* event;
    const char* message;
  };
  const char* no_type = "the event has no detail-type";
  const char* no_payload = "the event has no object at detail.payload";
  const Case cases[] = {
      {"{}", no_type},
      {"[]", no_type},
      {"null", no_type},
      {R"("text")", no_type},
      {R"({"detail-type":5,"detail":{"payload":{}}})", no_type},
      {R"({"detail-type":"","detail":{"payload":{}}})", no_type},
      {R"({"detail-type":"t"})", no_payload},
      {R"({"detail-type":"t","detail":null})", no_payload},
      {R"({"detail-type":"t","detail":{"payload":[]}})", no_payload},
      {R"({"detail-type":"t","detail":{"payload":"{}"}})", no_payload},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.event);
    const auto envelope = read_envelope(json(c.event));
    ASSERT_FALSE(envelope);
    EXPECT_EQ(envelope.error().type, "ValidationError");
    EXPECT_EQ(envelope.error().message, c.message);
  }
}

TEST(Validate, NamesTheFirstFieldThatIsWrong) {
  const EventType type{.name = "Order__e",
                       .required = {{"No__c", FieldKind::Text},
                                    {"Amount__c", FieldKind::Number},
                                    {"Paid__c", FieldKind::Boolean},
                                    {"Lines__c", FieldKind::Json}}};
  struct Case {
    const char* payload;
    const char* message;  ///< "" = valid
  };
  const Case cases[] = {
      {R"({"No__c":"1","Amount__c":1,"Paid__c":true,"Lines__c":"[]"})", ""},
      {R"({"No__c":"","Amount__c":-1.5,"Paid__c":false,"Lines__c":"null","More__c":{}})", ""},
      {R"({})", "Order__e: No__c is missing"},
      {R"({"no__c":"1"})", "Order__e: No__c is missing"},
      {R"({"No__c":null})", "Order__e: No__c is missing"},
      {R"({"No__c":1})", "Order__e: No__c should be text, found 1"},
      {R"({"No__c":"1","Amount__c":"1"})", R"(Order__e: Amount__c should be a number, found "1")"},
      {R"({"No__c":"1","Amount__c":true})", "Order__e: Amount__c should be a number, found true"},
      {R"({"No__c":"1","Amount__c":1,"Paid__c":1})", "Order__e: Paid__c should be true or false, found 1"},
      {R"({"No__c":"1","Amount__c":1,"Paid__c":true,"Lines__c":[]})",
       "Order__e: Lines__c should be text that holds JSON, found []"},
      {R"({"No__c":"1","Amount__c":1,"Paid__c":true,"Lines__c":"[1,"})",
       R"(Order__e: Lines__c should be text that holds JSON, found "[1,")"},
      {R"({"No__c":"1","Amount__c":1,"Paid__c":true,"Lines__c":""})",
       R"(Order__e: Lines__c should be text that holds JSON, found "")"},
      {R"({"No__c":["0123456789012345678901234567890123456789012345678901234567890"]})",
       R"(Order__e: No__c should be text, found ["0123456789012345678901234567890123456789012345678901234...)"},
      {R"({"No__c":["012345678901234567890123456789012345678901234567890123é56789"]})",
       R"(Order__e: No__c should be text, found ["012345678901234567890123456789012345678901234567890123...)"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.payload);
    const auto got = validate(json(c.payload), type);
    EXPECT_EQ(got ? "" : got.error().message, c.message);
    if (!got) EXPECT_EQ(got.error().type, "ValidationError");
  }
}

TEST(Validate, NamesWhatBreaksTheSchemaAndNotItsValue) {
  const EventType type{
      .name = "Order__e",
      .required = {{"No__c", FieldKind::Text}},
      .schema = *Schema::compile(json(R"({"properties":{"No__c":{"maxLength":5}},"minProperties":2})"))};
  EXPECT_TRUE(validate(json(R"({"No__c":"1","More__c":1})"), type));
  EXPECT_EQ(validate(json(R"({"More__c":1})"), type).error().message, "Order__e: No__c is missing");
  EXPECT_EQ(validate(json(R"({"No__c":"secret","More__c":1})"), type).error().message,
            "Order__e: /No__c breaks 'maxLength' of the schema");
  EXPECT_EQ(validate(json(R"({"No__c":"1"})"), type).error().message,
            "Order__e: the payload breaks 'minProperties' of the schema");
}

TEST(Beginning, CutsNoCharacterInTwo) {
  EXPECT_EQ(beginning("plain", 5), "plain");
  EXPECT_EQ(beginning("plain", 3), "pla");
  EXPECT_EQ(beginning("a\u00e9", 2), "a");
  EXPECT_EQ(beginning("a\u00e9", 3), "a\u00e9");
  EXPECT_EQ(beginning("\U0001F600\U0001F600", 7), "\U0001F600");
  EXPECT_EQ(beginning("\u00e9", 1), "");
  EXPECT_EQ(beginning("", 0), "");
}

}  // namespace
}  // namespace ingest

#include "emulator/edge/sqs.h"

#include "emulator/edge/queue_url.h"
#include "emulator/queues/queues.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

using emulator::RecordingJournal;

/// SQS in virtual time, with a record of events.
struct SqsRig {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  RecordingJournal journal{scheduler};
  emulator::queues::Queues queues{{{.name = "orders"}}, 1, scheduler, journal};
  emulator::edge::Edge edge{{}, 1, scheduler, journal};

  SqsRig() { edge.add(std::make_unique<emulator::edge::Sqs>(queues, "123456789012", 1, journal)); }

  HttpResponse send(HttpRequest request) {
    return support::run(scheduler, edge.handle(std::move(request))).response;
  }
  Json json(std::string_view operation, const Json& input) {
    return Json::parse(
        send(js_json("sqs", "AmazonSQS." + std::string(operation), kernel::json_text(input), "1.0")).body);
  }
  std::string form(const std::string& fields) {
    return send(boto_form("sqs", "Version=2012-11-05&" + fields)).body;
  }
};

const std::string kUrl = "http://127.0.0.1:4570/123456789012/orders";

TEST(QueueUrl, IsReadByItsLastSegment) {
  struct Case {
    const char* url;
    const char* queue;
  };
  const Case cases[] = {
      {"http://127.0.0.1:4570/123456789012/orders", "orders"},
      {"https://sqs.us-east-1.amazonaws.com/000000000000/orders.fifo", "orders.fifo"},
      {"/123456789012/orders", "orders"},
      {"/123456789012/orders?Action=SendMessage", "orders"},
      {"http://127.0.0.1:4570/orders", ""},
      {"http://127.0.0.1:4570/", ""},
      {"http://127.0.0.1:4570", ""},
      {"orders", ""},
      {"/", ""},
      {"", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(emulator::edge::queue_in_url(c.url), c.queue) << c.url;
}

TEST(Sqs, AnswersWithTheHostThatTheCallerUsed) {
  SqsRig rig;
  EXPECT_EQ(rig.json("GetQueueUrl", {{"QueueName", "orders"}})["QueueUrl"], kUrl);
  HttpRequest request = js_json("sqs", "AmazonSQS.GetQueueUrl", R"({"QueueName":"orders"})", "1.0");
  request.host = "rig.internal:80";
  EXPECT_EQ(Json::parse(rig.send(request).body)["QueueUrl"], "http://rig.internal:80/123456789012/orders");
}

TEST(Sqs, BeginsAnEventForEachMessageAndEndsItWhereNobodyConsumes) {
  SqsRig rig;
  rig.json("SendMessage", {{"QueueUrl", kUrl}, {"MessageBody", "a"}});
  rig.json("SendMessage", {{"QueueUrl", kUrl + "x"}, {"MessageBody", "b"}});
  rig.json(
      "SendMessageBatch",
      {{"QueueUrl", kUrl},
       {"Entries",
        {{{"Id", "1"}, {"MessageBody", "c"}}, {{"Id", "2"}, {"MessageBody", "d"}, {"DelaySeconds", 901}}}}});
  std::vector<std::string> events;
  for (const RecordingJournal::Event& event : rig.journal.events)
    events.push_back(event.kind + " " + event.channel + " " + event.payload + ": " + event.ends.at(0));
  EXPECT_EQ(events,
            (std::vector<std::string>{
                "sqs SendMessage orders a: 0s delivered queue orders",
                "sqs SendMessage ordersx b: 0s rejected queue ordersx: QueueDoesNotExist",
                "sqs SendMessage orders c: 0s delivered queue orders",
                "sqs SendMessage orders d: 0s rejected queue orders: InvalidParameterValueException"}));
}

TEST(Sqs, LeavesTheEndToAQueueThatIsConsumed) {
  SqsRig rig;
  rig.json("ReceiveMessage", {{"QueueUrl", kUrl}});
  rig.json("SendMessage", {{"QueueUrl", kUrl}, {"MessageBody", "a"}});
  ASSERT_EQ(rig.journal.events.size(), 1U);
  EXPECT_TRUE(rig.journal.events[0].ends.empty());
  const Json received = rig.json("ReceiveMessage", {{"QueueUrl", kUrl}});
  rig.send(js_json(
      "sqs", "AmazonSQS.DeleteMessage",
      kernel::json_text({{"QueueUrl", kUrl}, {"ReceiptHandle", received["Messages"][0]["ReceiptHandle"]}}),
      "1.0"));
  EXPECT_EQ(rig.journal.events[0].ends.size(), 1U);
}

TEST(Sqs, SpeaksBothProtocolsToOneQueue) {
  SqsRig rig;
  const std::string sent = rig.form(
      "Action=SendMessage&QueueUrl=http%3A%2F%2F127.0.0.1%3A4570%2F123456789012%2Forders&MessageBody=a+%26+b"
      "&MessageAttribute.1.Name=attr1&MessageAttribute.1.Value.DataType=Number"
      "&MessageAttribute.1.Value.StringValue=99.12");
  EXPECT_NE(sent.find("<MD5OfMessageAttributes>d302007e9aa062660afc85fd0a482472</MD5OfMessageAttributes>"),
            std::string::npos)
      << sent;
  const Json message =
      rig.json("ReceiveMessage", {{"QueueUrl", kUrl}, {"MessageAttributeNames", {"All"}}})["Messages"][0];
  EXPECT_EQ(message["Body"], "a & b");
  EXPECT_EQ(message["MessageAttributes"],
            Json::parse(R"({"attr1":{"DataType":"Number","StringValue":"99.12"}})"));
  EXPECT_NE(rig.form("Action=ReceiveMessage&QueueUrl=/1/orders")
                .find("<ReceiveMessageResult></ReceiveMessageResult>"),
            std::string::npos);
}

TEST(Sqs, SaysWhatIsWrongInEitherProtocol) {
  SqsRig rig;
  struct Case {
    const char* name;
    const char* operation;
    Json input;
    const char* code;
  };
  const Case cases[] = {
      {"no queue", "SendMessage", {{"MessageBody", "a"}}, "MissingRequiredParameterException"},
      {"no address", "SendMessage", {{"QueueUrl", "orders"}, {"MessageBody", "a"}}, "QueueDoesNotExist"},
      {"no body", "SendMessage", {{"QueueUrl", kUrl}}, "MissingRequiredParameterException"},
      {"not a number",
       "ReceiveMessage",
       {{"QueueUrl", kUrl}, {"WaitTimeSeconds", "x"}},
       "SerializationException"},
      {"page size", "ListQueues", {{"MaxResults", 0}}, "InvalidParameterValueException"},
      {"token", "ListQueues", {{"NextToken", "%"}}, "InvalidParameterValueException"},
      {"system attribute",
       "SendMessage",
       {{"QueueUrl", kUrl},
        {"MessageBody", "a"},
        {"MessageSystemAttributes", {{"Other", {{"DataType", "String"}, {"StringValue", "x"}}}}}},
       "InvalidParameterValueException"},
      {"another parameter",
       "SendMessage",
       {{"QueueUrl", kUrl}, {"MessageBody", "a"}, {"Odd", 1}},
       "NotImplemented"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(rig.json(c.operation, c.input)["__type"], c.code);
  }
  EXPECT_TRUE(rig.journal.events.empty());
  EXPECT_NE(rig.form("Action=SendMessage&MessageBody=a").find("<Code>MissingParameter</Code>"),
            std::string::npos);
}

}  // namespace
}  // namespace edge_tests

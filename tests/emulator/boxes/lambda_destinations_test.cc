// Where Lambda sends what asynchronous invocations came to. facts/aws-delivery 5.3.
#include "tests/emulator/boxes/lambda_support.h"

namespace emulator::lambda {
namespace {

Destination topic(std::string name) { return {DestinationKind::Topic, std::move(name)}; }
Destination bus(std::string name) { return {DestinationKind::Bus, std::move(name)}; }
Destination function(std::string name) { return {DestinationKind::Function, std::move(name)}; }

std::string record(const std::string& time, const std::string& request_id, const std::string& condition,
                   int count, const std::string& rest) {
  return R"({"version":"1.0","timestamp":"2026-01-05T09:)" + time + R"(Z","requestContext":{"requestId":")" +
         request_id + R"(","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:ingest:$LATEST",)" +
         R"("condition":")" + condition + R"(","approximateInvokeCount":)" + std::to_string(count) +
         R"(},"requestPayload":{"n":1})" + rest + "}";
}

const std::string kSuccess =
    R"(,"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":)";
const std::string kFailure =
    R"(,"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"})"
    R"(,"responsePayload":{"errorType":"Error","errorMessage":"no stock"})";

TEST(LambdaDestinations, GetTheRecordOfASuccessWithAllItsInvocations) {
  LambdaWorld world;
  world.add({.cold_start = 0s, .on_success = "records", .on_failure = "dlq"});
  world.code.script = {broken(), broken(), R"({"ok":true})"};
  world.invoke();
  world.run_to(1h);
  EXPECT_EQ(world.body_in("records"),
            record("03:03.000", world.request_id(), "Success", 3, kSuccess + R"({"ok":true})"));
  EXPECT_EQ(world.queues.depth("dlq"), 0u);
  EXPECT_EQ(world.journal.ends_of(kEvent), Lines{"3m3s delivered lambda"}) << "nobody reads the record";
  EXPECT_TRUE(world.journal.is_balanced());
}

TEST(LambdaDestinations, QuoteAResponseThatIsNoJson) {
  LambdaWorld world;
  world.add({.cold_start = 0s, .on_success = "records"});
  world.code.script = {"plain \"text\""};
  world.invoke();
  world.run_to(1s);
  EXPECT_EQ(world.body_in("records"),
            record("00:01.000", world.request_id(), "Success", 1, kSuccess + R"("plain \"text\"")"));
}

TEST(LambdaDestinations, AreOfFourKindsAndWhoeverCarriesTheRecordOnEndsIt) {
  struct Case {
    const char* name;
    Destination to;
    std::string consumed;
    Lines ends;
  };
  const Case cases[] = {
      {"a queue that nobody reads", "records", "", {"1s delivered lambda"}},
      {"a queue that is read", "records", "records", {"1s delivered lambda"}},
      {"a topic", topic("done"), "", {"1s delivered topic", "1s delivered lambda"}},
      {"a bus", bus("default"), "", {"1s delivered lambda"}},
      {"a function", function("next"), "", {"1s delivered lambda", "2s delivered lambda"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaWorld world;
    world.add({.cold_start = 0s, .on_success = c.to});
    world.add({.name = "next", .cold_start = 0s});
    if (!c.consumed.empty()) world.queues.attach(c.consumed);
    world.invoke();
    world.run_to(2s);
    EXPECT_EQ(world.journal.ends_of(kEvent), c.ends);
    EXPECT_EQ(world.journal.at(kEvent).branches_open, c.consumed.empty() ? 0 : 1) << "the queue's to end";
    EXPECT_EQ(world.journal.metrics, Lines{});
  }
}

TEST(LambdaDestinations, PutTheRecordAsTheDetailOfAnEvent) {
  struct Case {
    const char* name;
    CodeResult answer;
    std::string detail_type;
    std::string rest;
  };
  const Case cases[] = {
      {"success", "7", "Lambda Function Invocation Result - Success", kSuccess + "7"},
      {"failure", broken(), "Lambda Function Invocation Result - Failure", kFailure},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaWorld world;
    world.add({.cold_start = 0s,
               .async = {.function_error_retries_max = 0},
               .on_success = bus("audit"),
               .on_failure = bus("audit")});
    world.code.script = {c.answer};
    world.invoke();
    world.run_to(1h);
    ASSERT_EQ(world.bus.requests.size(), 1u);
    const bus::PutEventsEntry& entry = world.bus.requests[0].entries.at(0);
    EXPECT_EQ(entry.source, "lambda");
    EXPECT_EQ(entry.detail_type, c.detail_type);
    EXPECT_EQ(entry.event_bus, "audit");
    EXPECT_EQ(entry.resources, (Lines{"arn:aws:events:us-east-1:123456789012:event-bus/audit",
                                      "arn:aws:lambda:us-east-1:123456789012:function:ingest:$LATEST"}));
    const bool is_success = c.answer.has_value();
    EXPECT_EQ(entry.detail, record("00:01.000", world.request_id(),
                                   is_success ? "Success" : "RetriesExhausted", 1, c.rest));
    EXPECT_EQ(world.journal.ends_of(kEvent),
              Lines{is_success ? "1s delivered lambda" : "1s dead_lettered lambda: RetriesExhausted"});
  }
}

TEST(LambdaDestinations, InvokeAFunctionWithTheRecord) {
  LambdaWorld world;
  world.add({.cold_start = 0s, .async = {.function_error_retries_max = 0}, .on_failure = function("next")});
  world.add({.name = "next", .cold_start = 0s});
  world.code.script = {broken(), "{}"};
  world.invoke();
  world.run_to(1h);
  ASSERT_EQ(world.code.invocations.size(), 2u);
  EXPECT_EQ(*world.code.invocations[1].payload,
            record("00:01.000", world.request_id(), "RetriesExhausted", 1, kFailure));
  EXPECT_NE(world.code.invocations[1].request_id, world.request_id());
  EXPECT_EQ(world.journal.ends_of(kEvent), Lines{"2s delivered lambda"}) << "the other function ends it";
}

TEST(LambdaDestinations, LoseARecordThatNobodyTakes) {
  struct Case {
    const char* name;
    Destination to;
    std::string why;
    std::size_t ends;
  };
  const Case cases[] = {
      {"no queue", "gone", "queue gone: The specified queue does not exist.", 1},
      {"a queue that takes less", "small",
       "queue small: One or more parameters are invalid. Reason: Message must be shorter than 10 bytes.", 1},
      {"no topic", topic("gone"), "topic gone: Topic does not exist", 2},
      {"a bus that fails", bus("gone"), "bus gone: no", 1},
      {"no function", function("gone"),
       "lambda gone: Function not found: arn:aws:lambda:us-east-1:123456789012:function:gone:$LATEST", 2},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaWorld world;
    world.add({.cold_start = 0s, .on_success = c.to});
    world.invoke();
    world.run_to(1h);
    EXPECT_EQ(world.journal.ends_of(kEvent),
              Lines(c.ends, "1s lost lambda: Success, and nowhere to put its record"));
    EXPECT_TRUE(world.journal.is_balanced());
    EXPECT_EQ(world.journal.logs, Lines{"1s lambda ingest: not delivered to " + c.why});
    EXPECT_EQ(world.journal.metrics, Lines{R"(1s DestinationDeliveryFailures {"FunctionName":"ingest"})"});
  }
}

TEST(LambdaDestinations, LoseARecordWhenTheBusRefusesTheCall) {
  LambdaWorld world;
  world.bus.refuses_call = true;
  world.add({.cold_start = 0s, .on_success = bus("default")});
  world.invoke();
  world.run_to(1h);
  EXPECT_EQ(world.journal.logs, Lines{"1s lambda ingest: not delivered to bus default: Rate exceeded"});
}

TEST(LambdaDestinations, TakeAGivenUpEventAlong) {
  struct Case {
    const char* name;
    Destination on_failure;
    Destination dead_letter;
    Lines ends;
    std::size_t problems;
  };
  const Case cases[] = {
      {"two queues", "records", "dlq", {"1s dead_lettered lambda: RetriesExhausted"}, 0},
      {"a queue and a topic", "records", topic("dead"), {"1s delivered topic"}, 0},
      {"two topics", topic("failed"), topic("dead"), {"1s delivered topic", "1s delivered topic"}, 0},
      {"one of them gone",
       topic("gone"),
       topic("dead"),
       {"1s delivered topic", "1s filtered lambda: RetriesExhausted"},
       1},
      {"a queue keeps what the topic does not",
       "records",
       topic("gone"),
       {"1s dead_lettered lambda: RetriesExhausted"},
       1},
      {"both gone",
       topic("gone"),
       "gone",
       {"1s lost lambda: RetriesExhausted, and nowhere to put the event"},
       2},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaWorld world;
    world.add({.cold_start = 0s,
               .async = {.function_error_retries_max = 0},
               .on_failure = c.on_failure,
               .dead_letter = c.dead_letter});
    world.code.script = {broken()};
    world.invoke();
    world.run_to(1h);
    EXPECT_EQ(world.journal.ends_of(kEvent), c.ends);
    EXPECT_TRUE(world.journal.is_balanced());
    EXPECT_EQ(world.journal.logs.size(), c.problems);
  }
}

TEST(LambdaDestinations, PublishADeadLetterWithItsAttributes) {
  LambdaWorld world;
  world.add({.cold_start = 0s, .async = {.function_error_retries_max = 0}, .dead_letter = topic("dead")});
  world.code.script = {broken()};
  world.invoke();
  world.run_to(1h);
  ASSERT_EQ(world.topics.published.size(), 1u);
  const topics::PublishRequest& sent = world.topics.published[0];
  EXPECT_EQ(sent.topic_arn, "arn:aws:sns:us-east-1:123456789012:dead");
  EXPECT_EQ(sent.message.message, R"({"n":1})");
  EXPECT_EQ(sent.message.attributes,
            (std::vector<topics::MessageAttribute>{{"RequestID", "String", world.request_id()},
                                                   {"ErrorCode", "Number", "200"},
                                                   {"ErrorMessage", "String", "no stock"}}));
}

TEST(LambdaDestinations, CountADeadLetterThatNobodyTakes) {
  LambdaWorld world;
  world.add({.cold_start = 0s, .async = {.function_error_retries_max = 0}, .dead_letter = "gone"});
  world.code.script = {broken()};
  world.invoke();
  world.run_to(1h);
  EXPECT_EQ(world.journal.metrics, Lines{R"(1s DeadLetterErrors {"FunctionName":"ingest"})"});
}

TEST(LambdaDestinations, LeaveOutOfATopicsRecordWhatIsTooLarge) {
  struct Case {
    const char* name;
    std::size_t event;
    std::size_t response;
    bool has_event;
    bool has_response;
  };
  const Case cases[] = {{"both fit", 100'000, 100'000, true, true},
                        {"the response goes first", 100'000, 200'000, true, false},
                        {"then the event", 300'000, 200'000, false, false}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaWorld world;
    world.add({.cold_start = 0s, .on_success = topic("done")});
    world.code.script = {'"' + std::string(c.response, 'r') + '"'};
    world.invoke(kEvent, '"' + std::string(c.event, 'e') + '"');
    world.run_to(1s);
    const std::string& sent = world.topics.published.at(0).message.message;
    EXPECT_EQ(sent.find("requestPayload") != std::string::npos, c.has_event);
    EXPECT_EQ(sent.find("responsePayload") != std::string::npos, c.has_response);
    EXPECT_NE(sent.find("responseContext"), std::string::npos);
  }
}

TEST(LambdaDestinations, CanBeChangedAndTakenAway) {
  LambdaWorld world;
  world.add({.cold_start = 0s});
  const auto change = [&](AsyncChange what, bool starts_anew = false) {
    return world.lambda.change_async("ingest", what, starts_anew);
  };
  EXPECT_EQ(change({.on_success = "records"})->settings.on_success, Destination("records"));
  EXPECT_EQ(change({.retries_max = 1})->settings.on_success, Destination("records"));
  EXPECT_EQ(change({.on_success = Destination{}})->settings.on_success, std::nullopt);
  EXPECT_EQ(change({.on_success = topic("done")})->settings.on_success, topic("done"));
  EXPECT_EQ(change({}, true)->settings.on_success, std::nullopt);
  change({.on_success = bus("default")}).value();
  EXPECT_EQ(world.lambda.reset_async("ingest")->settings.on_success, std::nullopt);

  EXPECT_EQ(change({.on_success = function("ingest")}).error().message,
            "You can't specify the function as a destination for itself.");
  EXPECT_EQ(change({.on_failure = "orders.fifo"}).error().code, "InvalidParameterValueException");
}

TEST(LambdaDestinations, AreReadFromArnsAndWrittenAsThem) {
  for (const Destination& destination :
       {Destination("q"), topic("t"), bus("default"), bus("partner/a/b"), function("f")}) {
    EXPECT_EQ(destination_of(arn_of(destination)), destination);
  }
  EXPECT_EQ(destination_of("arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST"), function("f"));
  for (const char* none :
       {"", "q", "arn:aws:sqs:us-east-1:123456789012:", "arn:aws:sqs:eu-west-1:123456789012:q",
        "arn:aws:s3:::bucket", "arn:aws:lambda:us-east-1:123456789012:function:f:7",
        "arn:aws:events:us-east-1:123456789012:rule/r"}) {
    EXPECT_EQ(destination_of(none), std::nullopt) << none;
  }
}

}  // namespace
}  // namespace emulator::lambda

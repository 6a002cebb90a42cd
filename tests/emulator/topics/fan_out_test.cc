#include <gtest/gtest.h>

#include "tests/emulator/topics/topics_support.h"

namespace emulator::topics {
namespace {

using queues::MessageAttributes;

std::string field(const std::string& json, const std::string& pointer) {
  return kernel::json_text_at(*kernel::parse_json(json), pointer);
}

TEST(Publish, ReachesEverySubscriber) {
  TopicsBench bench;
  bench.create("orders");
  bench.function("orders", "ingest");
  bench.queue("orders", "audit");
  bench.web.then(200);
  bench.website("orders", "https://shop/sns");
  const auto sent = bench.publish("orders", {.message = "hello"});
  bench.run_to(1s);
  ASSERT_TRUE(sent);
  ASSERT_EQ(bench.functions.accepted.size(), 1u);
  EXPECT_EQ(bench.functions.accepted[0].first, "ingest");
  EXPECT_EQ(field(bench.functions.accepted[0].second, "/Records/0/Sns/MessageId"), sent->message_id);
  ASSERT_EQ(bench.queues.sent.size(), 1u);
  EXPECT_EQ(bench.queues.sent[0].queue, "audit");
  EXPECT_EQ(field(bench.queues.sent[0].body, "/Message"), "hello");
  ASSERT_EQ(bench.web.asked.size(), 2u);
  EXPECT_EQ(field(bench.web.asked[1].request.body, "/Timestamp"), "2026-01-05T09:00:00.000Z");
  EXPECT_EQ(bench.hops(), (Lines{"0s..30ms shop/sns #1 ok 200", "0s orders #1 ok 200", "0s ingest #1 ok 202",
                                 "0s audit #1 ok 200", "0s..30ms shop/sns #1 ok 200"}));
  EXPECT_EQ(bench.journal.at(kEvent).branches_open, 1) << "Lambda owns one and ends it";
  EXPECT_EQ(bench.journal.ends_of(kEvent),
            (Lines{"0s delivered topic orders: to audit", "30ms delivered topic orders: to shop/sns"}));
}

TEST(Publish, LinksEveryHopToTheOneThatCausedIt) {
  TopicsBench bench;
  bench.create("orders");
  bench.function("orders", "ingest");
  bench.journal.begin(kEvent);
  static_cast<void>(bench.topics.publish({bench.topics.topic_arn("orders"),
                                          {.message = "m"},
                                          {.event_uuid = std::string(kEvent), .hop = 77, .from = "bus"}}));
  ASSERT_EQ(bench.journal.hops.size(), 2u);
  EXPECT_EQ(bench.journal.hops[0].from + " " + bench.journal.hops[0].operation, "bus Publish");
  EXPECT_EQ(bench.journal.hops[0].parent, 77u);
  EXPECT_EQ(bench.journal.hops[1].from + " " + bench.journal.hops[1].operation, "orders Notification");
  EXPECT_EQ(bench.journal.hops[1].parent, bench.journal.hops[0].id);
}

TEST(Publish, WithoutSubscriptionsIsFiltered) {
  TopicsBench bench;
  bench.create("orders");
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s filtered topic orders: no subscription"});
}

TEST(Publish, SaysWhoDidNotWantTheMessage) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "graz", {{"FilterPolicy", R"({"city":["Graz"]})"}});
  bench.queue("orders", "one", {{"FilterPolicyScope", "MessageBody"}, {"FilterPolicy", R"({"n":["1"]})"}});
  bench.web.then(503);
  bench.subscribe("orders", "https", "https://shop/sns");
  EXPECT_TRUE(bench.publish("orders", {.message = R"({"n":1})", .attributes = {{"city", "String", "Linz"}}}));
  const Lines hops = bench.hops();
  EXPECT_EQ(Lines(hops.begin() + 1, hops.end()),
            (Lines{"0s orders #1 ok 200", "0s graz #1 filtered 0 the filter policy does not match",
                   "0s one #1 filtered 0 the filter policy does not match",
                   "0s shop/sns #1 filtered 0 the subscription is not confirmed"}));
  EXPECT_EQ(bench.queues.sent.size(), 0u);
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s filtered topic orders: no subscription wanted it"});
}

TEST(Publish, OfNoEventEndsNone) {
  TopicsBench bench;
  bench.create("orders");
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}, ""));
  bench.queue("orders", "audit");
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}, ""));
  EXPECT_EQ(bench.queues.sent.size(), 1u);
  EXPECT_TRUE(bench.journal.events.empty());
}

TEST(Publish, LeavesTheBranchToTheCallerWhenItIsRefused) {
  TopicsBench bench;
  bench.create("orders");
  EXPECT_EQ(error_text(bench.publish("orders", {.message = ""})),
            "InvalidParameter 400 Invalid parameter: Empty message");
  EXPECT_EQ(error_text(bench.publish("others", {.message = "m"})), "NotFound 404 Topic does not exist");
  EXPECT_EQ(bench.hops(), (Lines{"0s orders #1 rejected 400 Invalid parameter: Empty message",
                                 "0s others #1 rejected 404 Topic does not exist"}));
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{});
}

TEST(Publish, SignsOnceForAll) {
  TopicsBench bench;
  bench.create("orders", {{"SignatureVersion", "2"}});
  bench.queue("orders", "a");
  bench.queue("orders", "b");
  EXPECT_TRUE(bench.publish("orders", {.message = "m", .subject = "s"}));
  const std::string& body = bench.queues.sent[0].body;
  EXPECT_EQ(field(body, "/SignatureVersion"), "2");
  EXPECT_EQ(field(body, "/Signature"), field(bench.queues.sent[1].body, "/Signature"));
  EXPECT_EQ(field(body, "/Signature"),
            bench.signer.sign("Message\nm\nMessageId\n" + field(body, "/MessageId") +
                                  "\nSubject\ns\nTimestamp\n2026-01-05T09:00:00.000Z\nTopicArn\n" +
                                  bench.topics.topic_arn("orders") + "\nType\nNotification\n",
                              SignatureVersion::Two));
  EXPECT_NE(field(body, "/UnsubscribeURL"), field(bench.queues.sent[1].body, "/UnsubscribeURL"));
}

TEST(Publish, WithStructureGivesEveryProtocolItsText) {
  TopicsBench bench;
  bench.create("orders");
  bench.function("orders", "ingest");
  bench.queue("orders", "audit");
  EXPECT_TRUE(bench.publish("orders",
                            {.message = R"({"default":"for all","sqs":"for queues"})", .structure = "json"}));
  EXPECT_EQ(field(bench.queues.sent[0].body, "/Message"), "for queues");
  EXPECT_EQ(field(bench.functions.accepted[0].second, "/Records/0/Sns/Message"), "for all");
}

TEST(PublishBatch, TakesEveryEntryWithAnIdOfItsOwn) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "audit");
  bench.journal.begin("a");
  bench.journal.begin("b");
  const auto result = bench.topics.publish_batch(
      {bench.topics.topic_arn("orders"),
       {{"1", {.message = "one"}, {.event_uuid = "a"}}, {"2", {.message = "two"}, {.event_uuid = "b"}}}});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->successful.size(), 2u);
  EXPECT_EQ(result->successful[0].first, "1");
  EXPECT_NE(result->successful[0].second.message_id, result->successful[1].second.message_id);
  EXPECT_EQ(field(bench.queues.sent[1].body, "/Message"), "two");
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(PublishBatch, TakesNothingWhenAnythingIsWrong) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "audit");
  EXPECT_EQ(error_text(bench.topics.publish_batch(
                {bench.topics.topic_arn("orders"), {{"1", {.message = "one"}}, {"1", {.message = "two"}}}})),
            "BatchEntryIdsNotDistinct 400 Two or more batch entries in the request have the same Id.");
  EXPECT_EQ(bench.queues.sent.size(), 0u);
}

TEST(RawDelivery, IsTheMessageWithItsAttributes) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "audit", {{"RawMessageDelivery", "true"}});
  bench.web.then(200);
  bench.website("orders", "https://shop/sns", {{"RawMessageDelivery", "true"}});
  EXPECT_TRUE(bench.publish(
      "orders", {.message = "m", .attributes = {{"city", "String", "Graz"}, {"n", "Number", "1"}}}));
  EXPECT_EQ(bench.queues.sent[0].body, "m");
  EXPECT_EQ(bench.queues.sent[0].request.attributes,
            (MessageAttributes{{"city", "Graz"}, {"n", "1", "Number"}}));
  EXPECT_EQ(bench.web.asked[1].request.body, "m");
  EXPECT_EQ(bench.web.asked[1].request.headers.get("x-amz-sns-rawdelivery"), "true");
}

TEST(RawDelivery, TakesTenAttributesToAQueueAndNotEleven) {
  for (const std::size_t count : {10u, 11u}) {
    TopicsBench bench;
    bench.create("orders");
    bench.queue("orders", "audit", {{"RawMessageDelivery", "true"}, {"RedrivePolicy", redrive("dlq")}});
    Message message{.message = "m"};
    for (std::size_t i = 0; i < count; ++i)
      message.attributes.push_back({"a" + std::to_string(i), "String", "v"});
    EXPECT_TRUE(bench.publish("orders", message));
    EXPECT_EQ(bench.queues.sent.at(0).queue, count == 10 ? "audit" : "dlq");
  }
}

TEST(Delivery, ToAFunctionIsRetriedThroughThePhases) {
  TopicsBench bench;
  bench.create("orders");
  bench.function("orders", "ingest");
  const lambda::AcceptResult throttled{429, "TooManyRequestsException", "Rate Exceeded."};
  bench.functions.script = {throttled, throttled, throttled, throttled,
                            throttled, throttled, throttled, {500, "ServiceException", "no"},
                            {}};
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  bench.run_to(1h);
  const Lines hops = bench.hops();
  EXPECT_EQ(Lines(hops.begin() + 1, hops.end()),
            (Lines{"0s ingest #1 throttled 429 Rate Exceeded.", "0s ingest #2 throttled 429 Rate Exceeded.",
                   "0s ingest #3 throttled 429 Rate Exceeded.", "0s ingest #4 throttled 429 Rate Exceeded.",
                   "1s ingest #5 throttled 429 Rate Exceeded.", "2s ingest #6 throttled 429 Rate Exceeded.",
                   "3s ingest #7 throttled 429 Rate Exceeded.", "4s395ms ingest #8 failed 500 no",
                   "6s341ms ingest #9 ok 202"}));
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{}) << "the function owns it now";
}

TEST(Delivery, GivesUpAfter100015RetriesIn23Days) {
  TopicsBench bench;
  bench.create("orders");
  bench.function("orders", "ingest", {{"RedrivePolicy", redrive("dlq")}});
  bench.functions.script = {{429, "TooManyRequestsException", "Rate Exceeded."}};
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  const kernel::Duration last = 100'000 * 20s + 70'106ms;
  bench.run_to(last - 1ns);
  EXPECT_EQ(bench.functions.asked, 100'015u);
  EXPECT_EQ(bench.topics.pending(), 1u);
  bench.run_to(last);
  EXPECT_EQ(bench.functions.asked, 100'016u);
  EXPECT_EQ(
      bench.journal.ends_of(kEvent),
      Lines{kernel::duration_text(last) + " dead_lettered topic orders: ingest gave 429, 100016 attempts"});
  EXPECT_EQ(field(bench.queues.sent.at(0).body, "/Message"), "m");
}

TEST(Delivery, OfWhatTheClientDidWrongIsNotTriedAgain) {
  struct Case {
    const char* name;
    lambda::AcceptResult answer;
  };
  const Case cases[] = {{"function gone", {404, "ResourceNotFoundException", "Function not found: f"}},
                        {"too large", {413, "RequestTooLargeException", "too large"}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    TopicsBench bench;
    bench.create("orders");
    bench.function("orders", "ingest");
    bench.functions.script = {c.answer};
    EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
    bench.run_to(1h);
    EXPECT_EQ(bench.functions.asked, 1u);
    EXPECT_EQ(bench.journal.ends_of(kEvent),
              Lines{"0s lost topic orders: ingest gave " + std::to_string(c.answer.status) +
                    ", 1 attempt, and no dead-letter queue"});
  }
}

TEST(Delivery, ToAQueueThatIsGoneEndsAtOnce) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "audit", {{"RedrivePolicy", redrive("dlq")}});
  bench.queues.refusing = {{"audit", "QueueDoesNotExist"}};
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  EXPECT_EQ(bench.queues.sent.at(0).queue, "dlq");
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s dead_lettered topic orders: audit gave 400, 1 attempt"});
}

TEST(Delivery, ToAQueueThatIsThrottledIsTriedAgain) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "audit");
  bench.queues.refusing = {{"audit", "RequestThrottled"}};
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  bench.run_to(1500ms);
  bench.queues.refusing.clear();
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"2s delivered topic orders: to audit"});
}

TEST(Delivery, ToAWebsiteIsTriedFourTimesTwentySecondsApart) {
  TopicsBench bench;
  bench.create("orders");
  bench.web.then(200, 0s);
  bench.website("orders", "https://shop/sns", {{"RedrivePolicy", redrive("dlq")}});
  bench.web.then(503, 0s, "down");
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  bench.run_to(1h);
  const Lines hops = bench.hops();
  EXPECT_EQ(Lines(hops.begin() + 2, hops.end()),
            (Lines{"0s shop/sns #1 failed 503 down", "20s shop/sns #2 failed 503 down",
                   "40s shop/sns #3 failed 503 down", "1m shop/sns #4 failed 503 down"}));
  EXPECT_EQ(bench.journal.ends_of(kEvent),
            Lines{"1m dead_lettered topic orders: shop/sns gave 503, 4 attempts"});
  ASSERT_EQ(bench.queues.sent.size(), 1u);
  EXPECT_EQ(bench.queues.sent[0].body, bench.web.asked[1].request.body)
      << "what the subscriber would have received";
  EXPECT_EQ(bench.queues.sent[0].request.attributes, MessageAttributes{});
}

TEST(Delivery, ToAWebsiteFitsAnOutageOfFortySeconds) {
  TopicsBench bench;
  bench.create("orders");
  bench.web.then(200, 0s);
  bench.website("orders", "https://shop/sns");
  bench.web.then(503, 0s).then(503, 0s).then(200, 50ms);
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"40s50ms delivered topic orders: to shop/sns"});
}

TEST(Delivery, ToAWebsiteIsNotRepeatedAfterAClientError) {
  TopicsBench bench;
  bench.create("orders");
  bench.web.then(200, 0s);
  bench.website("orders", "https://shop/sns");
  bench.web.then(400, 0s, "bad");
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  bench.run_to(1h);
  EXPECT_EQ(bench.web.asked.size(), 2u);
  EXPECT_EQ(bench.journal.ends_of(kEvent),
            Lines{"0s lost topic orders: shop/sns gave 400, 1 attempt, and no dead-letter queue"});
}

TEST(Delivery, ToAWebsiteWaitsFifteenSecondsForAnAnswer) {
  TopicsBench bench;
  bench.create("orders");
  bench.web.then(200, 0s);
  bench.website("orders", "https://shop/sns");
  bench.web.then(200, 15s).then(std::unexpected(kernel::NoAnswer::Refused), 0s).then(200, 15s - 1ns);
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  bench.run_to(1h);
  const Lines hops = bench.hops();
  EXPECT_EQ(Lines(hops.begin() + 2, hops.end()),
            (Lines{"0s..15s shop/sns #1 timeout 0 timeout", "35s shop/sns #2 no_answer 0 refused",
                   "55s..1m9s999ms999us999ns shop/sns #3 ok 200"}));
}

TEST(Delivery, ToAWebsiteFollowsItsPolicy) {
  TopicsBench bench;
  bench.create("orders");
  bench.web.then(200, 0s);
  bench.website(
      "orders", "https://shop/sns",
      {{"DeliveryPolicy",
        R"({"healthyRetryPolicy":{"minDelayTarget":1,"maxDelayTarget":9,"numRetries":6,"numNoDelayRetries":1,)"
        R"("numMinDelayRetries":1,"numMaxDelayRetries":1,"backoffFunction":"linear"},)"
        R"("requestPolicy":{"headerContentType":"application/json"}})"}});
  bench.web.then(500, 0s);
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  bench.run_to(1h);
  std::vector<kernel::Timestamp> asked = bench.web.asked_at();
  asked.erase(asked.begin());
  EXPECT_EQ(asked,
            (std::vector<kernel::Timestamp>{kernel::at(0s), kernel::at(0s), kernel::at(1s), kernel::at(2s),
                                            kernel::at(7s), kernel::at(16s), kernel::at(25s)}));
  EXPECT_EQ(bench.web.asked.back().request.headers.get("Content-Type"), "application/json");
}

TEST(Delivery, ToAWebsiteMayBeThrottled) {
  TopicsBench bench;
  bench.create("orders",
               {{"DeliveryPolicy", R"({"http":{"defaultThrottlePolicy":{"maxReceivesPerSecond":2}}})"}});
  bench.web.then(200, 0s);
  bench.website("orders", "https://shop/sns");
  for (const char* event : {"a", "b", "c"}) EXPECT_TRUE(bench.publish("orders", {.message = "m"}, event));
  bench.run_to(1h);
  EXPECT_EQ(bench.web.asked_at(), (std::vector<kernel::Timestamp>{kernel::at(0s), kernel::at(0s),
                                                                  kernel::at(500ms), kernel::at(1s)}));
}

TEST(Delivery, TellsTheRigWhoseRequestItIsWhenAskedTo) {
  for (const bool sends : {false, true}) {
    TopicsBench bench(TopicsConfig{.delivery = {.sends_traceparent = sends}});
    bench.create("orders");
    bench.web.then(200, 0s);
    bench.website("orders", "https://shop/sns");
    EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
    EXPECT_EQ(bench.web.asked[1].request.headers.get("traceparent"),
              sends ? kernel::traceparent(kEvent, bench.journal.hops.back().id) : "");
  }
}

TEST(Delivery, IsLostWhenTheDeadLetterQueueRefuses) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "audit", {{"RedrivePolicy", redrive("dlq")}});
  bench.queues.refusing = {{"audit", "QueueDoesNotExist"}, {"dlq", "QueueDoesNotExist"}};
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
  EXPECT_EQ(bench.journal.ends_of(kEvent),
            Lines{"0s lost topic orders: audit gave 400, 1 attempt, and the dead-letter queue refused it"});
}

TEST(Delivery, LeavesTheEventToAQueueThatHasAConsumer) {
  for (const char* consumed : {"audit", "dlq"}) {
    TopicsBench bench;
    bench.create("orders");
    bench.queue("orders", "audit", {{"RedrivePolicy", redrive("dlq")}});
    bench.queues.consumed = consumed;
    if (std::string(consumed) == "dlq") bench.queues.refusing = {{"audit", "QueueDoesNotExist"}};
    EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
    EXPECT_EQ(bench.queues.sent.at(0).queue, consumed);
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{});
    EXPECT_EQ(bench.journal.at(kEvent).branches_open, 1);
  }
}

TEST(Delivery, TakesGroupAndTraceAlong) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "audit");
  EXPECT_TRUE(bench.publish("orders", {.message = "m", .group_id = "g", .trace_header = "Root=1"}));
  EXPECT_EQ(bench.queues.sent.at(0).request.group_id, "g") << "fair queues";
  EXPECT_EQ(bench.queues.sent.at(0).request.trace_header, "Root=1");
}

TEST(DeadLetter, HasTheRawMessageAndItsAttributes) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "audit", {{"RedrivePolicy", redrive("dlq")}, {"RawMessageDelivery", "true"}});
  bench.queues.refusing = {{"audit", "QueueDoesNotExist"}};
  EXPECT_TRUE(bench.publish("orders", {.message = "m", .attributes = {{"city", "String", "Graz"}}}));
  EXPECT_EQ(bench.queues.sent.at(0).body, "m");
  EXPECT_EQ(bench.queues.sent.at(0).request.attributes, (MessageAttributes{{"city", "Graz"}}));
}

TEST(Duplicate, ReachesEverySubscriptionTwiceWithOneId) {
  TopicsBench bench;
  bench.create("orders");
  bench.queue("orders", "a");
  bench.queue("orders", "b");
  bench.topics.duplicate_next("orders", 1);
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}, "x"));
  EXPECT_TRUE(bench.publish("orders", {.message = "m"}, "y"));
  Lines queues;
  for (const auto& sent : bench.queues.sent) queues.push_back(sent.queue);
  EXPECT_EQ(queues, (Lines{"a", "b", "a", "b", "a", "b"})) << "the second message once";
  EXPECT_EQ(bench.queues.sent[0].body, bench.queues.sent[2].body);
  EXPECT_EQ(bench.journal.ends_of("x").size(), 4u);
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Topics, OfOneSeedGiveTheSameIds) {
  const auto body = [] {
    TopicsBench bench;
    bench.create("orders");
    bench.queue("orders", "audit");
    EXPECT_TRUE(bench.publish("orders", {.message = "m"}));
    return bench.queues.sent.at(0).body;
  };
  EXPECT_EQ(body(), body());
}

}  // namespace
}  // namespace emulator::topics

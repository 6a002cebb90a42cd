#include <gtest/gtest.h>

#include "tests/emulator/bus/bus_support.h"

namespace emulator::bus {
namespace {

using kernel::Duration;
using kernel::Outcome;
using kernel::Stage;
using Attributes = queues::MessageAttributes;

std::string envelope(const std::string& id, const std::string& time = "2026-01-05T09:00:01Z") {
  return R"({"version":"0","id":")" + id + R"(","detail-type":"Order_Placed__e","source":")" + kSource +
         R"(","account":"123456789012","time":")" + time + R"(","region":"us-east-1","resources":[],)" +
         R"("detail":{"payload":{"City__c":"Graz"}}})";
}

TEST(Delivery, BringsTheEnvelopeWithItsKeysInOrder) {
  BusBench bench({rule("orders", kOrders, {to_function()})});
  bench.put();
  ASSERT_EQ(bench.results.size(), 1u);
  EXPECT_TRUE(bench.results[0].accepted());
  EXPECT_EQ(bench.functions.accepted, Lines{"ingest " + envelope(bench.results[0].event_id)});
  EXPECT_EQ(bench.journal.timeline(Stage::Bus), Lines{"0s ingest #1 ok 202"});
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{}) << "the function owns it now";
}

TEST(Delivery, FiltersWhatNoRuleWants) {
  struct Case {
    const char* name;
    std::vector<RuleConfig> rules;
  };
  RuleConfig disabled = rule("orders", kOrders, {to_function()});
  disabled.is_enabled = false;
  const Case cases[] = {{"no rule", {}},
                        {"another pattern", {rule("others", kOthers, {to_function()})}},
                        {"a rule without a target", {rule("orders", kOrders, {})}},
                        {"a disabled rule", {disabled}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    BusBench bench(c.rules);
    bench.put();
    EXPECT_TRUE(bench.results[0].accepted()) << "the caller sees success";
    EXPECT_EQ(bench.journal.timeline(Stage::Bus), Lines{"0s  #1 filtered 0 no rule matched"});
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s filtered bus: no rule matched"});
  }
}

TEST(Delivery, GivesOneEventToEveryTargetOfEveryRuleThatMatches) {
  BusBench bench({rule("orders", kOrders, {to_queue("audit", "one"), to_queue("audit", "two")}),
                  rule("others", kOthers, {to_queue("audit")}),
                  rule("graz", R"({"detail":{"payload":{"City__c":["Graz"]}}})", {to_queue("audit")})});
  bench.put();
  const auto messages = bench.received("audit");
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].body, messages[1].body) << "one id for all";
  EXPECT_EQ(messages[0].body, messages[2].body);
  const std::string delivered = "0s delivered bus: queue audit";
  EXPECT_EQ(bench.journal.ends_of(kEvent), (Lines{delivered, delivered, delivered}));
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Delivery, GivesEveryEntryAnIdOfItsOwn) {
  BusBench bench;
  bench.put("a");
  const std::string first = bench.results[0].event_id;
  bench.put("b");
  EXPECT_NE(first, bench.results[0].event_id);
  EXPECT_EQ(first.size(), 36u);
}

TEST(Delivery, RetriesAThrottledTargetUntilItTakesTheEvent) {
  const DeliveryRetryConfig exact{.jitter = 0};
  BusBench bench({rule("orders", kOrders, {with_dead_letter(with_retry(to_function(), exact))})});
  bench.functions.script = {throttled(), throttled(), {}};
  bench.put();
  EXPECT_EQ(bench.bus->pending(), 1u);
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.timeline(Stage::Bus),
            (Lines{"0s ingest #1 throttled 429 Rate Exceeded.", "1s ingest #2 throttled 429 Rate Exceeded.",
                   "3s ingest #3 ok 202"}));
  EXPECT_EQ(bench.functions.accepted, Lines{"ingest " + envelope(bench.results[0].event_id)});
  EXPECT_EQ(bench.queues.depth("orders-dlq"), 0u);
  EXPECT_EQ(bench.bus->pending(), 0u);
}

TEST(Delivery, RetriesOneTargetWithoutTouchingTheOthers) {
  BusBench bench({rule("orders", kOrders, {to_function("f"), to_queue("audit", "q")})});
  bench.functions.script = {throttled(), {}};
  bench.put();
  bench.run_to(1h);
  EXPECT_EQ(bench.functions.accepted.size(), 1u);
  EXPECT_EQ(bench.received("audit").size(), 1u);
}

TEST(Delivery, PutsAGivenUpEventIntoTheDeadLetterQueueWithTheReason) {
  TargetConfig target = with_dead_letter(with_retry(to_function(), {.attempts_max = 3, .jitter = 0}));
  target.spec.input = R"({"other":"input"})";
  BusBench bench({rule("orders", kOrders, {target})});
  bench.functions.script = {throttled()};
  bench.put();
  bench.run_to(24h);
  const auto dead = bench.received("orders-dlq");
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].body, envelope(bench.results[0].event_id)) << "the event, not the input";
  EXPECT_EQ(dead[0].attributes,
            (Attributes{{"RULE_ARN", "arn:aws:events:us-east-1:123456789012:rule/" + kSource + "/orders"},
                        {"TARGET_ARN", "arn:aws:lambda:us-east-1:123456789012:function:ingest"},
                        {"ERROR_CODE", "THROTTLING"},
                        {"ERROR_MESSAGE", "Rate Exceeded."},
                        {"RETRY_ATTEMPTS", "3"},
                        {"EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts"}}));
  EXPECT_EQ(bench.functions.asked_at, (std::vector<Duration>{0s, 1s, 3s, 7s}));
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"7s dead_lettered bus: THROTTLING, MaximumRetryAttempts"});
}

TEST(Delivery, NeverRetriesATargetThatIsGoneOrRefusesForGood) {
  struct Case {
    const char* name;
    TargetConfig target;
    lambda::AcceptResult answer;
    std::string code;
    std::string message;
  };
  const lambda::AcceptResult gone{404, "ResourceNotFoundException", "Function not found"};
  const Case cases[] = {
      {"function", to_arn(function_arn("gone")), gone, "NO_RESOURCE", "Function not found"},
      {"payload refused",
       to_function(),
       {413, "RequestTooLargeException", "too large"},
       "INVALID_PARAMETER",
       "too large"},
      {"queue", to_queue("gone"), {}, "NO_RESOURCE", "The specified queue does not exist."},
      {"event too large",
       to_queue("small"),
       {},
       "INVALID_PARAMETER",
       "One or more parameters are invalid. Reason: Message must be shorter than 200 bytes."},
      {"bus", to_arn(bus_arn("gone")), {}, "NO_RESOURCE", "Event bus gone does not exist."}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    BusBench bench({rule("orders", kOrders, {with_dead_letter(c.target)})});
    bench.functions.script = {c.answer};
    bench.put();
    const auto dead = bench.received("orders-dlq");
    ASSERT_EQ(dead.size(), 1u);
    EXPECT_EQ(dead[0].attributes,
              (Attributes{{"RULE_ARN", "arn:aws:events:us-east-1:123456789012:rule/" + kSource + "/orders"},
                          {"TARGET_ARN", c.target.spec.arn},
                          {"ERROR_CODE", c.code},
                          {"ERROR_MESSAGE", c.message},
                          {"RETRY_ATTEMPTS", "0"}}));
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s dead_lettered bus: " + c.code});
  }
}

TEST(Delivery, RecordsAnErrorOfTheTargetAsAFailureAndTriesAgain) {
  BusBench bench({rule("orders", kOrders, {with_retry(to_function(), {.jitter = 0})})});
  bench.functions.script = {{500, "ServiceException", "Internal"}, {}};
  bench.put();
  bench.run_to(1min);
  EXPECT_EQ(bench.journal.timeline(Stage::Bus),
            (Lines{"0s ingest #1 failed 500 Internal", "1s ingest #2 ok 202"}));
}

TEST(Delivery, LosesAnEventWithoutADeadLetterQueueThatTakesIt) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "0s lost bus: NO_RESOURCE, and no dead-letter queue"},
      {"gone", "0s lost bus: NO_RESOURCE, and the dead-letter queue refused it"},
      {"small", "0s lost bus: NO_RESOURCE, and the dead-letter queue refused it"}};
  for (const auto& [dead_letter, end] : cases) {
    TargetConfig target = to_queue("gone");
    if (!dead_letter.empty()) target = with_dead_letter(target, dead_letter);
    BusBench bench({rule("orders", kOrders, {target})});
    bench.put();
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{end});
  }
}

TEST(Delivery, ActsAsThrottledWhileItIsToldTo) {
  BusBench bench({rule("orders", kOrders, {with_retry(to_function(), {.jitter = 0})})});
  bench.bus->throttle(true);
  bench.put();
  bench.run_to(10s);
  EXPECT_EQ(bench.functions.asked_at, std::vector<Duration>{});
  bench.bus->throttle(false);
  bench.run_to(1min);
  EXPECT_EQ(bench.functions.asked_at, std::vector<Duration>{15s});
}

TEST(Delivery, LeavesAnEventToAQueueThatHasAConsumer) {
  BusBench bench(
      {rule("orders", kOrders,
            {with_dead_letter(with_retry(to_function("f"), {.attempts_max = 0})), to_queue("audit", "q")})});
  bench.functions.script = {throttled()};
  for (const char* queue : {"audit", "orders-dlq"}) bench.queues.attach(queue);
  bench.put();
  bench.run_to(1min);
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{});
  for (const char* queue : {"audit", "orders-dlq"}) {
    const auto messages = bench.received(queue);
    ASSERT_EQ(messages.size(), 1u);
    bench.queues.remove(queue, messages[0].receipt_handle).value();
  }
  EXPECT_EQ(bench.journal.ends_of(kEvent),
            (Lines{"1m delivered queue audit", "1m delivered queue orders-dlq"}));
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Delivery, DrawsItsJitterByEventSoThatAnotherEventChangesNothing) {
  const auto retries_of_second = [](bool with_first) {
    BusBench bench({rule("orders", kOrders, {with_retry(to_function(), {.attempts_max = 4})})});
    bench.functions.script = {throttled()};
    bench.put("first");
    if (with_first) bench.run_to(1h);
    const std::size_t before = bench.journal.hops.size();
    const kernel::Timestamp start = bench.scheduler.now();
    bench.put("second");
    bench.run_to(24h);
    std::vector<Duration> waits;
    for (std::size_t i = with_first ? before : 0; i < bench.journal.hops.size(); ++i) {
      if (bench.journal.hops[i].event == "second") waits.push_back(bench.journal.hops[i].start - start);
    }
    return waits;
  };
  EXPECT_EQ(retries_of_second(true), retries_of_second(false));
  EXPECT_EQ(retries_of_second(true).size(), 5u);
}

TEST(Delivery, DrawsTheJitterOfTwoTargetsOfARuleForEachOfThem) {
  BusBench bench({rule("orders", kOrders, {to_function("one"), to_function("two")})});
  bench.functions.script = {throttled(), throttled(), {}};
  bench.put();
  bench.run_to(1h);
  ASSERT_EQ(bench.functions.asked_at.size(), 4u);
  EXPECT_NE(bench.functions.asked_at[2], bench.functions.asked_at[3]);
}

TEST(Delivery, KeepsTheTargetItBeganWithWhateverBecomesOfTheRule) {
  BusBench bench({rule("orders", kOrders, {with_dead_letter(with_retry(to_function(), {.jitter = 0}))})});
  bench.functions.script = {throttled(), {}};
  bench.put();
  ASSERT_TRUE(bench.bus->rules().remove_targets("orders", kSource, {"t"}));
  ASSERT_TRUE(bench.bus->rules().delete_rule("orders", kSource, false));
  bench.run_to(1min);
  EXPECT_EQ(bench.functions.accepted.size(), 1u);
}

TEST(Delivery, HandsAnEventToTheRulesOfAnotherBusWithItsId) {
  BusBench bench(EventBridgeConfig{.partner = {.rules = {rule("over", kOrders, {to_arn(bus_arn("orders"))})}},
                                   .buses = {{.name = "orders",
                                              .rules = {rule("one", kOrders, {to_queue("audit")}),
                                                        rule("two", kOrders, {to_function()})}}}});
  bench.put();
  const auto messages = bench.received("audit");
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].body, envelope(bench.results[0].event_id));
  EXPECT_EQ(bench.functions.payloads, Lines{messages[0].body});
  EXPECT_EQ(bench.journal.timeline(Stage::Bus),
            (Lines{"0s orders #1 ok 200", "0s audit #1 ok 200", "0s ingest #1 ok 202"}));
  EXPECT_EQ(bench.journal.hops[1].parent, 1u);
  EXPECT_EQ(bench.journal.at(kEvent).branches_open, 1) << "the function has the other branch";
}

TEST(Delivery, FiltersOnTheSecondBusWhatNoRuleThereWants) {
  BusBench bench(EventBridgeConfig{.partner = {.rules = {rule("over", kOrders, {to_arn(bus_arn("empty"))})}},
                                   .buses = {{.name = "empty"}}});
  bench.put();
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s filtered bus: no rule matched"});
}

TEST(Delivery, RefusesASecondHopFromBusToBus) {
  BusBench bench(EventBridgeConfig{
      .partner = {.rules = {rule("over", kOrders, {to_arn(bus_arn("second"))})}},
      .buses = {{.name = "second",
                 .rules = {rule("further", kOrders, {with_dead_letter(to_arn(bus_arn("third")))})}},
                {.name = "third", .rules = {rule("end", kOrders, {to_function()})}}}});
  bench.put();
  EXPECT_EQ(bench.functions.accepted, Lines{});
  const auto dead = bench.received("orders-dlq");
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].attributes[0].value, "arn:aws:events:us-east-1:123456789012:rule/second/further");
  EXPECT_EQ(dead[0].attributes[2].value, "THIRD_ACCOUNT_HOP_DETECTED");
  EXPECT_EQ(dead[0].attributes[4].value, "0");
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s dead_lettered bus: THIRD_ACCOUNT_HOP_DETECTED"});
}

TEST(Delivery, EndsAnEventVisiblyWhoseInputCannotBeMade) {
  struct Case {
    const char* name;
    std::optional<std::string> path;
    std::optional<InputTransformerSpec> transformer;
    std::string why;
  };
  const Case cases[] = {
      {"a path that finds nothing", "$.detail.nope", {}, "the input path $.detail.nope finds nothing"},
      {"an object within quotes",
       {},
       InputTransformerSpec{.paths = {{"p", "$.detail.payload"}}, .text = R"({"order":"<p>"})"},
       R"(the input template makes no JSON of it: {"order":"{"City__c":"Graz"}"})"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    TargetConfig target = with_dead_letter(to_function());
    target.spec.input_path = c.path;
    target.spec.input_transformer = c.transformer;
    BusBench bench({rule("orders", kOrders, {target})});
    bench.put();
    EXPECT_EQ(bench.functions.asked_at.size(), 0u);
    EXPECT_EQ(bench.queues.depth("orders-dlq"), 0u) << "the service keeps nothing of it either";
    EXPECT_EQ(bench.journal.timeline(Stage::Bus), Lines{"0s ingest #1 rejected 0 " + c.why});
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s lost bus: no input for target t of rule orders"});
  }
}

TEST(PartnerSource, LosesWhatComesWhileNobodyMadeABusForIt) {
  BusBench bench(EventBridgeConfig{.is_partner_associated = false});
  bench.put();
  EXPECT_TRUE(bench.results[0].accepted()) << "the partner is told nothing";
  EXPECT_EQ(bench.journal.ends_of(kEvent),
            Lines{"0s lost bus: the event source is pending: it has no event bus"});
  ASSERT_TRUE(bench.bus->buses().create_event_bus({.name = kSource, .event_source_name = kSource}));
  ASSERT_TRUE(bench.bus->rules().put_rule({.name = "all", .event_bus = kSource, .event_pattern = kOrders}));
  ASSERT_TRUE(bench.bus->rules().put_targets("all", kSource, {to_function().spec}));
  bench.put("later");
  EXPECT_EQ(bench.functions.accepted.size(), 1u);
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s " + kSource + "  -> PENDING", "0s " + kSource + " PENDING -> ACTIVE"}));
}

TEST(PartnerSource, FailsAnEntryOfASourceThatIsNotThereAndOneThatIsNoObject) {
  BusBench bench({rule("orders", kOrders, {to_function()})});
  bench.journal.begin("gone");
  bench.tasks.spawn(bench.put_all(
      {{.source = "aws.partner/x/y",
        .detail_type = "a",
        .detail = "{}",
        .time = monday(),
        .event_uuid = "gone"},
       {.source = kSource, .detail_type = "a", .detail = "[]", .time = monday(), .event_uuid = "gone"}}));
  ASSERT_EQ(bench.results.size(), 2u);
  EXPECT_EQ(bench.results[0].error_code, "ResourceNotFoundException");
  EXPECT_EQ(bench.results[1].error_code, "MalformedDetail");
  EXPECT_EQ(bench.journal.ends_of("gone"), Lines{}) << "the partner still has them";
}

}  // namespace
}  // namespace emulator::bus

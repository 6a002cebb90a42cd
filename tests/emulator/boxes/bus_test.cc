#include "emulator/bus/bus.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emulator/queues/queues.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/received.h"

namespace emulator::bus {
namespace {

using kernel::Duration;
using kernel::Stage;

constexpr std::string_view kSource = "aws.partner/salesforce.com/00D000000000001EAA/0YL000000000001AAA";

/// Answers from a script, the last answer repeating, and keeps what it accepted.
class ScriptedFunctions final : public lambda::AsyncInvoker {
 public:
  lambda::AcceptResult invoke_async(std::string_view function, lambda::AsyncEvent event) override {
    const lambda::AcceptResult answer =
        script.empty() ? lambda::AcceptResult{} : script[std::min(asked++, script.size() - 1)];
    if (answer.status == 202) accepted.push_back(std::string(function) + " " + *event.payload);
    return answer;
  }
  std::vector<lambda::AcceptResult> script;
  std::size_t asked = 0;
  Lines accepted;
};

patterns::Pattern pattern(std::string_view json) { return *patterns::Pattern::compile(json); }
patterns::Pattern orders() { return pattern(R"({"detail-type":["Order_Placed__e"]})"); }

lambda::AcceptResult throttled() { return {429, "TooManyRequestsException", "Rate Exceeded."}; }

struct BusBench : Bench {
  queues::Queues queues{
      {{.name = "orders-dlq"}, {.name = "audit"}, {.name = "small", .message_bytes_max = 200}},
      7,
      scheduler,
      journal};
  ScriptedFunctions functions;
  std::unique_ptr<Bus> bus;
  kernel::TaskScope tasks;
  std::vector<EntryResult> results;

  void with(std::vector<RuleConfig> rules) {
    bus = std::make_unique<Bus>(std::move(rules), 7, scheduler, journal, functions, queues);
  }
  kernel::Task<void> put_all(std::vector<PartnerEntry> entries) {
    results = co_await bus->put_partner_events(std::move(entries));
  }
  void put(std::string_view event = kEvent, std::string detail = R"({"payload":{"City__c":"Graz"}})") {
    journal.begin(event);
    tasks.spawn(put_all({{.source = std::string(kSource),
                          .detail_type = "Order_Placed__e",
                          .detail = std::move(detail),
                          .time = monday() + 1999ms,
                          .event_uuid = std::string(event)}}));
  }
};

TEST(Bus, DeliversTheEnvelopeWithItsKeysInOrder) {
  BusBench bench;
  bench.with({{.name = "orders", .pattern = orders(), .target = LambdaTarget{"ingest"}}});
  bench.put();
  ASSERT_EQ(bench.results.size(), 1u);
  EXPECT_TRUE(bench.results[0].accepted());
  EXPECT_EQ(
      bench.functions.accepted,
      Lines{R"(ingest {"version":"0","id":")" + bench.results[0].event_id +
            R"(","detail-type":"Order_Placed__e","source":")" + std::string(kSource) +
            R"(","account":"123456789012","time":"2026-01-05T09:00:01Z","region":"us-east-1","resources":[],)"
            R"("detail":{"payload":{"City__c":"Graz"}}})"});
  EXPECT_EQ(bench.journal.timeline(Stage::Bus), Lines{"0s ingest #1 ok 202"});
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{}) << "the function owns it now";
}

TEST(Bus, FiltersWhatNoRuleWants) {
  BusBench bench;
  bench.with({{.name = "others",
               .pattern = pattern(R"({"detail-type":["Other__e"]})"),
               .target = LambdaTarget{"ingest"}}});
  bench.put();
  EXPECT_TRUE(bench.results[0].accepted()) << "the caller sees success";
  EXPECT_EQ(bench.journal.timeline(Stage::Bus), Lines{"0s  #1 filtered 0 no rule matched"});
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s filtered bus: no rule matched"});
}

TEST(Bus, GivesOneEventToEveryRuleThatMatches) {
  BusBench bench;
  bench.with({{.name = "orders", .pattern = orders(), .target = QueueTarget{"audit"}},
              {.name = "others",
               .pattern = pattern(R"({"detail-type":["Other__e"]})"),
               .target = QueueTarget{"audit"}},
              {.name = "graz",
               .pattern = pattern(R"({"detail":{"payload":{"City__c":["Graz"]}}})"),
               .target = QueueTarget{"audit"}}});
  bench.put();
  const auto messages = support::received(bench.scheduler, bench.queues, "audit");
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].body, messages[1].body) << "one id for both";
  EXPECT_EQ(bench.journal.ends_of(kEvent),
            (Lines{"0s delivered bus: queue audit", "0s delivered bus: queue audit"}));
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Bus, GivesEveryEntryAnIdOfItsOwn) {
  BusBench bench;
  bench.with({});
  bench.put("a");
  const std::string first = bench.results[0].event_id;
  bench.put("b");
  EXPECT_NE(first, bench.results[0].event_id);
  EXPECT_EQ(first.size(), 36u);
}

// facts/aws-delivery 1.6: doubling to a ceiling, with jitter. The draws are keyed, so bounds are what can be
// said.
TEST(DeliveryRetry, DoublesToTheCeilingAndJittersHalfAway) {
  struct Case {
    int failures;
    double luck;
    Duration wait;
  };
  const Case cases[] = {{1, 0, 500ms}, {1, 0.5, 750ms}, {2, 0, 1s},    {3, 0.5, 3s},
                        {10, 0, 256s}, {10, 0.5, 384s}, {11, 0, 256s}, {185, 0.5, 384s}};
  for (const Case& c : cases) {
    const DeliveryDecision decision = after_failure({}, c.failures, 0s, c.luck);
    EXPECT_EQ(decision.wait, c.wait) << c.failures << " " << c.luck;
    EXPECT_EQ(decision.exhausted, "");
  }
}

TEST(DeliveryRetry, EndsByAttemptsOrAgeWhicheverComesFirst) {
  struct Case {
    const char* name;
    DeliveryRetryConfig config;
    int failures;
    Duration age;
    std::string_view exhausted;
  };
  const Case cases[] = {{"the 185th retry is made", {}, 185, 0s, ""},
                        {"and is the last", {}, 186, 0s, "MaximumRetryAttempts"},
                        {"none wanted", {.attempts_max = 0}, 1, 0s, "MaximumRetryAttempts"},
                        {"exactly as old as allowed", {.event_age_max = 60s}, 1, 59500ms, ""},
                        {"older", {.event_age_max = 60s}, 1, 59500ms + 1ns, "MaximumEventAgeInSeconds"},
                        {"attempts are looked at first",
                         {.attempts_max = 3, .event_age_max = 60s},
                         4,
                         1h,
                         "MaximumRetryAttempts"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(after_failure(c.config, c.failures, c.age, 0).exhausted, c.exhausted);
  }
}

TEST(Bus, RetriesAThrottledTargetUntilItTakesTheEvent) {
  BusBench bench;
  bench.with({{.name = "orders",
               .pattern = orders(),
               .target = LambdaTarget{"ingest"},
               .dead_letter = "orders-dlq"}});
  bench.functions.script = {throttled(), throttled(), {}};
  bench.put();
  bench.run_to(1h);
  EXPECT_EQ(bench.functions.accepted.size(), 1u);
  ASSERT_EQ(bench.journal.hops.size(), 3u);
  EXPECT_EQ(bench.journal.hops[0].outcome, kernel::Outcome::Throttled);
  EXPECT_EQ(bench.journal.hops[2].attempt, 3);
  EXPECT_EQ(bench.queues.depth("orders-dlq"), 0u);
  EXPECT_EQ(bench.bus->pending(), 0u);
}

TEST(Bus, PutsAGivenUpEventIntoTheDeadLetterQueueWithTheReason) {
  BusBench bench;
  bench.with({{.name = "orders",
               .pattern = orders(),
               .target = LambdaTarget{"ingest"},
               .retry = {.attempts_max = 3},
               .dead_letter = "orders-dlq"}});
  bench.functions.script = {throttled()};
  bench.put();
  bench.run_to(24h);
  const auto dead = support::received(bench.scheduler, bench.queues, "orders-dlq");
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_TRUE(dead[0].body.starts_with(R"({"version":"0","id":")" + bench.results[0].event_id))
      << "the original event";
  EXPECT_EQ(
      dead[0].attributes,
      (queues::MessageAttributes{
          {"RULE_ARN", "arn:aws:events:us-east-1:123456789012:rule/" + std::string(kSource) + "/orders"},
          {"TARGET_ARN", "arn:aws:lambda:us-east-1:123456789012:function:ingest"},
          {"ERROR_CODE", "THROTTLING"},
          {"ERROR_MESSAGE", "Rate Exceeded."},
          {"RETRY_ATTEMPTS", "3"},
          {"EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts"}}));
  EXPECT_EQ(bench.functions.asked, 4u);
  ASSERT_EQ(bench.journal.ends_of(kEvent).size(), 1u);
  EXPECT_TRUE(bench.journal.ends_of(kEvent)[0].ends_with(" dead_lettered bus: THROTTLING"));
}

TEST(Bus, GivesAnEventUpWhenItIsTooOld) {
  BusBench bench;
  bench.with({{.name = "orders",
               .pattern = orders(),
               .target = LambdaTarget{"ingest"},
               .retry = {.event_age_max = 60s},
               .dead_letter = "orders-dlq"}});
  bench.functions.script = {throttled()};
  bench.put();
  bench.run_to(24h);
  EXPECT_LE(bench.journal.hops.back().start, kernel::at(60s));
  const auto dead = support::received(bench.scheduler, bench.queues, "orders-dlq");
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].attributes.back(),
            (queues::MessageAttribute{"EXHAUSTED_RETRY_CONDITION", "MaximumEventAgeInSeconds"}));
}

TEST(Bus, LeavesAnEventToAQueueThatHasAConsumer) {
  BusBench bench;
  bench.with({{.name = "orders",
               .pattern = orders(),
               .target = LambdaTarget{"ingest"},
               .retry = {.attempts_max = 0},
               .dead_letter = "orders-dlq"},
              {.name = "audit", .pattern = orders(), .target = QueueTarget{"audit"}}});
  bench.functions.script = {throttled()};
  for (const char* queue : {"audit", "orders-dlq"}) bench.queues.attach(queue);
  bench.put();
  bench.run_to(1min);
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{});
  for (const char* queue : {"audit", "orders-dlq"}) {
    const auto messages = support::received(bench.scheduler, bench.queues, queue);
    ASSERT_EQ(messages.size(), 1u);
    bench.queues.remove(queue, messages[0].receipt_handle).value();
  }
  EXPECT_EQ(bench.journal.ends_of(kEvent),
            (Lines{"1m delivered queue audit", "1m delivered queue orders-dlq"}));
  EXPECT_TRUE(bench.journal.is_balanced());
}

TEST(Bus, NeverRetriesATargetThatIsGone) {
  struct Case {
    const char* name;
    decltype(RuleConfig::target) target;
    std::string code;
    std::string message;
    std::string arn;
  };
  const Case cases[] = {
      {"function", LambdaTarget{"gone"}, "NO_RESOURCE", "Function not found",
       "arn:aws:lambda:us-east-1:123456789012:function:gone"},
      {"queue", QueueTarget{"gone"}, "NO_RESOURCE", "The specified queue does not exist.",
       "arn:aws:sqs:us-east-1:123456789012:gone"},
      {"event too large", QueueTarget{"small"}, "INVALID_PARAMETER",
       "One or more parameters are invalid. Reason: Message must be shorter than 200 bytes.",
       "arn:aws:sqs:us-east-1:123456789012:small"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    BusBench bench;
    bench.with({{.name = "orders", .pattern = orders(), .target = c.target, .dead_letter = "orders-dlq"}});
    bench.functions.script = {{404, "ResourceNotFoundException", "Function not found"}};
    bench.put();
    const auto dead = support::received(bench.scheduler, bench.queues, "orders-dlq");
    ASSERT_EQ(dead.size(), 1u);
    EXPECT_EQ(dead[0].attributes,
              (queues::MessageAttributes{{"RULE_ARN", "arn:aws:events:us-east-1:123456789012:rule/" +
                                                          std::string(kSource) + "/orders"},
                                         {"TARGET_ARN", c.arn},
                                         {"ERROR_CODE", c.code},
                                         {"ERROR_MESSAGE", c.message},
                                         {"RETRY_ATTEMPTS", "0"}}));
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s dead_lettered bus: " + c.code});
  }
}

TEST(Bus, RecordsAnErrorOfTheTargetAsAFailureAndTriesAgain) {
  BusBench bench;
  bench.with({{.name = "orders", .pattern = orders(), .target = LambdaTarget{"ingest"}}});
  bench.functions.script = {{500, "ServiceException", "Internal"}, {}};
  bench.put();
  bench.run_to(1min);
  ASSERT_EQ(bench.journal.hops.size(), 2u);
  EXPECT_EQ(bench.journal.hops[0].outcome, kernel::Outcome::Failed);
  EXPECT_EQ(bench.journal.hops[1].outcome, kernel::Outcome::Ok);
}

TEST(Bus, LosesAnEventWithoutADeadLetterQueueThatTakesIt) {
  const std::pair<std::optional<std::string>, std::string> cases[] = {
      {std::nullopt, "0s lost bus: NO_RESOURCE, and no dead-letter queue"},
      {"gone", "0s lost bus: NO_RESOURCE, and the dead-letter queue refused it"},
      {"small", "0s lost bus: NO_RESOURCE, and the dead-letter queue refused it"}};
  for (const auto& [dead_letter, end] : cases) {
    BusBench bench;
    bench.with(
        {{.name = "orders", .pattern = orders(), .target = QueueTarget{"gone"}, .dead_letter = dead_letter}});
    bench.put();
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{end});
  }
}

TEST(Bus, ActsAsThrottledWhileItIsToldTo) {
  BusBench bench;
  bench.with({{.name = "orders", .pattern = orders(), .target = LambdaTarget{"ingest"}}});
  bench.bus->throttle(true);
  bench.put();
  bench.run_to(10s);
  EXPECT_EQ(bench.functions.asked, 0u);
  bench.bus->throttle(false);
  bench.run_to(1min);
  EXPECT_EQ(bench.functions.accepted.size(), 1u);
}

TEST(Bus, DrawsItsJitterByEventSoThatAnotherEventChangesNothing) {
  const auto retries_of_second = [](bool with_first) {
    BusBench bench;
    bench.with({{.name = "orders",
                 .pattern = orders(),
                 .target = LambdaTarget{"ingest"},
                 .retry = {.attempts_max = 4}}});
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
}

}  // namespace
}  // namespace emulator::bus

#include <gtest/gtest.h>

#include "tests/emulator/bus/bus_support.h"

namespace emulator::bus {
namespace {

const std::string kNoRule = "400 ResourceNotFoundException Rule nope does not exist on EventBus default.";
const std::string kNoBus = "400 ResourceNotFoundException Event bus nope does not exist.";
const std::string kLimit =
    "400 LimitExceededException The requested resource exceeds the maximum number allowed.";

template <class T>
Lines names(const ApiResult<Page<T>>& page) {
  Lines all;
  if (!page) return {said(page)};
  for (const T& item : page->items) all.push_back(item.name);
  if (!page->next_token.empty()) all.push_back("...");
  return all;
}

TEST(Buses, AreMadeDescribedListedAndDeleted) {
  BusBench bench;
  EventBuses& buses = bench.bus->buses();
  const auto made = buses.create_event_bus({.name = "orders", .description = "for orders"});
  ASSERT_TRUE(made) << said(made);
  EXPECT_EQ(made->arn, "arn:aws:events:us-east-1:123456789012:event-bus/orders");
  EXPECT_EQ(buses.describe_event_bus("orders")->description, "for orders");
  EXPECT_EQ(buses.describe_event_bus(made->arn)->name, "orders");
  EXPECT_EQ(buses.describe_event_bus("")->name, "default");
  EXPECT_EQ(names(buses.list_event_buses({})), (Lines{kSource, "default", "orders"}));
  EXPECT_EQ(said(buses.delete_event_bus("orders")), "ok");
  EXPECT_EQ(said(buses.describe_event_bus("orders")),
            "400 ResourceNotFoundException Event bus orders does not exist.");
  EXPECT_EQ(said(buses.delete_event_bus("orders")), "ok") << "gone is gone";
}

TEST(Buses, AreRefusedInTheServicesWords) {
  BusBench bench(EventBridgeConfig{.limits = {.buses_max = 3}});
  EventBuses& buses = bench.bus->buses();
  const std::string start = "400 ValidationException 1 validation error detected: Value '";
  struct Row {
    CreateEventBusRequest request;
    std::string error;
  };
  const Row rows[] = {
      {{.name = "default"}, "400 ResourceAlreadyExistsException Event bus default already exists."},
      {{.name = kSource, .event_source_name = kSource},
       "400 ResourceAlreadyExistsException Event bus " + kSource + " already exists."},
      {{.name = "a/b"},
       start + "a/b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: "
               "[\\.\\-_A-Za-z0-9]+"},
      {{.name = "aws.partner/x/y", .event_source_name = "aws.partner/x/y"},
       "400 ResourceNotFoundException Event source aws.partner/x/y does not exist."},
      {{.name = "mine", .event_source_name = kSource},
       "400 ValidationException Parameter EventSourceName is not valid. Reason: A partner event bus has the "
       "name "
       "of its event source."},
      {{.name = "third"}, "ok"},
      {{.name = "fourth"}, kLimit}};
  for (const Row& row : rows)
    EXPECT_EQ(said(buses.create_event_bus(row.request)), row.error) << row.request.name;
  EXPECT_EQ(said(buses.delete_event_bus("default")),
            "400 ValidationException Cannot delete event bus default.");
  ASSERT_TRUE(bench.bus->rules().put_rule({.name = "r", .event_bus = "third", .event_pattern = kOrders}));
  EXPECT_EQ(said(buses.delete_event_bus("third")),
            "400 ValidationException Cannot delete event bus third since it has rules.");
}

TEST(Buses, OfAPartnerFollowItsSource) {
  BusBench bench;
  EventBuses& buses = bench.bus->buses();
  EXPECT_EQ(buses.describe_event_source(kSource)->state, SourceState::Active);
  EXPECT_EQ(buses.describe_event_source(kSource)->created_by, "aws.partner/salesforce.com");
  ASSERT_TRUE(buses.delete_event_bus(kSource));
  EXPECT_EQ(buses.describe_event_source(kSource)->state, SourceState::Pending);
  EXPECT_EQ(names(buses.list_event_sources({.name_prefix = "aws.partner/salesforce"})), Lines{kSource});
  bench.run_to(24h * 14 - 1ns);
  EXPECT_TRUE(buses.describe_event_source(kSource));
  bench.run_to(24h * 14);
  EXPECT_EQ(said(buses.describe_event_source(kSource)),
            "400 ResourceNotFoundException Event source " + kSource + " does not exist.");
  EXPECT_EQ(names(buses.list_event_sources({})), Lines{});
}

TEST(Rules, ArePutOverEachOtherAndKeepTheirTargets) {
  BusBench bench;
  Rules& rules = bench.bus->rules();
  EXPECT_EQ(rules.put_rule({.name = "r", .event_pattern = kOrders, .description = "one"}).value(),
            "arn:aws:events:us-east-1:123456789012:rule/r");
  ASSERT_TRUE(rules.put_targets("r", "", {to_queue("audit").spec}));
  ASSERT_TRUE(
      rules.put_rule({.name = "r", .event_bus = "default", .event_pattern = kOthers, .is_enabled = false}));
  const auto now = rules.describe_rule("r", "");
  ASSERT_TRUE(now);
  EXPECT_EQ(now->event_pattern, kOthers);
  EXPECT_EQ(now->description, "");
  EXPECT_FALSE(now->is_enabled);
  EXPECT_EQ(now->created_by, "123456789012");
  EXPECT_EQ(rules.list_targets_by_rule("r", "", {})->items.size(), 1u);
  ASSERT_TRUE(rules.put_rule({.name = "r", .event_bus = kSource, .event_pattern = kOrders}));
  EXPECT_EQ(rules.describe_rule("r", kSource)->arn,
            "arn:aws:events:us-east-1:123456789012:rule/" + kSource + "/r");
}

TEST(Rules, OfAScenarioAreTheSameObjects) {
  BusBench bench({rule("orders", kOrders, {with_dead_letter(to_queue("audit"))})});
  EXPECT_EQ(names(bench.bus->rules().list_rules(kSource, {})), Lines{"orders"});
  EXPECT_EQ(bench.bus->rules().list_targets_by_rule("orders", kSource, {})->items[0].dead_letter_arn,
            queue_arn("orders-dlq"));
  ASSERT_TRUE(bench.bus->rules().enable_rule("orders", kSource, false));
  bench.put("a");
  EXPECT_EQ(bench.journal.ends_of("a"), Lines{"0s filtered bus: no rule matched"});
  ASSERT_TRUE(bench.bus->rules().enable_rule("orders", kSource, true));
  bench.put("b");
  EXPECT_EQ(bench.journal.ends_of("b"), Lines{"0s delivered bus: queue audit"});
  EXPECT_EQ(bench.journal.transitions.back(), "0s orders DISABLED -> ENABLED");
}

TEST(Rules, AreRefusedInTheServicesWords) {
  BusBench bench;
  Rules& rules = bench.bus->rules();
  const std::string name(65, 'x');
  struct Row {
    PutRuleRequest request;
    std::string error;
  };
  const Row rows[] = {
      {{.name = name, .event_pattern = kOrders},
       "400 ValidationException 1 validation error detected: Value '" + name +
           "' at 'name' failed to satisfy constraint: Member must have length less than or equal to 64"},
      {{.name = "r", .event_bus = "nope", .event_pattern = kOrders}, kNoBus},
      {{.name = "r"},
       "400 ValidationException Parameter(s) EventPattern or ScheduleExpression must be specified."},
      {{.name = "r", .schedule_expression = "rate(1 minute)"},
       "400 ValidationException ScheduleExpression is not emulated: a rule needs an EventPattern."},
      {{.name = "r", .event_pattern = "[]"},
       "400 InvalidEventPatternException Event pattern is not valid. Reason: Filter is not an object\n"
       " at [Source: (String)\"[]\"; line: 1, column: 2]"}};
  for (const Row& row : rows) EXPECT_EQ(said(rules.put_rule(row.request)), row.error);
  EXPECT_EQ(said(rules.describe_rule("nope", "")), kNoRule);
  EXPECT_EQ(said(rules.enable_rule("nope", "", true)), kNoRule);
  EXPECT_EQ(said(rules.put_targets("nope", "", {to_queue("audit").spec})), kNoRule);
  EXPECT_EQ(said(rules.remove_targets("nope", "", {"t"})), kNoRule);
  EXPECT_EQ(said(rules.list_targets_by_rule("nope", "", {})), kNoRule);
  EXPECT_EQ(said(rules.list_rules("nope", {})), kNoBus);
  EXPECT_EQ(said(rules.delete_rule("nope", "", false)), "ok") << "gone is gone";
}

TEST(Rules, AreDeletedOnceTheyHaveNoTargets) {
  BusBench bench;
  Rules& rules = bench.bus->rules();
  ASSERT_TRUE(rules.put_rule({.name = "r", .event_pattern = kOrders}));
  ASSERT_TRUE(rules.put_targets("r", "", {to_queue("audit").spec}));
  EXPECT_EQ(said(rules.delete_rule("r", "", false)),
            "400 ValidationException Rule can't be deleted since it has targets.");
  ASSERT_TRUE(rules.remove_targets("r", "", {"t"}));
  EXPECT_EQ(said(rules.delete_rule("r", "", false)), "ok");
  EXPECT_EQ(names(rules.list_rules("", {})), Lines{});
}

TEST(Rules, AreListedInPagesSortedByName) {
  BusBench bench;
  Rules& rules = bench.bus->rules();
  for (const char* name : {"c", "ab", "aa", "b", "ac"}) {
    ASSERT_TRUE(rules.put_rule({.name = name, .event_pattern = kOrders}));
  }
  EXPECT_EQ(names(rules.list_rules("", {.name_prefix = "a"})), (Lines{"aa", "ab", "ac"}));
  const auto first = rules.list_rules("", {.limit = 2});
  EXPECT_EQ(names(first), (Lines{"aa", "ab", "..."}));
  EXPECT_EQ(names(rules.list_rules("", {.next_token = first->next_token, .limit = 3})),
            (Lines{"ac", "b", "c"}));
  EXPECT_EQ(said(rules.list_rules("", {.limit = 0})),
            "400 ValidationException 1 validation error detected: Value '0' at 'limit' failed to satisfy "
            "constraint: Member must have value greater than or equal to 1");
}

TEST(Rules, HaveTheQuotasOfTheService) {
  BusBench bench(EventBridgeConfig{.limits = {.rules_max = 2, .targets_max = 2}});
  Rules& rules = bench.bus->rules();
  for (const char* name : {"one", "two"})
    ASSERT_TRUE(rules.put_rule({.name = name, .event_pattern = kOrders}));
  EXPECT_EQ(said(rules.put_rule({.name = "three", .event_pattern = kOrders})), kLimit);
  EXPECT_EQ(said(rules.put_rule({.name = "two", .event_pattern = kOthers})), "ok") << "it is there";
  EXPECT_EQ(said(rules.put_rule({.name = "one", .event_bus = kSource, .event_pattern = kOthers})), "ok");
  ASSERT_TRUE(rules.put_targets("one", "", {to_queue("audit", "a").spec, to_queue("audit", "b").spec}));
  EXPECT_EQ(said(rules.put_targets("one", "", {to_queue("audit", "c").spec})), kLimit);
  EXPECT_EQ(said(rules.put_targets("one", "", {to_queue("audit", "b").spec})), "ok") << "it replaces";
}

TEST(Rules, CanTellWhetherAPatternMatches) {
  BusBench bench;
  const std::string event = R"({"source":"shop","detail":{"a":[1,2]}})";
  struct Row {
    std::string pattern;
    std::string event;
    std::string answer;
  };
  const Row rows[] = {
      {R"({"source":["shop"],"detail":{"a":[2]}})", event, "yes"},
      {R"({"source":["shop"],"detail":{"a":[3]}})", event, "no"},
      {R"({"source":"shop"})", event,
       "400 InvalidEventPatternException Event pattern is not valid. Reason: \"source\" must be an object or "
       "an "
       "array"},
      {"{", event, ""},
      {R"({"source":["shop"]})", "[]", "400 ValidationException Parameter Event is not valid."},
      {R"({"source":["shop"]})", "{", "400 ValidationException Parameter Event is not valid."}};
  for (const Row& row : rows) {
    const auto answer = bench.bus->rules().test_event_pattern(row.pattern, row.event);
    const std::string text = answer ? (*answer ? "yes" : "no") : said(answer);
    if (row.answer.empty()) {
      EXPECT_TRUE(text.starts_with("400 InvalidEventPatternException ")) << text;
    } else {
      EXPECT_EQ(text.substr(0, text.find('\n')), row.answer);
    }
  }
}

TEST(Targets, OfAKnownIdAreReplaced) {
  BusBench bench({rule("orders", kOrders, {to_queue("audit")})});
  Rules& rules = bench.bus->rules();
  const auto put =
      rules.put_targets("orders", kSource, {to_function().spec, to_queue("audit", "other").spec});
  ASSERT_TRUE(put);
  EXPECT_TRUE(put->empty());
  const auto listed = rules.list_targets_by_rule("orders", kSource, {});
  ASSERT_EQ(listed->items.size(), 2u);
  EXPECT_EQ(listed->items[0].id + " " + listed->items[0].arn, "other " + queue_arn("audit"));
  EXPECT_EQ(listed->items[1].id + " " + listed->items[1].arn, "t " + function_arn("ingest"));
  EXPECT_EQ(rules.list_rule_names_by_target(queue_arn("audit"), kSource, {})->items, Lines{"orders"});
  EXPECT_EQ(rules.list_rule_names_by_target(queue_arn("nope"), kSource, {})->items, Lines{});
}

TEST(Targets, ThatAreNotThereFailOneByOneWhenRemoved) {
  BusBench bench({rule("orders", kOrders, {to_queue("audit")})});
  const auto removed = bench.bus->rules().remove_targets("orders", kSource, {"nope", "t"});
  ASSERT_TRUE(removed);
  ASSERT_EQ(removed->size(), 1u);
  EXPECT_EQ((*removed)[0].target_id, "nope");
  EXPECT_EQ((*removed)[0].error_code, "ResourceNotFoundException");
  EXPECT_EQ((*removed)[0].error_message, "Rule 'orders' does not have a target with the Id 'nope'.");
  bench.put();
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s filtered bus: no rule matched"});
}

TEST(Targets, AreRefusedInTheServicesWords) {
  BusBench bench({rule("orders", kOrders, {})});
  const auto with = [](auto&& change) {
    TargetSpec spec = to_queue("audit", "T").spec;
    change(spec);
    return spec;
  };
  struct Row {
    const char* name;
    TargetSpec spec;
    std::string error;
  };
  const std::string start = "1 validation error detected: Value '";
  const Row rows[] = {
      {"an id", with([](auto& s) { s.id = "a b"; }),
       start + "a b' at 'targets.2.member.id' failed to satisfy constraint: Member must satisfy regular "
               "expression "
               "pattern: [\\.\\-_A-Za-z0-9]+"},
      {"two inputs", with([](auto& s) { s.input = "1", s.input_path = "$.detail"; }),
       "Only one of Input, InputPath, or InputTransformer must be provided for target T."},
      {"a placeholder", with([](auto& s) { s.input_transformer = {.paths = {}, .text = "<x>"}; }),
       "InputTemplate for target T contains invalid placeholder x."},
      {"an input", with([](auto& s) { s.input = "{"; }), "JSON syntax error in input for target T."},
      {"a path", with([](auto& s) { s.input_path = "detail"; }), "Invalid InputPath for target T: detail"},
      {"an arn", with([](auto& s) { s.arn = "arn:aws:kinesis:us-east-1:123456789012:stream/x"; }),
       "The target arn:aws:kinesis:us-east-1:123456789012:stream/x is not emulated: functions, queues, "
       "topics "
       "and buses of this account and region are."},
      {"no arn", with([](auto& s) { s.arn = "queue"; }),
       "Parameter queue is not valid. Reason: Provided Arn is not in correct format."},
      {"attempts", with([](auto& s) { s.retry_attempts = 186; }),
       start +
           "186' at 'targets.2.member.retryPolicy.maximumRetryAttempts' failed to satisfy constraint: Member "
           "must have value less than or equal to 185"},
      {"age", with([](auto& s) { s.event_age_seconds = 59; }),
       start + "59' at 'targets.2.member.retryPolicy.maximumEventAgeInSeconds' failed to satisfy constraint: "
               "Member must have value greater than or equal to 60"},
      {"no group", with([](auto& s) { s.arn = queue_arn("orders.fifo"); }),
       "Parameter(s) SqsParameters.MessageGroupId must be specified for target: T."},
      {"a group of a function", with([](auto& s) { s.arn = function_arn("f"), s.message_group_id = "g"; }),
       "Parameter(s) SqsParameters.MessageGroupId not valid for target: T."},
      {"an input for a bus", with([](auto& s) { s.arn = bus_arn("default"), s.input = "1"; }),
       "A bus gets the whole event: no input is emulated for target T."},
      {"a dead-letter queue", with([](auto& s) { s.dead_letter_arn = function_arn("f"); }),
       "Parameter DeadLetterConfig.Arn is not valid. Reason: Must contain the ARN of an SQS queue."}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(said(bench.bus->rules().put_targets("orders", kSource, {to_queue("audit").spec, row.spec})),
              "400 ValidationException " + row.error);
    EXPECT_EQ(bench.bus->rules().list_targets_by_rule("orders", kSource, {})->items.size(), 0u)
        << "all or nothing";
  }
}

TEST(Targets, TakeTheirRetryPolicyFromTheCall) {
  EventBridgeConfig config{.partner = {.rules = {rule("orders", kOrders, {})}},
                           .retry = {.base = 4s, .jitter = 0}};
  BusBench bench(config);
  TargetSpec spec = to_function().spec;
  spec.retry_attempts = 2;
  ASSERT_TRUE(bench.bus->rules().put_targets("orders", kSource, {spec}));
  bench.functions.script = {throttled()};
  bench.put();
  bench.run_to(1h);
  EXPECT_EQ(bench.functions.asked_at, (std::vector<kernel::Duration>{0s, 4s, 12s}));
}

}  // namespace
}  // namespace emulator::bus

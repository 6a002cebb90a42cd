// Queues and their consumers in scenarios: keys, what they say of each other, both clocks.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

using namespace std::chrono_literals;

/// A deployment with `queues` and one source of the function, in one file.
struct Deployment {
  std::string queues = "orders: {visibility: 30s}";
  std::string sources = "{queue: orders}";
  std::string target = "queue: orders";
};

class QueueScenario : public testing::Test {
 protected:
  std::string path(const Deployment& d) const {
    return put(dir_ / "s.yaml",
               "name: s\n"
               "given:\n"
               "  bus: {rules: [{name: r, pattern: {detail-type: [Order__e]}, target: {" +
                   d.target +
                   "}}]}\n"
                   "  queues: {" +
                   d.queues +
                   "}\n"
                   "  lambda: {ingest: {timeout: 30s, sources: [" +
                   d.sources +
                   "]}}\n"
                   "  compute: {middleware: {apis: {erp: {}}, flows: [{event: Order__e, steps: [{name: book, "
                   "api: erp, path: /x}]}]}}\n"
                   "  apis: {erp: {operations: [{path: /x}]}}\n"
                   "timeline: [{at: 0s, publish: Order__e, fields: {N__c: SO-1}}]\n");
  }
  /// Without the folder's name; "" when it is good.
  std::string problem(const Deployment& d) const {
    const auto scenario = read_scenario(path(d), {});
    return scenario ? "" : without(scenario.error().text(), dir_ / "");
  }
  TempDir dir_;
};

TEST_F(QueueScenario, ReadsEveryKey) {
  const Scenario scenario = scenario_of(path(
      {.queues =
           "orders: {visibility: 45s, delay: 5s, retention: 1h, receive_wait: 3s, message_bytes: 256KiB, "
           "redrive: {to: dead, receives: 7}, consumed: true}, "
           "o.fifo: {fifo: true, content_based_deduplication: true, deduplicate_per: group, "
           "redrive: {to: dead.fifo, receives: 1}}",
       .sources =
           "{queue: orders, batch: 20, window: 2s, report_batch_item_failures: true, concurrency_max: 9, "
           "enabled: false, scaling: {start: 3, per_minute: 60, max: 30}, throttled: {base: 2s, wait_max: "
           "5s}}, "
           "{queue: other}",
       .target = "queue: o.fifo, message_group: g"}));
  const auto& queues = scenario.given.queues;
  std::string names;
  for (const queues::QueueConfig& queue : queues) names += queue.name + (queue.is_fifo ? "(FIFO) " : " ");
  EXPECT_EQ(names, "orders o.fifo(FIFO) other dead dead.fifo(FIFO) ")
      << "declared, then those that are only named";
  EXPECT_EQ(queues[0].visibility, 45s);
  EXPECT_EQ(queues[0].delay, 5s);
  EXPECT_EQ(queues[0].retention, 1h);
  EXPECT_EQ(queues[0].receive_wait, 3s);
  EXPECT_EQ(queues[0].message_bytes_max, 262'144);
  EXPECT_EQ(queues[0].redrive, (queues::RedrivePolicy{"dead", 7}));
  EXPECT_TRUE(queues[0].has_consumer);
  EXPECT_TRUE(queues[1].content_based_deduplication);
  EXPECT_TRUE(queues[1].deduplicates_per_group);
  const auto& sources = scenario.given.functions.at(0).sources;
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].function, "ingest");
  EXPECT_EQ(sources[0].queue, "orders");
  EXPECT_EQ(sources[0].batch_max, 20);
  EXPECT_EQ(sources[0].window, 2s);
  EXPECT_TRUE(sources[0].reports_failures);
  EXPECT_EQ(sources[0].concurrency_max, 9);
  EXPECT_FALSE(sources[0].is_enabled);
  EXPECT_EQ(sources[0].scaling.start, 3);
  EXPECT_EQ(sources[0].scaling.per_minute, 60);
  EXPECT_EQ(sources[0].scaling.max, 30);
  EXPECT_EQ(sources[0].backoff.base, 2s);
  EXPECT_EQ(sources[0].backoff.wait_max, 5s);
  scenario.given.bus.for_each_target([](const bus::RuleConfig&, const bus::TargetConfig& target) {
    EXPECT_EQ(target.spec.message_group_id, "g");
  });
}

TEST_F(QueueScenario, NamesWhatDoesNotFit) {
  const std::string source = "s.yaml:3:3: function 'ingest', source 'orders': ";
  struct Case {
    const char* name;
    Deployment deployment;
    std::string problem;
  };
  const Case cases[] = {
      {"all is well", {}, ""},
      {"half a second",
       {.queues = "orders: {visibility: 1500ms}"},
       "s.yaml:4:33: 'visibility': wants whole seconds"},
      {"a visibility shorter than the timeout",
       {.queues = "orders: {visibility: 29s}"},
       source + "Queue visibility timeout: 29 seconds is less than Function timeout: 30 seconds"},
      {"a large batch",
       {.sources = "{queue: orders, batch: 11}"},
       source +
           "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"},
      {"one queue twice", {.sources = "{queue: orders}, {queue: orders}"}, source + "it is there already"},
      {"a filter",
       {.sources = "{queue: orders, filter: {}}"},
       "s.yaml:5:61: 'filter' is not emulated yet: every message goes to the function"},
      {"pollers",
       {.sources = "{queue: orders, provisioned: {}}"},
       "s.yaml:5:61: 'provisioned' is not emulated yet: pollers scale by themselves"},
      {"scaling downwards",
       {.sources = "{queue: orders, scaling: {start: 9, max: 8}}"},
       "s.yaml:5:70: 'start' must not be above 'max'"},
      {"a FIFO queue without its ending",
       {.queues = "orders: {fifo: true}"},
       "s.yaml:3:3: queue 'orders': The name of a FIFO queue can only include alphanumeric characters, "
       "hyphens, or "
       "underscores, must end with .fifo suffix and be 1 to 80 in length."},
      {"the ending without FIFO",
       {.queues = "orders.fifo: {}"},
       "s.yaml:3:3: queue 'orders.fifo': Can only include alphanumeric characters, hyphens, or underscores. "
       "1 to 80 "
       "in length"},
      {"a dead-letter queue of another type",
       {.queues = "orders: {redrive: {to: dead.fifo, receives: 3}}"},
       "s.yaml:3:3: queue 'orders': Dead-letter target must be same type of queue as the source."},
      {"redrive without a limit",
       {.queues = "orders: {redrive: {to: dead}}"},
       "s.yaml:4:30: a redrive policy needs the key 'receives'"},
      {"a FIFO target without a group",
       {.queues = "o.fifo: {fifo: true, content_based_deduplication: true}", .target = "queue: o.fifo"},
       "s.yaml:3:8: 'bus': rule 'r': Parameter(s) SqsParameters.MessageGroupId must be specified for target: "
       "target-1."},
      {"a FIFO target without deduplication",
       {.queues = "o.fifo: {fifo: true}", .target = "queue: o.fifo, message_group: g"},
       "s.yaml:3:3: rule 'r' sends to the FIFO queue 'o.fifo': the target needs message_group, and the queue "
       "content_based_deduplication"},
      {"a group of a function",
       {.target = "lambda: ingest, message_group: g"},
       "s.yaml:3:88: 'message_group' in a target needs 'queue' or 'arn' beside it"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string found = problem(c.deployment);
    EXPECT_EQ(found.substr(0, found.find('\n')), c.problem);
  }
}

TEST(QueueScenarios, ShowEachEventItsWayThroughTheBatch) {
  const Ran ran(scenario_of(shipped("a_batch_gives_back_only_what_failed")));
  EXPECT_EQ(
      ran.ask(
          "SELECT h.stage, h.target, h.operation, h.attempt, h.outcome, p.stage FROM hops h JOIN events e ON "
          "e.id = h.event LEFT JOIN hops p ON p.id = h.parent WHERE e.ordering_key = 'SO-10248' AND h.stage "
          "IN ('bus', 'queue', 'invoke', 'compute') ORDER BY h.id"),
      "bus|orders|orders|1|ok|relay\n"
      "queue|orders|SendMessage|1|ok|bus\n"
      "queue|ingest|ReceiveMessage|1|ok|queue\n"
      "invoke|ingest|RequestResponse|1|ok|queue\n"
      "compute|middleware|POST /events|1|ok|invoke\n");
  EXPECT_EQ(ran.ask("SELECT count(*) FROM hops c JOIN hops i ON i.id = c.parent WHERE c.stage = 'compute' "
                    "AND c.event <> "
                    "i.event"),
            "0\n")
      << "no event hangs under another's invocation";
  EXPECT_EQ(ran.ask("SELECT ended_where, count(*) FROM events GROUP BY 1 ORDER BY 1"),
            "queue orders|8\nqueue orders-dlq|2\n");
  EXPECT_EQ(ran.ask("SELECT count(*) FROM logs WHERE source = 'ingest' AND message = 'ValidationError'"),
            "6\n");
}

TEST(QueueScenarios, EndTheSameOnBothClocks) {
  for (const char* name :
       {"a_batch_gives_back_only_what_failed", "a_poison_order_drags_its_fifo_batch_along"}) {
    SCOPED_TRACE(name);
    Scenario scenario = scenario_of(shipped(name));
    for (FunctionGiven& function : scenario.given.functions) function.timeout = 30s;
    const Ran virtually(scenario);
    const Ran live(scenario, {.clock = *parse_clock("x20")});
    const char* const ends =
        "SELECT ordering_key, \"end\", ended_where, ends FROM events ORDER BY ordering_key";
    EXPECT_EQ(live.ask(ends), virtually.ask(ends));
    const char* const receives =
        "SELECT e.ordering_key, h.stage, h.target, h.operation, h.attempt, h.outcome, h.error FROM hops h "
        "JOIN events "
        "e ON e.id = h.event WHERE h.stage IN ('queue', 'invoke') ORDER BY 1, 2, 3, 4, 5";
    EXPECT_EQ(live.ask(receives), virtually.ask(receives));
  }
}

TEST(QueueScenarios, AMappingThatIsOffLeavesOrdersInTheQueue) {
  Scenario scenario = scenario_of(shipped("a_batch_gives_back_only_what_failed"));
  scenario.given.functions.at(0).sources.at(0).is_enabled = false;
  const Ran ran(scenario);
  EXPECT_EQ(ran.ask("SELECT \"end\", ended_where, count(*) FROM events GROUP BY 1, 2"),
            "delivered|bus: queue orders|10\n")
      << "nobody reads it: the bus ends them, as with any queue";
}

}  // namespace
}  // namespace emulator::runner

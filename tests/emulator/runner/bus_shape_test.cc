#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const std::string kPublish = "[{at: 0s, publish: Order__e, fields: {}}]";

class BusFile {
 public:
  BusFile() {
    put(dir_ / "middleware.yaml",
        "apis: {erp: {}}\nflows: [{event: Order__e, steps: [{name: book, api: erp, path: /orders}]}]\n");
  }
  auto read_with(const std::string& bus, const std::string& timeline) const {
    return read_scenario(put(dir_ / "s.yaml", "name: a_claim\ngiven:\n  bus: " + bus +
                                                  "\n  lambda: {ingest: {}}\n"
                                                  "  compute: {middleware: middleware.yaml}\n"
                                                  "  apis: {erp: {operations: [{path: /orders}]}}\n"
                                                  "\ntimeline: " +
                                                  timeline + "\n"));
  }
  auto read(const std::string& bus) const { return read_with(bus, kPublish); }
  std::string problem(const std::string& bus, const std::string& timeline = kPublish) const {
    const auto scenario = read_with(bus, timeline);
    return scenario ? "" : without(scenario.error().text(), dir_ / "");
  }

 private:
  TempDir dir_;
};

TEST(BusShape, ReadsRulesWithSeveralTargetsAndBusesOfTheirOwn) {
  const BusFile file;
  const auto scenario = file.read(
      "{retry: {jitter: 0%}, rules: [{name: all, pattern: {source: [a]}, dead_letter: dlq, retry: {attempts: "
      "3}, targets: ["
      "{id: one, lambda: ingest}, {queue: audit, input: {a: 1}, dead_letter: other, retry: {age: 2h}}, "
      "{bus: orders}, {arn: 'arn:aws:sqs:us-east-1:123456789012:gone', message_group: g}]}], "
      "buses: {orders: {rules: [{pattern: {source: [b]}, state: DISABLED, target: {lambda: ingest, "
      "input_transformer: {paths: {x: $.id}, template: '<x>'}}}], archives: {kept: {retention: 7d}}}}, "
      "limits: {put_calls: 5/s, put_bytes: 256KiB, targets: 4}, association: pending}");
  ASSERT_TRUE(scenario) << scenario.error().text();
  const bus::EventBridgeConfig& bus = scenario->given.bus;
  Lines lines;
  bus.for_each_target([&lines](const bus::RuleConfig& rule, const bus::TargetConfig& target) {
    lines.push_back(rule.name + " " + target.spec.id + " " + target.spec.arn + " " +
                    target.spec.dead_letter_arn + " " + std::to_string(target.retry.attempts_max) + " " +
                    kernel::duration_text(target.retry.event_age_max) + " " +
                    (target.retry.jitter == 0 ? "exact" : "jitter"));
  });
  const std::string here = ":us-east-1:123456789012:";
  EXPECT_EQ(
      lines,
      (Lines{"all one arn:aws:lambda" + here + "function:ingest arn:aws:sqs" + here + "dlq 3 1d jitter",
             "all target-2 arn:aws:sqs" + here + "audit arn:aws:sqs" + here + "other 185 2h jitter",
             "all target-3 arn:aws:events" + here + "event-bus/orders arn:aws:sqs" + here + "dlq 3 1d jitter",
             "all target-4 arn:aws:sqs" + here + "gone arn:aws:sqs" + here + "dlq 3 1d jitter",
             "rule-1 target-1 arn:aws:lambda" + here + "function:ingest  185 1d exact"}));
  EXPECT_EQ(bus.partner.rules[0].targets[1].spec.input, R"({"a":1})");
  EXPECT_EQ(bus.partner.rules[0].targets[1].spec.retry_attempts, 185) << "what is declared, clients find";
  EXPECT_EQ(bus.partner.rules[0].targets[1].spec.event_age_seconds, 7200);
  EXPECT_EQ(bus.buses[0].rules[0].targets[0].spec.retry_attempts, std::nullopt) << "the bus's own default";
  EXPECT_FALSE(bus.buses[0].rules[0].is_enabled);
  EXPECT_EQ(bus.buses[0].archives[0].retention_days, 7);
  EXPECT_EQ(bus.puts_per_second, 5);
  EXPECT_EQ(bus.put_bytes_limit, 262'144);
  EXPECT_EQ(bus.limits.targets_max, 4);
  EXPECT_FALSE(bus.is_partner_associated);
  std::string queues;
  for (const queues::QueueConfig& queue : scenario->given.queues) queues += queue.name + " ";
  EXPECT_EQ(queues, "dlq other audit ") << "what an ARN names need not be there";
}

TEST(BusShape, SaysWhatIsWrong) {
  const std::string all = "{rules: [{pattern: {source: [a]}, ";
  const std::pair<std::string, std::string> cases[] = {
      {all + "target: {lambda: ingest}, targets: [{lambda: ingest}]}]}",
       "s.yaml:3:68: 'targets' cannot stand next to 'target' in a rule"},
      {all + "targets: [{lambda: ingest, input_path: detail}]}]}",
       "s.yaml:3:8: 'bus': rule 'rule-1': Invalid InputPath for target target-1: detail"},
      {all + "target: {queue: q, input_transformer: {template: '<x>'}}}]}",
       "s.yaml:3:8: 'bus': rule 'rule-1': InputTemplate for target target-1 contains invalid placeholder x."},
      {all + "target: {lambda: ingest, input: 1, input_path: $.id}}]}",
       "s.yaml:3:77: 'input_path' cannot stand next to 'input' in a target"},
      {all + "target: {bus: ordrs}}], buses: {orders: {}}}",
       "s.yaml:3:3: rule 'rule-1' has the target bus 'ordrs', which is not given; did you mean 'orders'?"},
      {all + "target: {lambda: ingest}}], archives: {a: {retention: 36h}}}",
       "s.yaml:3:96: 'retention' of an archive wants whole days"},
      {all + "target: {lambda: ingest}}, {name: rule-1, pattern: {source: [b]}, target: {lambda: ingest}}]}",
       "s.yaml:3:8: 'bus': two rules of one bus have the name 'rule-1'"},
      {all + "targets: [{id: target-2, lambda: ingest}, {queue: q}]}]}",
       "s.yaml:3:8: 'bus': rule 'rule-1': two targets have the id 'target-2'"}};
  const BusFile file;
  for (const auto& [bus, problem] : cases) EXPECT_EQ(file.problem(bus), problem) << bus;
}

TEST(BusTimeline, KnowsReplaysAndFaultsOfDeliveries) {
  const BusFile file;
  const auto scenario = file.read_with(
      "{archives: {kept: {}}, rules: [{name: all, pattern: {source: [a]}, target: {lambda: ingest}}]}",
      "[{at: 1s, duplicate: bus}, {at: 2s, for: 3s, duplicate: bus, share: 25%, by: 1m, name: twice}, "
      "{at: 3s, reorder: bus, times: 4}, {at: 1m, replay: kept, window: [0s, 30s], rules: [all]}]");
  ASSERT_TRUE(scenario) << scenario.error().text();
  const auto& lines = scenario->timeline;
  const bus::DeliveryFault& next = *lines[0].deliveries;
  EXPECT_EQ(next.times, 1) << "the next one";
  EXPECT_EQ(next.name, "duplicate@8");
  const bus::DeliveryFault& share = *lines[1].deliveries;
  EXPECT_EQ(share.times, std::nullopt);
  EXPECT_EQ(share.from, kernel::at(2s));
  EXPECT_EQ(share.until, kernel::at(5s));
  EXPECT_EQ(share.share, 0.25);
  EXPECT_EQ(share.by, 1min);
  const bus::DeliveryFault& held = *lines[2].deliveries;
  EXPECT_EQ(held.kind, bus::DeliveryFault::Kind::Reorder);
  EXPECT_EQ(held.times, 4);
  EXPECT_EQ(held.by, 1s);
  EXPECT_EQ(lines[3].replay->name, "replay-8");
  EXPECT_EQ(lines[3].replay->window->until, 30s);
  EXPECT_EQ(lines[3].replay->rules, Lines{"all"});
}

TEST(BusTimeline, NamesWhatTheBusDoesNotHave) {
  const std::string bus =
      "{archives: {kept: {}}, rules: [{name: all, pattern: {source: [a]}, target: {lambda: ingest}}]}";
  const std::pair<std::string, std::string> cases[] = {
      {"[{at: 1s, replay: kpt}]",
       "s.yaml:8:12: the replay is of the archive 'kpt', which is not given; did you mean 'kept'?"},
      {"[{at: 1s, replay: kept, rules: [al]}]",
       "s.yaml:8:12: the replay is for the rule 'al', which is not given; did you mean 'all'?"},
      {"[{at: 1s, replay: kept, name: a}, {at: 2s, replay: kept, name: a}]",
       "s.yaml:8:12: two replays are named 'a'"}};
  const BusFile file;
  for (const auto& [timeline, problem] : cases) {
    const std::string text = file.problem(bus, timeline);
    EXPECT_EQ(text.substr(0, text.find('\n')), problem);
  }
}

}  // namespace
}  // namespace emulator::runner

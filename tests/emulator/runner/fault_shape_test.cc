// Faults in scenarios: every key, and the schedule that fired, played again.
#include "emulator/runner/replay_faults.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

using namespace std::chrono_literals;

std::string text_of(const std::string& fault, int count = 1) {
  return "name: s\n"
         "given:\n"
         "  bus: {rules: [{pattern: {detail-type: [Order__e]}, target: {lambda: ingest}}]}\n"
         "  lambda: {ingest: {}}\n"
         "  compute: {middleware: {apis: {erp: {}}, flows: [{event: Order__e, steps: [{name: book, api: erp, "
         "path: /x, "
         "method: POST, body: {n: \"${/N__c}\"}}]}]}}\n"
         "  apis: {erp: {operations: [{path: /x, effect: book, business_key: /n}]}}\n"
         "timeline:\n"
         "  - {at: 0s, publish: Order__e, fields: {N__c: SO-1}, rate: 10/s, count: " +
         std::to_string(count) +
         "}\n"
         "  - {at: 0s, fault: erp, name: odd, " +
         fault + "}\n";
}

Scenario read(const std::string& fault, int count = 1) {
  const TempDir dir;
  return scenario_of(put(dir / "s.yaml", text_of(fault, count)));
}
mocks::FaultRule rule(const std::string& fault) { return *read(fault).timeline.at(1).fault; }

TEST(FaultShape, ReadsEveryKey) {
  const mocks::FaultRule narrow = rule(
      "respond: {status: 503, retry_after: 5s, retry_after_date: true, headers: {Location: /x}}, "
      "only: {method: POST, header: {X-Tenant: a}, key: SO-1, attempts: [1, 2]}, "
      "when: {burst: {begins: 1%, ends: 20%, in_bad: 90%}, flap: {down: 1s, up: 2s, offset: 3s}, total: 9}");
  EXPECT_EQ(narrow.method, "POST");
  EXPECT_EQ(narrow.header, (std::pair<std::string, std::string>{"X-Tenant", "a"}));
  EXPECT_EQ(narrow.key, "SO-1");
  EXPECT_EQ(narrow.attempt_max, 2);
  EXPECT_EQ(narrow.burst->in_bad, 0.9);
  EXPECT_EQ(narrow.flap->offset, 3s);
  EXPECT_EQ(narrow.total_max, 9);
  EXPECT_TRUE(narrow.effect.retry_after_is_date);
  EXPECT_EQ(narrow.effect.headers.at(0).second, "/x");
  const mocks::FaultRule ramp =
      rule("damage: bom, twice: true, when: {ramp: {from: 1%, to: 50%, over: 1m, exponential: true}}");
  EXPECT_EQ(ramp.effect.damage, mocks::Damage::Bom);
  EXPECT_TRUE(ramp.effect.executes_twice);
  EXPECT_EQ(ramp.ramp->over, 1min);
  const mocks::FaultRule listed = rule("respond: 503, per: event, when: {fires: [{key: e1, n: 2}]}");
  EXPECT_EQ(listed.fires->at(0), (mocks::Fired{"e1", 2}));
  EXPECT_EQ(rule("respond: 503, when: {fires: [3]}").fires->at(0), (mocks::Fired{"", 3}));
}

TEST(FaultShape, ReadsHowAnAnswerIsSent) {
  const mocks::FaultRule slow = rule("slow: {head: 2s, body: 1500us}, keep_alive: reset_at_next, times: 1");
  EXPECT_EQ(slow.effect.pace.head.get(), 2s);
  EXPECT_EQ(slow.effect.pace.body.get(), 2ms);
  EXPECT_EQ(slow.effect.afterwards, kernel::Afterwards::ResetAtNext);
  EXPECT_EQ(slow.effect.status, std::nullopt);
  const mocks::FaultRule both = rule("respond: 503, slow: {body: 2s}, keep_alive: closed");
  EXPECT_EQ(both.effect.status, 503);
  EXPECT_EQ(both.effect.pace.head.get(), 0s);
  EXPECT_EQ(both.effect.afterwards, kernel::Afterwards::Closed);
}

TEST(FaultShape, ReadsDoors) {
  const DoorAction door =
      *read("connect: refused, for: 9s, when: {flap: {down: 1s, up: 2s, offset: 3s}}").timeline.at(1).door;
  EXPECT_EQ(door.name, "odd");
  EXPECT_EQ(door.api, "erp");
  EXPECT_EQ(door.door, kernel::Door::Refused);
  EXPECT_EQ(door.flap->offset, 3s);
}

TEST(FaultShape, RefusesWhatMakesNoSense) {
  struct Case {
    const char* fault;
    const char* error;
  };
  const Case cases[] = {
      {"place: before",
       "'fault' needs 'respond', 'connect', 'delay', 'damage', 'twice', 'slow' or 'keep_alive'"},
      {"respond: 503, damage: bom", "'respond'"},
      {"respond: 503, only: {attempts: [2, 1]}", "wants two numbers, the larger one last"},
      {"respond: 503, only: {header: {A: a, B: b}}", "wants one header"},
      {"respond: 503, when: {ramp: {from: 0%, to: 1%, over: 1s, exponential: true}}",
       "needs both ends above 0%"},
      {"respond: 503, when: {fires: [1], total: 2}", "'total'"},
      {"damage: bmo", "bom"},
      {"respond: 503, connect: refused", "'respond'"},
      {"slow: {}", "wants head, body or both"},
      {"slow: {head: 5h}", "4h39m37s215ms"},
      {"respond: hang, slow: {body: 1s}", "for answers that come whole"},
      {"respond: empty, keep_alive: closed", "for answers that come whole"},
      {"connect: refused, slow: {body: 1s}", "'slow' does not go with 'connect'"},
      {"connect: refused, keep_alive: closed", "'keep_alive' does not go with 'connect'"},
      {"connect: refused, times: 3", "'times' does not go with 'connect'"},
      {"connect: refused, only: {method: POST}", "'only' does not go with 'connect'"},
      {"connect: refused, when: {total: 3}", "of 'when' it takes flap"},
      {"connect: refused, when: {flap: {down: 1s, up: 1s}}", "needs 'for'"},
      {"connect: tls_expired", "'erp' is served without"},
      {"connect: refusd", "refused"},
      {"respond: 503, only: {stub: nope}", "'erp' has no stub 'nope'"}};
  for (const Case& c : cases) {
    const TempDir dir;
    const auto scenario = read_scenario(put(dir / "s.yaml", text_of(c.fault)), {});
    ASSERT_FALSE(scenario) << c.fault;
    EXPECT_NE(scenario.error().text().find(c.error), std::string::npos) << scenario.error().text();
  }
}

TEST(FaultShape, ExecutesTwiceSoThatTheInvariantSees) {
  const Ran ran(read("twice: true, times: 1"));
  EXPECT_EQ(ran.ask("SELECT business_key, times FROM effects"), "SO-1|2\n");
  EXPECT_EQ(ran.ask("SELECT verdict FROM checks WHERE name = 'effect_once'"), "failed\n");
}

TEST(Doors, CloseAndOpenAtTheirTimes) {
  Scenario scenario = read("connect: refused, for: 4s, when: {flap: {down: 1s, up: 1s, offset: 500ms}}", 45);
  const Ran ran(scenario);
  EXPECT_EQ(ran.ask("SELECT rule, target, n, at_ns / 1000000 FROM faults WHERE fired"),
            "odd|erp|1|500\nodd|erp|2|2500\n");
  EXPECT_EQ(
      ran.ask(
          "SELECT count(*) FROM hops WHERE stage = 'api' AND error = 'refused' AND (start_ns < 500000000 OR "
          "start_ns BETWEEN 1500000000 AND 2499999999 OR start_ns >= 3500000000)"),
      "0\n");
  EXPECT_NE(ran.ask("SELECT count(*) FROM hops WHERE stage = 'api' AND error = 'refused'"), "0\n");
  EXPECT_EQ(ran.ask("SELECT sum(times) FROM effects"), "45\n");
}

constexpr const char* kFired = "SELECT key, n FROM faults WHERE fired ORDER BY id";

TEST(ReplayFaults, FiresAgainWithoutLuck) {
  const Scenario drawn = read("respond: 503, share: 30%", 40);
  const Ran first(drawn);
  Scenario again = drawn;
  again.seed = 8;
  ASSERT_TRUE(replay_faults(again, first.result.path));
  const Ran second(again);
  EXPECT_NE(first.ask(kFired), "");
  EXPECT_EQ(second.ask(kFired), first.ask(kFired));
  EXPECT_EQ(second.ask("SELECT count(*) FROM faults WHERE draw > 0"), "0\n");
  EXPECT_FALSE(replay_faults(again, "/nowhere.db"));
}

}  // namespace
}  // namespace emulator::runner

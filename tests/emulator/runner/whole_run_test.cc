// Scenarios whole: they pass, they repeat, they tell a broken middleware from a good one, and both clocks
// agree.
#include <algorithm>
#include <sstream>

#include "emulator/report/summary.h"
#include "middleware/live/parallel.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> shipped_files() { return *scenario_files({RELAYRIG_SOURCE_DIR "/scenarios"}); }

std::string failures(const Ran& ran) {
  return ran.ask("SELECT kind, name, expected, found FROM checks WHERE verdict IN ('failed', 'error')");
}

TEST(Scenarios, PassTwiceTheSame) {
  for (const std::string& file : shipped_files()) {
    SCOPED_TRACE(file);
    const Ran ran(scenario_of(file), {.verify = true});
    EXPECT_EQ(ran.result.verdict, "passed") << failures(ran);
    EXPECT_EQ(ran.ask("SELECT verdict FROM checks WHERE name = 'same_seed_same_run'"), "passed\n");
    EXPECT_EQ(ran.ask("SELECT digest FROM runs"), ran.result.digest + "\n");
    EXPECT_FALSE(std::filesystem::exists(ran.result.path + ".twin"));
  }
}

TEST(Scenarios, AreNamedAfterTheirFile) {
  for (const std::string& file : shipped_files())
    EXPECT_EQ(scenario_of(file).name, std::filesystem::path(file).stem()) << file;
}

TEST(Scenarios, RepeatSideBySide) {
  std::vector<Scenario> scenarios;
  for (const std::string& file : shipped_files()) scenarios.push_back(scenario_of(file));
  const TempDir folder;
  const auto digests = [&](int jobs) {
    std::vector<std::string> all(scenarios.size());
    std::vector<kernel::Action> work;
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
      work.emplace_back([&, i] {
        const auto result = run_scenario(scenarios[i], {.runs_folder = folder / std::to_string(jobs)});
        all[i] = result ? result->digest : result.error().text();
      });
    }
    live::run_parallel(jobs, std::move(work));
    return all;
  };
  const std::vector<std::string> alone = digests(1);
  EXPECT_EQ(digests(2), alone);
  for (const std::string& digest : alone) EXPECT_EQ(digest.size(), 64U) << digest;
}

/// The third stage takes minutes: `make bench`.
TEST(Scenarios, OfStagesPassAsTheOthersDo) {
  for (const char* day :
       {"stages/a_day_of_a_startup_keeps_what_an_outage_outlasts", "stages/a_day_of_growth_loses_nothing"})
    EXPECT_EQ(Ran(scenario_of(shipped(day))).result.verdict, "passed") << day;
  const Scenario largest = scenario_of(shipped("stages/a_day_of_an_enterprise_loses_nothing"));
  EXPECT_EQ(largest.hops_share, 0.001);
  // An hour of it, at noon, at a fiftieth of its rate.
  const Ran hour(scenario_of(shipped("stages/a_day_of_an_enterprise_loses_nothing"),
                             {"timeline=[{at: 0s, publish: Order_Placed__e, from: " RELAYRIG_SOURCE_DIR
                              "/scenarios/data/order_placed.jsonl, rate: 2/s, for: 1h}, {at: 20m, for: 10m, "
                              "fault: payments, name: outage, "
                              "place: before, respond: {status: 503, retry_after: 5s}}]",
                              "expect=[{every: event, ends: delivered, within: 1h}]"}));
  EXPECT_EQ(hour.result.verdict, "passed");
  EXPECT_EQ(hour.ask("SELECT count(*), sum(\"end\" = 'delivered') FROM events"), "7200|7200\n");
}

TEST(Scenarios, HaveOtherLuckWithAnotherSeed) {
  const Scenario scenario = scenario_of(shipped("an_answer_lost_after_the_charge_charges_once"));
  const Ran seven(scenario);
  const Ran eight(scenario, {.seed = 8});
  EXPECT_NE(seven.result.digest, eight.result.digest);
  EXPECT_TRUE(eight.result.path.ends_with(".8.rrun.db")) << eight.result.path;
  EXPECT_EQ(eight.ask("SELECT seed FROM runs"), "8\n");
  const char* const fired =
      "SELECT e.ordering_key FROM faults f JOIN events e ON e.uuid = f.key WHERE f.fired ORDER BY 1";
  EXPECT_NE(seven.ask(fired), eight.ask(fired));
}

TEST(Scenarios, RememberWhatOverrodeThem) {
  const Ran ran(scenario_of(shipped("a_duplicate_delivery_changes_nothing"), {"given.compute.min=2"}));
  EXPECT_EQ(ran.ask("SELECT arguments FROM runs"), "--set 'given.compute.min=2'\n");
}

TEST(Scenarios, AQueryThatFailsIsNoVerdict) {
  const Ran ran(scenario_of(shipped("a_duplicate_delivery_changes_nothing"),
                            {"expect=[{sql: SELECT n FROM hop, equals: 0}]"}));
  EXPECT_EQ(ran.result.verdict, "error");
  EXPECT_EQ(ran.ask("SELECT verdict FROM checks WHERE kind = 'expectation'"), "error\n");
}

TEST(Scenarios, TellHowManyCallsWereAllowedOnlyWhenTheySay) {
  const auto summary = [](const char* name, const std::vector<std::string>& sets) {
    return report::summary_text(*report::read_run(*Ran(scenario_of(shipped(name), sets)).file));
  };
  const std::string bounded = summary("every_order_arrives_once", {});
  EXPECT_NE(bounded.find("at most 5 (allowed 5)\n"), std::string::npos) << bounded;
  const std::string free = summary("a_duplicate_delivery_changes_nothing", {});
  EXPECT_EQ(free.find("allowed"), std::string::npos) << free;
}

// The claims of the main scenario: take away what it rests on, and it fails.

struct Broken {
  explicit Broken(const std::string& set)
      : ran(scenario_of(shipped("payments_down_for_two_minutes"), {set})) {
    text = report::summary_text(*report::read_run(*ran.file));
  }
  std::string verdict(const std::string& check) const {
    return ran.ask("SELECT verdict FROM checks WHERE name LIKE '" + check + "%'");
  }
  bool says(const std::string& part) const { return text.find(part) != std::string::npos; }
  Ran ran;
  std::string text;
};

TEST(PaymentsDown, WithoutRetriesOrdersAreLeftBehind) {
  const Broken run("given.compute.middleware.apis.payments.retry=off");
  EXPECT_EQ(run.ran.result.verdict, "failed");
  EXPECT_EQ(run.verdict("recovers"), "failed\n");
  EXPECT_EQ(run.verdict("nothing_lost"), "passed\n");
  EXPECT_TRUE(run.says("FAILED\n")) << run.text;
  EXPECT_TRUE(run.says("recovers")) << run.text;
  EXPECT_TRUE(run.says("\n    > ")) << run.text;
  EXPECT_TRUE(run.says("stubborn")) << run.text;
  EXPECT_TRUE(run.says("reproduce relayrig run " + shipped("payments_down_for_two_minutes") +
                       " --seed 7 --set 'given.compute.middleware.apis.payments.retry=off'\n"))
      << run.text;
  EXPECT_LE(std::ranges::count(run.text, '\n'), 10);
}

TEST(PaymentsDown, WithoutAnIdempotencyKeySomebodyIsChargedTwice) {
  const Broken run("given.compute.middleware.apis.payments.idempotency_key=off");
  EXPECT_EQ(run.ran.result.verdict, "failed");
  EXPECT_EQ(run.verdict("effect_once"), "failed\n");
  EXPECT_EQ(run.ran.ask("SELECT count(*) FROM effects WHERE operation = 'charge' AND times > 1"), "1\n");
  EXPECT_TRUE(run.says("effect_once")) << run.text;
}

TEST(PaymentsDown, WithoutABreakerThePaymentApiIsHammered) {
  const Broken run("given.compute.middleware.apis.payments.breaker=off");
  EXPECT_EQ(run.ran.result.verdict, "failed");
  EXPECT_EQ(run.verdict("breaker_honoured"), "passed\n");
  EXPECT_EQ(run.verdict("hops stage=api target=payments: at most 40"), "failed\n");
  EXPECT_EQ(run.verdict("breaker payments opens"), "failed\n");
  EXPECT_EQ(run.ran.ask("SELECT count(*) FROM transitions WHERE kind = 'breaker'"), "0\n");
}

// Both clocks: the same code decides, so the same things happen.

/// Nothing in it ends because the machine was slow. Both runs are treated so.
Scenario unhurried(Scenario scenario) {
  config::MiddlewareFile& middleware = scenario.given.compute.middleware;
  for (service::ApiConfig& api : middleware.service.apis) {
    api.per_try = 1h;
    api.breaker->slow_above = 1h;
    // A breaker that asks often closes long before the third invocation of those whom it refused.
    api.breaker->open_for = {5s};
  }
  for (service::FlowConfig& flow : middleware.service.flows) flow.deadline = 1h;
  for (lambda::FunctionConfig& function : scenario.given.functions) function.timeout = 15min;
  scenario.given.compute.app_runner.request_max = 1h;
  return scenario;
}

RunOptions live_clock(const std::string& text) { return {.clock = *parse_clock(text)}; }

constexpr const char* kEnds =
    "SELECT ordering_key, \"end\", ended_where, ends FROM events ORDER BY ordering_key";

TEST(Parity, AnAnswerLostLooksTheSameOnBothClocks) {
  Scenario scenario = unhurried(scenario_of(shipped("an_answer_lost_after_the_charge_charges_once")));
  // Half of all first charges are lost. A machine that starts late has its first orders charged at once, and
  // enough of them lost together open the breaker: the rules are the same, the minute is not.
  for (service::ApiConfig& api : scenario.given.compute.middleware.service.apis) api.breaker.reset();
  const Ran virtually(scenario);
  const Ran live(scenario, live_clock("x20"));
  const char* const questions[] = {
      kEnds,
      "SELECT rule, key, n, draw, threshold, fired FROM faults ORDER BY rule, key, n",
      "SELECT e.ordering_key, h.stage, h.target, h.operation, h.attempt, h.outcome, h.status, h.error, "
      "h.fault, count(*) "
      "FROM hops h JOIN events e ON e.id = h.event GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, "
      "5, 6, 7, 8, 9",
      "SELECT api, operation, business_key, times FROM effects ORDER BY 1, 2, 3",
  };
  for (const char* question : questions) {
    SCOPED_TRACE(question);
    const std::string expected = virtually.ask(question);
    EXPECT_GT(std::ranges::count(expected, '\n'), 20);
    EXPECT_EQ(live.ask(question), expected);
  }
}

TEST(Parity, AnOutageEndsTheSameOnBothClocks) {
  const Scenario scenario = unhurried(scenario_of(shipped("payments_down_for_two_minutes")));
  const Ran virtually(scenario);
  const Ran live(scenario, live_clock("x60"));
  EXPECT_EQ(live.ask(kEnds), virtually.ask(kEnds));

  // How many requests the outage met depends on the clock; what was decided about the nth does not.
  const auto rows = [](const Ran& ran) {
    const auto table = ran.file->query(
        "SELECT rule || ' ' || key || ' ' || n, draw || ' ' || threshold || ' ' || fired FROM faults ORDER "
        "BY 1");
    std::map<std::string, std::string> decisions;
    for (const auto& row : table->rows) decisions[hoplog::value_text(row[0])] = hoplog::value_text(row[1]);
    return decisions;
  };
  const auto here = rows(virtually);
  std::size_t common = 0;
  for (const auto& [decision, value] : rows(live)) {
    const auto found = here.find(decision);
    if (found == here.end()) continue;
    ++common;
    EXPECT_EQ(value, found->second) << decision;
  }
  EXPECT_GT(common, 40U);

  // Whoever was published after the rule began met it from its first request on.
  const char* const stubborn =
      "SELECT e.ordering_key, f.n, f.draw, f.threshold, f.fired FROM faults f JOIN events e ON e.uuid = "
      "f.key "
      "WHERE f.rule = 'stubborn' AND e.published_ns >= 335000000000 ORDER BY 1, 2";
  EXPECT_GT(std::ranges::count(virtually.ask(stubborn), '\n'), 30);
  EXPECT_EQ(live.ask(stubborn), virtually.ask(stubborn));
}

}  // namespace
}  // namespace emulator::runner

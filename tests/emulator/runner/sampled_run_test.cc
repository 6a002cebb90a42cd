// `record: {hops: 10%}` against the same run with all of its hops.
#include "emulator/report/run_report.h"
#include "emulator/report/summary.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

/// With an outage, retries, a lost answer and invocations that come again; expectations about hops are taken
/// out.
Scenario outage(const std::string& record) {
  return scenario_of(shipped("payments_down_for_two_minutes"),
                     {"record=" + record, "expect=[{every: event, ends: delivered, within: 20m}]",
                      "invariants={recovers: {within: 10m}, attempts_bounded: {calls: 18}}"});
}

struct SampledRun : testing::Test {
  static void SetUpTestSuite() {
    whole = std::make_unique<Ran>(outage("{}"));
    sampled = std::make_unique<Ran>(outage("{hops: 10%}"));
  }
  static void TearDownTestSuite() {
    whole.reset();
    sampled.reset();
  }
  static std::unique_ptr<Ran> whole;
  static std::unique_ptr<Ran> sampled;
};
std::unique_ptr<Ran> SampledRun::whole;
std::unique_ptr<Ran> SampledRun::sampled;

TEST_F(SampledRun, LosesNothingButHopsAndPayloads) {
  for (const char* all : {"SELECT id, uuid, ordering_key, published_ns, \"end\", ended_ns, ended_where, ends "
                          "FROM events ORDER BY id",
                          "SELECT * FROM executions ORDER BY id", "SELECT * FROM transitions ORDER BY id",
                          "SELECT rule, key, n, draw, fired, hop FROM faults ORDER BY id"}) {
    EXPECT_EQ(sampled->ask(all), whole->ask(all)) << all;
  }
}

TEST_F(SampledRun, CountsAllHops) {
  const char* const layers = "SELECT * FROM layers ORDER BY stage, target";
  EXPECT_EQ(sampled->ask(layers), whole->ask(layers));
  EXPECT_NE(sampled->ask("SELECT count(*) FROM hops"), whole->ask("SELECT count(*) FROM hops"));
}

TEST_F(SampledRun, HasAllThatWasUnusual) {
  const char* const unusual =
      "SELECT * FROM hops WHERE outcome <> 'ok' OR attempt > 1 OR fault IS NOT NULL ORDER BY id";
  EXPECT_EQ(sampled->ask(unusual), whole->ask(unusual));
  // An attempt at an API that failed can be read up to the invocation that caused it.
  EXPECT_EQ(sampled->ask("SELECT count(*) FROM hops a LEFT JOIN hops s ON s.id = a.parent "
                         "LEFT JOIN hops c ON c.id = s.parent WHERE a.stage = 'api' AND a.outcome <> 'ok' "
                         "AND (s.id IS NULL OR c.id IS NULL)"),
            "0\n");
}

TEST_F(SampledRun, HasTheEventsOfTheSampleWhole) {
  const std::string of_sample = "SELECT h.id, h.outcome FROM hops h WHERE h.event IN (" +
                                sampled->ask("SELECT group_concat(id) FROM events WHERE payload <> ''") +
                                ") ORDER BY h.id";
  EXPECT_EQ(sampled->ask(of_sample), whole->ask(of_sample));
  const std::int64_t events = *sampled->file->integer("SELECT count(*) FROM events WHERE payload <> ''");
  EXPECT_GT(events, 40);  // of 700, a tenth
  EXPECT_LT(events, 100);
}

TEST_F(SampledRun, SaysWhatItsChecksRestOn) {
  EXPECT_EQ(sampled->ask("SELECT verdict FROM runs"), "passed\n");
  EXPECT_EQ(
      sampled->ask("SELECT name FROM checks WHERE found LIKE '%in the hops of the sample%' ORDER BY name"),
      "attempts_bounded\nbreaker_honoured\ndeadline_honoured\n");
  const std::string summary = report::summary_text(*report::read_run(*sampled->file));
  EXPECT_NE(summary.find("one event caused "), std::string::npos) << summary;
  EXPECT_EQ(summary.find("at most"), std::string::npos) << summary;
}

TEST_F(SampledRun, RepeatsByteForByte) {
  EXPECT_EQ(Ran(outage("{hops: 10%}")).result.digest, sampled->result.digest);
}

TEST(SampledRunFile, RefusesWhatItCannotAnswer) {
  for (const char* expectation : {"{hops: {api: payments}, at_most: 40}", "{queue: orders-dlq, equals: 0}"}) {
    const auto read =
        read_scenario(shipped("payments_down_for_two_minutes"),
                      overrides_of({"record={hops: 10%}", std::string("expect=[") + expectation + "]"}));
    ASSERT_FALSE(read.has_value()) << expectation;
    EXPECT_NE(read.error().text().find("it counts hops, and 'record' leaves some out"), std::string::npos)
        << read.error().text();
  }
  const auto none = read_scenario(shipped("every_order_arrives_once"), overrides_of({"record={hops: 0%}"}));
  ASSERT_FALSE(none.has_value());
  EXPECT_NE(none.error().text().find("some hops have to be recorded"), std::string::npos)
      << none.error().text();
}

}  // namespace
}  // namespace emulator::runner

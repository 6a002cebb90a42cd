#include "emulator/campaign/sweep.h"

#include "tests/emulator/hoplog/recording.h"

namespace emulator::campaign {
namespace {

using namespace std::chrono_literals;
using hoplog::Recording;
using kernel::End;
using kernel::Outcome;
using kernel::Stage;

TEST(Axis, IsAKeyAndItsValues) {
  struct Case {
    const char* text;
    const char* key;
    std::vector<std::string> values;
  };
  const Case cases[] = {
      {"given.compute.max=1,3,10", "given.compute.max", {"1", "3", "10"}},
      {"seed=7", "seed", {"7"}},
      {"tags=[a,b],[c]", "tags", {"[a,b]", "[c]"}},
      {"a={b: 1, c: [2,3]},{}", "a", {"{b: 1, c: [2,3]}", "{}"}},
      {"why='a,b',\"c,d\"", "why", {"'a,b'", "\"c,d\""}},
      {"a=b=c,d", "a", {"b=c", "d"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto axis = parse_axis(c.text);
    ASSERT_TRUE(axis.has_value());
    EXPECT_EQ(axis->key, c.key);
    EXPECT_EQ(axis->values, c.values);
  }
  for (const char* bad : {"", "a", "=1", "a=", "a=1,,2", "a=1,"}) {
    const auto axis = parse_axis(bad);
    ASSERT_FALSE(axis.has_value()) << bad;
    EXPECT_EQ(axis.error().message, std::string("--vary wants KEY.KEY=VALUE,VALUE, found '") + bad + "'");
  }
}

TEST(Points, AreEveryCombinationAndTheLastAxisChangesFirst) {
  EXPECT_EQ(points_of({{"a", {"1", "2"}}, {"b", {"x", "y", "z"}}}),
            (std::vector<Point>{{"1", "x"}, {"1", "y"}, {"1", "z"}, {"2", "x"}, {"2", "y"}, {"2", "z"}}));
}

std::string uuid(int number) { return "0b8a1c1e-0000-4000-8000-00000000000" + std::to_string(number); }

/// Four events: two end at 1 s and at 3 s, one is dead-lettered, one is in flight at the end.
std::unique_ptr<hoplog::RunFile> a_run(Recording& r) {
  for (int i = 0; i < 4; ++i)
    r.recorder->published({.uuid = uuid(i), .replay_id = i + 1, .channel = "c", .kind = "k"});
  const auto call = [&](int event, Stage stage, Outcome outcome) {
    r.recorder->close(r.recorder->open({.stage = stage, .event = uuid(event), .to = "x"}),
                      {.outcome = outcome});
  };
  call(0, Stage::Invoke, Outcome::Throttled);
  call(0, Stage::Invoke, Outcome::Ok);
  call(0, Stage::Compute, Outcome::Ok);
  call(1, Stage::Api, Outcome::Ok);
  call(1, Stage::Api, Outcome::Open);  // not sent: no call
  call(1, Stage::Relay, Outcome::Ok);
  r.recorder->transition({.kind = "breaker", .subject = "x", .from = "closed", .to = "open"});
  r.recorder->transition({.kind = "breaker", .subject = "x", .from = "open", .to = "half_open"});
  r.advance(1s);
  r.recorder->ended(uuid(0), End::Delivered, "x");
  r.advance(2s);
  r.recorder->ended(uuid(1), End::Delivered, "x");
  r.recorder->ended(uuid(2), End::DeadLettered, "x");
  return r.finished();
}

TEST(Figures, AreWhatTheRunFileSays) {
  Recording r;
  const auto file = a_run(r);
  const auto figures = figures_of(*file);
  ASSERT_TRUE(figures.has_value()) << figures.error().text();
  EXPECT_EQ(figures->verdict, "passed");
  EXPECT_EQ(figures->published, 4);
  EXPECT_EQ(figures->delivered, 2);
  EXPECT_EQ(figures->dead_lettered, 1);
  EXPECT_EQ(figures->lost, 1);
  EXPECT_EQ(figures->p50_ns, 1'000'000'000);
  EXPECT_EQ(figures->p99_ns, 3'000'000'000);
  EXPECT_EQ(figures->backlog_max, 4);
  EXPECT_EQ(figures->calls, 4);
  EXPECT_EQ(figures->throttled, 1);
  EXPECT_EQ(figures->breaker_openings, 1);
}

TEST(SweepTable, SumsCountsAndKeepsTheWorstTimes) {
  const Figures first = {.verdict = "passed",
                         .published = 10,
                         .delivered = 10,
                         .p50_ns = 1'000'000'000,
                         .p99_ns = 2'000'000'000,
                         .backlog_max = 3,
                         .calls = 50};
  Figures second = first;
  second.verdict = "failed";
  second.lost = 1;
  second.p99_ns = 2'500'400'000;
  second.backlog_max = 7;
  second.calls = 51;
  const hoplog::Table table = sweep_table({{"max", {"1"}}}, {{"1"}}, {{first, second}});
  ASSERT_EQ(table.rows.size(), 1U);
  std::string row;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    row += table.columns[i] + "=" + hoplog::value_text(table.rows[0][i]) + " ";
  EXPECT_EQ(row,
            "max=1 runs=2 passed=1 published=20 delivered=20 dead_lettered=0 lost=1 p50_s=1 p99_s=2.5 "
            "backlog_max=7 calls_per_event=5.05 throttled=0 breaker_openings=0 ");
}

}  // namespace
}  // namespace emulator::campaign

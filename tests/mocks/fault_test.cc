#include "mocks/faults/fault.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "middleware/kernel/random.h"
#include "tests/emulator/boxes/box_support.h"

namespace mocks {
namespace {

using emulator::Bench;
using emulator::Lines;
using kernel::Duration;
using kernel::Ending;
using namespace std::chrono_literals;

struct FaultBench : Bench {
  FaultSet faults{7, journal};
  FaultSet::Decision decide(FaultSubject subject = {.target = "payments", .path = "/v1/charges"},
                            Duration at = 0s) {
    return faults.decide(subject, kernel::at(at));
  }
  /// Which of `count` requests the faults touch: "x..x".
  std::string fires(int count, std::string_view event = "e", std::string_view business_key = "k") {
    std::string text;
    for (int i = 0; i < count; ++i) {
      const auto decision =
          decide({.target = "payments", .path = "/v1/charges", .event = event, .business_key = business_key});
      text += decision.before != nullptr || decision.after != nullptr ? 'x' : '.';
    }
    return text;
  }
};

FaultRule outage() { return {.name = "outage", .target = "payments", .effect = {.status = 503}}; }
FaultRule rule(std::string name, double share = 1) {
  FaultRule made = outage();
  made.name = std::move(name);
  made.share = share;
  return made;
}

// facts/mocks-and-faults 12.
TEST(FaultSchedule, CountsByItsGates) {
  struct Case {
    const char* name;
    std::int64_t skip;
    std::optional<std::int64_t> times;
    std::int64_t every;
    const char* fires;
  };
  const Case cases[] = {{"always", 0, std::nullopt, 1, "xxxxxxxx"},
                        {"first three", 0, 3, 1, "xxx....."},
                        {"after two", 2, std::nullopt, 1, "..xxxxxx"},
                        {"two after three", 3, 2, 1, "...xx..."},
                        {"every third", 0, std::nullopt, 3, "..x..x.."},
                        {"every second of four after one", 1, 4, 2, "..x.x..."}};
  for (const Case& c : cases) {
    FaultBench bench;
    FaultRule made = outage();
    made.skip = c.skip;
    made.times = c.times;
    made.every = c.every;
    bench.faults.add(made);
    EXPECT_EQ(bench.fires(8), c.fires) << c.name;
  }
}

TEST(FaultSchedule, CountsByRunEventOrBusinessKey) {
  const auto made = [](CountPer per) {
    FaultRule r = outage();
    r.count_per = per;
    r.times = 1;
    return r;
  };
  struct Case {
    CountPer per;
    const char* fires;
  };
  for (const Case& c :
       {Case{CountPer::Run, "x..."}, Case{CountPer::Event, "x.x."}, Case{CountPer::BusinessKey, "xx.."}}) {
    FaultBench bench;
    bench.faults.add(made(c.per));
    const std::string found = bench.fires(1, "e1", "k1") + bench.fires(1, "e1", "k2") +
                              bench.fires(1, "e2", "k1") + bench.fires(1, "e2", "k2");
    EXPECT_EQ(found, c.fires);
  }
}

TEST(FaultSchedule, HoldsInAHalfOpenWindow) {
  FaultBench bench;
  FaultRule made = outage();
  made.from = kernel::at(60s);
  made.until = kernel::at(180s);
  bench.faults.add(made);
  const auto fires_at = [&bench](Duration at) {
    return bench.decide({.target = "payments", .path = "/"}, at).before != nullptr;
  };
  EXPECT_FALSE(fires_at(60s - 1ns));
  EXPECT_TRUE(fires_at(60s));
  EXPECT_TRUE(fires_at(180s - 1ns));
  EXPECT_FALSE(fires_at(180s));
  EXPECT_EQ(bench.faults.active(kernel::at(60s)), Lines{"outage"});
  EXPECT_EQ(bench.faults.active(kernel::at(180s)), Lines{});
}

TEST(FaultSchedule, DoesNotCountRequestsOutsideItsWindowOrPath) {
  FaultBench bench;
  FaultRule made = outage();
  made.from = kernel::at(60s);
  made.path_prefix = "/v1/charges";
  made.times = 1;
  bench.faults.add(made);
  bench.decide({.target = "payments", .path = "/v1/charges"}, 0s);
  bench.decide({.target = "payments", .path = "/v1/refunds"}, 60s);
  bench.decide({.target = "erp", .path = "/v1/charges"}, 60s);
  EXPECT_NE(bench.decide({.target = "payments", .path = "/v1/charges?x=1"}, 60s).before, nullptr);
}

TEST(FaultSchedule, TouchesAShareByKeyedDraws) {
  FaultBench bench;
  bench.faults.add(rule("some", 0.3));
  const std::string found = bench.fires(1000);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(found, 'x')), 300, 45)
      << "three deviations of one fixed sequence";
  ASSERT_EQ(bench.journal.faults.size(), 1000u);
  for (const auto& draw : bench.journal.faults) {
    EXPECT_EQ(draw.threshold, 0.3);
    EXPECT_EQ(draw.fired, draw.draw < 0.3);
    EXPECT_EQ(draw.draw, kernel::draw_unit({7, "some", "", draw.n, "fire"}));
  }
}

TEST(FaultSchedule, DecidesOnceForAllRequestsOfAnEvent) {
  FaultBench bench;
  FaultRule made = rule("some", 0.5);
  made.count_per = CountPer::Event;
  made.times = 3;
  bench.faults.add(made);
  int touched = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string found = bench.fires(5, "event " + std::to_string(i));
    EXPECT_TRUE(found == "xxx.." || found == ".....") << found;
    touched += found[0] == 'x' ? 1 : 0;
  }
  EXPECT_NEAR(touched, 50, 15);
}

TEST(FaultSchedule, GivesARuleItsOwnLuck) {
  FaultBench alone;
  alone.faults.add(rule("mine", 0.5));
  FaultBench crowded;
  crowded.faults.add(rule("other", 0.5));
  crowded.faults.add(rule("mine", 0.5));
  crowded.faults.add(rule("another", 0.5));
  alone.fires(200);
  crowded.fires(200);
  const auto draws_of_mine = [](const FaultBench& bench) {
    std::vector<double> draws;
    for (const auto& draw : bench.journal.faults) {
      if (draw.rule == "mine") draws.push_back(draw.draw);
    }
    return draws;
  };
  EXPECT_EQ(draws_of_mine(alone), draws_of_mine(crowded));
}

// facts/mocks-and-faults 18: whatever the other rule does, and wherever it stands.
TEST(FaultSchedule, DelaysOfARuleAreItsOwnWhateverOthersDo) {
  const auto delays = [](const std::vector<FaultRule>& others_first) {
    FaultBench bench;
    FaultRule mine = rule("mine", 0.5);
    mine.count_per = CountPer::BusinessKey;
    mine.burst = Burst{.begins = 0.3, .ends = 0.4};
    mine.effect = {.delay = LatencyLaw{.kind = LatencyKind::Exponential, .first = 1s}};
    for (const FaultRule& other : others_first) bench.faults.add(other);
    bench.faults.add(mine);
    std::vector<Duration> all;
    for (int i = 0; i < 200; ++i) {
      const std::string key = "SO-" + std::to_string(i % 7);
      all.push_back(bench.decide({.target = "payments", .path = "/", .business_key = key}).delay);
    }
    return all;
  };
  const std::vector<Duration> alone = delays({});
  EXPECT_GT(std::ranges::count_if(alone, [](Duration d) { return d > 0s; }), 20) << "luck is drawn at all";
  FaultRule bursts = rule("other");
  bursts.burst = Burst{.begins = 0.5, .ends = 0.5};
  FaultRule by_event = rule("another", 0.5);
  by_event.count_per = CountPer::Event;
  by_event.place = Place::After;
  EXPECT_EQ(delays({bursts}), alone);
  EXPECT_EQ(delays({by_event, bursts}), alone);
}

TEST(FaultSchedule, DecidesByKeyWhateverTheOrderOfRequests) {
  const auto decisions = [](bool is_reversed) {
    FaultBench bench;
    FaultRule made = rule("some", 0.5);
    made.count_per = CountPer::BusinessKey;
    bench.faults.add(made);
    std::vector<std::string> keys;
    for (int i = 0; i < 50; ++i) keys.push_back("SO-" + std::to_string(i));
    if (is_reversed) std::ranges::reverse(keys);
    Lines lines;
    for (const std::string& key : keys) lines.push_back(key + " " + bench.fires(2, "e", key));
    std::ranges::sort(lines);
    return lines;
  };
  EXPECT_EQ(decisions(false), decisions(true));
}

TEST(FaultSchedule, DrawsDelaysByCountAsWell) {
  FaultBench bench;
  FaultRule made = outage();
  made.effect = {.delay = LatencyLaw{.kind = LatencyKind::Uniform, .first = 0s, .second = 10s}};
  bench.faults.add(made);
  for (std::uint64_t n = 1; n <= 5; ++n) {
    const auto decision = bench.decide();
    EXPECT_EQ(decision.before, nullptr) << "only slower";
    EXPECT_EQ(decision.after, nullptr);
    EXPECT_EQ(decision.delay, sample(*made.effect.delay, kernel::draw_unit({7, "outage", "", n, "delay"})));
  }
}

TEST(FaultSet, LetsTheStrongestWinAndAddsDelays) {
  FaultBench bench;
  FaultRule slow = rule("slow");
  slow.effect = {.delay = LatencyLaw{.first = 300ms}};
  FaultRule slow_reset = rule("slow reset");
  slow_reset.effect = {.ending = Ending::Reset, .delay = LatencyLaw{.first = 50ms}};
  FaultRule late = rule("late");
  late.place = Place::After;
  bench.faults.add(rule("first status"));
  bench.faults.add(rule("second status"));
  bench.faults.add(slow);
  bench.faults.add(slow_reset);
  bench.faults.add(late);
  const auto decision = bench.decide();
  ASSERT_NE(decision.before, nullptr);
  EXPECT_EQ(decision.before->name, "slow reset") << "an ending beats a status";
  ASSERT_NE(decision.after, nullptr);
  EXPECT_EQ(decision.after->name, "late");
  EXPECT_EQ(decision.delay, 350ms);
  bench.faults.remove("slow reset");
  EXPECT_EQ(bench.decide().before->name, "first status") << "of equals the first";
}

TEST(FaultSet, AddsTimesOfSlowAnswersAndKeepsTheFirstWordOfTheConnection) {
  FaultBench bench;
  FaultRule head = rule("head");
  head.effect = {.pace = {.head = kernel::ShortTime(2s)}, .afterwards = kernel::Afterwards::ClosedAtNext};
  FaultRule both = rule("both");
  both.effect = {.pace = {.head = kernel::ShortTime(500ms), .body = kernel::ShortTime(3h)},
                 .afterwards = kernel::Afterwards::ResetAtNext};
  bench.faults.add(head);
  bench.faults.add(both);
  const auto decision = bench.decide();
  EXPECT_EQ(decision.pace.head.get(), 2500ms);
  EXPECT_EQ(decision.pace.body.get(), 3h);
  EXPECT_EQ(decision.afterwards, kernel::Afterwards::ClosedAtNext);
  EXPECT_EQ(decision.before, nullptr) << "the answer itself is the API's";
}

TEST(ShortTime, HoldsWholeMillisecondsUpToItsBound) {
  using kernel::ShortTime;
  EXPECT_EQ(ShortTime(0s).get(), 0s);
  EXPECT_EQ(ShortTime(-1s).get(), 0s);
  EXPECT_EQ(ShortTime(1ns).get(), 1ms) << "rounded up";
  EXPECT_EQ(ShortTime(65'536ms).get(), 65'536ms);
  EXPECT_EQ(ShortTime(4h + 39min).get(), 4h + 39min);
  EXPECT_EQ(ShortTime(Duration::max()).get(), ShortTime::kMax);
}

TEST(FaultSet, ReplacesARuleOfTheSameName) {
  FaultBench bench;
  FaultRule once = outage();
  once.times = 1;
  bench.faults.add(once);
  EXPECT_EQ(bench.fires(2), "x.");
  bench.faults.add(once);
  EXPECT_EQ(bench.fires(2), "x.") << "it counts anew";
  EXPECT_TRUE(bench.faults.remove("outage"));
  EXPECT_FALSE(bench.faults.remove("outage"));
  EXPECT_TRUE(bench.faults.empty());
}

TEST(FaultSet, RecordsWithoutADrawWhereNoLuckIsAsked) {
  FaultBench bench;
  bench.faults.add(outage());
  bench.fires(1);
  ASSERT_EQ(bench.journal.faults.size(), 1u);
  EXPECT_EQ(bench.journal.faults[0].threshold, 0);
  EXPECT_EQ(bench.journal.faults[0].draw, 0);
  EXPECT_TRUE(bench.journal.faults[0].fired);
}

TEST(FaultSet, SaysHowOftenEachRuleFiredAndForgetsThoseThatAreOver) {
  FaultBench bench;
  FaultRule brief = rule("brief");
  brief.until = kernel::at(1min);
  brief.times = 2;
  FaultRule listed = rule("listed");
  listed.fires = std::vector<Fired>{{.key = {}, .n = 3}};
  bench.faults.add(brief);
  bench.faults.add(listed);
  EXPECT_EQ(bench.fires(4), "xxx.");
  const auto fired = [&bench] {
    Lines all;
    for (const FaultSet::Status& one : bench.faults.status())
      all.push_back(one.rule->name + " " + std::to_string(one.fired));
    return all;
  };
  EXPECT_EQ(fired(), (Lines{"brief 2", "listed 1"}));
  bench.faults.remove_ended(kernel::at(1min - 1ns));
  EXPECT_EQ(fired(), (Lines{"brief 2", "listed 1"}));
  bench.faults.remove_ended(kernel::at(1min));
  EXPECT_EQ(fired(), Lines{"listed 1"});
}

}  // namespace
}  // namespace mocks

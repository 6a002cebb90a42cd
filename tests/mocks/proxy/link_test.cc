#include "mocks/proxy/link.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace mocks::proxy;
using namespace std::chrono_literals;
using kernel::at;
using kernel::Duration;

Toxic toxic(const Attributes& attributes, std::string name = "") {
  Toxic made{.name = std::move(name), .attributes = attributes};
  if (made.name.empty()) made.name = default_name(made);
  return made;
}

/// A link in virtual time: the clock jumps to whatever happens next. A destination that can be full.
class Played {
 public:
  explicit Played(const std::vector<Toxic>& chain = {}, std::uint64_t number = 1, std::uint64_t seed = 7)
      : link({.seed = seed, .proxy = "db", .number = number}, chain, at(0s)) {}

  /// Everything that happens until `time`, that included; then it is `time`.
  Played& until(Duration time) {
    note();
    while (true) {
      const auto next = is_cut_ ? std::nullopt : link.next(is_full);
      if (!next || *next > at(time)) break;
      now = std::max(now, *next);
      note();
    }
    now = at(time);
    return *this;
  }
  Played& push(Duration time, std::string bytes) {
    until(time);
    link.push(std::move(bytes), now);
    note();
    return *this;
  }
  Played& end(Duration time, Kind kind = Kind::End) {
    until(time);
    link.end(kind, now);
    note();
    return *this;
  }
  Played& fill(Duration time) {
    until(time);
    is_full = true;
    return *this;
  }
  Played& free(Duration time) {
    until(time);
    is_full = false;
    link.resume(now);
    note();
    return *this;
  }
  /// What left so far, "abc@10ms end@12ms", and forgets it.
  std::string left() { return std::exchange(text_, ""); }

  Link link;
  kernel::Timestamp now = at(0s);
  bool is_full = false;

 private:
  void note() {
    if (is_full) {
      if (!std::exchange(is_cut_, is_cut_ || link.is_reset_due(now)) && is_cut_) add("reset", now);
      return;
    }
    while (auto item = link.take(now))
      add(item->kind == Kind::Data ? item->bytes : std::string(to_text(item->kind)), item->due);
  }
  void add(const std::string& what, kernel::Timestamp when) {
    if (!text_.empty()) text_ += ' ';
    text_ += what + '@' + kernel::duration_text(when.time_since_epoch());
  }
  std::string text_;
  bool is_cut_ = false;
};

TEST(Link, WithoutToxicsPassesEverythingAtOnce) {
  Played run;
  run.push(1ms, "a").push(2ms, "b").end(3ms).until(1h);
  EXPECT_EQ(run.left(), "a@1ms b@2ms end@3ms");
  EXPECT_FALSE(run.link.wants_input());
}

TEST(Link, ToxicsOfAChainActOneAfterTheOther) {
  struct Case {
    const char* name;
    std::vector<Toxic> chain;
    const char* left;
  };
  const Toxic late = toxic(Latency{.latency_ms = 100});
  const Toxic slow = toxic(Bandwidth{.rate = 1});
  const Toxic limit = toxic(LimitData{.bytes = 5});
  const Case cases[] = {
      {"latencies add up",
       {late, toxic(Latency{.latency_ms = 50}, "more")},
       "abcd@150ms efgh@160ms end@160ms"},
      {"late, then slow", {late, slow}, "abcd@104ms efgh@114ms end@114ms"},
      {"slow, then late", {slow, late}, "abcd@104ms efgh@114ms end@114ms"},
      {"what a limit cuts is still late", {limit, late}, "abcd@100ms e@110ms close@110ms"},
      {"a slow close holds the close of a limit",
       {limit, toxic(SlowClose{.delay_ms = 7})},
       "abcd@0s e@10ms close@17ms"},
      {"nothing passes a timeout", {late, toxic(Timeout{.timeout_ms = 105})}, "end@110ms"},
      {"and it closes without a chunk", {toxic(Timeout{.timeout_ms = 5}), late}, "close@5ms"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Played run(c.chain);
    run.push(0s, "abcd");
    run.until(10ms);
    if (run.link.wants_input()) run.push(10ms, "efgh");
    run.until(20ms);
    if (run.link.wants_input()) run.end(20ms);
    run.until(1h);
    EXPECT_EQ(run.left(), c.left);
  }
}

TEST(Link, LatencyIsSharedByChunksThatComeTogetherAndKeepsTheirOrder) {
  Played run({toxic(Latency{.latency_ms = 100})});
  run.push(0s, "a").push(1ms, "b").push(50ms, "c").until(1h);
  EXPECT_EQ(run.left(), "a@100ms b@101ms c@150ms");

  Played jitter({toxic(Latency{.latency_ms = 100, .jitter_ms = 90})});
  for (int i = 0; i < 26; ++i) jitter.push(Duration{i}, std::string(1, static_cast<char>('a' + i)));
  jitter.until(1h);
  std::string order;
  for (const char c : jitter.left()) {
    if (c >= 'a' && c <= 'z' && order.size() < 26 && c == static_cast<char>('a' + order.size())) order += c;
  }
  EXPECT_EQ(order, "abcdefghijklmnopqrstuvwxyz");
}

TEST(Link, LatencyHolds1024ChunksAndThenTheSourceWaits) {
  Played run({toxic(Latency{.latency_ms = 1'000})});
  int pushed = 0;
  while (run.link.wants_input()) {
    run.push(0s, "x");
    ++pushed;
  }
  EXPECT_EQ(pushed, 1025);  // one at the entrance
  run.until(999ms);
  EXPECT_FALSE(run.link.wants_input());
  run.until(1s);
  EXPECT_TRUE(run.link.wants_input());
  // The last one reached the toxic when there was room.
  run.left();
  run.until(1h);
  EXPECT_EQ(run.left(), "x@2s");
}

TEST(Link, ASlowToxicStopsTheSource) {
  Played run({toxic(Bandwidth{.rate = 1})});
  run.push(0s, std::string(50, 'a'));
  ASSERT_TRUE(run.link.wants_input());
  run.push(0s, std::string(50, 'b'));
  EXPECT_FALSE(run.link.wants_input());
  EXPECT_EQ(run.link.held_bytes(), 100U);
  run.until(50ms);
  EXPECT_TRUE(run.link.wants_input());
  run.until(1h);
  EXPECT_EQ(run.left(), std::string(50, 'a') + "@50ms " + std::string(50, 'b') + "@100ms");
}

TEST(Link, ADestinationThatIsFullStopsTheSource) {
  Played run;
  run.fill(0s).push(0s, "a");
  EXPECT_FALSE(run.link.wants_input());
  run.free(5ms);
  EXPECT_EQ(run.left(), "a@5ms");
  EXPECT_TRUE(run.link.wants_input());
}

TEST(Link, LooksThatComeLateDoNotAddUp) {
  // Nobody looks between 0 and 95 ms.
  Link link({.seed = 7, .proxy = "db", .number = 1}, {toxic(Bandwidth{.rate = 1})}, at(0s));
  link.push(std::string(40, 'a'), at(0s));
  link.push(std::string(40, 'b'), at(0s));
  EXPECT_EQ(link.take(at(95ms))->due, at(40ms));
  EXPECT_EQ(link.take(at(95ms))->due, at(80ms));
  EXPECT_FALSE(link.take(at(95ms)));
}

TEST(Link, TheTimeoutRunsAnewFromEachChunk) {
  Played run({toxic(Timeout{.timeout_ms = 100})});
  run.push(50ms, "a").push(140ms, "b").until(1h);
  EXPECT_EQ(run.left(), "close@240ms");
}

TEST(Link, TheEndPassesATimeout) {
  Played run({toxic(Timeout{})});
  run.push(1ms, "a").end(2ms).until(1h);
  EXPECT_EQ(run.left(), "end@2ms");
}

TEST(Link, AResetDoesNotWaitForAFullDestination) {
  Played run({toxic(ResetPeer{.timeout_ms = 10})});
  run.push(0s, "a").fill(0s).until(1h);
  EXPECT_EQ(run.left(), "reset@10ms");
}

TEST(Link, EditsLetThroughWhatTheToxicHolds) {
  struct Case {
    const char* name;
    Attributes before;
    std::optional<Attributes> after;  // nothing: removed
    const char* left;
  };
  const Case cases[] = {
      {"latency raised", Latency{.latency_ms = 100}, Latency{.latency_ms = 500},
       "ab@50ms cd@560ms end@560ms"},
      {"latency removed", Latency{.latency_ms = 100}, {}, "ab@50ms cd@60ms end@70ms"},
      {"bandwidth lowered", Bandwidth{.rate = 0}, Bandwidth{.rate = 1}, "ab@0s cd@62ms end@70ms"},
      {"bandwidth removed", Bandwidth{.rate = 1}, {}, "ab@2ms cd@60ms end@70ms"},
      {"slices removed", Slicer{.average_size = 1, .delay_us = 80'000}, {}, "a@0s b@50ms cd@60ms end@70ms"},
      {"slow_close raised before the end", SlowClose{.delay_ms = 5}, SlowClose{.delay_ms = 9},
       "ab@0s cd@60ms end@79ms"},
      {"limit raised", LimitData{.bytes = 3}, LimitData{.bytes = 4}, "ab@0s cd@60ms close@60ms"},
      {"limit raised: the count survives", LimitData{.bytes = 9}, LimitData{.bytes = 3},
       "ab@0s c@60ms close@60ms"},
      {"limit removed", LimitData{.bytes = 3}, {}, "ab@0s cd@60ms end@70ms"},
      {"timeout lengthened: from the edit on", Timeout{.timeout_ms = 55}, Timeout{.timeout_ms = 60},
       "end@70ms"},
      {"timeout removed: closed", Timeout{}, {}, "close@50ms"},
      {"reset_peer removed after a chunk: reset", ResetPeer{.timeout_ms = 500}, {}, "reset@50ms"},
      {"reset_peer edited after a chunk: as it was", ResetPeer{.timeout_ms = 500}, ResetPeer{.timeout_ms = 1},
       "reset@500ms"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Played run({toxic(c.before, "edited")});
    run.push(0s, "ab").until(50ms);
    if (c.after) {
      run.link.update(toxic(*c.after, "edited"), run.now);
    } else {
      run.link.remove("edited", run.now);
    }
    run.until(60ms);
    if (run.link.wants_input()) run.push(60ms, "cd");
    run.until(70ms);
    if (run.link.wants_input()) run.end(70ms);
    run.until(1h);
    EXPECT_EQ(run.left(), c.left);
  }
}

TEST(Link, AnEndThatIsHeldObeysTheEdit) {
  Played run({toxic(SlowClose{.delay_ms = 100}, "slow")});
  run.end(0s).until(50ms);
  run.link.update(toxic(SlowClose{.delay_ms = 200}, "slow"), run.now);
  run.until(1h);
  EXPECT_EQ(run.left(), "end@250ms");
}

TEST(Link, AToxicThatIsAddedActsOnWhatHasNotPassedTheOthers) {
  Played run({toxic(Latency{.latency_ms = 100})});
  run.push(0s, "a").until(50ms);
  run.link.add(toxic(Latency{.latency_ms = 30}, "more"), run.now);
  run.until(1h);
  EXPECT_EQ(run.left(), "a@130ms");
}

TEST(Link, ATimeoutThatIsAddedToAnEndedStreamDoesNothing) {
  Played run;
  run.end(1ms);
  run.link.add(toxic(Timeout{.timeout_ms = 1}), run.now);
  run.until(1h);
  EXPECT_EQ(run.left(), "end@1ms");
}

TEST(Link, NothingIsLostWhenToxicsComeAndGo) {
  Played run({toxic(Latency{.latency_ms = 70, .jitter_ms = 30}, "late")});
  std::string sent;
  std::string chunk;
  for (int i = 0; i < 300; ++i) {
    const Duration time = i * 7ms;
    run.until(time);
    if (i % 10 == 3)
      run.link.add(toxic(Slicer{.average_size = 3, .size_variation = 2, .delay_us = 900}, "sliced"), run.now);
    if (i % 10 == 5)
      run.link.update(toxic(Latency{.latency_ms = i % 90, .jitter_ms = i % 30}, "late"), run.now);
    if (i % 10 == 6) run.link.add(toxic(Bandwidth{.rate = 2}, "slow"), run.now);
    if (i % 10 == 8) run.link.remove("sliced", run.now);
    if (i % 10 == 9) run.link.remove("slow", run.now);
    if (!run.link.wants_input()) continue;
    chunk = "<" + std::to_string(i) + ">";
    sent += chunk;
    run.push(time, chunk);
  }
  run.until(1h);
  std::string got;
  bool is_time = false;
  for (const char c : run.left()) {
    if (c == '@') is_time = true;
    if (!is_time) got += c;
    if (c == ' ') is_time = false;
  }
  EXPECT_EQ(got, sent);
}

TEST(Link, ToxicityIsDrawnOnceForAConnection) {
  const Toxic half{.name = "half", .toxicity = 0.5, .attributes = Latency{.latency_ms = 100}};
  int touched = 0;
  for (std::uint64_t number = 1; number <= 1'000; ++number) {
    const ToxicityDraw drawn = draw_toxicity({.seed = 7, .proxy = "db", .number = number}, half);
    Played run({half}, number);
    run.push(0s, "a");
    run.until(50ms);
    // An edit that changes nothing draws nothing.
    run.link.update(half, run.now);
    run.until(60ms);
    if (run.link.wants_input()) run.push(60ms, "b");
    run.until(1h);
    EXPECT_EQ(run.left(), drawn.is_touched() ? "a@50ms b@160ms" : "a@0s b@60ms");
    touched += drawn.is_touched() ? 1 : 0;
  }
  EXPECT_GT(touched, 400);
  EXPECT_LT(touched, 600);
}

TEST(Link, MoreToxicityTouchesTheSameConnectionsAndMore) {
  for (std::uint64_t number = 1; number <= 200; ++number) {
    const ConnectionName name{.seed = 7, .proxy = "db", .number = number};
    Toxic rare{.name = "t", .toxicity = 0.2, .attributes = Latency{}};
    Toxic frequent{.name = "t", .toxicity = 0.6, .attributes = Latency{}};
    EXPECT_TRUE(!draw_toxicity(name, rare).is_touched() || draw_toxicity(name, frequent).is_touched());
  }
}

TEST(Link, ATimeoutThatDoesNotTouchAConnectionDoesNotCloseItWhenItGoes) {
  Toxic never{.name = "t", .toxicity = 0, .attributes = Timeout{.timeout_ms = 5}};
  Played run({never});
  run.push(0s, "a").until(50ms);
  run.link.remove("t", run.now);
  run.push(60ms, "b").until(1h);
  EXPECT_EQ(run.left(), "a@0s b@60ms");
}

TEST(Link, AnotherToxicDoesNotChangeTheLuckOfTheFirst) {
  const Toxic late = toxic(Latency{.latency_ms = 500, .jitter_ms = 400}, "late");
  Played alone({late});
  Played together({late, toxic(Slicer{.average_size = 1, .size_variation = 0}, "sliced")});
  for (int i = 0; i < 20; ++i) {
    alone.push(i * 1s, "x");
    together.push(i * 1s, "x");
  }
  alone.until(1h);
  together.until(1h);
  EXPECT_EQ(alone.left(), together.left());
}

TEST(Link, OneSeedGivesOneTimelineAndAnotherSeedAnother) {
  const auto timeline = [](std::uint64_t seed) {
    Played run({toxic(Latency{.latency_ms = 500, .jitter_ms = 400})}, 1, seed);
    for (int i = 0; i < 20; ++i) run.push(i * 1s, "x");
    run.until(1h);
    return run.left();
  };
  EXPECT_EQ(timeline(7), timeline(7));
  EXPECT_NE(timeline(7), timeline(8));
}

}  // namespace

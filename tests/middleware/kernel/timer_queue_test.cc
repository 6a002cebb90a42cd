#include "middleware/kernel/timer_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/random.h"

namespace kernel {
namespace {

using namespace std::chrono_literals;

TEST(TimerQueue, RunsTheEarliestFirstAndEqualTimesInTheOrderOfAsking) {
  TimerQueue queue;
  std::string ran;
  const auto push = [&](Timestamp when, char name) { queue.push(when, [&ran, name] { ran += name; }); };
  push(at(3s), 'd');
  push(at(1s), 'a');
  push(at(2s), 'c');
  push(at(1s), 'b');
  push(at(3s), 'e');
  std::vector<Timestamp> times;
  while (!queue.empty()) {
    times.push_back(queue.next_time());
    queue.pop()();
  }
  EXPECT_EQ(ran, "abcde");
  EXPECT_EQ(times, (std::vector{at(1s), at(1s), at(2s), at(3s), at(3s)}));
}

TEST(TimerQueue, CancelsOnceAndOnlyWhatIsPending) {
  TimerQueue queue;
  const TimerId first = queue.push(at(1s), [] {});
  const TimerId second = queue.push(at(2s), [] {});
  EXPECT_FALSE(queue.cancel({}));
  EXPECT_FALSE(queue.cancel({.slot = 99, .generation = 1}));
  EXPECT_TRUE(queue.cancel(first));
  EXPECT_FALSE(queue.cancel(first));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.next_time(), at(2s)) << "a cancelled top is passed over";
  queue.pop();
  EXPECT_FALSE(queue.cancel(second)) << "it ran";
  EXPECT_TRUE(queue.empty());
  const TimerId reused = queue.push(at(3s), [] {});
  EXPECT_FALSE(queue.cancel(first)) << "an old name does not hit a new timer in the same place";
  EXPECT_FALSE(queue.cancel(second));
  EXPECT_TRUE(queue.cancel(reused));
}

TEST(TimerQueue, DestroysTheActionOfACancelledTimerAtOnce) {
  TimerQueue queue;
  auto held = std::make_shared<int>(1);
  const TimerId id = queue.push(at(1s), [held] {});
  EXPECT_EQ(held.use_count(), 2);
  queue.cancel(id);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(TimerQueue, MayBeUsedByTheDestructorOfACancelledAction) {
  struct CancelsAnother {
    TimerQueue* queue;
    TimerId other;
    ~CancelsAnother() { queue->cancel(other); }
  };
  TimerQueue queue;
  const TimerId other = queue.push(at(2s), [] {});
  auto owner = std::make_unique<CancelsAnother>(&queue, other);
  const TimerId id = queue.push(at(1s), [owner = std::move(owner)] {});
  EXPECT_TRUE(queue.cancel(id));
  EXPECT_TRUE(queue.empty());
}

TEST(TimerQueue, KeepsItsOrderThroughSweepsOfManyCancelledTimers) {
  TimerQueue queue;
  Random random(1, "timers");
  struct Pushed {
    Timestamp when;
    int number;
    TimerId id;
  };
  std::vector<Pushed> pushed;
  std::vector<int> ran;
  for (int i = 0; i < 20'000; ++i) {
    const Timestamp when = at(Duration{random.between(0, 500)});
    pushed.push_back({when, i, queue.push(when, [&ran, i] { ran.push_back(i); })});
  }
  std::vector<Pushed> expected;
  for (const Pushed& p : pushed) {
    if (random.chance_permille(900)) {
      EXPECT_TRUE(queue.cancel(p.id));
    } else {
      expected.push_back(p);
    }
  }
  EXPECT_EQ(queue.size(), expected.size());
  std::ranges::sort(expected, {}, [](const Pushed& p) { return std::pair(p.when, p.number); });
  while (!queue.empty()) queue.pop()();
  std::vector<int> numbers;
  for (const Pushed& p : expected) numbers.push_back(p.number);
  EXPECT_EQ(ran, numbers);
}

}  // namespace
}  // namespace kernel

#include "middleware/kernel/wait.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/run_task.h"

namespace kernel {
namespace {

using emulator::sim::VirtualScheduler;
using namespace std::chrono_literals;

class WaitTest : public testing::Test {
 protected:
  template <class... Tasks>
  static std::vector<Task<char>> tasks(Tasks... each) {
    std::vector<Task<char>> list;
    (list.push_back(std::move(each)), ...);
    return list;
  }
  /// Notes when it begins, and when it is over or cancelled ("-").
  Task<char> named(char name, Duration wait) {
    struct Note {
      std::string& log;
      char name;
      bool ended = false;
      ~Note() { log += ended ? std::string{name} : std::string{'-', name}; }
    } note{log, name};
    log += static_cast<char>(name - 'a' + 'A');
    co_await sleep_for_duration(scheduler, wait);
    note.ended = true;
    co_return name;
  }
  Task<char> failing(Duration wait, const char* what) {
    co_await sleep_for_duration(scheduler, wait);
    throw std::runtime_error(what);
  }
  static Task<std::vector<char>> all(std::vector<Task<char>> list) {
    co_return co_await all_of<char>(std::move(list));
  }
  static Task<FirstOf<char>> first(std::vector<Task<char>> list) {
    co_return co_await first_of<char>(std::move(list));
  }
  Task<std::optional<char>> until(Timestamp deadline, Task<char> task) {
    co_return co_await with_deadline<char>(scheduler, deadline, std::move(task));
  }
  template <class T>
  T run(Task<T> task) {
    return support::run(scheduler, std::move(task));
  }

  VirtualScheduler scheduler{support::kWallStart};
  std::string log;
};

TEST_F(WaitTest, SleepingEndsAtItsInstant) {
  run(named('a', 1500ms));
  EXPECT_EQ(scheduler.now(), at(1500ms));
  run(named('b', 0s));
  run(named('c', -1s));
  EXPECT_EQ(scheduler.now(), at(1500ms)) << "the past is now";
  EXPECT_EQ(scheduler.timers_run(), 1U) << "and needs no timer";
}

// --- with_deadline
// ------------------------------------------------------------------------------------------------

TEST_F(WaitTest, ADeadlineCancelsWhatIsNotOver) {
  struct Case {
    const char* name;
    Duration takes;
    Duration deadline;
    bool in_time;
    Duration ends;
    const char* log;
  };
  const Case cases[] = {
      {"in time", 1s, 2s, true, 1s, "Aa"},
      {"late", 2s, 1s, false, 1s, "A-a"},
      {"at equality the deadline wins", 1s, 1s, false, 1s, "A-a"},
      {"just in time", 1s - 1ns, 1s, true, 1s - 1ns, "Aa"},
      {"without a wait", 0s, 1s, true, 0s, "Aa"},
      {"no time left: it never starts", 0s, 0s, false, 0s, ""},
      {"a deadline in the past", 0s, -1s, false, 0s, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    log.clear();
    const Timestamp start = scheduler.now();
    EXPECT_EQ(run(until(start + c.deadline, named('a', c.takes))).has_value(), c.in_time);
    EXPECT_EQ(scheduler.now(), start + c.ends);
    EXPECT_EQ(log, c.log);
    EXPECT_EQ(scheduler.pending(), 0U);
  }
}

TEST_F(WaitTest, ADeadlineWinsOverAValueThatArrivesAtThatInstant) {
  struct Flow {
    static Task<char> value(Arrival<char> arrival) { co_return co_await arrival.wait(); }
  };
  Arrival<char> arrival(scheduler);
  scheduler.call_at(at(1s), [arrival] { arrival.set('x'); });  // asked for before the deadline
  EXPECT_EQ(run(until(at(1s), Flow::value(arrival))), std::nullopt);
}

TEST_F(WaitTest, ADeadlineLetsAFailureThrough) {
  EXPECT_THROW(run(until(at(2s), failing(1s, "broken"))), std::runtime_error);
  EXPECT_EQ(scheduler.pending(), 0U);
}

// --- all_of, first_of
// ---------------------------------------------------------------------------------------------

TEST_F(WaitTest, AllOfWaitsForTheLastAndKeepsTheOrder) {
  EXPECT_EQ(run(all(tasks(named('a', 3s), named('b', 1s), named('c', 0s), named('d', 2s)))),
            (std::vector{'a', 'b', 'c', 'd'}));
  EXPECT_EQ(log, "ABCcDbda") << "started in order, ended in time";
  EXPECT_EQ(scheduler.now(), at(3s));
  EXPECT_EQ(run(all(tasks(named('a', 0s), named('b', 0s)))), (std::vector{'a', 'b'})) << "none of them waits";
  EXPECT_EQ(run(all({})), std::vector<char>{});
}

TEST_F(WaitTest, AllOfRethrowsTheFirstFailureInOrderWhenAllAreOver) {
  std::string what;
  try {
    run(all(tasks(named('a', 5s), failing(3s, "first in order"), failing(1s, "first in time"))));
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  EXPECT_EQ(what, "first in order");
  EXPECT_EQ(scheduler.now(), at(5s));
}

TEST_F(WaitTest, FirstOfCancelsTheLosers) {
  const FirstOf<char> winner = run(first(tasks(named('a', 3s), named('b', 1s), named('c', 2s))));
  EXPECT_EQ(winner.index, 1U);
  EXPECT_EQ(winner.value, 'b');
  EXPECT_EQ(log, "ABCb-a-c");
  EXPECT_EQ(scheduler.now(), at(1s));
  EXPECT_EQ(scheduler.pending(), 0U);
}

TEST_F(WaitTest, FirstOfStartsNoneAfterOneThatIsOverAtOnce) {
  EXPECT_EQ(run(first(tasks(named('a', 1s), named('b', 0s), named('c', 0s)))).value, 'b');
  EXPECT_EQ(log, "ABb-a");
}

TEST_F(WaitTest, FirstOfTakesTheFirstStartedOfThoseThatEndAtOneInstant) {
  EXPECT_EQ(run(first(tasks(named('a', 1s), named('b', 1s)))).value, 'a');
  EXPECT_THROW(run(first(tasks(named('a', 2s), failing(1s, "broken")))), std::runtime_error);
  EXPECT_EQ(run(first(tasks(named('a', 1s), failing(2s, "cancelled")))).value, 'a');
}

TEST_F(WaitTest, DestroyedGroupsCancelAllOfTheirTasks) {
  std::optional<std::vector<char>> never_all;
  std::optional<FirstOf<char>> never_first;
  {
    TaskScope scope;
    scope.spawn(support::keep(all(tasks(named('a', 1s), named('b', 2s))), never_all));
    scope.spawn(support::keep(first(tasks(named('c', 1s), named('d', 2s))), never_first));
    EXPECT_EQ(scheduler.pending(), 4U);
  }
  EXPECT_EQ(scheduler.pending(), 0U);
  EXPECT_EQ(log, "ABCD-c-d-a-b");
}

// --- Signal
// -------------------------------------------------------------------------------------------------------

Task<void> waits(Signal& signal, std::string& log, char name) {
  co_await signal.wait();
  log += name;
}

TEST_F(WaitTest, ASignalWakesItsWaitersInOrder) {
  Signal signal(scheduler);
  TaskScope scope;
  for (const char name : {'a', 'b', 'c'}) scope.spawn(waits(signal, log, name));
  signal.notify_all();
  EXPECT_EQ(log, "") << "they go on from the loop";
  scope.spawn(waits(signal, log, 'd'));
  scheduler.run();
  EXPECT_EQ(log, "abc") << "a signal is not remembered";
  signal.notify_all();
  signal.notify_all();
  scheduler.run();
  EXPECT_EQ(log, "abcd");
  EXPECT_EQ(scheduler.now(), at(0s));
}

TEST_F(WaitTest, ASignalForgetsWaitersThatAreGone) {
  Signal signal(scheduler);
  TaskScope scope;
  scope.spawn(waits(signal, log, 'a'));
  auto middle = std::make_unique<TaskScope>();
  middle->spawn(waits(signal, log, 'b'));
  scope.spawn(waits(signal, log, 'c'));
  middle.reset();
  auto notified = std::make_unique<TaskScope>();
  notified->spawn(waits(signal, log, 'd'));
  signal.notify_all();
  notified.reset();  // woken already, but not yet run
  scheduler.run();
  EXPECT_EQ(log, "ac");
  EXPECT_EQ(scheduler.pending(), 0U);
}

// --- Arrival
// ------------------------------------------------------------------------------------------------------

Task<void> takes(Arrival<std::string> arrival, std::string& log) { log += co_await arrival.wait(); }

TEST_F(WaitTest, AnArrivalMayComeBeforeOrAfterItsWaiter) {
  TaskScope scope;
  const Arrival<std::string> early(scheduler);
  EXPECT_FALSE(early.arrived());
  early.set("early ");
  EXPECT_TRUE(early.arrived());
  early.set("twice ");
  scope.spawn(takes(early, log));
  EXPECT_EQ(log, "early ") << "at once; the first value counts";

  const Arrival<std::string> late(scheduler);
  scope.spawn(takes(late, log));
  late.set("late");
  late.set("later");
  EXPECT_EQ(log, "early ") << "who waits goes on from the loop";
  scheduler.run();
  EXPECT_EQ(log, "early late");
}

TEST_F(WaitTest, AnArrivalOutlivesItsWaiter) {
  const Arrival<std::string> arrival(scheduler);
  {
    TaskScope scope;
    scope.spawn(takes(arrival, log));
  }
  arrival.set("nobody waits");
  EXPECT_EQ(scheduler.pending(), 0U);
  TaskScope scope;
  const Arrival<std::string> woken(scheduler);
  {
    TaskScope inner;
    inner.spawn(takes(woken, log));
    woken.set("woken");
    EXPECT_EQ(scheduler.pending(), 1U);
  }
  EXPECT_EQ(scheduler.pending(), 0U) << "the wake-up went with the waiter";
  EXPECT_EQ(log, "");
  scope.spawn(takes(woken, log));
  EXPECT_EQ(log, "woken") << "the value did not";
}

}  // namespace
}  // namespace kernel

// A receive that waits: what wakes it, and when it gives up.
#include "tests/emulator/queues/queues_support.h"

namespace emulator::queues {
namespace {

struct PollBench : QueuesBench {
  PollBench()
      : QueuesBench(
            {{.name = "q"}, {.name = "patient", .receive_wait = 5s}, {.name = "q.fifo", .is_fifo = true}}) {}

  kernel::Task<void> poll(std::string queue, std::optional<std::chrono::seconds> wait) {
    const ReceiveResult got = co_await queues.receive({.queue = std::move(queue), .wait = wait});
    std::string line = kernel::duration_text(scheduler.now().time_since_epoch()) + " ";
    if (!got) {
      line += got.error().code;
    } else {
      line += got->empty() ? "nothing" : got->at(0).body;
    }
    polls.push_back(std::move(line));
  }
  void start(std::string queue = "q", std::optional<std::chrono::seconds> wait = 20s) {
    tasks.spawn(poll(std::move(queue), wait));
  }
  Lines polls;
  kernel::TaskScope tasks;
};

TEST(LongPoll, AnswersAtOnceWhatIsThere) {
  PollBench bench;
  bench.send("q", "a");
  bench.start();
  EXPECT_EQ(bench.polls, Lines{"0s a"});
}

TEST(LongPoll, GivesUpAfterItsTime) {
  PollBench bench;
  bench.start("q", 20s);
  bench.start("q", 0s);
  bench.start("patient", std::nullopt);
  bench.start("patient", 1s);
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, (Lines{"0s nothing", "1s nothing", "5s nothing", "20s nothing"}));
}

TEST(LongPoll, WakesWhenAMessageArrives) {
  PollBench bench;
  bench.start();
  bench.run_to(3s);
  bench.send("q", "a");
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, Lines{"3s a"});
}

TEST(LongPoll, TakesWhatArrivesAtItsLastInstant) {
  PollBench bench;
  bench.queues.send("q", {.body = "a", .delay = 20s});
  bench.start();
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, Lines{"20s a"});
}

TEST(LongPoll, ServesThoseWhoWaitLongestFirst) {
  PollBench bench;
  bench.start();
  bench.start();
  bench.start();
  bench.run_to(1s);
  bench.send("q", "a");
  bench.send("q", "b");
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, (Lines{"1s a", "1s b", "20s nothing"}));
}

TEST(LongPoll, WakesWhenADelayRunsOut) {
  PollBench bench;
  bench.queues.send("q", {.body = "a", .delay = 7s});
  bench.start();
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, Lines{"7s a"});
}

TEST(LongPoll, WakesWhenAVisibilityTimeoutRunsOut) {
  PollBench bench;
  bench.send("q", "a");
  bench.bodies("q");
  bench.run_to(15s);
  bench.start();
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, Lines{"30s a"});
}

TEST(LongPoll, WakesWhenAMessageIsGivenBack) {
  PollBench bench;
  bench.send("q", "a");
  const std::string handle = bench.handle("q");
  bench.start();
  bench.run_to(4s);
  bench.queues.change_visibility("q", handle, 0s).value();
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, Lines{"4s a"});
}

TEST(LongPoll, WakesWhenAnExtendedVisibilityRunsOut) {
  PollBench bench;
  bench.send("q", "a");
  const std::string handle = bench.handle("q");
  bench.run_to(10s);
  bench.queues.change_visibility("q", handle, 12s).value();
  bench.start();
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, Lines{"22s a"});
}

TEST(LongPoll, WakesWhenAFifoGroupMayGoOn) {
  PollBench bench;
  bench.send_to_group("q.fifo", "x", "x1");
  bench.send_to_group("q.fifo", "x", "x2");
  const std::string handle = bench.handle("q.fifo");
  bench.start("q.fifo");
  bench.run_to(6s);
  bench.queues.remove("q.fifo", handle).value();
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, Lines{"6s x2"});
}

TEST(LongPoll, EndsWhenTheQueueIsDeleted) {
  PollBench bench;
  bench.start();
  bench.run_to(2s);
  bench.queues.remove_queue("q").value();
  bench.run_to(1min);
  EXPECT_EQ(bench.polls, Lines{"2s QueueDoesNotExist"});
}

TEST(LongPoll, CanBeGivenUp) {
  PollBench bench;
  bench.start();
  bench.run_to(2s);
  bench.tasks.cancel_all();
  bench.send("q", "a");
  EXPECT_EQ(bench.bodies("q"), Lines{"a #1"}) << "nobody took it";
}

TEST(LongPoll, RefusesWhatCannotBeAskedFor) {
  struct Case {
    ReceiveRequest request;
    std::string error;
  };
  const std::string start = "InvalidParameterValueException 400: Value ";
  const Case cases[] = {
      {{.queue = "q", .wait = 21s},
       start + "21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."},
      {{.queue = "q", .wait = -1s},
       start + "-1 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."},
      {{.queue = "q", .count = 11},
       start +
           "11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."},
      {{.queue = "q", .count = 0},
       start +
           "0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."},
      {{.queue = "q", .visibility = 43'201s},
       start + "43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if "
               "provided."},
      {{.queue = "none"}, "QueueDoesNotExist 400: The specified queue does not exist."},
  };
  for (const Case& c : cases) {
    PollBench bench;
    EXPECT_EQ(error_of(support::run(bench.scheduler, bench.queues.receive(c.request))), c.error);
  }
}

}  // namespace
}  // namespace emulator::queues

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "middleware/live/loop.h"
#include "middleware/live/parallel.h"
#include "middleware/live/signals.h"
#include "middleware/live/worker_thread.h"

namespace {

TEST(WorkerThread, RunsInTheOrderOfPosting) {
  std::string order;
  live::WorkerThread worker(2);  // less room than work: post() waits
  for (char c = 'a'; c <= 'z'; ++c) worker.post([&order, c] { order += c; });
  worker.wait_idle();
  EXPECT_EQ(order, "abcdefghijklmnopqrstuvwxyz");
}

TEST(WorkerThread, RunsEverythingBeforeItGoes) {
  int run = 0;
  {
    live::WorkerThread worker;
    for (int i = 0; i < 1000; ++i) worker.post([&run] { ++run; });
  }
  EXPECT_EQ(run, 1000);
}

TEST(RunParallel, RunsEveryPieceOnce) {
  for (const int jobs : {1, 2, 7, 100}) {
    SCOPED_TRACE(jobs);
    std::mutex mutex;
    std::multiset<int> run;
    std::vector<kernel::Action> work;
    for (int i = 0; i < 20; ++i) {
      work.emplace_back([&, i] {
        const std::lock_guard lock(mutex);
        run.insert(i);
      });
    }
    live::run_parallel(jobs, std::move(work));
    EXPECT_EQ(run.size(), 20U);
    EXPECT_EQ(std::set<int>(run.begin(), run.end()).size(), 20U);
  }
  live::run_parallel(4, {});
}

TEST(RunParallel, RethrowsAndStartsNothingMore) {
  for (const int jobs : {1, 3}) {
    SCOPED_TRACE(jobs);
    std::atomic<int> after = 0;
    std::vector<kernel::Action> work;
    work.emplace_back([] { throw std::runtime_error("third run failed"); });
    for (int i = 0; i < 5; ++i) work.emplace_back([&after] { ++after; });
    EXPECT_THROW(live::run_parallel(jobs, std::move(work)), std::runtime_error);
    if (jobs == 1) {
      EXPECT_EQ(after, 0);
    }
  }
}

TEST(StopSignals, HandTheFirstToTheLoop) {
  for (const int signal : {SIGINT, SIGTERM}) {
    SCOPED_TRACE(signal);
    live::Loop loop;
    std::thread::id where;
    const live::StopSignals signals(loop, [&] {
      where = std::this_thread::get_id();
      loop.stop();
    });
    kill(getpid(), signal);
    loop.run();
    EXPECT_EQ(where, std::this_thread::get_id());
  }
}

TEST(StopSignals, GoWithoutOneHavingCome) {
  live::Loop loop;
  const live::StopSignals signals(loop, [] {});
}

TEST(StopSignals, TheSecondEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto interrupted_twice = [] {
    live::Loop loop;
    const live::StopSignals signals(loop, [&] { loop.stop(); });
    kill(getpid(), SIGINT);
    loop.run();
    kill(getpid(), SIGINT);
    loop.run();  // nothing ends this one
  };
  EXPECT_EXIT(interrupted_twice(), testing::ExitedWithCode(130), "");
}

}  // namespace

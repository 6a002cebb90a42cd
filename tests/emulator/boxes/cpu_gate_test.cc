#include "emulator/compute/cpu_gate.h"

#include "tests/emulator/boxes/app_runner_bench.h"

namespace emulator::compute {
namespace {

struct GateBench : Bench {
  CpuGate cpu{scheduler};
  Lines ran;

  kernel::TimerId ask(Duration when, std::string name) {
    return cpu.call_at(kernel::at(when), [this, name] {
      ran.push_back(kernel::duration_text(scheduler.now().time_since_epoch()) + " " + name);
    });
  }
};

TEST(CpuGate, LetsTimersThroughWhileItIsOpen) {
  GateBench bench;
  bench.ask(2s, "b");
  bench.ask(1s, "a");
  bench.ask(2s, "c");
  bench.run_to(1min);
  EXPECT_EQ(bench.ran, (Lines{"1s a", "2s b", "2s c"}));
}

TEST(CpuGate, HoldsWhatIsDueUntilItOpens) {
  GateBench bench;
  bench.ask(10s, "due first");
  bench.ask(20s, "due second");
  bench.ask(90s, "not due yet");
  bench.cpu.close();
  bench.run_to(60s);
  EXPECT_EQ(bench.ran, Lines{});
  bench.cpu.open();
  bench.run_to(2min);
  EXPECT_EQ(bench.ran, (Lines{"1m due first", "1m due second", "1m30s not due yet"}));
}

TEST(CpuGate, RunsNothingBeforeWhatItHasHeld) {
  GateBench bench;
  bench.ask(10s, "held");
  bench.cpu.close();
  bench.run_to(60s);
  bench.ask(60s, "of the same instant");
  bench.cpu.open();
  bench.run_to(61s);
  EXPECT_EQ(bench.ran, (Lines{"1m held", "1m of the same instant"}));
}

TEST(CpuGate, StopsAgainAmidWhatItHolds) {
  GateBench bench;
  bench.cpu.call_at(kernel::at(1s), [&bench] { bench.cpu.close(); });
  bench.ask(2s, "behind it");
  bench.cpu.close();
  bench.run_to(10s);
  bench.cpu.open();
  bench.run_to(20s);
  EXPECT_EQ(bench.ran, Lines{});
  bench.cpu.open();
  bench.run_to(30s);
  EXPECT_EQ(bench.ran, Lines{"20s behind it"});
}

TEST(CpuGate, CancelsBeforeAndWhileItHolds) {
  GateBench bench;
  const kernel::TimerId early = bench.ask(5s, "early");
  const kernel::TimerId held = bench.ask(1s, "held");
  bench.cpu.close();
  EXPECT_TRUE(bench.cpu.cancel(early));
  EXPECT_FALSE(bench.cpu.cancel(early)) << "it is gone";
  bench.run_to(2s);
  EXPECT_TRUE(bench.cpu.cancel(held));
  bench.ask(3s, "another in its place");
  bench.cpu.open();
  bench.run_to(10s);
  EXPECT_EQ(bench.ran, Lines{"3s another in its place"});
  EXPECT_EQ(bench.scheduler.pending(), 0u);
}

TEST(CpuGate, LeavesNoTimerBehind) {
  Bench bench;
  {
    CpuGate cpu(bench.scheduler);
    cpu.call_at(kernel::at(1s), [] { FAIL(); });
    cpu.call_at(kernel::at(9s), [] { FAIL(); });
    cpu.close();
    bench.run_to(2s);
    cpu.open();
  }
  EXPECT_EQ(bench.scheduler.pending(), 0u);
}

/// Answers after a second.
class SlowServer final : public kernel::HttpClient {
 public:
  explicit SlowServer(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  kernel::Task<kernel::HttpResult> send(HttpRequest /*request*/, kernel::Timestamp /*deadline*/) override {
    sent_at.push_back(kernel::duration_text(scheduler_.now().time_since_epoch()));
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + 1s);
    co_return kernel::HttpResponse{204};
  }
  Lines sent_at;

 private:
  kernel::Scheduler& scheduler_;
};

TEST(CpuGate, NeitherSendsNorReadsWhileItIsClosed) {
  GateBench bench;
  SlowServer server(bench.scheduler);
  GatedClient client(bench.cpu, server);
  kernel::TaskScope tasks;
  const auto call = [](GateBench& its_bench, kernel::HttpClient& its_client) -> kernel::Task<void> {
    const auto result = co_await its_client.send({}, kernel::at(5s));
    its_bench.ran.push_back(kernel::duration_text(its_bench.scheduler.now().time_since_epoch()) + " " +
                            std::to_string(result->status));
  };
  tasks.spawn(call(bench, client));
  bench.cpu.close();
  tasks.spawn(call(bench, client));
  bench.run_to(60s);
  EXPECT_EQ(server.sent_at, Lines{"0s"});
  EXPECT_EQ(bench.ran, Lines{}) << "the answer is there and nobody reads it";
  bench.cpu.open();
  bench.run_to(2min);
  EXPECT_EQ(server.sent_at, (Lines{"0s", "1m"}));
  EXPECT_EQ(bench.ran, (Lines{"1m 204", "1m1s 204"}));
}

TEST(AppRunner, LetsAnInstanceStandStillWhileItIsInactive) {
  ComputeBench bench({.provisioned_min = 2, .activation = 1s, .idle_max = 60s}, 25s);
  bench.run_to(2min);
  EXPECT_EQ(bench.apps.ticked, (Lines{"25s middleware-1", "50s middleware-1"}))
      << "the second is provisioned and has no CPU; the first is inactive after a minute";
  bench.call();
  bench.run_to(3min);
  EXPECT_EQ(bench.apps.ticked, (Lines{"25s middleware-1", "50s middleware-1", "2m1s middleware-1",
                                      "2m26s middleware-1", "2m51s middleware-1"}))
      << "what was due at 1m15s came when it was activated";
}

TEST(AppRunner, GivesCpuAllTheTimeWhereItIsToldSo) {
  ComputeBench bench({.provisioned_min = 2, .cpu = Cpu::Always}, 50s);
  bench.run_to(2min);
  EXPECT_EQ(bench.apps.ticked,
            (Lines{"50s middleware-1", "50s middleware-2", "1m40s middleware-1", "1m40s middleware-2"}));
}

}  // namespace
}  // namespace emulator::compute

#pragma once
// The CPU of one instance, which it has only while it may serve: App Runner leaves an inactive instance its
// memory and throttles its CPU to nothing, so that work in the background stops.
//
// The instance's code runs on this scheduler. While the gate is closed the clock goes on and timers become
// due, but nothing runs; when it opens, what became due meanwhile runs at once, in the order in which it did.
//
// Source: facts/aws-platform 1.4.
#include <coroutine>
#include <cstdint>
#include <deque>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::compute {

class CpuGate final : public kernel::Scheduler {
 public:
  /// Open. `outer` outlives it; it outlives whatever runs on it, and is not destroyed by that.
  explicit CpuGate(kernel::Scheduler& outer) : outer_(outer) {}
  ~CpuGate() override;
  CpuGate(const CpuGate&) = delete;
  CpuGate& operator=(const CpuGate&) = delete;

  kernel::Timestamp now() const override { return outer_.now(); }
  kernel::WallTime wall_now() const override { return outer_.wall_now(); }
  kernel::TimerId call_at(kernel::Timestamp when, kernel::Action action) override;
  bool cancel(kernel::TimerId id) override;

  void close() { is_open_ = false; }
  void open();

  /// co_await gate.turn(): goes on when there is CPU for it; at once if there is.
  class [[nodiscard]] Turn {
   public:
    explicit Turn(CpuGate& gate) : gate_(gate) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (timer_) gate_.cancel(timer_);
    }
    bool await_ready() const { return gate_.runs_at_once(); }
    void await_suspend(std::coroutine_handle<> waiting) {
      timer_ = gate_.call_at(gate_.now(), [this, waiting] {
        timer_ = {};
        waiting.resume();
      });
    }
    void await_resume() const noexcept {}

   private:
    CpuGate& gate_;
    kernel::TimerId timer_;
  };
  Turn turn() { return Turn(*this); }

 private:
  struct Slot {
    kernel::Action action;
    kernel::TimerId outer;
    std::uint32_t generation = 1;
    bool is_used = false;
  };
  bool runs_at_once() const { return is_open_ && held_.empty(); }
  void due(std::uint32_t slot);
  void run(std::uint32_t slot);
  void run_held();
  kernel::Action release(std::uint32_t slot);

  kernel::Scheduler& outer_;
  bool is_open_ = true;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::deque<kernel::TimerId> held_;  ///< due, and not run; cancelled ones are told by their generation
  kernel::TimerId opening_;
};

/// How code on a gate calls out: it neither sends nor reads an answer while it has no CPU. The answer waits
/// for it, and is there before a deadline that came later.
class GatedClient final : public kernel::HttpClient {
 public:
  /// Both outlive it.
  GatedClient(CpuGate& gate, kernel::HttpClient& client) : gate_(gate), client_(client) {}
  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override;

 private:
  CpuGate& gate_;
  kernel::HttpClient& client_;
};

}  // namespace emulator::compute

#pragma once
// Secrets Manager and Parameter Store in virtual time, and a function that rotates when it is told to.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "emulator/platform/access/gatekeeper.h"
#include "emulator/platform/parameters/parameter_store.h"
#include "emulator/platform/secrets/secrets_manager.h"
#include "emulator/sim/virtual_scheduler.h"
#include "middleware/kernel/wait.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/support/run_task.h"

namespace platform_tests {

using namespace std::chrono_literals;
using emulator::RecordingJournal;
namespace sm = emulator::secrets_manager;
namespace ps = emulator::parameters;

/// Knows one function, "rotate", and remembers what it was invoked with and when.
class Rotator final : public emulator::lambda::FunctionInvoker {
 public:
  explicit Rotator(emulator::sim::VirtualScheduler& scheduler) : scheduler_(scheduler) {}

  kernel::Task<emulator::lambda::InvokeResult> invoke(emulator::lambda::Invocation invocation) override {
    asked.push_back(kernel::duration_text(scheduler_.now().time_since_epoch()) + " " +
                    std::to_string(invocation.attempt) + " " + *invocation.payload);
    if (on_step) on_step(*invocation.payload);
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + 100ms);
    emulator::lambda::InvokeResult result;
    if (failures > 0) {
      --failures;
      result.function_error = "Unhandled";
    }
    co_return result;
  }
  std::optional<kernel::Duration> timeout_of(std::string_view function) const override {
    if (function == "rotate") return 30s;
    return std::nullopt;
  }

  int failures = 0;
  std::function<void(const std::string& payload)> on_step;
  std::vector<std::string> asked;

 private:
  emulator::sim::VirtualScheduler& scheduler_;
};

struct Rig {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  RecordingJournal journal{scheduler};
  Rotator rotator{scheduler};
  sm::SecretsManager secrets{{}, 1, scheduler, journal, rotator};
  ps::ParameterStore parameters{1, scheduler};

  void run_for(kernel::Duration duration) {
    bool is_over = false;
    scheduler.call_at(scheduler.now() + duration, [&is_over] { is_over = true; });
    while (!is_over && scheduler.step()) {
    }
  }
};

/// A token as clients make them: 36 characters that end in `number`.
inline std::string token(int number) {
  const std::string digits = std::to_string(number);
  return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

inline std::string refusal_text(const emulator::access::Refusal& refusal) {
  return std::to_string(refusal.status) + " " + refusal.code + ": " + refusal.message;
}

/// "" when the answer is no refusal.
template <class T>
std::string refused(const emulator::access::Answer<T>& answer) {
  return answer ? std::string{} : refusal_text(answer.error());
}

}  // namespace platform_tests

#pragma once
// The code of a function that is a process: one process for each of Lambda's environments, started when the
// environment is new, kept for the next invocation, killed at a timeout, replaced after it ended.
//
// Source: facts/aws-delivery 5.4, 6.
#include <cstdint>
#include <memory>
#include <vector>

#include "emulator/lambda/ports.h"
#include "emulator/runtime/environment.h"

namespace emulator::runtime {

class ProcessCode final : public lambda::FunctionCode {
 public:
  ProcessCode(ProcessFunction function, std::uint64_t seed, Surroundings around);
  ~ProcessCode() override;
  ProcessCode(const ProcessCode&) = delete;
  ProcessCode& operator=(const ProcessCode&) = delete;

  bool has_init() const override { return true; }
  kernel::Task<bool> init(std::int64_t environment) override;
  kernel::Task<lambda::CodeResult> run(lambda::CodeInvocation invocation) override;
  kernel::Duration on_run_clock(kernel::Duration real) const override {
    return around_.machine.on_run_clock(real);
  }

  /// More variables for the processes that are started from now on; those of the function itself win.
  void add_variables(const Variables& variables);

  /// Ends all processes, in up to two seconds of real time. What runs must have been cancelled.
  void stop();

  /// Processes that have not ended.
  std::size_t alive() const;

 private:
  class Use;
  struct Entry {
    std::int64_t number;
    std::unique_ptr<Environment> environment;
    bool is_used = false;
    kernel::TimerId idle_timer{};
  };
  Environment& take(std::int64_t number);
  void keep(std::int64_t number);
  void drop(std::int64_t number);
  void expire(std::int64_t number);
  void sweep_soon();
  void sweep();
  void forget_all();

  ProcessFunction function_;
  Surroundings around_;
  std::uint64_t seed_;
  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<Environment>> retired_;  ///< on their way to their end
  kernel::TimerId sweep_;
};

}  // namespace emulator::runtime

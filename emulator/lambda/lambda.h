#pragma once
// Lambda: functions with their environments. Its asynchronous side accepts an event, runs the function,
// retries, and gives up into a destination; its synchronous side runs it once and answers.
//
// Source: facts/aws-delivery 5.2 to 5.4.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/lambda/async_retry.h"
#include "emulator/lambda/environments.h"
#include "emulator/lambda/function_admin.h"
#include "emulator/lambda/ports.h"
#include "emulator/queues/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::lambda {

class EnvironmentGuard;

struct FunctionConfig {
  std::string name;
  std::int64_t concurrency = kAccountConcurrency;      ///< reserved; 0: never runs
  kernel::Duration timeout = std::chrono::seconds{3};  ///< 1 s..15 min
  kernel::Duration cold_start =
      std::chrono::milliseconds{250};                    ///< ASSUMPTION: init of a small native function
  kernel::Duration idle_max = std::chrono::minutes{10};  ///< unpublished; how long an environment stays warm
  AsyncRetryConfig async{};
  std::optional<std::string> on_failure{};   ///< queue that gets the invocation record
  std::optional<std::string> dead_letter{};  ///< queue that gets the event itself
};

class Lambda final : public AsyncInvoker, public FunctionInvoker, public FunctionAdmin {
 public:
  /// The references outlive Lambda, as does the code added.
  Lambda(std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
         queues::QueueWriter& queues);

  void add(FunctionConfig config, FunctionCode& code);
  /// What functions run that clients create; without it they cannot.
  void set_builtin(FunctionCode& code) { builtin_ = &code; }

  AcceptResult invoke_async(std::string_view function, AsyncEvent event) override;
  kernel::Task<InvokeResult> invoke(Invocation invocation) override;
  std::optional<kernel::Duration> timeout_of(std::string_view function) const override;

  FunctionAnswer<FunctionInfo> create_function(FunctionSettings settings) override;
  FunctionAnswer<FunctionInfo> delete_function(std::string_view function) override;
  std::vector<FunctionInfo> list_functions() const override;
  FunctionAnswer<FunctionInfo> function(std::string_view function) const override;
  FunctionAnswer<FunctionInfo> change_function(std::string_view function,
                                               const FunctionChange& change) override;
  FunctionAnswer<FunctionInfo> reserve(std::string_view function,
                                       std::optional<std::int64_t> concurrency) override;
  FunctionAnswer<FunctionInfo> change_async(std::string_view function, const AsyncChange& change,
                                            bool starts_anew) override;
  FunctionAnswer<FunctionInfo> reset_async(std::string_view function) override;

  /// As if no concurrency were free for this function.
  void throttle(std::string_view function, bool is_throttled, std::string_view why);

  /// Asynchronous events accepted and not ended.
  std::size_t pending() const { return events_.running(); }

 private:
  struct Function {
    FunctionConfig config;
    FunctionCode* code;
    AsyncRetry retry;
    Environments environments;
    bool is_throttled = false;
    kernel::WallTime modified_at{};
    std::optional<kernel::WallTime> async_modified_at{};
  };
  struct Pending {
    AsyncEvent event;
    std::string request_id;
    kernel::Timestamp accepted_at;
    int attempts = 0;
    int function_errors = 0;
    int throttles = 0;
    std::unique_ptr<const CodeError> last_error{};  ///< of the last invocation that ran
  };
  struct Ended {
    std::optional<Failure> failure;  ///< nothing: it succeeded
    CodeError error{};               ///< of the code; empty for a throttle
  };

  Function* find(std::string_view name) const;
  static FunctionInfo info_of(const Function& function);
  kernel::Task<void> deliver(Function& function, Pending pending);
  APART std::optional<kernel::Duration> next_after(Function& function, Pending& pending,
                                                   kernel::Task<Ended>& attempted);
  APART kernel::HopScope open_hop(const Function& function, const Pending& pending) const;
  kernel::Task<Ended> attempt(Function& function, Pending& pending);
  APART static Ended settle(const FunctionConfig& config, const Pending& pending, kernel::HopScope& hop,
                            kernel::with_deadline<CodeResult>& running, EnvironmentGuard& environment);
  APART static Ended throttled(kernel::HopScope& hop);
  kernel::Task<kernel::Duration> init(Function& function, std::int64_t environment);
  struct Attempt {
    const Pending& pending;
    kernel::HopId hop;
    std::int64_t environment;
  };
  APART kernel::Task<CodeResult> run_code(Function& function, const Attempt& attempt,
                                          kernel::Timestamp deadline, kernel::Duration init);
  kernel::Task<CodeResult> run_code(Function& function, CodeInvocation invocation, kernel::Duration init);
  kernel::Task<CodeResult> init_and_run(Function& function, CodeInvocation invocation, kernel::Duration init);
  void give_up(const FunctionConfig& config, const Pending& pending, std::string_view condition,
               bool was_throttled);

  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  queues::QueueWriter& queues_;
  kernel::Random ids_;
  std::vector<std::unique_ptr<Function>> functions_;
  std::vector<std::unique_ptr<Function>> deleted_;  ///< what runs of them goes on
  FunctionCode* builtin_ = nullptr;
  kernel::TaskScope events_;
};

}  // namespace emulator::lambda

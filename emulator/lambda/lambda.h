#pragma once
// Lambda: functions with their environments. Its asynchronous side accepts an event, runs the function,
// retries, and hands the event on to a destination; its synchronous side runs it once and answers.
//
// Source: facts/aws-delivery 5.2 to 5.4.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/lambda/function.h"
#include "emulator/lambda/function_admin.h"
#include "emulator/lambda/handover.h"
#include "emulator/lambda/invocation_observer.h"
#include "emulator/lambda/invocation_record.h"
#include "emulator/lambda/ports.h"
#include "emulator/platform/logs/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::lambda {

class EnvironmentGuard;

class Lambda final : public AsyncInvoker, public FunctionInvoker, public FunctionAdmin {
 public:
  /// The references outlive Lambda, as does the code added.
  Lambda(std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
         queues::QueueWriter& queues, AccountConfig account = {});

  /// Functions reserve no more between them than the account has.
  void add(FunctionConfig config, FunctionCode& code);
  /// What functions run that clients create; without it they cannot.
  void set_builtin(FunctionCode& code) { builtin_ = &code; }
  /// From now on topics and buses can be destinations. Both outlive the events under way.
  void reach(topics::TopicPublisher& topics, bus::EventSink& bus);

  /// From now on what the platform says of invocations is written there too, whatever `log_format` says; it
  /// outlives those under way. Null: nobody wants it.
  void write_logs(logs::LogSink* sink) { logs_ = sink; }

  /// From now on it is told of every invocation; it outlives those under way. Null: nobody.
  void watch(InvocationObserver* observer) { observer_ = observer; }

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
  AccountInfo account() const override { return {account_.concurrency, pool_.limit}; }

  /// As if no concurrency were free for this function.
  void throttle(std::string_view function, bool is_throttled, std::string_view why);

  /// Asynchronous events accepted and not ended.
  std::size_t pending() const { return events_.running(); }

 private:
  struct Pending {
    AsyncEvent event;
    std::string request_id;
    kernel::Timestamp accepted_at;
    std::int16_t attempts = 0;
    std::int16_t function_errors = 0;
    std::int16_t throttles = 0;  ///< waits grow to five minutes: 6 h hold fewer than a hundred
    std::unique_ptr<const CodeError> last_error{};  ///< of the last invocation that ran
  };
  struct Ended {
    std::optional<Failure> failure;  ///< nothing: it succeeded
    CodeError error{};               ///< of the code; empty for a throttle
    std::string response{};          ///< when somebody wants it
  };
  /// An attempt that is over, where its coroutine keeps it.
  struct Attempted {
    kernel::HopScope& hop;
    kernel::with_deadline<CodeResult>& running;
    EnvironmentGuard& environment;
    kernel::Timestamp started;
  };
  struct GivenUp;

  // lambda.cc
  Function* find(std::string_view name) const;
  void share_out();
  Environments::TakeResult take(Function& function) const;
  Environments::TakeResult take_for_request(Function& function) const;
  bool is_loop(const Function& function, std::string_view trace_header) const;
  kernel::Task<CodeResult> run_code(Function& function, CodeInvocation invocation, kernel::Duration init);
  kernel::Task<CodeResult> init_and_run(Function& function, CodeInvocation invocation, kernel::Duration init);
  static FunctionInfo info_of(const Function& function);
  void tell(const Function& function, InvocationFact fact, kernel::Duration duration = {}) const {
    if (observer_ != nullptr) observer_->note(function.config.name, fact, duration);
  }

  // async.cc
  kernel::Task<void> deliver(Function& function, Pending pending);
  APART bool never_runs(const Function& function, const Pending& pending);
  APART std::optional<kernel::Duration> next_after(Function& function, Pending& pending,
                                                   kernel::Task<Ended>& attempted);
  APART std::optional<Throttle> enter(Function& function, EnvironmentGuard& environment) const;
  APART kernel::HopScope open_hop(const Function& function, const Pending& pending) const;
  kernel::Task<Ended> attempt(Function& function, Pending& pending);
  APART Ended settle(const Function& function, const Pending& pending, const Attempted& attempted) const;
  APART Ended throttled(const Function& function, kernel::HopScope& hop, Throttle throttle) const;
  kernel::Task<kernel::Duration> init(Function& function, std::int64_t environment);
  struct Attempt {
    const Pending& pending;
    kernel::HopId hop;
    std::int64_t environment;
  };
  APART kernel::Task<CodeResult> run_code(Function& function, const Attempt& attempt,
                                          kernel::Timestamp deadline, kernel::Duration init);

  // ending.cc
  void succeed(const FunctionConfig& config, const Pending& pending, const std::string& response);
  void give_up(const FunctionConfig& config, const Pending& pending, const GivenUp& why);
  void stop_loop(const FunctionConfig& config, const Pending& pending);
  Parcel record_for(const FunctionConfig& config, const Destination& to, InvocationRecord record) const;
  Parcel dead_letter_for(const FunctionConfig& config, const Pending& pending, const GivenUp& why) const;
  CarriedEvent carried(const FunctionConfig& config, const Pending& pending) const;
  void note_refusals(const FunctionConfig& config, const Pending& pending, const HandedOver& handed) const;
  void count(std::string_view metric, std::string_view function) const;

  // platform_log.cc
  /// Whose lines, and for which event.
  struct LogOrigin {
    const Function& function;
    std::int64_t environment;
    std::string_view event;
  };
  bool logs(const Function& function) const { return function.config.log_format || logs_ != nullptr; }
  /// "" when nobody wants log events.
  APART static std::string_view log_stream(const Function& function, std::int64_t environment);
  APART void begin_log_stream(Function& function, std::int64_t environment) const;
  void write(const LogOrigin& origin, const std::string& line) const;
  APART void log_init(const LogOrigin& origin) const;
  APART void log_start(const LogOrigin& origin, std::string_view request_id) const;
  APART void log_end(const LogOrigin& origin, const Execution& execution) const;
  Execution execution_of(const Function& function, std::string_view request_id, kernel::Timestamp started,
                         bool was_cold) const;

  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  Outlets outlets_;
  AccountConfig account_;
  Pool pool_;
  kernel::Random ids_;
  std::uint64_t seed_;
  std::vector<std::unique_ptr<Function>> functions_;
  std::vector<std::unique_ptr<Function>> deleted_;  ///< what runs of them goes on
  FunctionCode* builtin_ = nullptr;
  InvocationObserver* observer_ = nullptr;
  logs::LogSink* logs_ = nullptr;
  kernel::TaskScope events_;
};

}  // namespace emulator::lambda

#include "emulator/lambda/lambda.h"

#include <algorithm>

#include "emulator/lambda/execution.h"
#include "emulator/lambda/lineage.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/wait.h"

namespace emulator::lambda {

using kernel::Duration;
using kernel::Task;

Lambda::Lambda(std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
               queues::QueueWriter& queues, AccountConfig account)
    : scheduler_(scheduler),
      journal_(journal),
      outlets_{.queues = queues, .functions = *this},
      account_(account),
      pool_{.limit = account.concurrency},
      ids_(seed, "lambda request ids"),
      seed_(seed) {}

void Lambda::reach(topics::TopicPublisher& topics, bus::EventSink& bus) {
  outlets_.topics = &topics;
  outlets_.bus = &bus;
}

void Lambda::add(FunctionConfig config, FunctionCode& code) {
  CHECK(find(config.name) == nullptr);
  const AsyncRetry retry(config.async);
  const Environments environments(config.concurrency, config.idle_max, account_, pool_);
  functions_.push_back(std::make_unique<Function>(Function{.config = std::move(config),
                                                           .code = &code,
                                                           .retry = retry,
                                                           .environments = environments,
                                                           .modified_at = scheduler_.wall_now()}));
  share_out();
}

/// What no function has reserved is everybody's.
void Lambda::share_out() {
  pool_.limit = account_.concurrency;
  for (const auto& function : functions_) pool_.limit -= function->config.concurrency.value_or(0);
}

Function* Lambda::find(std::string_view name) const {
  const auto found =
      std::ranges::find(functions_, name, [](const auto& f) { return std::string_view(f->config.name); });
  return found == functions_.end() ? nullptr : found->get();
}

void Lambda::throttle(std::string_view function, bool is_throttled, std::string_view why) {
  Function* found = find(function);
  CHECK(found != nullptr);
  if (std::exchange(found->is_throttled, is_throttled) == is_throttled) return;
  journal_.transition({.kind = "function",
                       .subject = function,
                       .from = is_throttled ? "available" : "throttled",
                       .to = is_throttled ? "throttled" : "available",
                       .why = why});
}

Environments::TakeResult Lambda::take(Function& function) const {
  if (function.is_throttled) return std::unexpected(function.environments.busy());
  return function.environments.take(scheduler_.now());
}

Environments::TakeResult Lambda::take_for_request(Function& function) const {
  if (function.is_throttled) return std::unexpected(function.environments.busy());
  return function.environments.take_for_request(scheduler_.now());
}

bool Lambda::is_loop(const Function& function, std::string_view trace_header) const {
  return function.config.stops_recursion &&
         invocations_in(trace_header, function.config.name) >= account_.recursion_max;
}

/// The init of a new environment, on time of its own: what of it is left for the invocation. An init that
/// takes too long is killed and done again there, on the function's own time.
Task<Duration> Lambda::init(Function& function, std::int64_t environment) {
  const Duration cold_start = function.config.cold_start;
  if (cold_start.count() > 0)
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + std::min(cold_start, kInitMax));
  if (function.code->has_init()) {
    const kernel::Timestamp deadline = scheduler_.now() + function.code->on_run_clock(kInitMax);
    co_await kernel::with_deadline<bool>(scheduler_, deadline, function.code->init(environment));
  }
  co_return cold_start > kInitMax ? cold_start : Duration{};
}

Task<CodeResult> Lambda::run_code(Function& function, CodeInvocation invocation, Duration init) {
  if (init.count() == 0) return function.code->run(std::move(invocation));
  return init_and_run(function, std::move(invocation), init);
}

Task<CodeResult> Lambda::init_and_run(Function& function, CodeInvocation invocation, Duration init) {
  co_await kernel::sleep_until(scheduler_, scheduler_.now() + init);
  co_return co_await function.code->run(std::move(invocation));
}

}  // namespace emulator::lambda

#pragma once
// AWS/Lambda: what Lambda tells of its invocations, as metrics by FunctionName.
//
// ASSUMPTION: a number belongs to the minute in which it became known, so that no minute changes behind an
// alarm's back. Errors and Throttles are 0 where there was an invocation and neither.
#include <map>
#include <string>
#include <string_view>

#include "emulator/lambda/invocation_observer.h"
#include "emulator/platform/metrics/store.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::metrics {

class LambdaMetrics final : public lambda::InvocationObserver {
 public:
  /// Both outlive it.
  LambdaMetrics(MetricStore& store, const kernel::Scheduler& scheduler)
      : store_(store), scheduler_(scheduler) {}

  void note(std::string_view function, lambda::InvocationFact fact, kernel::Duration duration) override;

  /// A counter of another name, such as DeadLetterErrors.
  void count(std::string_view function, std::string_view metric, double value);

  /// The minute that begins at `second` is over: what is under way is in it.
  void end_minute(std::int64_t second);

 private:
  struct Function {
    Series& invocations;
    Series& errors;
    Series& throttles;
    Series& duration;
    Series& concurrent;
    Series& received;
    Series& age;
    Series& dropped;
    std::int64_t running = 0;
  };
  Function& function(std::string_view name);
  void add(Series& series, double value) const;

  MetricStore& store_;
  const kernel::Scheduler& scheduler_;
  std::map<std::string, Function, std::less<>> functions_;
};

}  // namespace emulator::metrics

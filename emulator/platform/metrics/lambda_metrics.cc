#include "emulator/platform/metrics/lambda_metrics.h"

namespace emulator::metrics {
namespace {

using lambda::InvocationFact;

double milliseconds(kernel::Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

MetricId id_of(std::string_view function, std::string_view metric) {
  return {"AWS/Lambda", std::string(metric), {{"FunctionName", std::string(function)}}};
}

}  // namespace

LambdaMetrics::Function& LambdaMetrics::function(std::string_view name) {
  const auto found = functions_.find(name);
  if (found != functions_.end()) return found->second;
  const auto of = [&](const char* metric, const char* unit) -> Series& {
    return store_.series(id_of(name, metric), unit);
  };
  return functions_
      .emplace(std::string(name), Function{.invocations = of("Invocations", "Count"),
                                           .errors = of("Errors", "Count"),
                                           .throttles = of("Throttles", "Count"),
                                           .duration = of("Duration", "Milliseconds"),
                                           .concurrent = of("ConcurrentExecutions", "Count"),
                                           .received = of("AsyncEventsReceived", "Count"),
                                           .age = of("AsyncEventAge", "Milliseconds"),
                                           .dropped = of("AsyncEventsDropped", "Count")})
      .first->second;
}

void LambdaMetrics::add(Series& series, double value) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(scheduler_.wall_now());
  series.bucket_at(now.time_since_epoch().count(), 60).add(value, 1);
}

void LambdaMetrics::note(std::string_view name, InvocationFact fact, kernel::Duration duration) {
  Function& one = function(name);
  switch (fact) {
    case InvocationFact::Accepted:
      return add(one.received, 1);
    case InvocationFact::Throttled:
      return add(one.throttles, 1);
    case InvocationFact::Started:
      add(one.invocations, 1);
      add(one.concurrent, static_cast<double>(++one.running));
      add(one.throttles, 0);
      if (duration.count() > 0) add(one.age, milliseconds(duration));
      return;
    case InvocationFact::Succeeded:
    case InvocationFact::Failed:
      --one.running;
      add(one.errors, fact == InvocationFact::Failed ? 1 : 0);
      return add(one.duration, milliseconds(duration));
    case InvocationFact::Dropped:
      return add(one.dropped, 1);
  }
}

void LambdaMetrics::count(std::string_view function, std::string_view metric, double value) {
  add(store_.series(id_of(function, metric), "Count"), value);
}

void LambdaMetrics::end_minute(std::int64_t second) {
  for (auto& [name, one] : functions_) {
    if (one.running > 0) one.concurrent.bucket_at(second, 60).add(static_cast<double>(one.running), 1);
  }
}

}  // namespace emulator::metrics

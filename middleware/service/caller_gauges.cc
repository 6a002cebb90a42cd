#include "middleware/service/caller_gauges.h"

namespace service {
namespace {

/// The gauges of one API, as they are added.
class Gauges {
 public:
  explicit Gauges(const std::string& dependency) : dependency_(dependency) {}
  void level(const char* name, double value) { add({.name = name, .value = value}); }
  void counter(const char* name, double value) { add({.name = name, .value = value, .only_grows = true}); }
  void counter(const char* name, const char* reason, double value) {
    add({.name = name, .value = value, .labels = {{"reason", reason}}, .only_grows = true});
  }
  std::vector<Gauge> take() { return std::move(all_); }

 private:
  void add(Gauge gauge) {
    gauge.dependency = dependency_;
    all_.push_back(std::move(gauge));
  }
  const std::string& dependency_;
  std::vector<Gauge> all_;
};

double milliseconds(kernel::Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

double refused(const Gate& gate, Stop stop) {
  return static_cast<double>(gate.counts().refused[static_cast<std::size_t>(stop)]);
}

}  // namespace

std::vector<Gauge> gauges_of(const ApiCaller& caller) {
  const Gate& gate = caller.gate();
  const Gate::Counts& counts = gate.counts();
  Gauges gauges(caller.config().name);
  gauges.level("breaker_state", static_cast<double>(caller.breaker_state()));
  if (caller.config().breaker) gauges.counter("breaker_rejected_total", refused(gate, Stop::BreakerOpen));
  if (const auto pause = gate.pause_left()) {
    gauges.counter("limiter_granted_total", static_cast<double>(counts.granted));
    gauges.counter("limiter_rejected_total", refused(gate, Stop::RateLimit));
    gauges.counter("limiter_wait_ms_total", milliseconds(counts.rate_wait));
    gauges.level("limiter_pause_left_ms", milliseconds(*pause));
  }
  if (const core::Bulkhead* bulkhead = gate.bulkhead()) {
    gauges.level("bulkhead_running", static_cast<double>(bulkhead->running()));
    gauges.level("bulkhead_waiting", static_cast<double>(bulkhead->waiting()));
    gauges.level("bulkhead_limit", static_cast<double>(bulkhead->rules().running_max));
    gauges.counter("bulkhead_rejected_total", "full", refused(gate, Stop::ConcurrencyFull));
    gauges.counter("bulkhead_rejected_total", "wait", refused(gate, Stop::ConcurrencyWait));
    gauges.counter("bulkhead_queued_total", static_cast<double>(counts.queued));
    gauges.counter("bulkhead_queue_wait_ms_total", milliseconds(counts.queue_wait));
  }
  return gauges.take();
}

}  // namespace service

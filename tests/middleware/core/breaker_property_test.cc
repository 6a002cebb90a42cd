// What a breaker keeps whatever its callers, the clock and the dependency do.
#include <utility>
#include <vector>

#include "middleware/core/breaker.h"
#include "tests/middleware/core/property.h"

namespace core_tests {
namespace {

using core::Breaker;
using core::BreakerRules;
using core::BreakerState;
using core::Sample;
using kernel::Timestamp;
using namespace std::chrono_literals;

BreakerRules any_rules() {
  BreakerRules rules;
  switch (between(0, 2)) {
    case 0:
      rules.trip = core::TimeWindow{.length = 1s * between(1, 5)};
      break;
    case 1:
      rules.trip = core::CountWindow{between(1, 10)};
      break;
    default:
      rules.trip = core::ConsecutiveFailures{between(1, 4)};
  }
  rules.calls_min = between(1, 5);
  rules.failed_percent = between(1, 100);
  rules.slow_percent = between(1, 100);
  rules.slow_above = 50ms;
  rules.open_for = {1ms * between(1, 500), 1ms * between(500, 1500)};
  rules.probes = between(1, 4);
  rules.half_open_max = 1ms * between(0, 2000);
  rules.half_open_max_closes = between(0, 1) == 1;
  return rules;
}

/// A breaker, its running calls, and what its listener heard.
struct Bench {
  explicit Bench(BreakerRules its_rules)
      : rules(std::move(its_rules)),
        breaker(rules, [this](BreakerState from, BreakerState to, std::string_view) {
          RC_ASSERT(from == state);
          state = to;
          probes = 0;
          if (to == BreakerState::Closed) openings_in_row = 0;
          if (to == BreakerState::Open) ++openings_in_row;
          changed = true;
        }) {}

  void call() {
    const auto left = breaker.open_left(now);
    const BreakerState before = breaker.state(now);
    auto permit = breaker.try_acquire(now);
    if (before == BreakerState::Open) RC_ASSERT(static_cast<bool>(permit) == (breaker.open_left(now) == 0ns));
    if (before == BreakerState::Open && left > 0ns && !changed) RC_ASSERT(!permit);
    if (before == BreakerState::Closed) RC_ASSERT(static_cast<bool>(permit));
    note_changes();
    if (!permit) return;
    if (state == BreakerState::HalfOpen) RC_ASSERT(++probes <= rules.probes);
    running.push_back({std::move(permit), now, changes});
  }

  struct Running {
    Breaker::Permit permit;
    Timestamp began;
    std::size_t changes;  ///< so many when it was admitted
  };

  void end(std::size_t index, Sample sample) {
    Running call = std::move(running[index]);
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(index));
    breaker.state(now);  // what is due by itself
    note_changes();
    const bool late = call.changes != changes;
    const BreakerState before = state;
    call.permit.record(sample, now - call.began, now);
    if (late || sample == Sample::Ignored) RC_ASSERT(state == before);
    if (!late && sample == Sample::Ignored && state == BreakerState::HalfOpen) --probes;
  }

  void note_changes() {
    if (std::exchange(changed, false)) ++changes;
  }

  BreakerRules rules;
  BreakerState state = BreakerState::Closed;
  std::int64_t probes = 0;  ///< admitted in this half-open round
  std::int64_t openings_in_row = 0;
  bool changed = false;
  std::size_t changes = 0;
  Timestamp now{};
  std::vector<Running> running;
  Breaker breaker;
};

PROPERTY(Breaker, NeverPermitsMoreProbesThanItsRulesAndNoneWhileOpen) {
  Bench bench(any_rules());
  for (const Happening& h : happenings(700, 8)) {
    bench.now += 1ms * h.after;
    if (h.what <= 3 || bench.running.empty()) {
      bench.call();
    } else {
      const auto index = static_cast<std::size_t>(h.which) % bench.running.size();
      constexpr Sample kSamples[] = {Sample::Failed, Sample::Failed, Sample::Success, Sample::Ignored};
      bench.end(index, kSamples[h.what - 4]);
    }
    bench.note_changes();
  }
}

PROPERTY(Breaker, ClosesAgainOnceTheDependencyIsBack) {
  BreakerRules rules = any_rules();
  rules.half_open_max = 1s;
  Bench bench(rules);
  for (const Happening& h : happenings(300, 1)) {  // an outage
    bench.now += 1ms * h.after;
    bench.call();
    if (!bench.running.empty()) bench.end(0, Sample::Failed);
    bench.note_changes();
  }
  // Then a call every 100 ms that succeeds: its open time and a round of probes are enough, and what is left
  // of the outage in a time window may open it once more.
  const auto enough = bench.now + bench.rules.open_for.back() + 100ms * (bench.rules.probes + 2) + 6s;
  while (bench.now < enough) {
    bench.now += 100ms;
    bench.call();
    if (!bench.running.empty()) bench.end(0, Sample::Success);
    bench.note_changes();
  }
  RC_ASSERT(bench.state == BreakerState::Closed);
}

}  // namespace
}  // namespace core_tests

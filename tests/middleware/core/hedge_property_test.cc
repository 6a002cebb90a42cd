// What hedging keeps, and its rules by table.
#include "middleware/core/hedge.h"
#include "tests/middleware/core/property.h"

namespace core_tests {
namespace {

using core::Hedge;
using core::HedgeRules;
using kernel::Timestamp;
using namespace std::chrono_literals;

PROPERTY(Hedge, StartsNoMoreThanItsExtrasAndNoneBeforeTheDelayWithoutAFailure) {
  const HedgeRules rules{.delay = 1ms * between(1, 500), .extra_max = between(1, 4)};
  Hedge hedge(rules);
  Timestamp now{};
  Timestamp last_start{};
  std::int64_t running = 0;
  bool failed = false;
  bool is_fatal = false;
  for (const Happening& h : happenings(300, 5)) {
    now += 1ms * h.after;
    const Hedge::Next next = hedge.next(now);
    if (next.step == Hedge::Step::Start) {
      RC_ASSERT(hedge.attempts() == 0 || failed || now - last_start >= rules.delay);
      RC_ASSERT(!is_fatal);
      hedge.started(now);
      last_start = now;
      failed = false;
      ++running;
    } else if (next.step == Hedge::Step::Wait) {
      RC_ASSERT(running > 0 || next.until);
      if (next.until) RC_ASSERT(*next.until > now);
    }
    if (h.what == 0 && running > 0) {
      is_fatal = is_fatal || h.which == 0;
      hedge.failed(h.which != 0);
      failed = true;
      --running;
    }
    RC_ASSERT(hedge.attempts() <= rules.extra_max + 1);
  }
}

TEST(Hedge, WaitsForSilenceAndEndsWithItsLastAttempt) {
  Hedge hedge({.delay = 100ms, .extra_max = 1});
  EXPECT_EQ(hedge.next(kernel::at(0ms)).step, Hedge::Step::Start);
  hedge.started(kernel::at(0ms));
  EXPECT_EQ(hedge.next(kernel::at(99ms)).until, kernel::at(100ms));
  EXPECT_EQ(hedge.next(kernel::at(100ms)).step, Hedge::Step::Start);
  hedge.started(kernel::at(100ms));
  EXPECT_EQ(hedge.next(kernel::at(1s)).step, Hedge::Step::Wait);
  hedge.failed(true);
  EXPECT_EQ(hedge.next(kernel::at(1s)).step, Hedge::Step::Wait);
  hedge.failed(true);
  EXPECT_EQ(hedge.next(kernel::at(1s)).step, Hedge::Step::Over);
}

TEST(Hedge, StartsNothingMoreOnceItIsTold) {
  Hedge hedge({.delay = 100ms, .extra_max = 3});
  hedge.started(kernel::at(0ms));
  hedge.no_more();
  EXPECT_EQ(hedge.next(kernel::at(1s)).step, Hedge::Step::Wait);
  hedge.failed(true);
  EXPECT_EQ(hedge.next(kernel::at(1s)).step, Hedge::Step::Over);
}

}  // namespace
}  // namespace core_tests

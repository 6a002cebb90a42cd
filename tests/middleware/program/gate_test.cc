#include "middleware/program/gate.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/run_task.h"

namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct Crowd {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  program::Gate gate{scheduler, {.running_max = 2, .waiting_max = 2, .waiting_time = 1s}};
  Texts seen;
  kernel::TaskScope scope;

  void come(const char* name, kernel::Duration work) { scope.spawn(visit(*this, name, work)); }
  static kernel::Task<void> visit(Crowd& crowd, std::string name, kernel::Duration work) {
    auto entering = crowd.gate.enter();
    const auto place = co_await std::move(entering);
    const std::string when = kernel::duration_text(crowd.scheduler.now().time_since_epoch());
    crowd.seen.push_back(name + (place ? " in " : " no ") + when);
    if (place) co_await kernel::sleep_for_duration(crowd.scheduler, work);
  }
};

TEST(Gate, LetsThemInInTheirOrderAndRefusesTheRest) {
  Crowd crowd;
  crowd.come("a", 300ms);
  crowd.come("b", 5s);
  crowd.come("c", 100ms);
  crowd.come("d", 100ms);
  crowd.come("e", 100ms);
  EXPECT_EQ(crowd.gate.running(), 2U);
  EXPECT_EQ(crowd.gate.waiting(), 2U);
  crowd.scheduler.run_until(kernel::at(10s));
  EXPECT_EQ(crowd.seen, (Texts{"a in 0s", "b in 0s", "e no 0s", "c in 300ms", "d in 400ms"}));
  EXPECT_EQ(crowd.gate.shed(), 1U);
  EXPECT_EQ(crowd.gate.running(), 0U);
}

TEST(Gate, WhoseTurnDoesNotComeIsToldSo) {
  Crowd crowd;
  crowd.come("a", 5s);
  crowd.come("b", 5s);
  crowd.come("c", 1s);
  crowd.scheduler.run_until(kernel::at(10s));
  EXPECT_EQ(crowd.seen, (Texts{"a in 0s", "b in 0s", "c no 1s"}));
  EXPECT_EQ(crowd.gate.waiting(), 0U);
}

TEST(Gate, WhoGoesAwayTakesNoPlace) {
  Crowd crowd;
  crowd.come("a", 300ms);
  crowd.come("b", 300ms);
  {
    kernel::TaskScope impatient;
    impatient.spawn(Crowd::visit(crowd, "gone", 1s));
  }
  crowd.come("c", 100ms);
  crowd.scheduler.run_until(kernel::at(10s));
  EXPECT_EQ(crowd.seen, (Texts{"a in 0s", "b in 0s", "c in 300ms"}));
  EXPECT_EQ(crowd.gate.running(), 0U);
}

}  // namespace

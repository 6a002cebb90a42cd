#include "emulator/bus/delivery_faults.h"

#include <gtest/gtest.h>

#include "tests/emulator/bus/bus_support.h"

namespace emulator::bus {
namespace {

using Kind = DeliveryFault::Kind;

TEST(DeliveryFaults, DeliverTheNextEventsTwiceWithOneId) {
  BusBench bench({rule("orders", kOrders, {to_queue("audit")})});
  bench.bus->faults().add({.kind = Kind::Duplicate, .name = "twice", .times = 1});
  bench.put("a");
  bench.put("b");
  const auto messages = bench.received("audit");
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].body, messages[1].body);
  EXPECT_NE(messages[0].body, messages[2].body);
  EXPECT_EQ(bench.journal.ends_of("a").size(), 2u);
  EXPECT_TRUE(bench.journal.is_balanced());
  ASSERT_EQ(bench.journal.faults.size(), 1u) << "a fault that is used up decides nothing";
  EXPECT_EQ(bench.journal.faults[0].rule, "twice");
  EXPECT_TRUE(bench.journal.faults[0].fired);
}

TEST(DeliveryFaults, MakeTheSecondDeliveryLaterWhenTheyAreTold) {
  BusBench bench({rule("orders", kOrders, {to_function()})});
  bench.bus->faults().add({.kind = Kind::Duplicate, .name = "twice", .by = 90s});
  bench.put();
  EXPECT_EQ(bench.bus->pending(), 1u);
  bench.run_to(1h);
  EXPECT_EQ(bench.functions.asked_at, (std::vector<kernel::Duration>{0s, 90s}));
  EXPECT_EQ(bench.functions.payloads[0], bench.functions.payloads[1]);
}

TEST(DeliveryFaults, HoldADeliveryBackSoThatTheNextOvertakesIt) {
  BusBench bench({rule("orders", kOrders, {to_queue("audit")})});
  bench.bus->faults().add({.kind = Kind::Reorder, .name = "swap", .times = 1, .by = 2s});
  bench.put("first");
  bench.run_to(1s);
  bench.put("second");
  bench.run_to(1min);
  EXPECT_EQ(bench.journal.ends_of("first"), Lines{"2s delivered bus: queue audit"});
  EXPECT_EQ(bench.journal.ends_of("second"), Lines{"1s delivered bus: queue audit"});
}

TEST(DeliveryFaults, DrawAShareByEventAndTargetWithinTheirWindow) {
  const auto doubled = [](bool with_others) {
    BusBench bench({rule("orders", kOrders, {to_queue("audit")})});
    bench.bus->faults().add({.kind = Kind::Duplicate,
                             .name = "some",
                             .from = kernel::at(10s),
                             .until = kernel::at(20s),
                             .share = 0.5});
    bench.put("early");
    bench.run_to(10s);
    if (with_others) bench.bus->faults().add({.kind = Kind::Reorder, .name = "also", .by = 1s});
    std::string names;
    for (char name = 'a'; name <= 'z'; ++name) bench.put(std::string(1, name));
    bench.run_to(20s);
    bench.put("late");
    bench.run_to(1min);
    for (char name = 'a'; name <= 'z'; ++name) {
      if (bench.journal.ends_of(std::string(1, name)).size() == 2) names += name;
    }
    EXPECT_EQ(bench.journal.ends_of("early").size() + bench.journal.ends_of("late").size(), 2u);
    if (!with_others) {
      EXPECT_EQ(bench.journal.faults.size(), 26u) << "those that did not fire as well";
    }
    EXPECT_TRUE(bench.journal.is_balanced());
    return names;
  };
  const std::string names = doubled(false);
  EXPECT_EQ(doubled(true), names) << "another fault changes no draw";
  EXPECT_GT(names.size(), 3u);
  EXPECT_LT(names.size(), 23u);
}

TEST(DeliveryFaults, NameTheHopTheyTouched) {
  BusBench bench({rule("orders", kOrders, {to_function()})});
  bench.bus->faults().add({.kind = Kind::Duplicate, .name = "twice"});
  bench.put();
  ASSERT_EQ(bench.journal.faults.size(), 1u);
  EXPECT_EQ(bench.journal.faults[0].hop, 2u);
  EXPECT_EQ(bench.journal.hops[1].to, "ingest");
}

}  // namespace
}  // namespace emulator::bus

#include "middleware/store/done_events.h"

#include <gtest/gtest.h>

namespace store {
namespace {

using kernel::at;
using namespace std::chrono_literals;

constexpr const char* kUuid = "3b241101-e2bb-4255-8caf-4136c566a962";

// Each of these is an event of its own, however alike they are.
const std::vector<std::string> kIds{
    kUuid,
    "3B241101-E2BB-4255-8CAF-4136C566A962",
    "3b241101-e2bb-4255-8caf-4136c566a963",
    "4b241101-e2bb-4255-8caf-4136c566a962",
    "3b241101-e2bb-4255-8caf-4136c566a96g",
    "3b241101-e2bb-4255-8caf-4136c566a9622",
    "3b241101-e2bb-4255-8caf-4136c566a96",
    "3b241101xe2bb-4255-8caf-4136c566a962",
    "3b241101e2bb-4255-8caf-4136-c566a962",
    "00000000-0000-0000-0000-000000000000",
    "",
    "SO-1",
};

TEST(DoneEvents, TellsEveryIdFromEveryOther) {
  DoneEvents done;
  for (std::size_t i = 0; i < kIds.size(); ++i) {
    EXPECT_EQ(done.find(kIds[i]), nullptr) << kIds[i];
    done.add(kIds[i], Fingerprint{static_cast<std::uint8_t>(i + 1)}, at(1h));
  }
  EXPECT_EQ(done.size(), kIds.size());
  for (std::size_t i = 0; i < kIds.size(); ++i) {
    ASSERT_NE(done.find(kIds[i]), nullptr) << kIds[i];
    EXPECT_EQ(*done.find(kIds[i]), Fingerprint{static_cast<std::uint8_t>(i + 1)}) << kIds[i];
  }
}

TEST(DoneEvents, ForgetsWhenTheTimeIsUpAndNotBefore) {
  DoneEvents done;
  done.add(kUuid, {}, at(1h));
  done.add("SO-1", {}, at(1h));
  done.add("SO-2", {}, at(2h));
  done.forget(at(1h - 1ns));
  EXPECT_EQ(done.size(), 3U);
  done.forget(at(1h));
  EXPECT_EQ(done.find(kUuid), nullptr);
  EXPECT_EQ(done.find("SO-1"), nullptr);
  EXPECT_NE(done.find("SO-2"), nullptr);
}

}  // namespace
}  // namespace store

#include "mocks/stubs/exchanges.h"

#include <gtest/gtest.h>

namespace mocks::stubs {
namespace {

TEST(Exchanges, KeepTheLastRequestsAndCountTheOthers) {
  Exchanges exchanges(2);
  for (std::uint64_t n = 1; n <= 3; ++n) EXPECT_EQ(exchanges.open({}), n);
  EXPECT_EQ(exchanges.dropped(), 1U);
  EXPECT_EQ(exchanges.find(1), nullptr);
  EXPECT_EQ(exchanges.find(2)->number, 2U);
  EXPECT_EQ(exchanges.find(3)->number, 3U);
  EXPECT_EQ(exchanges.find(4), nullptr);
}

}  // namespace
}  // namespace mocks::stubs

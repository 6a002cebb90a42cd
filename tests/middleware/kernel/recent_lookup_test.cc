#include "middleware/kernel/recent_lookup.h"

#include <gtest/gtest.h>

namespace kernel {
namespace {

using namespace std::chrono_literals;

TEST(RecentLookup, KeepsWhatIsAskedForAndForgetsTheRest) {
  struct Case {
    const char* name;
    std::vector<Duration> asked;  ///< when "a" is counted
    int last;                     ///< what the last count is
  };
  const Case cases[] = {
      {"at once", {0s, 0s, 0s}, 3},
      {"often, for long", {0s, 9s, 18s, 27s, 36s, 45s}, 6},
      {"just as late as it is kept in any case", {9s, 19s}, 2},
      {"on the edge of two periods", {0s, 19999ms}, 2},
      {"too late", {0s, 20s}, 1},
      {"too late, for nearly two periods", {9999ms, 20s}, 1},
      {"much too late, and again", {0s, 1h, 1h}, 2},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RecentLookup<int> counts(10s);
    int last = 0;
    for (const Duration when : c.asked) last = ++counts.at("a", at(when));
    EXPECT_EQ(last, c.last);
  }
}

TEST(RecentLookup, HoldsNoMoreThanTwoPeriodsOfKeys) {
  RecentLookup<int> counts(10s);
  std::size_t most = 0;
  for (int second = 0; second < 1000; ++second) {
    counts.at(std::to_string(second), at(std::chrono::seconds{second}));
    most = std::max(most, counts.size());
  }
  EXPECT_EQ(most, 20U);
}

}  // namespace
}  // namespace kernel

#include "middleware/inbox/decisions.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace inbox {
namespace {

using namespace std::chrono_literals;

TEST(InboxVerdict, FollowsHowTheDeliveryEnded) {
  struct Case {
    const char* name;
    WorkEnd end;
    int deliveries;
    double draw;
    Fate fate;
    kernel::Duration wait;
    bool counts;
    const char* reason;
  };
  const ParkingRules rules{.wait_first = 10s, .wait_max = 60s};
  const WorkEnd transient{.state = WorkState::Transient};
  const Case cases[] = {
      {"done", {.state = WorkState::Done}, 1, 0, Fate::Done, 0s, true, ""},
      {"never", {.state = WorkState::Permanent}, 1, 0, Fate::Dead, 0s, true, "permanent"},
      {"first failure", transient, 1, 0, Fate::Parked, 10s, true, ""},
      {"it doubles", transient, 3, 0, Fate::Parked, 40s, true, ""},
      {"up to the limit", transient, 4, 0, Fate::Parked, 60s, true, ""},
      {"the last is the fifth", transient, 5, 0, Fate::Dead, 0s, true, "deliveries"},
      {"spread over a quarter", transient, 1, 0.5, Fate::Parked, 11'250ms, true, ""},
      {"as long as it was asked to",
       {.state = WorkState::Transient, .retry_after = 90s},
       1,
       0,
       Fate::Parked,
       90s,
       true,
       ""},
      {"but not shorter",
       {.state = WorkState::Transient, .retry_after = 1s},
       1,
       0,
       Fate::Parked,
       10s,
       true,
       ""},
      {"nobody was asked", {.state = WorkState::Untried}, 5, 0, Fate::Parked, 10s, false, ""},
      {"until the breaker lets through",
       {.state = WorkState::Untried, .retry_after = 4s},
       1,
       0,
       Fate::Parked,
       4s,
       false,
       ""},
      {"another has it", {.state = WorkState::TakenOver}, 1, 0, Fate::Left, 0s, true, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Verdict verdict = verdict_after(c.end, c.deliveries, 5, rules, c.draw);
    EXPECT_EQ(verdict.fate, c.fate);
    EXPECT_EQ(verdict.wait, c.wait);
    EXPECT_EQ(verdict.counts, c.counts);
    EXPECT_EQ(verdict.reason, c.reason);
  }
}

TEST(InboxVerdict, WaitsNoLongerThanTheLimitHoweverManyDeliveriesAreAllowed) {
  const WorkEnd transient{.state = WorkState::Transient};
  EXPECT_EQ(verdict_after(transient, 900, 1000, {}, 0).wait, 5min);
}

TEST(InboxVerdict, GivesUpAnEventWhoseDeliveriesNeverEnd) {
  EXPECT_FALSE(is_used_up(5, 5));
  EXPECT_TRUE(is_used_up(6, 5));
}

TEST(Fingerprint, IsOfWhatIsSaidNotOfHow) {
  const auto print = [](const char* type, const char* json) {
    return fingerprint_of(type, *kernel::parse_json(json));
  };
  EXPECT_EQ(print("T", R"({"a":1,"b":{"c":2,"d":3}})"), print("T", R"( {"b":{"d":3, "c":2}, "a":1})"));
  EXPECT_NE(print("T", R"({"a":1})"), print("T", R"({"a":2})"));
  EXPECT_NE(print("T", R"({"a":1})"), print("U", R"({"a":1})"));
  EXPECT_NE(print("T", R"([1,2])"), print("T", R"([2,1])"));
  const auto without = [](const char* json) {
    return fingerprint_of("T", *kernel::parse_json(json), "_enriched");
  };
  EXPECT_EQ(without(R"({"a":1,"_enriched":{"age_ms":5}})"), without(R"({"a":1,"_enriched":{"age_ms":9}})"))
      << "what was added on the way";
  EXPECT_NE(without(R"({"a":1,"_enriched":{}})"), without(R"({"a":2,"_enriched":{}})"));
}

TEST(Version, SortsLikeTheValue) {
  const char* const rising[] = {"-9223372036854775808",
                                "-10",
                                "-9",
                                "-1",
                                "0",
                                "1",
                                "9",
                                "10",
                                "9223372036854775807",
                                "9223372036854775808",
                                "18446744073709551615",
                                R"("2026-01-05T09:00:00Z")",
                                R"("2026-01-05T10:00:00Z")"};
  for (std::size_t i = 0; i + 1 < std::size(rising); ++i) {
    const std::string older = sortable_version(*kernel::parse_json(rising[i]));
    const std::string newer = sortable_version(*kernel::parse_json(rising[i + 1]));
    EXPECT_TRUE(is_outdated(older, newer)) << rising[i];
    EXPECT_FALSE(is_outdated(newer, older)) << rising[i];
    EXPECT_FALSE(is_outdated(older, older)) << "the same again is no older";
  }
}

TEST(Version, OfAnEventWithoutOneIsNeverLate) {
  for (const char* none : {"null", "\"\"", "1.5", "{}", "true"}) {
    const std::string version = sortable_version(*kernel::parse_json(none));
    EXPECT_EQ(version, "") << none;
    EXPECT_FALSE(is_outdated(version, "n5"));
  }
}

}  // namespace
}  // namespace inbox

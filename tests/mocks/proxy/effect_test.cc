#include "mocks/proxy/effect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "middleware/kernel/random.h"

namespace {

using namespace mocks::proxy;
using namespace std::chrono_literals;
using kernel::at;
using kernel::Duration;

const Luck kLuck{.seed = 7, .rule = "db/latency_downstream", .connection = "1"};

/// "3@10ms 2@20ms close@20ms": bytes or the kind, and when they leave.
std::string text_of(const Effect& effect) {
  std::string text;
  for (const Item& item : effect.leaves) {
    if (!text.empty()) text += ' ';
    text += item.kind == Kind::Data ? std::to_string(item.bytes.size()) : std::string(to_text(item.kind));
    text += '@' + kernel::duration_text(item.due.time_since_epoch());
  }
  return text;
}

TEST(Toxics, LetChunksLeaveWhenTheirRulesSay) {
  struct Case {
    const char* name;
    Attributes attributes;
    std::size_t bytes;
    Duration now;
    Duration free_at;
    const char* leaves;
  };
  const Case cases[] = {
      {"latency counts from the arrival", Latency{.latency_ms = 100}, 10, 7ms, 0s, "10@107ms"},
      {"latency keeps the order", Latency{.latency_ms = 100}, 10, 7ms, 150ms, "10@150ms"},
      {"no latency at all", Latency{}, 10, 7ms, 0s, "10@7ms"},
      {"a rate is in thousands of bytes a second", Bandwidth{.rate = 10}, 500, 1s, 0s, "500@1s50ms"},
      {"100 ms worth go in one", Bandwidth{.rate = 10}, 1000, 1s, 0s, "1000@1s100ms"},
      {"more is sent every 100 ms", Bandwidth{.rate = 10}, 2500, 1s, 0s,
       "1000@1s100ms 1000@1s200ms 500@1s250ms"},
      {"one chunk after the other", Bandwidth{.rate = 10}, 500, 1s, 2s, "500@2s50ms"},
      {"whole nanoseconds, rounded down", Bandwidth{.rate = 3}, 1, 0s, 0s, "1@333us333ns"},
      {"rate 0 is no limit", Bandwidth{.rate = 0}, 100'000, 1s, 0s, "100000@1s"},
      {"nor is one below", Bandwidth{.rate = std::numeric_limits<std::int64_t>::min()}, 9, 1s, 0s, "9@1s"},
      {"slow_close lets bytes pass", SlowClose{.delay_ms = 500}, 10, 7ms, 0s, "10@7ms"},
      {"timeout drops bytes and closes later", Timeout{.timeout_ms = 30}, 10, 7ms, 0s, "close@37ms"},
      {"timeout 0 never closes", Timeout{}, 10, 7ms, 0s, ""},
      {"reset_peer waits from the first chunk on", ResetPeer{.timeout_ms = 30}, 10, 7ms, 0s, "reset@37ms"},
      {"reset_peer 0 resets at once", ResetPeer{}, 10, 7ms, 0s, "reset@7ms"},
      {"slices halve until they are short enough", Slicer{.average_size = 30, .delay_us = 500}, 100, 1ms, 0s,
       "25@1ms 25@1ms500us 25@2ms 25@2ms500us"},
      {"average and variation are the limit", Slicer{.average_size = 6, .size_variation = 4}, 10, 1ms, 0s,
       "10@1ms"},
      {"an odd byte goes right", Slicer{.average_size = 2}, 5, 0s, 0s, "2@0s 1@0s 2@0s"},
      {"slices wait for those before", Slicer{.average_size = 9}, 5, 1ms, 3ms, "5@3ms"},
      {"limit_data passes what is below", LimitData{.bytes = 11}, 10, 7ms, 0s, "10@7ms"},
      {"limit_data closes at the last byte", LimitData{.bytes = 10}, 10, 7ms, 0s, "10@7ms close@7ms"},
      {"limit_data cuts", LimitData{.bytes = 4}, 10, 7ms, 0s, "4@7ms close@7ms"},
      {"limit_data 0 lets nothing pass", LimitData{}, 10, 7ms, 0s, "close@7ms"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Memory memory{.free_at = at(c.free_at)};
    EXPECT_EQ(text_of(on_chunk(c.attributes, memory, std::string(c.bytes, 'x'), at(c.now), kLuck)), c.leaves);
  }
}

TEST(Toxics, LetTheEndLeaveWhenTheirRulesSay) {
  struct Case {
    const char* name;
    Attributes attributes;
    Kind kind;
    const char* leaves;
  };
  const Case cases[] = {
      {"latency: behind the last chunk", Latency{.latency_ms = 100}, Kind::End, "end@40ms"},
      {"bandwidth: behind the last chunk", Bandwidth{.rate = 1}, Kind::End, "end@40ms"},
      {"slow_close holds it", SlowClose{.delay_ms = 500}, Kind::End, "end@507ms"},
      {"slow_close holds a close too", SlowClose{.delay_ms = 500}, Kind::Close, "close@507ms"},
      {"reset_peer without a chunk lets it pass", ResetPeer{.timeout_ms = 9}, Kind::End, "end@40ms"},
      {"limit_data lets it pass", LimitData{.bytes = 9}, Kind::Reset, "reset@40ms"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Memory memory{.free_at = at(40ms)};
    EXPECT_EQ(text_of(on_end(c.attributes, memory, c.kind, at(7ms))), c.leaves);
  }
}

TEST(Toxics, LimitDataCountsOverChunks) {
  Memory memory;
  const LimitData limit{.bytes = 10};
  EXPECT_EQ(text_of(on_chunk(limit, memory, "1234567", at(1ms), kLuck)), "7@1ms");
  EXPECT_EQ(text_of(on_chunk(limit, memory, "89abc", at(2ms), kLuck)), "3@2ms close@2ms");
}

TEST(Toxics, ResetPeerCountsFromTheFirstChunkOnly) {
  Memory memory;
  EXPECT_EQ(text_of(on_chunk(ResetPeer{.timeout_ms = 10}, memory, "x", at(1ms), kLuck)), "reset@11ms");
  EXPECT_EQ(text_of(on_chunk(ResetPeer{.timeout_ms = 10}, memory, "x", at(5ms), kLuck)), "");
}

TEST(Toxics, JitterIsAWholeNumberOfMillisecondsBelowTheUpperEnd) {
  std::int64_t low = 1'000;
  std::int64_t high = -1'000;
  std::int64_t sum = 0;
  constexpr int kDraws = 100'000;
  Memory memory;
  for (int i = 0; i < kDraws; ++i) {
    memory.free_at = at(0s);
    const Effect effect = on_chunk(Latency{.latency_ms = 50, .jitter_ms = 5}, memory, "x", at(0s), kLuck);
    const Duration late = effect.leaves.front().due.time_since_epoch() - 50ms;
    ASSERT_EQ(late % 1ms, 0ns);
    low = std::min<std::int64_t>(low, late / 1ms);
    high = std::max<std::int64_t>(high, late / 1ms);
    sum += late / 1ms;
  }
  EXPECT_EQ(low, -5);
  EXPECT_EQ(high, 4);
  // The mean is -0.5 with a deviation of 2.87 / sqrt(100,000): ten of them away is broken, not unlucky.
  EXPECT_GT(sum, -59'000);
  EXPECT_LT(sum, -41'000);
  EXPECT_EQ(memory.draws, kDraws);
}

TEST(Toxics, JitterNeverMakesAChunkEarly) {
  Memory memory;
  for (int i = 0; i < 100; ++i) {
    memory.free_at = at(0s);
    const Effect effect = on_chunk(Latency{.latency_ms = 1, .jitter_ms = 50}, memory, "x", at(3ms), kLuck);
    EXPECT_GE(effect.leaves.front().due, at(3ms));
  }
}

TEST(Toxics, SlicesAreTheChunkAgainAndNeverEmpty) {
  std::string chunk;
  for (int i = 0; i < 5'000; ++i) chunk += static_cast<char>('a' + i % 26);
  for (const std::int64_t variation : {0, 1, 63}) {
    const Slicer slicer{.average_size = 64, .size_variation = variation};
    Memory memory;
    std::string whole;
    for (const Item& item : on_chunk(slicer, memory, chunk, at(0s), kLuck).leaves) {
      EXPECT_FALSE(item.bytes.empty());
      EXPECT_LE(item.bytes.size(), 64U + static_cast<std::size_t>(variation));
      whole += item.bytes;
    }
    EXPECT_EQ(whole, chunk);
  }
}

TEST(Luck, IsTheKeyedDrawOfSeedProxyToxicConnectionAndPurpose) {
  EXPECT_EQ(kLuck.unit(3, "jitter"),
            kernel::draw_unit(
                {.seed = 7, .rule = "db/latency_downstream", .key = "1", .n = 3, .purpose = "jitter"}));
  EXPECT_NE(kLuck.unit(3, "jitter"), kLuck.unit(4, "jitter"));
  EXPECT_NE(kLuck.unit(3, "jitter"), kLuck.unit(3, "slice"));
}

TEST(Attribute, OutsideItsRangeIsRefusedByName) {
  struct Case {
    Attributes of;
    const char* name;
    std::int64_t value;
    const char* complaint;
  };
  const Case cases[] = {
      {Latency{}, "latency", -1, "'latency' must be at least 0, not -1"},
      {Timeout{}, "timeout", 1'000'000'000'001, "'timeout' must be at most 1000000000000, not 1000000000001"},
      {Slicer{}, "average_size", 0, "'average_size' must be at least 1, not 0"},
      {Slicer{}, "bytes", 1, "slicer has no attribute 'bytes': it has average_size, size_variation, delay"},
  };
  for (const Case& c : cases) {
    Attributes attributes = c.of;
    const auto set = set_attribute(attributes, c.name, c.value);
    ASSERT_FALSE(set) << c.name;
    EXPECT_EQ(set.error().message, c.complaint);
  }
}

}  // namespace

#pragma once
// The limits of SQS. Source: facts/aws-delivery 3.
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace emulator::queues {

using namespace std::chrono_literals;

constexpr std::int64_t kMessageBytesMax = 1'048'576;
constexpr std::int64_t kMessageBytesMin = 1024;
constexpr std::int64_t kBatchBytesMax = 1'048'576;  ///< all messages of a SendMessageBatch together
constexpr std::size_t kBatchEntriesMax = 10;
constexpr std::int64_t kReceiveCountMax = 10;  ///< messages in one answer
constexpr std::size_t kNameMax = 80;
constexpr std::size_t kAttributesMax = 10;  ///< of one message. ASSUMPTION: as SNS says of raw delivery
constexpr std::size_t kInFlightMax = 120'000;

constexpr std::chrono::seconds kVisibilityMax = 12h;  ///< in all, from the receive on
constexpr std::chrono::seconds kDelayMax = 15min;
constexpr std::chrono::seconds kWaitMax = 20s;
constexpr std::chrono::seconds kRetentionMin = 1min;
constexpr std::chrono::seconds kRetentionMax = 14 * 24h;
constexpr std::chrono::seconds kDeduplicationWindow = 5min;
constexpr std::chrono::seconds kPurgeEvery = 60s;
constexpr std::chrono::seconds kNameFreeAfter = 60s;  ///< from a deletion to the next queue of that name
constexpr std::int64_t kMaxReceiveCountMax = 1000;

}  // namespace emulator::queues

#pragma once
// What CloudWatch Logs says about names, limits and batches before it looks at a group.
//
// Source: facts/aws-platform 4.5.
#include <cstdint>
#include <string_view>
#include <vector>

#include "emulator/platform/logs/values.h"

namespace emulator::logs {

Answer<> check_group_name(std::string_view name);
Answer<> check_stream_name(std::string_view name);
Answer<> check_retention(std::int64_t days);
Answer<> check_tags(const Tags& tags);
/// From 1 to `max`.
Answer<> check_limit(std::int64_t limit, std::int64_t max);
/// Order, span, sizes: what refuses a batch as a whole. `event_bytes_max`: text and overhead of one event.
Answer<> check_batch(const std::vector<InputEvent>& events, std::int64_t event_bytes_max);
/// Which events of a batch in order are not taken.
Rejected rejected_of(const std::vector<InputEvent>& events, Milliseconds now,
                     std::optional<std::int64_t> retention_days);

}  // namespace emulator::logs

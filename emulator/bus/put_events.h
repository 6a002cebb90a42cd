#pragma once
// What PutEvents refuses: whole calls, and single entries.
//
// Source: facts/aws-delivery 1.2.
#include <cstdint>
#include <optional>
#include <string_view>

#include "emulator/bus/ports.h"

namespace emulator::bus {

/// 14 if it has a time, and the bytes of its texts.
std::int64_t entry_size(const PutEventsEntry& entry);

/// No entry, more than ten, a partner bus, too large altogether. `size_limit` is what the total must stay
/// below.
std::optional<ApiError> check_call(const PutEventsRequest& request, std::int64_t size_limit);

/// Why an entry fails: error code and message of the result.
struct EntryFailure {
  std::string_view code;
  std::string message;
};
std::optional<EntryFailure> check_entry(const PutEventsEntry& entry);

/// A JSON object of at most 1,000 levels; otherwise the entry fails as MalformedDetail.
bool is_good_detail(std::string_view detail);

}  // namespace emulator::bus

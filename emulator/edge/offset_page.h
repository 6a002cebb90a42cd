#pragma once
// Pages of a list that is all there: the token of the next page is how many entries lie before it.
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "emulator/edge/call.h"

namespace emulator::edge {

struct OffsetPage {
  std::size_t begin = 0;
  std::size_t count = 0;  ///< at least 1
};

/// What a token says; nothing when it is none of ours.
std::optional<std::size_t> offset_in(std::string_view token);

/// The page of `entries` under `member`, and NextToken if there is more. A page behind the end is empty.
AwsReply reply_with_page(const char* member, std::vector<kernel::Json> entries, OffsetPage page);

}  // namespace emulator::edge

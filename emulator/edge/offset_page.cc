#include "emulator/edge/offset_page.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace emulator::edge {

std::optional<std::size_t> offset_in(std::string_view token) {
  std::size_t offset = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), offset);
  if (error != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  return offset;
}

AwsReply reply_with_page(const char* member, std::vector<kernel::Json> entries, OffsetPage page) {
  const std::size_t begin = std::min(page.begin, entries.size());
  const std::size_t end = begin + std::min(page.count, entries.size() - begin);
  kernel::Json output = {{member, kernel::Json::array()}};
  for (std::size_t i = begin; i < end; ++i) output[member].push_back(std::move(entries[i]));
  if (end < entries.size()) output["NextToken"] = std::to_string(end);
  return reply_with(std::move(output));
}

}  // namespace emulator::edge

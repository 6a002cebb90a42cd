#pragma once
// Bodies that clients compress: those of CloudWatch do so above 10 KiB (facts/aws-platform 0).
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace emulator::edge {

/// What gzip made smaller; nothing when it is damaged, cut off, or larger than `bytes_max`.
std::optional<std::string> gunzip(std::string_view packed, std::size_t bytes_max);

}  // namespace emulator::edge

#pragma once
// The words by which files and reports call the endings of an exchange. For the sources of this folder.
#include <string_view>
#include <utility>

#include "middleware/kernel/http.h"

namespace emulator::runner {

/// All but Complete.
inline constexpr std::pair<std::string_view, kernel::Ending> kEndingWords[] = {
    {"reset", kernel::Ending::Reset},
    {"empty", kernel::Ending::Empty},
    {"garbage", kernel::Ending::Garbage},
    {"truncated", kernel::Ending::Truncated},
    {"hang", kernel::Ending::Hang},
    {"half_closed", kernel::Ending::HalfClosed},
    {"bad_chunk", kernel::Ending::BadChunk},
    {"cut_chunks", kernel::Ending::CutChunks},
    {"reset_in_body", kernel::Ending::ResetInBody},
    {"two_lengths", kernel::Ending::TwoLengths},
    {"length_and_chunks", kernel::Ending::LengthAndChunks},
    {"bare_lf", kernel::Ending::BareLf},
    {"bad_status_line", kernel::Ending::BadStatusLine},
    {"long_body", kernel::Ending::LongBody},
};

constexpr std::string_view ending_text(kernel::Ending ending) {
  for (const auto& [word, its] : kEndingWords) {
    if (its == ending) return word;
  }
  return "complete";
}

}  // namespace emulator::runner

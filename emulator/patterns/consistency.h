#pragma once
// Whether the fields of one alternative can be had together: two values out of one array must come from one
// element of it.
//
// Source: facts/aws-delivery 1.4, "Match one map".
#include <cstdint>
#include <span>

#include "emulator/patterns/flat_event.h"
#include "emulator/patterns/pattern.h"

namespace emulator::patterns {

/// Chooses a value for each field, in their order and with backtracking, such that none contradicts one
/// chosen before. A field that accepts absence is satisfied, too, if none of its values agrees with those
/// chosen so far: absence is judged by the fields before it, not by those after. `paths` are the numbers of
/// the fields' paths.
bool fits_together(const Alternative& alternative, std::span<const std::uint32_t> paths,
                   const FlatEvent& event);

}  // namespace emulator::patterns

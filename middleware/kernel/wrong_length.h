#pragma once
// The Content-Length that Ending::TwoLengths and Ending::LongBody say: the wire sends it (middleware/live),
// and in virtual time the client is given so much of the body (emulator/sim). Facts: mocks-and-faults 7.
#include <algorithm>
#include <cstddef>

namespace kernel {

/// Two bytes less than the body of `size` bytes has; never less than none.
constexpr std::size_t wrong_length(std::size_t size) { return size - std::min(size, std::size_t{2}); }

}  // namespace kernel

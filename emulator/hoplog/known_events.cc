#include "emulator/hoplog/known_events.h"

#include <algorithm>

namespace emulator::hoplog {

std::vector<std::uint32_t> KnownEvents::in_flight() const {
  std::vector<std::uint32_t> open;
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].open > 0) open.push_back(slot);
  }
  std::ranges::sort(open, {}, [this](std::uint32_t slot) { return slots_[slot].id; });
  return open;
}

}  // namespace emulator::hoplog

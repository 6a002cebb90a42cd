#include "emulator/hoplog/open_hops.h"

#include <algorithm>

namespace emulator::hoplog {

std::vector<kernel::HopId> OpenHops::ids() const {
  std::vector<kernel::HopId> open;
  for (const OpenHop& hop : slots_) {
    if (hop.id != 0) open.push_back(hop.id);
  }
  std::ranges::sort(open);
  return open;
}

}  // namespace emulator::hoplog

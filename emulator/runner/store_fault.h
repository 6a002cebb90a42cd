#pragma once
// What a line of the timeline does to the store that all instances share.
#include <optional>
#include <string>

#include "middleware/config/middleware_file.h"
#include "middleware/config/shape.h"

namespace emulator::runner {

/// `store: unavailable`, `store: {slow: 300ms}`.
struct StoreFault {
  kernel::Duration slow{};  ///< each call takes so much longer; 0: there is no store
};
config::Shape<StoreFault> store_fault_shape();

/// Whether the middleware of this file has such a store.
void check_store_fault(const std::optional<StoreFault>& fault, const config::MiddlewareFile& file,
                       const config::Place& place, config::Problems& problems);

}  // namespace emulator::runner

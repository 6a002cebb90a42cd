#include "emulator/runner/store_fault.h"

#include "middleware/config/object.h"

namespace emulator::runner {

config::Shape<StoreFault> store_fault_shape() {
  const auto slow = config::object<StoreFault>("a store", "How it fails.")
                        .required("slow", &StoreFault::slow, config::duration(std::chrono::milliseconds{1}),
                                  "Each call takes so much longer.")
                        .done();
  const auto gone =
      config::mapped<StoreFault>(config::choice<int>({{"unavailable", 0}}),
                                 [](const int&) -> kernel::Result<StoreFault> { return StoreFault{}; });
  return config::either<StoreFault>({.scalar = gone, .map = slow});
}

void check_store_fault(const std::optional<StoreFault>& fault, const config::MiddlewareFile& file,
                       const config::Place& place, config::Problems& problems) {
  if (!fault || file.store.postgres) return;
  problems.add(
      place,
      "'store' fails a store that instances share: inbox.store of the middleware has to be {postgres: "
      "REFERENCE}");
}

}  // namespace emulator::runner

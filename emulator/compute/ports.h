#pragma once
// What the compute hop needs: something that starts an instance of the middleware.
#include <cstdint>
#include <memory>
#include <string>

#include "middleware/kernel/http.h"

namespace emulator::compute {

class InstanceFactory {
 public:
  virtual ~InstanceFactory() = default;
  /// A fresh instance: `number` is 1, 2, ...; it serves until it is destroyed, which never happens amid a
  /// request.
  virtual std::unique_ptr<kernel::HttpHandler> start(std::int64_t number) = 0;
};

}  // namespace emulator::compute

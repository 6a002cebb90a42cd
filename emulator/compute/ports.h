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
  /// SIGTERM: the instance, if it was started here, is to end what it works on and to begin nothing new.
  virtual void terminate(std::int64_t /*number*/) {}
  /// Whether one that was told so has nothing to do beside its requests.
  virtual bool is_idle(std::int64_t /*number*/) const { return true; }
};

}  // namespace emulator::compute

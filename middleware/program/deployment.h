#pragma once
// One run of the service: the parts of relayrig-middleware, put together. Everything lives on the loop's
// thread.
#include <memory>

#include "middleware/config/middleware_file.h"
#include "middleware/program/arguments.h"

namespace program {

class Deployment {
 public:
  Deployment(config::MiddlewareFile file, Arguments arguments, Surroundings surroundings);
  ~Deployment();

  /// Serves until TERM or INT, then lets the running requests end. An error when it could not begin.
  kernel::Result<> run();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace program

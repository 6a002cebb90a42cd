#pragma once
// Stands before the service: lets so many requests in at once, writes each down as the hop that its steps
// hang on, and knows when all have ended. What platforms and operators ask (/health, /ready, /metrics,
// /admin) always gets in and is not written down.
#include <string>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/program/gate.h"

namespace program {

class Front final : public kernel::HttpHandler {
 public:
  /// All outlive it. `name` is the service's in hops.
  Front(kernel::HttpHandler& service, Gate& gate, kernel::HopSink& hops, std::string name);

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  int running() const { return running_; }

  /// Replies end their connections from now on; `on_idle` is called, perhaps at once, when no request runs.
  void close(kernel::Action on_idle);

 private:
  class Running;
  kernel::Task<kernel::HttpReply> handle_and_log(kernel::HttpRequest request);

  kernel::HttpHandler& service_;
  Gate& gate_;
  kernel::HopSink& hops_;
  std::string name_;
  int running_ = 0;
  kernel::Action on_idle_;
};

}  // namespace program

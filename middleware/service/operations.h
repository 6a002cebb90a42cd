#pragma once
// What operators and platforms ask an instance, before the events:
//
//   GET  /ready                          may it get traffic: health+json, 503 when not (facts/resilience 11:
//   secrets
//                                        never loaded, store unreachable, shutting down; an open breaker only
//                                        warns)
//   GET  /metrics                        Prometheus text
//   GET  /admin/breakers                 [{"api","state","openLeftMs"}]
//   POST /admin/breakers/API/force-open  no call until reset
//   POST /admin/breakers/API/force-closed  every call, whatever comes back, until reset
//   POST /admin/breakers/API/reset       closed, with an empty window
//
// Everything else goes on to the service.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/service/api_caller.h"
#include "middleware/service/metrics.h"
#include "middleware/store/store.h"

namespace service {

/// One reason to get no traffic, or to be watched.
struct ReadyCheck {
  std::string name;      ///< "secrets:loaded"
  std::string output{};  ///< what is wrong; "" passes
};

class Operations final : public kernel::HttpHandler {
 public:
  struct Parts {
    const kernel::Scheduler& scheduler;
    const Metrics& metrics;
    const store::Store& store;
    std::string instance;
    std::vector<ApiCaller*> callers{};
    std::function<kernel::Task<bool>()> secrets_ready{};  ///< whether callers can be told apart
    std::function<bool()> is_stopping{};
    std::function<std::vector<Gauge>()> gauges{};  ///< beside those of the callers
  };
  /// What the parts refer to, and `behind`, outlive it.
  Operations(Parts parts, kernel::HttpHandler& behind) : parts_(std::move(parts)), behind_(behind) {}

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

 private:
  kernel::Task<kernel::HttpReply> ready();
  kernel::HttpResponse readiness(bool has_secrets) const;
  kernel::HttpResponse metrics() const;
  kernel::HttpResponse breakers() const;
  kernel::HttpResponse command(std::string_view path) const;

  Parts parts_;
  kernel::HttpHandler& behind_;
};

}  // namespace service

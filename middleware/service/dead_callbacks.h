#pragma once
// Dead callbacks for the people who look after them, over HTTP. Who may ask is decided before this.
//
//   GET  /admin/dead-callbacks?limit=100         200, the oldest first, with their requests
//   POST /admin/dead-callbacks/{id}/redrive      202; 404: there is no such dead callback
#include <string>
#include <string_view>

#include "middleware/kernel/http.h"
#include "middleware/service/outbox.h"

namespace service {

inline constexpr std::string_view kDeadCallbacksPath = "/admin/dead-callbacks";

class DeadCallbacks final : public kernel::HttpHandler {
 public:
  /// The references outlive it.
  DeadCallbacks(kernel::Scheduler& scheduler, store::Outbox& kept, Outbox& outbox)
      : scheduler_(scheduler), kept_(kept), outbox_(outbox) {}

  /// Requests whose path begins with kDeadCallbacksPath.
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

 private:
  kernel::Task<kernel::HttpReply> list(int limit);
  kernel::Task<kernel::HttpReply> redrive(std::string id);

  kernel::Scheduler& scheduler_;
  store::Outbox& kept_;
  Outbox& outbox_;
};

}  // namespace service

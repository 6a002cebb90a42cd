#pragma once
// Dead letters for the people who look after them, over HTTP. Who may ask is decided before this.
//
//   GET  /admin/dead-letters?limit=100           200, the oldest first, with their payloads
//   POST /admin/dead-letters/{id}/redrive        202; 404: there is no such dead letter
#include <string>
#include <string_view>

#include "middleware/inbox/inbox.h"
#include "middleware/kernel/http.h"

namespace inbox {

inline constexpr std::string_view kDeadLettersPath = "/admin/dead-letters";

class DeadLetters final : public kernel::HttpHandler {
 public:
  /// The references outlive it.
  DeadLetters(kernel::Scheduler& scheduler, store::Store& store, Inbox& inbox)
      : scheduler_(scheduler), store_(store), inbox_(inbox) {}

  /// Requests whose path begins with kDeadLettersPath.
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

 private:
  kernel::Task<kernel::HttpReply> list(int limit);
  kernel::Task<kernel::HttpReply> redrive(std::string event);

  kernel::Scheduler& scheduler_;
  store::Store& store_;
  Inbox& inbox_;
};

}  // namespace inbox

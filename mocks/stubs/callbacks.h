#pragma once
// Requests that a mock sends by itself after it answered: webhooks, with retries, a signature and an order.
// Facts: mocks-and-faults 16.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "mocks/stubs/spec.h"

namespace mocks::stubs {

/// A callback whose texts are made. All copies and attempts carry the same Webhook-Id.
struct PreparedCallback {
  std::shared_ptr<const CallbackSpec> spec{};
  kernel::HttpRequest request{};
  kernel::Timestamp when{};
};

/// The signature's header value for `body`, as of `now`.
std::string signature_of(const SignatureSpec& spec, const std::string& body, kernel::WallTime now);

class Callbacks {
 public:
  Callbacks(const std::string& mock, kernel::Scheduler& scheduler, kernel::Journal& journal,
            kernel::HttpClient& client)
      : mock_(mock), scheduler_(scheduler), journal_(journal), client_(client) {}

  /// Sends them in this order: none begins before the one in front of it was delivered or given up.
  void start(std::vector<PreparedCallback> callbacks, std::string event, kernel::HopId parent);

  void stop() { running_.cancel_all(); }
  bool is_idle() const { return running_.running() == 0; }
  std::int64_t given_up() const { return given_up_; }

 private:
  kernel::Task<void> deliver_all(std::vector<PreparedCallback> callbacks, std::string event,
                                 kernel::HopId parent);
  kernel::Task<bool> attempt(const PreparedCallback& callback, std::string event, kernel::HopId parent,
                             int number);

  const std::string& mock_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  kernel::HttpClient& client_;
  std::int64_t given_up_ = 0;
  kernel::TaskScope running_;
};

}  // namespace mocks::stubs

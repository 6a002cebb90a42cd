#pragma once
// Brings a notification to one subscriber: attempts, waits between them, and in the end the dead-letter queue
// or nothing. Each delivery is one branch of its event and ends it once, unless the subscriber owns it from
// then on: Lambda does, and a queue that says that it carries on.
//
// Source: facts/aws-delivery 2.2 and 2.4.
#include <memory>
#include <string>
#include <string_view>

#include "emulator/lambda/ports.h"
#include "emulator/queues/ports.h"
#include "emulator/topics/envelope.h"
#include "emulator/topics/topic.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"

namespace emulator::topics {

struct DeliverySettings {
  kernel::Duration http_timeout = std::chrono::seconds{15};
  On429 on_429 = kOn429;
  /// Adds `traceparent` to HTTP requests, which SNS does not send: so the compute hop of the rig knows whose
  /// request it is.
  bool sends_traceparent = false;
};

/// Where deliveries go. The references outlive them.
struct DeliveryPorts {
  kernel::Scheduler& scheduler;
  kernel::Journal& journal;
  lambda::AsyncInvoker& functions;
  queues::QueueWriter& queues;
  kernel::HttpClient& client;
};

/// One notification on its way to one subscription.
struct Delivery {
  std::shared_ptr<const Notification> notification;
  std::shared_ptr<const Subscription> subscription;
  std::string topic;  ///< its name
  std::string unsubscribe_url;
  EffectivePolicy policy{};  ///< of HTTP
  std::string event_uuid{};
  kernel::HopId cause = 0;
  std::string trace_header{};
  std::string group_id{};
  std::string deduplication_id{};
  bool keeps_order = false;  ///< FIFO: after everything of its group that came before
};

class Deliveries {
 public:
  Deliveries(DeliverySettings settings, DeliveryPorts ports)
      : settings_(settings), ports_(ports), order_(ports.scheduler) {}

  void start(Delivery delivery) { running_.spawn(deliver(std::move(delivery))); }

  /// Asks an HTTP endpoint to confirm, with the same retries; a confirmation that nobody takes is forgotten.
  void ask_to_confirm(std::shared_ptr<const Subscription> subscription, Confirmation confirmation,
                      RetrySchedule retry);

  std::size_t running() const { return running_.running(); }

 private:
  struct Attempt {
    Verdict verdict = Verdict::Delivered;
    kernel::Outcome outcome = kernel::Outcome::Ok;
    int status = 200;
    std::string error{};
    bool is_owned_elsewhere = false;  ///< the subscriber ends the event
  };

  kernel::Task<void> deliver(Delivery delivery);
  kernel::Task<void> try_until_over(const Delivery& delivery);
  kernel::Task<Attempt> attempt(const Delivery& delivery, std::shared_ptr<const std::string> body,
                                std::int64_t number);
  kernel::Task<Attempt> post(const Delivery& delivery, std::shared_ptr<const std::string> body,
                             kernel::HopId hop);
  kernel::Task<Attempt> send(kernel::HttpRequest request);
  Attempt invoke(const Delivery& delivery, std::shared_ptr<const std::string> body, kernel::HopId hop);
  Attempt enqueue(const Delivery& delivery, const std::string& body, kernel::HopId hop);
  kernel::Task<void> confirm(std::shared_ptr<const Subscription> subscription, Confirmation confirmation,
                             RetrySchedule retry);
  void give_up(const Delivery& delivery, const Attempt& last, std::int64_t attempts);
  void end(const Delivery& delivery, kernel::End end, const std::string& where);

  DeliverySettings settings_;
  DeliveryPorts ports_;
  GroupOrder order_;
  kernel::Lookup<ReceiveThrottle> throttles_;  // by subscription
  kernel::TaskScope running_;
};

/// How SNS names an endpoint in the record: "ingest", "audit", "middleware/sns".
std::string_view place_of(const Subscription& subscription);

}  // namespace emulator::topics

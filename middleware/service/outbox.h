#pragma once
// Delivers what the store's outbox holds: at least once, in order per ordering key and API, through the API's
// own policies (retry, breaker, limits, credentials: ApiCaller).
//
//   outbox ─take─> deliver ─> gone
//      ^             └─ failed ─> parked, with all of its lane behind it ─> ... ─> dead callback
//
// Nobody waits for it: the event's caller has its answer. Memory is bounded: what waits is in the store only.
//
// Source: facts/resilience 9. What a delivery's end means is decided as for accepted events
// (inbox/decisions.h): a refusal for good is dead at once, one in which nobody was asked does not count.
#include <memory>
#include <string>
#include <vector>

#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "middleware/service/api_caller.h"
#include "middleware/store/outbox.h"

namespace service {

class Outbox {
 public:
  /// The references, and the callers, outlive it.
  Outbox(OutboxConfig config, const Surroundings& surroundings, store::Outbox& kept,
         std::vector<ApiCaller*> callers);

  /// Takes up what is in the store; goes on until the outbox goes.
  void start() { works_.spawn(take_and_deliver()); }
  /// There may be something to deliver.
  void stir();
  /// Takes nothing more; what is being delivered goes on. Another outbox on the store takes the rest.
  void retire();
  bool is_idle() const { return running_ == 0 && !is_taking_; }

  /// Too many wait: no event whose end would add to them should be begun.
  bool is_full() const { return kept_.callback_count().pending >= config_.waiting_max; }

  /// False: there is no such dead callback.
  kernel::Task<bool> redrive(std::string id);

 private:
  kernel::Task<void> take_and_deliver();
  kernel::Task<void> deliver(store::CallbackWork work);
  /// `work` outlives the task.
  kernel::Task<CallEnd> send(const store::CallbackWork& work, kernel::HopId hop);
  inbox::Verdict judge(const store::CallbackWork& work, const inbox::WorkEnd& end) const;
  kernel::Task<bool> settle(const store::CallbackWork& work, const inbox::WorkEnd& end,
                            const inbox::Verdict& verdict);
  void say(kernel::LogLevel level, std::string_view what, const store::CallbackWork& work,
           const inbox::WorkEnd& end, const inbox::Verdict& verdict) const;
  kernel::Task<bool> until_stirred();

  OutboxConfig config_;
  const Surroundings& around_;
  store::Outbox& kept_;
  std::vector<ApiCaller*> callers_;
  int running_ = 0;
  bool is_stirred_ = false;
  bool is_retired_ = false;
  bool is_taking_ = false;
  kernel::Signal stirred_;
  kernel::TaskScope works_;
};

}  // namespace service

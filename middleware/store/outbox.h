#pragma once
// What is to be told to others of events that are over: written in the transaction that ends the event
// (Store::done, Store::bury), so that neither is there without the other, and kept until it is delivered.
//
//   done, bury ─> Pending ─take─> Delivering ─┬─> gone
//                    ^  ^ lease over │         └─> Dead ─redrive─> Pending
//                    └──────── park ─┘
//
// Source: facts/resilience 9. As in store.h every call is atomic, and has happened for good when its task
// ends; times are the caller's.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace store {

/// One request to one API, made when its event ended.
struct Callback {
  std::string id{};       ///< its idempotency key, the same at each delivery
  std::string event{};    ///< EventUuid
  std::string name{};     ///< in the file
  std::string api{};      ///< who is told
  std::string lane{};     ///< those of a lane are delivered one after the other; "": it waits for nobody
  std::string trace{};    ///< traceparent of the hop that brought the event
  std::string request{};  ///< JSON; no business of the store
};
using Callbacks = std::vector<Callback>;

/// A callback that is being delivered.
struct CallbackWork {
  Callback callback{};
  int deliveries = 1;  ///< this one included
  std::uint64_t fence = 0;
};

struct TakenCallbacks {
  std::vector<CallbackWork> works{};
  std::optional<kernel::Timestamp> next_due{};  ///< when the next may be taken, as far as known now
};

struct DeadCallback {
  Callback callback{};
  std::string error_class{};  ///< "permanent", "deliveries", "crashes"
  std::string error{};
  int deliveries = 0;
  kernel::Timestamp died_at{};
};

struct OutboxCount {
  std::int64_t pending = 0;  ///< those being delivered included
  std::int64_t dead = 0;
};

class Outbox {
 public:
  virtual ~Outbox() = default;

  /// Claims up to `count_max` callbacks that are due, the longest due first. Of a lane only the first that is
  /// not over is ever due. A callback whose lease is over is due again.
  virtual kernel::Task<TakenCallbacks> take_callbacks(kernel::Timestamp now, kernel::Timestamp lease_until,
                                                      int count_max) = 0;

  // False when `fence` is no longer the newest claim, or the store cannot write.
  /// The other side has it: it is forgotten.
  virtual kernel::Task<bool> callback_delivered(std::string id, std::uint64_t fence,
                                                kernel::Timestamp now) = 0;
  /// Not before `not_before`. `counts`: whether this delivery did.
  virtual kernel::Task<bool> park_callback(std::string id, std::uint64_t fence, kernel::Timestamp not_before,
                                           bool counts) = 0;
  /// Gives it up. Of `why` only error and class are read.
  virtual kernel::Task<bool> bury_callback(std::string id, std::uint64_t fence, kernel::Timestamp now,
                                           DeadCallback why) = 0;

  /// In the order of their death; at most `count_max`.
  virtual kernel::Task<std::vector<DeadCallback>> dead_callbacks(int count_max) = 0;
  /// A dead callback is due again as if it had never been delivered, behind the others of its lane. False:
  /// there is none.
  virtual kernel::Task<bool> redrive_callback(std::string id, kernel::Timestamp now) = 0;

  /// As of the last call that has ended.
  virtual OutboxCount callback_count() const = 0;
};

}  // namespace store

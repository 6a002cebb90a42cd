#pragma once
// Accepted events: durable before their caller may forget them, worked on until they are done or dead.
//
//   accept ─> store ─take─> flow ─> done
//                ^           └─ failed ─> parked, with all of its lane behind it ─> ... ─> dead letter
//
// Of an ordering key one event is worked on at a time, in the order of acceptance; keys do not wait for each
// other. Memory is bounded: what waits is in the store only, at most `running_max` events are here.
//
// Source: facts/resilience 9.
#include <cstdint>
#include <string>

#include "middleware/inbox/decisions.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "middleware/store/store.h"

namespace inbox {

struct InboxConfig {
  int running_max = 64;                ///< events worked on at once
  std::int64_t waiting_max = 100'000;  ///< accepted and not over; more are refused
  ParkingRules parking{};
  /// How often it looks for what other instances have left behind in a shared store.
  kernel::Duration look_every = std::chrono::seconds{30};
};

/// What an accepted event is for.
class Flows {
 public:
  virtual ~Flows() = default;
  /// One delivery of the event. It ends within lease_max().
  virtual kernel::Task<WorkEnd> work(store::Work work) = 0;
  /// After so many deliveries that failed, events of this type are dead letters.
  virtual int deliveries_max(const std::string& type) const = 0;
  virtual kernel::Duration lease_max() const = 0;
  /// What is told of an event that is given up without another delivery.
  virtual store::Callbacks callbacks_of_dead(store::Work work, const std::string& error) const = 0;
  /// The outbox holds something new.
  virtual void callbacks_kept() = 0;
};

class Inbox {
 public:
  /// The references outlive the inbox. `seed`: of the jitter.
  Inbox(InboxConfig config, kernel::Scheduler& scheduler, kernel::HopSink& log, store::Store& store,
        Flows& flows, std::uint64_t seed);

  /// Takes up what is in the store; goes on until the inbox goes.
  void start() { works_.spawn(take_and_work()); }

  /// Takes nothing more; what is worked on goes on. Another inbox on the store takes the rest.
  void retire();
  bool is_idle() const { return running_ == 0 && !is_taking_; }

  /// Accepted: from now on the event is ours, whatever happens to the process.
  kernel::Task<store::ClaimKind> accept(store::AcceptedEvent event);
  /// False: there is no such dead letter.
  kernel::Task<bool> redrive(std::string event);

 private:
  kernel::Task<void> take_and_work();
  kernel::Task<void> work_off(store::Work work);
  kernel::Task<bool> settle(store::Work work, WorkEnd end);
  kernel::Task<bool> finish(store::Work work, WorkEnd end);
  kernel::Task<bool> bury(store::Work work, std::string reason, WorkEnd end);
  /// There may be something to take.
  void stir();
  kernel::Task<bool> until_stirred();

  InboxConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::HopSink& log_;
  store::Store& store_;
  Flows& flows_;
  std::uint64_t seed_;
  int running_ = 0;
  bool is_stirred_ = false;
  bool is_retired_ = false;
  bool is_taking_ = false;
  kernel::Signal stirred_;
  kernel::TaskScope works_;
};

}  // namespace inbox

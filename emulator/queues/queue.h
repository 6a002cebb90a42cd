#pragma once
// One queue: takes messages, hands them out, takes them back when their time is up, gives them up.
//
// Who owns an event: a message that was sent while the queue had a consumer carries its event, which ends
// here: delivered when the message is deleted, expired when the retention takes it, lost when the queue is
// purged or deleted. Other messages carry nothing: their sender has ended the event.
//
// Source: facts/aws-delivery 3.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/queues/config.h"
#include "emulator/queues/deduplication.h"
#include "emulator/queues/received.h"
#include "emulator/queues/shelf.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/wait.h"

namespace emulator::queues {

/// All outlive the queue.
struct Surroundings {
  kernel::Scheduler& scheduler;
  kernel::Journal& journal;
  kernel::Random& ids;
  std::size_t in_flight_max = kInFlightMax;
};

class Queue {
 public:
  /// `number` tells its handles from those of other queues, also of one that had the same name.
  Queue(QueueConfig config, std::uint64_t number, Surroundings around);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  const QueueConfig& config() const { return config_; }
  /// Type and name stay.
  void reconfigure(QueueConfig config);
  kernel::WallTime created_at() const { return created_at_; }
  kernel::WallTime modified_at() const { return modified_at_; }

  SendResult send(SendRequest request);
  /// What is there now, without waiting. `dead_letter` takes what was received too often; null: nobody does.
  ReceiveResult receive(const ReceiveRequest& request, Queue* dead_letter);
  Answer<> remove(std::string_view receipt_handle);
  Answer<> change_visibility(std::string_view receipt_handle, std::chrono::seconds visibility);
  /// Again within a minute is PurgeQueueInProgress.
  Answer<> purge();
  /// The queue is deleted: whoever waits for it wakes up.
  void close();
  bool is_closed() const { return is_closed_; }

  void attach() { ++attached_; }
  void detach();
  /// Somebody who has not attached receives: it has a consumer from now on.
  void note_receiver() { has_receiver_ = has_receiver_ || attached_ == 0; }
  bool has_consumer() const { return attached_ > 0 || has_receiver_ || config_.has_consumer; }

  /// Counts at this moment.
  const Shelf& shelf();
  /// Wakes when a message may have become receivable.
  kernel::Signal& changed() { return changed_; }

 private:
  struct Named {
    Number number;
    Shelf::Entry* entry;  ///< null: gone
    bool is_newest;       ///< the message was not received again since
  };
  /// Nothing for what is no handle of this queue.
  std::optional<Named> by_handle(std::string_view receipt_handle);

  SendResult store(SendRequest request);
  ReceivedMessage hand_out(Number number, const ReceiveRequest& request);
  void redrive(Number number, Queue& dead_letter);
  void take_dead_letter(Message message);
  void place(Message message, kernel::Duration delay);
  void give_back(Number number, kernel::Outcome outcome, std::string_view why);
  void expire(Number number);
  /// Takes a message out for good; its event ends so, if it carries one.
  void drop(Number number, kernel::End end, std::string_view where);
  void drop_all(std::string_view why);
  /// Everything whose time is up.
  void settle();
  void arm();
  std::string next_sequence_number();

  QueueConfig config_;
  std::uint64_t number_;
  Surroundings around_;
  kernel::WallTime created_at_;
  kernel::WallTime modified_at_;
  Shelf shelf_;
  Deduplication deduplication_;
  kernel::Signal changed_;
  std::uint64_t sequence_ = 0;
  std::optional<kernel::Timestamp> purged_at_{};
  int attached_ = 0;
  bool has_receiver_ = false;
  bool is_closed_ = false;
  kernel::TimerId timer_{};
  kernel::Timestamp timer_at_{};
};

}  // namespace emulator::queues

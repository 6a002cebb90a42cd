#pragma once
// What FIFO topics remember: which messages they had in the last five minutes, and whose turn it is in a
// group.
//
// Source: facts/aws-delivery 2.5.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "emulator/topics/ports.h"
#include "middleware/kernel/lookup.h"
#include "middleware/kernel/time.h"
#include "middleware/kernel/wait.h"

namespace emulator::topics {

constexpr kernel::Duration kDeduplicationWindow = std::chrono::minutes{5};

/// The deduplication id of a message: its own, or with content-based deduplication the SHA-256 of its text.
std::string deduplication_id_of(const Message& message);

/// Recognises a message that was accepted less than five minutes ago. A duplicate does not extend the window.
class Deduplication {
 public:
  /// What the first one was answered, if there was one.
  std::optional<PublishResult> find(const std::string& id, kernel::Timestamp now);
  /// `find` had nothing.
  void add(const std::string& id, PublishResult result, kernel::Timestamp now);

 private:
  kernel::Lookup<PublishResult> known_;
  std::deque<std::pair<kernel::Timestamp, std::string>> in_order_;
};

/// Twenty digits that grow with each message of a topic.
class SequenceNumbers {
 public:
  std::string next() { return std::to_string(kFirst + issued_++); }

 private:
  static constexpr std::uint64_t kFirst = 10'000'000'000'000'000'000ULL;
  std::uint64_t issued_ = 0;
};

/// Lets deliveries of one group to one subscription through one after the other. Outlives its turns.
class GroupOrder {
 public:
  explicit GroupOrder(kernel::Scheduler& scheduler) : moved_(scheduler) {}

  /// A place in the line of `key`, kept until it is destroyed.
  class Turn {
   public:
    Turn(GroupOrder& order, std::string key);
    Turn(Turn&& other) noexcept
        : order_(std::exchange(other.order_, nullptr)), key_(std::move(other.key_)), number_(other.number_) {}
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();
    /// Whether everybody before has left. Else wait for `moved` and ask again.
    bool has_come() const;

   private:
    GroupOrder* order_;
    std::string key_;
    std::uint64_t number_;
  };

  /// Somebody left a line.
  kernel::Signal& moved() { return moved_; }

 private:
  kernel::Lookup<std::deque<std::uint64_t>> lines_;
  std::uint64_t entered_ = 0;
  kernel::Signal moved_;
};

}  // namespace emulator::topics

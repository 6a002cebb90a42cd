#pragma once
// Who works on a record: one at a time, so that what was read of it is still the newest when it is written.
//
// Source: facts/resilience 9: one event of a key at a time. Nobody waits here behind an event that failed: it
// lets go, comes again later, and is late by its version then. One instance knows of itself only.
#include <set>
#include <string>
#include <utility>

#include "middleware/kernel/wait.h"

namespace service {

class RecordLocks {
 public:
  /// The scheduler outlives it, and it outlives its holders and waiters.
  explicit RecordLocks(kernel::Scheduler& scheduler) : freed_(scheduler) {}
  RecordLocks(const RecordLocks&) = delete;
  RecordLocks& operator=(const RecordLocks&) = delete;

  /// The record is free again when this goes.
  class Held {
   public:
    Held() = default;
    Held(Held&& other) noexcept
        : locks_(std::exchange(other.locks_, nullptr)), record_(std::move(other.record_)) {}
    Held& operator=(Held&& other) noexcept {
      std::swap(locks_, other.locks_);
      std::swap(record_, other.record_);
      return *this;
    }
    ~Held() {
      if (locks_ != nullptr) locks_->leave(record_);
    }

   private:
    friend class RecordLocks;
    Held(RecordLocks& locks, std::string record) : locks_(&locks), record_(std::move(record)) {}
    RecordLocks* locks_ = nullptr;
    std::string record_{};
  };

  /// Waits for its turn. Who waits no longer destroys the task.
  kernel::Task<Held> hold(std::string record);

  /// Records that somebody holds.
  std::size_t count() const { return held_.size(); }

 private:
  void leave(const std::string& record);

  std::set<std::string, std::less<>> held_;
  kernel::Signal freed_;  ///< one for all: few wait at a time
};

}  // namespace service

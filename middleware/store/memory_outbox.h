#pragma once
// The outbox of the store that forgets with its process.
#include <map>
#include <set>
#include <string>

#include "middleware/kernel/lookup.h"
#include "middleware/store/outbox.h"

namespace store {

class MemoryOutbox final : public Outbox {
 public:
  /// Part of the event's end. One whose id is there already is left as it is.
  void add(Callbacks callbacks, kernel::Timestamp now);
  /// Nobody delivers anything any more.
  void end_leases();

  kernel::Task<TakenCallbacks> take_callbacks(kernel::Timestamp now, kernel::Timestamp lease_until,
                                              int count_max) override;
  kernel::Task<bool> callback_delivered(std::string id, std::uint64_t fence, kernel::Timestamp now) override;
  kernel::Task<bool> park_callback(std::string id, std::uint64_t fence, kernel::Timestamp not_before,
                                   bool counts) override;
  kernel::Task<bool> bury_callback(std::string id, std::uint64_t fence, kernel::Timestamp now,
                                   DeadCallback why) override;
  kernel::Task<std::vector<DeadCallback>> dead_callbacks(int count_max) override;
  kernel::Task<bool> redrive_callback(std::string id, kernel::Timestamp now) override;
  OutboxCount callback_count() const override;

 private:
  using Number = std::uint64_t;  ///< in the order of writing, from 1
  struct Entry {
    Callback callback{};
    std::uint64_t fence = 0;
    kernel::Timestamp lease_until{};
    kernel::Timestamp due{};
    int deliveries = 0;
  };
  struct Due {
    kernel::Timestamp when;
    Number number;
    auto operator<=>(const Due&) const = default;
  };

  /// Null when the claim is another's.
  Entry* held(const std::string& id, std::uint64_t fence, Number& number);
  void enqueue(Entry entry, kernel::Timestamp due);
  void set_due(Number number, Entry& entry, kernel::Timestamp due);
  /// It is over: the next of its lane is due.
  Entry leave(Number number, kernel::Timestamp now);

  Number last_number_ = 0;
  std::uint64_t last_fence_ = 0;
  std::map<Number, Entry> pending_;
  kernel::Lookup<Number> numbers_;  ///< by id, of those that are pending or dead
  std::map<std::string, std::set<Number>, std::less<>> lanes_;
  std::set<Due> due_;
  std::map<Number, DeadCallback> dead_;  ///< by the order of dying
};

}  // namespace store

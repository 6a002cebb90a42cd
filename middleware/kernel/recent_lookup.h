#pragma once
// A hashed table, as lookup.h, that forgets what nobody has asked for in a while: what it holds follows from
// how much is going on, not from how long it has been going on.
#include <string_view>
#include <utility>

#include "middleware/kernel/lookup.h"
#include "middleware/kernel/time.h"

namespace kernel {

/// An entry stays for `kept` after its last at(), and goes before twice that has passed. When it goes depends
/// on the times alone.
template <class V>
class RecentLookup {
 public:
  /// `kept`: above zero.
  explicit RecentLookup(Duration kept) : kept_(kept) {}

  /// The entry of `key`, made if there is none. `now` never goes back. Valid until the next call.
  V& at(std::string_view key, Timestamp now) {
    turn(now);
    if (V* found = current_.find(key)) return *found;
    V& entry = current_.at(key);
    if (V* former = former_.find(key)) {
      entry = std::move(*former);
      former_.erase(key);
    }
    return entry;
  }
  std::size_t size() const { return current_.size() + former_.size(); }
  void clear() {
    current_.clear();
    former_.clear();
  }

 private:
  void turn(Timestamp now) {
    const auto periods = now.time_since_epoch() / kept_;
    if (periods == period_) return;
    former_ = periods == period_ + 1 ? std::exchange(current_, {}) : Lookup<V>{};
    current_.clear();
    period_ = periods;
  }

  const Duration kept_;
  Duration::rep period_ = 0;
  Lookup<V> current_;  ///< asked for in this period
  Lookup<V> former_;   ///< in the one before, and not since
};

}  // namespace kernel

#pragma once
// The ids of events that are over, for as long as one of them may come again: facts/resilience 8, keep them
// longer than any redelivery. A busy service holds very many, so each costs about 80 bytes: what UUIDs say is
// kept as its 16 bytes, any other id as its text (kernel/uuid_lookup.h).
#include <deque>
#include <string>
#include <string_view>
#include <variant>

#include "middleware/kernel/lookup.h"
#include "middleware/kernel/time.h"
#include "middleware/kernel/uuid_lookup.h"
#include "middleware/store/store.h"

namespace store {

class DoneEvents {
 public:
  /// The event's fingerprint; nothing when it is not known (any more). Valid until the next call.
  const Fingerprint* find(std::string_view event) const;
  /// `until` is not earlier than that of former ones.
  void add(std::string_view event, const Fingerprint& fingerprint, kernel::Timestamp until);
  /// Forgets what was kept until `now` or earlier.
  void forget(kernel::Timestamp now);
  std::size_t size() const { return uuids_.size() + others_.size(); }

 private:
  struct Forget {
    kernel::Timestamp when;
    std::variant<kernel::UuidBytes, std::string> event;
  };

  kernel::UuidLookup<Fingerprint> uuids_;
  kernel::Lookup<Fingerprint> others_;
  std::deque<Forget> to_forget_;  // in the order of `when`
};

}  // namespace store

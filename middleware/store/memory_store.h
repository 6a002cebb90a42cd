#pragma once
// The store that forgets with its process: for rehearsals, and for one instance that can afford it.
#include <deque>

#include "middleware/kernel/lookup.h"
#include "middleware/store/store.h"

namespace store {

class MemoryStore final : public Store {
 public:
  /// Done events are remembered for `keep` (facts: longer than any redelivery, 7 days).
  explicit MemoryStore(kernel::Duration keep = std::chrono::hours{24 * 7}) : keep_(keep) {}

  kernel::Task<Claim> claim(std::string event, kernel::Timestamp now, kernel::Timestamp lease_until) override;
  kernel::Task<bool> write_step(std::string event, std::uint64_t fence, StepRecord record) override;
  kernel::Task<bool> done(std::string event, std::uint64_t fence, kernel::Timestamp now) override;
  kernel::Task<bool> release(std::string event, std::uint64_t fence) override;

  std::size_t events() const { return records_.size(); }

 private:
  struct Record {
    std::uint64_t fence = 0;
    bool is_done = false;
    kernel::Timestamp lease_until{};
    std::vector<StepRecord> steps;
  };
  struct Forget {
    kernel::Timestamp when;
    std::string event;
  };
  Record* held(const std::string& event, std::uint64_t fence);

  kernel::Duration keep_;
  kernel::Lookup<Record> records_;
  std::deque<Forget> to_forget_;  // in the order of `when`
};

}  // namespace store

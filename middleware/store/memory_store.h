#pragma once
// The store that forgets with its process: for rehearsals, and for one instance that can afford it.
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "middleware/kernel/lookup.h"
#include "middleware/store/done_events.h"
#include "middleware/store/memory_outbox.h"
#include "middleware/store/store.h"

namespace store {

class MemoryStore final : public Store {
 public:
  /// Done events are remembered for `keep` (facts: longer than any redelivery, 7 days).
  explicit MemoryStore(kernel::Duration keep = std::chrono::hours{24 * 7}) : keep_(keep) {}

  kernel::Task<Claim> claim(std::string event, kernel::Timestamp now, kernel::Timestamp lease_until,
                            Fingerprint fingerprint = {}) override;
  kernel::Task<bool> write_step(std::string event, std::uint64_t fence, StepRecord record) override;
  kernel::Task<bool> write_applied(std::string event, std::uint64_t fence, kernel::Timestamp now,
                                   StepRecord record, AppliedVersion applied) override;
  kernel::Task<bool> done(std::string event, std::uint64_t fence, kernel::Timestamp now,
                          AppliedVersion applied = {}, Callbacks callbacks = {}) override;
  kernel::Task<bool> release(std::string event, std::uint64_t fence) override;
  kernel::Task<ClaimKind> accept(AcceptedEvent event, kernel::Timestamp now,
                                 std::int64_t waiting_max) override;
  kernel::Task<Taken> take(kernel::Timestamp now, kernel::Timestamp lease_until, int count_max) override;
  kernel::Task<bool> park(std::string event, std::uint64_t fence, kernel::Timestamp not_before,
                          bool counts) override;
  kernel::Task<bool> bury(std::string event, std::uint64_t fence, kernel::Timestamp now, DeadLetter why,
                          Callbacks callbacks = {}) override;
  kernel::Task<std::vector<DeadLetter>> dead_letters(int count_max) override;
  kernel::Task<bool> redrive(std::string event, kernel::Timestamp now) override;
  kernel::Task<std::string> applied_version(std::string record) override;
  MemoryOutbox& outbox() override { return outbox_; }
  const MemoryOutbox& outbox() const { return outbox_; }

  /// Nobody works on anything any more: what a new process does that finds a store.
  void end_leases();

  std::size_t events() const { return records_.size() + done_.size(); }
  /// Accepted and not over.
  std::size_t waiting() const { return waiting_; }

 private:
  enum class State : std::uint8_t { Open, Dead };
  using Number = std::uint64_t;  ///< in the order of acceptance, from 1
  /// What only accepted events have.
  struct Own {
    AcceptedEvent event;
    Number number = 0;
    int deliveries = 0;
    kernel::Timestamp due{};
    DeadLetter death{};
  };
  // One of these for each event in flight: it is kept small.
  struct Record {
    std::uint64_t fence = 0;
    kernel::Timestamp lease_until{};
    std::vector<StepRecord> steps;
    std::unique_ptr<Own> own;
    Fingerprint fingerprint{};
    State state = State::Open;
  };
  struct Due {
    kernel::Timestamp when;
    Number number;
    auto operator<=>(const Due&) const = default;
  };

  /// What is to be said of an event that is over; nothing of any other.
  std::optional<ClaimKind> over(std::string_view event, const Fingerprint& fingerprint,
                                kernel::Timestamp now);
  bool is_leased(const Record& record, kernel::Timestamp now) const;
  std::uint64_t next_fence(const Record& record) const;
  Record* held(const std::string& event, std::uint64_t fence);
  void enqueue(Own& own, kernel::Timestamp due);
  /// The event may be taken at `due`; of its lane it is the first.
  void set_due(Own& own, kernel::Timestamp due);
  /// It is over: the next of its lane is due.
  void leave_lane(Own& own, kernel::Timestamp now);
  void apply(AppliedVersion applied);
  static bool is_other(const Fingerprint& kept, const Fingerprint& said);
  static ClaimKind known(const Record& record, const Fingerprint& fingerprint);

  /// The upper bits of a fence say in which generation it was given: leases of former ones are over.
  static constexpr int kGenerationShift = 40;

  kernel::Duration keep_;
  std::uint64_t generation_ = 0;
  kernel::Lookup<Record> records_;  // of events that are not over
  DoneEvents done_;
  Number last_number_ = 0;
  std::map<Number, std::string> waiting_events_;
  std::map<std::string, std::set<Number>, std::less<>> lanes_;
  std::set<Due> due_;
  std::map<Number, std::string> dead_;  // by the order of dying
  kernel::Lookup<std::string> versions_;
  std::size_t waiting_ = 0;
  MemoryOutbox outbox_;
};

}  // namespace store

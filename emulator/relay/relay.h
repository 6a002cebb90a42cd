#pragma once
// The Event Relay: reads a channel of the org and hands every event to the partner bus, in order, at least
// once.
//
// Source: facts/salesforce 6. States: RUN, PAUSE (keeps its position), STOP (forgets it: what comes meanwhile
// is never relayed). Trouble puts the relay into ERROR; it tries again with backoff and returns to RUNNING by
// itself, from where it stopped. Where that is impossible ReplayRecovery decides.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/bus/ports.h"
#include "emulator/relay/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::relay {

/// What stands beside `payload` in the detail: facts/salesforce 6.3, unverified, hence a setting.
enum class EnvelopeProfile : std::uint8_t { PayloadOnly, PubSub, CometD };

/// What becomes of an event that is larger than an entry may be: undocumented, hence a setting.
enum class Oversize : std::uint8_t {
  Drop,   ///< it is lost, and the record says so
  Error,  ///< ERROR, and tried again until it is too old
  Block,  ///< the same, but the relay claims to be RUNNING
};
/// What becomes of events that the bus refuses: undocumented, hence a setting.
enum class Refusal : std::uint8_t { Error, Drop };

struct RelayConfig {
  std::string name = "EventRelay";
  std::string channel = "Events__chn";
  std::string channel_id{};  ///< "0YL..."; empty: from the seed
  ReplayRecovery recovery = ReplayRecovery::Latest;
  AdminState state = AdminState::Run;
  EnvelopeProfile envelope = EnvelopeProfile::PubSub;
  kernel::Duration latency =
      std::chrono::milliseconds{100};                     ///< ASSUMPTION: from stored to handed over, a batch
  std::int64_t batch_max = 20;                            ///< 1..20, the call's own limit
  kernel::Duration retry_base = std::chrono::seconds{1};  ///< ASSUMPTION: in ERROR, doubling
  kernel::Duration retry_wait_max = std::chrono::minutes{5};  ///< ASSUMPTION
  kernel::Duration state_delay{};                             ///< until a change of state has its effect
  kernel::Duration source_delay{};                            ///< until a new relay's event source is there
  std::int64_t entry_bytes_max = 1'048'576;                   ///< of one entry; 262144 before it was raised
  Oversize oversize = Oversize::Drop;
  Refusal refusal = Refusal::Error;
  bool allows_enrichment = false;  ///< whether enriched change events are relayed: sources contradict
};

/// The detail of an entry, in a profile.
std::string detail_of(const StoredEvent& event, EnvelopeProfile profile);

class Relay final : public StreamListener {
 public:
  Relay(RelayConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
        RetainedStream& stream, bus::PartnerEventSink& bus);

  ~Relay() override;

  /// Begins to relay if the configured state is RUN.
  void start();

  /// PAUSE and STOP take effect before the next batch, after `state_delay`.
  void set_state(AdminState state, std::string_view why);
  void set_recovery(ReplayRecovery recovery) { config_.recovery = recovery; }
  Status status() const { return status_; }
  RelayInfo info() const;

  /// In ERROR for so long, and its position is gone then: ReplayRecovery decides where it goes on.
  void lose_position(kernel::Duration outage);
  /// As if the bus refused every entry.
  void throttle(bool is_throttled) { is_throttled_ = is_throttled; }
  /// It is deleted: what it did not hand over ends as lost.
  void give_up_all();

  /// Sends each of the next `count` events twice, as after a lost acknowledgement: same payload, new
  /// EventBridge id.
  void duplicate_next(std::int64_t count) { to_duplicate_ += count; }

  const std::string& source() const { return source_; }
  const std::string& name() const { return config_.name; }

  void on_stored() override { changed_.notify_all(); }
  void on_purged(const StoredEvent& event) override;

 private:
  /// Why nothing can be sent now.
  struct Trouble {
    std::string_view code;  ///< behind "sfdc.platform.eventbus.relay."
    std::string message;
    bool is_shown = true;  ///< as ERROR
  };

  kernel::Task<void> pump();
  kernel::Task<void> hand_over(std::vector<StoredEventPtr> batch);
  kernel::Task<void> send_again(std::vector<StoredEventPtr> taken, int attempt);
  /// Those that the bus refused, in order.
  kernel::Task<std::vector<StoredEventPtr>> put(std::vector<StoredEventPtr> events, int attempt);
  void settle(const std::vector<StoredEventPtr>& batch, const std::vector<StoredEventPtr>& refused);
  std::optional<Trouble> prepare(std::vector<StoredEventPtr>& batch, std::size_t paid);
  std::optional<Trouble> sort_out_oversize(std::vector<StoredEventPtr>& batch);
  void give_up(const StoredEvent& event, std::string_view why);
  void complain(const Trouble& trouble);
  void recover();
  void apply(AdminState state, std::string_view why);
  kernel::Task<void> apply_later(AdminState state, std::string why);
  std::vector<StoredEventPtr> next_batch();
  bool is_taken(std::int64_t replay_id) const;
  void move_to(std::int64_t replay_id);
  void change_status(Status status, std::string_view why);
  void skip_to_newest(std::string_view why, std::string_view where);

  RelayConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  RetainedStream& stream_;
  bus::PartnerEventSink& bus_;
  std::string source_;
  AdminState admin_;
  Feedback feedback_;
  Status status_ = Status::Stopped;
  bool is_position_lost_ = false;
  bool is_throttled_ = false;
  kernel::Timestamp error_until_{};  ///< of an outage that a fault made
  std::int64_t position_;            ///< up to this replay id everything is handed over, skipped or purged
  std::vector<std::int64_t> taken_;  ///< beyond the position: handed over all the same, or just under way
  kernel::Duration backoff_;
  std::int64_t to_duplicate_ = 0;
  kernel::Signal changed_;
  kernel::TaskScope tasks_;
};

}  // namespace emulator::relay

#pragma once
// The Event Relay: reads a channel of the org and hands every event to the partner bus, in order, at least
// once.
//
// Source: facts/salesforce 6. States: RUN, PAUSE (keeps its position), STOP (forgets it: what comes meanwhile
// is never relayed). A bus that refuses puts the relay into ERROR; it tries again with backoff and returns to
// RUNNING by itself.
#include <cstdint>
#include <string>
#include <vector>

#include "emulator/bus/ports.h"
#include "emulator/relay/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::relay {

enum class AdminState : std::uint8_t { Run, Pause, Stop };
enum class Status : std::uint8_t { Running, Paused, Stopped, Error };
std::string_view to_text(Status status);

/// What stands beside `payload` in the detail: facts/salesforce 6.3, unverified, hence a setting.
enum class EnvelopeProfile : std::uint8_t { PayloadOnly, PubSub, CometD };

struct RelayConfig {
  std::string channel = "Events__chn";
  AdminState state = AdminState::Run;
  EnvelopeProfile envelope = EnvelopeProfile::PubSub;
  kernel::Duration latency =
      std::chrono::milliseconds{100};                     ///< ASSUMPTION: from stored to handed over, a batch
  std::int64_t batch_max = 20;                            ///< 1..20, the call's own limit
  kernel::Duration retry_base = std::chrono::seconds{1};  ///< ASSUMPTION: in ERROR, doubling
  kernel::Duration retry_wait_max = std::chrono::minutes{5};  ///< ASSUMPTION
};

class Relay final : public StreamListener {
 public:
  Relay(RelayConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
        RetainedStream& stream, bus::PartnerEventSink& bus);

  /// Begins to relay if the configured state is RUN.
  void start();

  /// PAUSE and STOP take effect before the next batch.
  void set_state(AdminState state, std::string_view why);
  Status status() const { return status_; }

  /// Sends each of the next `count` events twice, as after a lost acknowledgement: same payload, new
  /// EventBridge id.
  void duplicate_next(std::int64_t count) { to_duplicate_ += count; }

  const std::string& source() const { return source_; }

  void on_stored() override { changed_.notify_all(); }
  void on_purged(const StoredEvent& event) override;

 private:
  kernel::Task<void> pump();
  kernel::Task<void> hand_over(std::vector<StoredEventPtr> batch);
  kernel::Task<void> send_again(std::vector<StoredEventPtr> taken, int attempt);
  /// Those that the bus refused, in order.
  kernel::Task<std::vector<StoredEventPtr>> put(std::vector<StoredEventPtr> events, int attempt);
  void settle(const std::vector<StoredEventPtr>& batch, const std::vector<StoredEventPtr>& refused);
  std::vector<StoredEventPtr> next_batch();
  bool is_taken(std::int64_t replay_id) const;
  void move_to(std::int64_t replay_id);
  std::string detail_of(const StoredEvent& event) const;
  void change_status(Status status, std::string_view why);
  void skip_to_newest();

  RelayConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  RetainedStream& stream_;
  bus::PartnerEventSink& bus_;
  std::string source_;
  AdminState admin_;
  Status status_ = Status::Stopped;
  std::int64_t position_;            ///< up to this replay id everything is handed over, skipped or purged
  std::vector<std::int64_t> taken_;  ///< beyond the position: handed over all the same, or just under way
  kernel::Duration backoff_;
  std::int64_t to_duplicate_ = 0;
  kernel::Signal changed_;
  kernel::TaskScope tasks_;
};

}  // namespace emulator::relay

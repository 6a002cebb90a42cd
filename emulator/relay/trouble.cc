// What stands between a batch and the bus, and how a relay gets over it.
//
// Source: facts/salesforce 6.3, 6.4.
#include <algorithm>
#include <limits>

#include "emulator/relay/relay.h"
#include "middleware/kernel/digest.h"

namespace emulator::relay {
namespace {

using kernel::End;
using kernel::Outcome;

/// As EventBridge counts an entry: 14 for its time, and the bytes of its texts.
std::int64_t entry_bytes(const std::string& source, const StoredEvent& event, EnvelopeProfile profile) {
  return static_cast<std::int64_t>(14 + source.size() + event.api_name.size() +
                                   detail_of(event, profile).size());
}

/// No payload below this can be too large for any entry that may be configured.
constexpr std::size_t kBesidePayload = 1'024;

}  // namespace

RelayInfo Relay::info() const {
  RelayInfo info{.name = config_.name,
                 .channel = config_.channel,
                 .channel_id = source_.substr(source_.rfind('/') + 1),
                 .state = admin_,
                 .recovery = config_.recovery,
                 .feedback = feedback_};
  info.feedback.status = status_;
  info.feedback.remote_resource = source_;
  return info;
}

void Relay::complain(const Trouble& trouble) {
  feedback_.error_code = "sfdc.platform.eventbus.relay." + std::string(trouble.code);
  feedback_.error_message = trouble.message;
  feedback_.error_time = scheduler_.wall_now();
  const auto hash = kernel::sha256(feedback_.error_code + kernel::iso_millis(*feedback_.error_time));
  feedback_.error_identifier = kernel::to_hex(hash.data(), 8);
  change_status(Status::Error, trouble.message);
}

void Relay::give_up(const StoredEvent& event, std::string_view why) {
  kernel::point_hop(journal_,
                    {.stage = kernel::Stage::Relay, .event = event.uuid, .from = "relay", .to = "bus"},
                    {.outcome = Outcome::Rejected, .error = why});
  journal_.ended(event.uuid, End::Lost, "relay: " + std::string(why));
  taken_.push_back(event.replay_id);
}

std::optional<Relay::Trouble> Relay::sort_out_oversize(std::vector<StoredEventPtr>& batch) {
  const auto is_oversize = [this](const StoredEventPtr& event) {
    return event->payload.size() + kBesidePayload > static_cast<std::size_t>(config_.entry_bytes_max) &&
           entry_bytes(source_, *event, config_.envelope) > config_.entry_bytes_max;
  };
  const auto first = std::ranges::find_if(batch, is_oversize);
  if (first == batch.end()) return std::nullopt;
  if (config_.oversize == Oversize::Drop) {
    for (const StoredEventPtr& event : batch) {
      if (is_oversize(event)) give_up(*event, "larger than an entry of the bus may be");
    }
    std::erase_if(batch, is_oversize);
    return std::nullopt;
  }
  if (first != batch.begin()) {
    batch.erase(first, batch.end());
    return std::nullopt;
  }
  // ASSUMPTION: the code; none of the documented ones is about size.
  return Trouble{.code = "aws.partner.eventsource.connect.error",
                 .message = "an event is larger than an entry of the bus may be",
                 .is_shown = config_.oversize == Oversize::Error};
}

/// May shorten the batch, and end what cannot be sent at all.
std::optional<Relay::Trouble> Relay::prepare(std::vector<StoredEventPtr>& batch, std::size_t paid) {
  if (!config_.allows_enrichment && stream_.is_enriched(config_.channel)) {
    return Trouble{"feature.not.supported", "the channel enriches change events"};
  }
  if (auto trouble = sort_out_oversize(batch)) return trouble;
  if (batch.size() <= paid) return std::nullopt;
  const auto wanted = static_cast<std::int64_t>(batch.size() - paid);
  const std::int64_t granted = stream_.take_deliveries(wanted);
  batch.resize(paid + static_cast<std::size_t>(granted));
  if (!batch.empty()) return std::nullopt;
  return Trouble{"event.delivery.limit.error", "the org's daily limit of event deliveries is exceeded"};
}

void Relay::lose_position(kernel::Duration outage) {
  if (admin_ == AdminState::Stop) return;  // there is no position to lose
  is_position_lost_ = true;
  error_until_ = scheduler_.now() + outage;
  if (admin_ == AdminState::Run) complain({"temporarily.unavailable", "the relay lost its position"});
  changed_.notify_all();
}

void Relay::recover() {
  is_position_lost_ = false;
  backoff_ = config_.retry_base;
  if (config_.recovery == ReplayRecovery::Latest) {
    skip_to_newest("published while the relay had no position",
                   "relay: its position was lost, and ReplayRecovery is LATEST");
    return change_status(Status::Running, "ReplayRecovery LATEST: goes on with new events");
  }
  // Everything retained is sent again; what was handed over before becomes one more branch of its event.
  for (const StoredEventPtr& event :
       stream_.read_after(config_.channel, 0, std::numeric_limits<std::size_t>::max())) {
    if (event->replay_id <= position_ || is_taken(event->replay_id)) journal_.branched(event->uuid, 1);
  }
  taken_.clear();
  position_ = 0;
  change_status(Status::Running, "ReplayRecovery EARLIEST: everything retained is sent again");
}

}  // namespace emulator::relay

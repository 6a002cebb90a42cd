#include "emulator/relay/relay.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/json.h"

namespace emulator::relay {
namespace {

using kernel::HopScope;
using kernel::Outcome;
using kernel::Task;

std::string partner_source(const std::string& org_id, std::uint64_t seed) {
  kernel::Random ids(seed, "relay channel id");
  return "aws.partner/salesforce.com/" + org_id + "/" +
         kernel::salesforce_id("0YL", ids.below(1'000'000'000'000));
}

}  // namespace

std::string_view to_text(Status status) {
  switch (status) {
    case Status::Running:
      return "RUNNING";
    case Status::Paused:
      return "PAUSED";
    case Status::Stopped:
      return "STOPPED";
    case Status::Error:
      return "ERROR";
  }
  return "unknown";
}

Relay::Relay(RelayConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
             RetainedStream& stream, bus::PartnerEventSink& bus)
    : config_(std::move(config)),
      scheduler_(scheduler),
      journal_(journal),
      stream_(stream),
      bus_(bus),
      source_(partner_source(stream.org_id(), seed)),
      admin_(AdminState::Stop),
      position_(stream.newest_replay_id()),
      backoff_(config_.retry_base),
      changed_(scheduler) {
  CHECK(config_.batch_max >= 1 && config_.batch_max <= 20);
  stream_.subscribe(*this, config_.channel);
}

void Relay::start() {
  tasks_.spawn(pump());
  if (config_.state != AdminState::Stop) set_state(config_.state, "configured");
}

void Relay::set_state(AdminState state, std::string_view why) {
  if (state == admin_) return;
  const AdminState before = std::exchange(admin_, state);
  switch (state) {
    case AdminState::Run:
      if (before == AdminState::Stop) skip_to_newest();
      backoff_ = config_.retry_base;
      change_status(Status::Running, why);
      break;
    case AdminState::Pause:
      change_status(Status::Paused, why);
      break;
    case AdminState::Stop:
      change_status(Status::Stopped, why);
      break;
  }
  changed_.notify_all();
}

void Relay::change_status(Status status, std::string_view why) {
  if (status == status_) return;
  const Status before = std::exchange(status_, status);
  journal_.transition({.kind = "relay",
                       .subject = config_.channel,
                       .from = to_text(before),
                       .to = to_text(status),
                       .why = why});
}

void Relay::skip_to_newest() {
  for (const StoredEventPtr& event :
       stream_.read_after(config_.channel, position_, std::numeric_limits<std::size_t>::max())) {
    if (is_taken(event->replay_id)) continue;
    kernel::point_hop(
        journal_, {.stage = kernel::Stage::Relay, .event = event->uuid, .from = "salesforce", .to = "bus"},
        {.outcome = Outcome::Expired, .error = "published while the relay was stopped"});
    journal_.ended(event->uuid, kernel::End::Lost, "relay: stopped");
  }
  move_to(stream_.newest_replay_id());
}

void Relay::on_purged(const StoredEvent& event) {
  if (event.replay_id <= position_) return;
  const bool was_taken = is_taken(event.replay_id);
  move_to(event.replay_id);
  if (was_taken) return;
  kernel::point_hop(journal_,
                    {.stage = kernel::Stage::Relay, .event = event.uuid, .from = "salesforce", .to = "bus"},
                    {.outcome = Outcome::Expired, .error = "older than the retention"});
  journal_.ended(event.uuid, kernel::End::Expired, "relay: older than the retention");
}

bool Relay::is_taken(std::int64_t replay_id) const {
  return std::ranges::find(taken_, replay_id) != taken_.end();
}

void Relay::move_to(std::int64_t replay_id) {
  position_ = std::max(position_, replay_id);
  std::erase_if(taken_, [this](std::int64_t taken) { return taken <= position_; });
}

std::vector<StoredEventPtr> Relay::next_batch() {
  const auto batch_max = static_cast<std::size_t>(config_.batch_max);
  auto batch = stream_.read_after(config_.channel, position_, batch_max + taken_.size());
  std::erase_if(batch, [this](const StoredEventPtr& event) { return is_taken(event->replay_id); });
  batch.resize(std::min(batch.size(), batch_max));
  return batch;
}

Task<void> Relay::pump() {
  while (true) {
    std::vector<StoredEventPtr> batch;
    if (admin_ == AdminState::Run) batch = next_batch();
    if (batch.empty()) {
      co_await changed_.wait();
      continue;
    }
    const std::int64_t read_at = position_;
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + config_.latency);
    // A stop or the retention may have ended meanwhile what was read; then it is read again.
    if (admin_ == AdminState::Run && position_ == read_at) co_await hand_over(std::move(batch));
  }
}

Task<void> Relay::hand_over(std::vector<StoredEventPtr> batch) {
  for (int attempt = 1;; ++attempt) {
    for (const StoredEventPtr& event : batch) taken_.push_back(event->replay_id);
    const std::vector<StoredEventPtr> refused = co_await put(batch, attempt);
    settle(batch, refused);
    std::erase_if(batch, [&refused](const StoredEventPtr& event) {
      return std::ranges::find(refused, event) != refused.end();
    });
    co_await send_again(std::move(batch), attempt + 1);
    if (refused.empty()) break;

    // ASSUMPTION: how the relay meets a refusing bus is undocumented. It keeps the order: nothing overtakes
    // what was refused, except what the bus took of the same call.
    if (admin_ == AdminState::Run) change_status(Status::Error, "the bus refused events");
    const std::int64_t refused_at = position_;
    const kernel::Duration wait = backoff_;
    backoff_ = std::min(backoff_ * 2, config_.retry_wait_max);
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + wait);
    batch = next_batch();
    if (admin_ != AdminState::Run || position_ != refused_at || batch.empty()) co_return;
    batch.resize(std::min(batch.size(), refused.size()));
  }
  backoff_ = config_.retry_base;
  if (status_ == Status::Error && admin_ == AdminState::Run)
    change_status(Status::Running, "the bus took events again");
}

/// After a call: what was taken moves the position up to the first that was refused.
void Relay::settle(const std::vector<StoredEventPtr>& batch, const std::vector<StoredEventPtr>& refused) {
  for (const StoredEventPtr& event : refused) {
    std::erase(taken_, event->replay_id);
    // Skipped by a stop, or purged, while the call was under way: nobody will send it again.
    if (event->replay_id <= position_)
      journal_.ended(event->uuid, kernel::End::Lost, "relay: refused while it was skipped");
  }
  for (const StoredEventPtr& event : batch) {
    if (!refused.empty() && event->replay_id >= refused.front()->replay_id) break;
    move_to(event->replay_id);
  }
}

Task<void> Relay::send_again(std::vector<StoredEventPtr> taken, int attempt) {
  taken.resize(std::min(taken.size(), static_cast<std::size_t>(to_duplicate_)));
  if (taken.empty()) co_return;
  to_duplicate_ -= static_cast<std::int64_t>(taken.size());
  for (const StoredEventPtr& event : taken) journal_.branched(event->uuid, 1);
  const std::vector<StoredEventPtr> refused = co_await put(std::move(taken), attempt);
  for (const StoredEventPtr& event : refused) {
    journal_.ended(event->uuid, kernel::End::Filtered, "relay: duplicate refused");
  }
}

Task<std::vector<StoredEventPtr>> Relay::put(std::vector<StoredEventPtr> events, int attempt) {
  std::vector<bus::PartnerEntry> entries;
  std::vector<std::unique_ptr<HopScope>> hops;
  for (const StoredEventPtr& event : events) {
    hops.push_back(std::make_unique<HopScope>(journal_, kernel::HopStart{.stage = kernel::Stage::Relay,
                                                                         .event = event->uuid,
                                                                         .from = "relay",
                                                                         .to = "bus",
                                                                         .operation = "PutPartnerEvents",
                                                                         .attempt = attempt}));
    entries.push_back({.source = source_,
                       .detail_type = event->api_name,
                       .detail = detail_of(*event),
                       .time = event->created,
                       .event_uuid = event->uuid,
                       .cause = hops.back()->id()});
  }
  const std::vector<bus::EntryResult> results = co_await bus_.put_partner_events(std::move(entries));
  CHECK(results.size() == events.size());
  std::vector<StoredEventPtr> refused;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto bytes = static_cast<std::int64_t>(events[i]->payload.size());
    if (results[i].accepted()) {
      hops[i]->close({.status = 200, .bytes_sent = bytes});
    } else {
      hops[i]->close({.outcome = Outcome::Failed, .error = results[i].error_code, .bytes_sent = bytes});
      refused.push_back(events[i]);
    }
  }
  co_return refused;
}

std::string Relay::detail_of(const StoredEvent& event) const {
  std::string text;
  text.reserve(event.payload.size() + 160);
  switch (config_.envelope) {
    case EnvelopeProfile::PayloadOnly:
      text.append(R"({"payload":)").append(event.payload);
      break;
    case EnvelopeProfile::PubSub:
      text.append(R"({"payload":)").append(event.payload).append(R"(,"schemaId":")").append(event.schema_id);
      text.append(R"(","id":")").append(event.uuid).append("\"");
      break;
    case EnvelopeProfile::CometD:
      text.append(R"({"schema":")").append(event.schema_id).append(R"(","payload":)").append(event.payload);
      text.append(R"(,"event":{"EventUuid":")").append(event.uuid).append(R"(","replayId":)");
      text.append(std::to_string(event.replay_id))
          .append(R"(,"EventApiName":")")
          .append(event.api_name)
          .append("\"}");
      break;
  }
  return text.append("}");
}

}  // namespace emulator::relay

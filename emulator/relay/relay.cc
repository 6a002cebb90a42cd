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
  return "aws.partner/salesforce.com/" + org_id + "/" + kernel::salesforce_id("0YL", ids.below(1'000'000'000'000));
}

}  // namespace

std::string_view to_text(Status status) {
  switch (status) {
    case Status::Running: return "RUNNING";
    case Status::Paused: return "PAUSED";
    case Status::Stopped: return "STOPPED";
    case Status::Error: return "ERROR";
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
      changed_(scheduler) {
  CHECK(config_.batch_max >= 1 && config_.batch_max <= 20);
  stream_.subscribe(*this);
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
      change_status(Status::Running, why);
      break;
    case AdminState::Pause: change_status(Status::Paused, why); break;
    case AdminState::Stop: change_status(Status::Stopped, why); break;
  }
  changed_.notify_all();
}

void Relay::change_status(Status status, std::string_view why) {
  if (status == status_) return;
  const Status before = std::exchange(status_, status);
  journal_.transition({.kind = "relay", .subject = config_.channel, .from = to_text(before), .to = to_text(status), .why = why});
}

void Relay::skip_to_newest() {
  for (const StoredEventPtr& event :
       stream_.read_after(config_.channel, position_, std::numeric_limits<std::size_t>::max())) {
    kernel::point_hop(journal_,
                      {.stage = kernel::Stage::Relay, .event = event->uuid, .from = "salesforce", .to = "bus"},
                      {.outcome = Outcome::Expired, .error = "published while the relay was stopped"});
    journal_.ended(event->uuid, kernel::End::Lost, "relay: stopped");
  }
  position_ = stream_.newest_replay_id();
}

void Relay::on_purged(const StoredEvent& event) {
  if (event.replay_id <= position_) return;
  position_ = event.replay_id;
  kernel::point_hop(journal_, {.stage = kernel::Stage::Relay, .event = event.uuid, .from = "salesforce", .to = "bus"},
                    {.outcome = Outcome::Expired, .error = "older than the retention"});
  journal_.ended(event.uuid, kernel::End::Expired, "relay: older than the retention");
}

Task<void> Relay::pump() {
  while (true) {
    std::vector<StoredEventPtr> batch;
    if (admin_ == AdminState::Run) {
      batch = stream_.read_after(config_.channel, position_, static_cast<std::size_t>(config_.batch_max));
    }
    if (batch.empty()) {
      co_await changed_.wait();
      continue;
    }
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + config_.latency);
    if (admin_ == AdminState::Run) co_await hand_over(std::move(batch));
  }
}

Task<void> Relay::hand_over(std::vector<StoredEventPtr> batch) {
  const std::int64_t last = batch.back()->replay_id;
  std::vector<StoredEventPtr> twice;
  for (std::size_t i = 0; i < batch.size() && to_duplicate_ > 0; ++i, --to_duplicate_) twice.push_back(batch[i]);

  kernel::Duration wait = config_.retry_base;
  for (int attempt = 1; !batch.empty(); ++attempt) {
    std::vector<StoredEventPtr> refused;
    if (co_await put(std::move(batch), attempt, refused)) break;
    // ASSUMPTION: how the relay meets a refusing bus is undocumented. It keeps the order: nothing overtakes.
    if (admin_ == AdminState::Run) change_status(Status::Error, "the bus refused events");
    batch = std::move(refused);
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + wait);
    wait = std::min(wait * 2, config_.retry_wait_max);
    if (admin_ != AdminState::Run) {
      // Paused in mid-batch: what was refused is read again later, and what the bus took behind it is sent twice.
      position_ = std::max(position_, batch.front()->replay_id - 1);
      co_return;
    }
  }
  if (status_ == Status::Error && admin_ == AdminState::Run) change_status(Status::Running, "the bus took events again");
  position_ = std::max(position_, last);
  if (twice.empty()) co_return;
  for (const StoredEventPtr& event : twice) journal_.branched(event->uuid, 1);
  std::vector<StoredEventPtr> refused;
  if (!co_await put(std::move(twice), 2, refused)) {
    for (const StoredEventPtr& event : refused) journal_.ended(event->uuid, kernel::End::Filtered, "relay: duplicate refused");
  }
}

Task<bool> Relay::put(std::vector<StoredEventPtr> events, int attempt, std::vector<StoredEventPtr>& refused) {
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
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto bytes = static_cast<std::int64_t>(events[i]->payload.size());
    if (results[i].accepted()) {
      hops[i]->close({.status = 200, .bytes_sent = bytes});
    } else {
      hops[i]->close({.outcome = Outcome::Failed, .error = results[i].error_code, .bytes_sent = bytes});
      refused.push_back(events[i]);
    }
  }
  co_return refused.empty();
}

std::string Relay::detail_of(const StoredEvent& event) const {
  std::string text;
  text.reserve(event.payload.size() + 160);
  switch (config_.envelope) {
    case EnvelopeProfile::PayloadOnly: text.append(R"({"payload":)").append(event.payload); break;
    case EnvelopeProfile::PubSub:
      text.append(R"({"payload":)").append(event.payload).append(R"(,"schemaId":")").append(event.schema_id);
      text.append(R"(","id":")").append(event.uuid).append("\"");
      break;
    case EnvelopeProfile::CometD:
      text.append(R"({"schema":")").append(event.schema_id).append(R"(","payload":)").append(event.payload);
      text.append(R"(,"event":{"EventUuid":")").append(event.uuid).append(R"(","replayId":)");
      text.append(std::to_string(event.replay_id)).append(R"(,"EventApiName":")").append(event.api_name).append("\"}");
      break;
  }
  return text.append("}");
}

}  // namespace emulator::relay

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

std::string partner_source(const std::string& org_id, const std::string& channel_id, std::uint64_t seed) {
  kernel::Random ids(seed, "relay channel id");
  const std::string drawn = kernel::salesforce_id("0YL", ids.below(1'000'000'000'000));
  return "aws.partner/salesforce.com/" + org_id + "/" + (channel_id.empty() ? drawn : channel_id);
}

}  // namespace

Relay::Relay(RelayConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
             RetainedStream& stream, bus::PartnerEventSink& bus)
    : config_(std::move(config)),
      scheduler_(scheduler),
      journal_(journal),
      stream_(stream),
      bus_(bus),
      source_(partner_source(stream.org_id(), config_.channel_id, seed)),
      admin_(AdminState::Stop),
      position_(stream.newest_replay_id()),
      backoff_(config_.retry_base),
      changed_(scheduler) {
  CHECK(config_.batch_max >= 1 && config_.batch_max <= 20);
  stream_.subscribe(*this, config_.channel);
}

Relay::~Relay() {
  tasks_.cancel_all();
  stream_.unsubscribe(*this);
}

void Relay::give_up_all() {
  tasks_.cancel_all();
  skip_to_newest("the relay was deleted", "relay: deleted");
}

void Relay::start() {
  tasks_.spawn(pump());
  if (config_.state != AdminState::Stop) apply(config_.state, "configured");
}

void Relay::set_state(AdminState state, std::string_view why) {
  if (config_.state_delay > kernel::Duration::zero()) {
    tasks_.spawn(apply_later(state, std::string(why)));
  } else {
    apply(state, why);
  }
}

Task<void> Relay::apply_later(AdminState state, std::string why) {
  co_await kernel::sleep_for_duration(scheduler_, config_.state_delay);
  apply(state, why);
}

void Relay::apply(AdminState state, std::string_view why) {
  if (state == admin_) return;
  const AdminState before = std::exchange(admin_, state);
  switch (state) {
    case AdminState::Run:
      if (before == AdminState::Stop)
        skip_to_newest("published while the relay was stopped", "relay: stopped");
      backoff_ = config_.retry_base;
      change_status(is_position_lost_ ? Status::Error : Status::Running, why);
      break;
    case AdminState::Pause:
      change_status(Status::Paused, why);
      break;
    case AdminState::Stop:
      is_position_lost_ = false;
      feedback_ = {};
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

void Relay::skip_to_newest(std::string_view why, std::string_view where) {
  for (const StoredEventPtr& event :
       stream_.read_after(config_.channel, position_, std::numeric_limits<std::size_t>::max())) {
    if (is_taken(event->replay_id)) continue;
    kernel::point_hop(
        journal_, {.stage = kernel::Stage::Relay, .event = event->uuid, .from = "salesforce", .to = "bus"},
        {.outcome = Outcome::Expired, .error = why});
    journal_.ended(event->uuid, kernel::End::Lost, where);
  }
  move_to(stream_.newest_replay_id());
}

void Relay::on_purged(const StoredEvent& event) {
  if (event.replay_id <= position_) return;
  const bool was_taken = is_taken(event.replay_id);
  move_to(event.replay_id);
  if (was_taken) return;
  // Where it stopped is no longer there to go on from.
  if (status_ == Status::Error) is_position_lost_ = true;
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
    if (admin_ == AdminState::Run && is_position_lost_) {
      if (error_until_ > scheduler_.now()) co_await kernel::sleep_until(scheduler_, error_until_);
      if (admin_ == AdminState::Run && is_position_lost_) recover();
      continue;
    }
    std::vector<StoredEventPtr> batch;
    if (admin_ == AdminState::Run) batch = next_batch();
    if (batch.empty()) {
      co_await changed_.wait();
      continue;
    }
    const std::int64_t read_at = position_;
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + config_.latency);
    // A stop or the retention may have ended meanwhile what was read; then it is read again.
    if (admin_ == AdminState::Run && position_ == read_at && !is_position_lost_)
      co_await hand_over(std::move(batch));
  }
}

Task<void> Relay::hand_over(std::vector<StoredEventPtr> batch) {
  std::size_t paid = 0;  // so many at the front count as delivered already: they are tried again
  for (int attempt = 1;; ++attempt) {
    std::vector<StoredEventPtr> refused;
    std::optional<Trouble> trouble = prepare(batch, paid);
    if (!trouble && !batch.empty()) {
      for (const StoredEventPtr& event : batch) taken_.push_back(event->replay_id);
      refused = co_await put(batch, attempt);
      settle(batch, refused);
      std::erase_if(batch, [&refused](const StoredEventPtr& event) {
        return std::ranges::find(refused, event) != refused.end();
      });
      co_await send_again(std::move(batch), attempt + 1);
      if (config_.refusal == Refusal::Drop) {
        for (const StoredEventPtr& event : refused) {
          if (event->replay_id > position_) give_up(*event, "the bus refused it");
        }
        refused.clear();
      }
      if (!refused.empty())
        trouble = Trouble{"aws.partner.eventsource.connect.error", "the bus refused events"};
    }
    if (!trouble) break;

    // ASSUMPTION: how the relay meets a refusing bus is undocumented. It keeps the order: nothing overtakes
    // what was refused, except what the bus took of the same call.
    if (admin_ == AdminState::Run && trouble->is_shown) complain(*trouble);
    const std::int64_t refused_at = position_;
    const kernel::Duration wait = backoff_;
    backoff_ = std::min(backoff_ * 2, config_.retry_wait_max);
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + wait);
    batch = next_batch();
    if (admin_ != AdminState::Run || position_ != refused_at || batch.empty() || is_position_lost_) co_return;
    if (!refused.empty()) batch.resize(std::min(batch.size(), refused.size()));
    paid = std::min(batch.size(), refused.size());
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
    feedback_.last_relayed_event_time = event->created;
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
                       .detail = detail_of(*event, config_.envelope),
                       .time = event->created,
                       .event_uuid = event->uuid,
                       .cause = hops.back()->id()});
  }
  std::vector<bus::EntryResult> results;
  if (is_throttled_) {
    results.assign(events.size(), {.error_code = "ThrottlingException"});
  } else {
    results = co_await bus_.put_partner_events(std::move(entries));
  }
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

}  // namespace emulator::relay

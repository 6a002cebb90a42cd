#include "emulator/salesforce_edge/sessions.h"

#include <algorithm>

namespace emulator::salesforce_edge {
namespace {

constexpr std::size_t kIdLength = 26;

std::string new_id(kernel::Random& random) {
  constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string id;
  while (id.size() < kIdLength) id += kLetters[random.below(kLetters.size())];
  return id;
}

}  // namespace

void Session::add(std::unique_ptr<salesforce::StreamSubscription> subscription) {
  remove(subscription->channel());
  subscriptions_.push_back(std::move(subscription));
  wake_up.notify_all();
}

bool Session::remove(std::string_view channel) {
  return std::erase_if(subscriptions_, [channel](const auto& s) { return s->channel() == channel; }) > 0;
}

bool Session::has_more() const {
  return std::ranges::any_of(subscriptions_, [](const auto& s) { return s->has_more(); });
}

std::vector<Session::Delivery> Session::take(std::size_t count) {
  std::vector<Delivery> deliveries;
  for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
    for (relay::StoredEventPtr& event : subscriptions_[i]->read(count))
      deliveries.push_back({subscriptions_[i]->channel(), i, std::move(event)});
  }
  std::ranges::sort(deliveries, {}, [](const Delivery& d) { return std::pair(d.event->replay_id, d.place); });
  return deliveries;
}

Sessions::Sessions(kernel::Duration timeout, std::uint64_t seed, kernel::Scheduler& scheduler)
    : timeout_(timeout), scheduler_(scheduler), ids_(seed, "salesforce streaming sessions") {}

SessionPtr Sessions::open(std::string user_id) {
  std::string id = new_id(ids_);
  std::string cookie = new_id(ids_);
  auto session = std::make_shared<Session>(scheduler_, id, std::move(cookie), std::move(user_id));
  sessions_[id] = session;
  release(session);
  return session;
}

SessionPtr Sessions::find(std::string_view id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second;
}

void Sessions::hold(Session& session) {
  if (session.expiry_) scheduler_.cancel(std::exchange(session.expiry_, {}));
}

void Sessions::release(const SessionPtr& session) {
  if (session->is_lost) return;
  hold(*session);
  session->expiry_ = scheduler_.call_at(scheduler_.now() + timeout_, [this, id = session->id_] {
    const SessionPtr lost = find(id);
    lost->expiry_ = {};
    drop(lost);
  });
}

void Sessions::drop(const SessionPtr& session) {
  const SessionPtr kept = session;  // the map's own may be what was passed
  hold(*kept);
  kept->is_lost = true;
  kept->subscriptions_.clear();
  sessions_.erase(kept->id_);
  kept->wake_up.notify_all();
}

void Sessions::drop_all() {
  while (!sessions_.empty()) drop(sessions_.begin()->second);
}

}  // namespace emulator::salesforce_edge

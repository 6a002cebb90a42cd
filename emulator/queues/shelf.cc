#include "emulator/queues/shelf.h"

#include "middleware/kernel/check.h"

namespace emulator::queues {

using kernel::Timestamp;

Number Shelf::put(Message message, Timestamp now, Timestamp visible_from) {
  const Number number = ++last_;
  by_age_.emplace(message.sent_at, number);
  Entry& entry = entries_[number];
  entry.message = std::move(message);
  Group* group = nullptr;
  if (is_fifo_) {
    group = &groups_[entry.message.group_id];
    group->members.insert(number);
  }
  if (visible_from > now) {
    entry.state = State::Delayed;
    entry.due = visible_from;
    waiting_.emplace(entry.due, number);
    if (group != nullptr) list_group(*group);
  } else {
    became_visible(number, entry);
  }
  return number;
}

bool Shelf::is_visible(Number number) const { return entries_.at(number).state == State::Visible; }

void Shelf::became_visible(Number number, const Entry& entry) {
  if (!is_fifo_) {
    ready_.insert(number);
    return;
  }
  list_group(groups_.find(entry.message.group_id)->second);
}

void Shelf::list_group(Group& group) {
  if (group.listed != 0) ready_.erase(std::exchange(group.listed, 0));
  if (group.in_flight > 0 || group.members.empty() || !is_visible(*group.members.begin())) return;
  group.listed = *group.members.begin();
  ready_.insert(group.listed);
}

Number Shelf::next(Number last) const {
  if (is_fifo_ && last != 0) {
    const auto& members = groups_.find(entries_.at(last).message.group_id)->second.members;
    const auto following = members.upper_bound(last);
    if (following != members.end() && is_visible(*following)) return *following;
  }
  return ready_.empty() ? 0 : *ready_.begin();
}

Shelf::Entry& Shelf::take(Number number, Timestamp now, Timestamp due) {
  Entry& entry = entries_.at(number);
  CHECK(entry.state == State::Visible);
  entry.state = State::InFlight;
  entry.received_at = now;
  entry.due = due;
  waiting_.emplace(due, number);
  ++in_flight_;
  if (is_fifo_) {
    Group& group = groups_.find(entry.message.group_id)->second;
    ++group.in_flight;
    list_group(group);
  } else {
    ready_.erase(number);
  }
  return entry;
}

void Shelf::set_due(Number number, Timestamp due) {
  Entry& entry = entries_.at(number);
  CHECK(entry.state != State::Visible);
  waiting_.erase({entry.due, number});
  entry.due = due;
  waiting_.emplace(due, number);
}

Shelf::Entry& Shelf::release(Number number) {
  Entry& entry = entries_.at(number);
  CHECK(entry.state != State::Visible);
  waiting_.erase({entry.due, number});
  if (entry.state == State::InFlight) {
    --in_flight_;
    if (is_fifo_) --groups_.find(entry.message.group_id)->second.in_flight;
  }
  entry.state = State::Visible;
  became_visible(number, entry);
  return entry;
}

Shelf::Entry* Shelf::find(Number number) {
  const auto found = entries_.find(number);
  return found == entries_.end() ? nullptr : &found->second;
}

Message Shelf::extract(Number number) {
  const auto found = entries_.find(number);
  CHECK(found != entries_.end());
  const State state = found->second.state;
  if (state != State::Visible) waiting_.erase({found->second.due, number});
  if (state == State::InFlight) --in_flight_;
  Message message = std::move(found->second.message);
  by_age_.erase({message.sent_at, number});
  entries_.erase(found);
  if (!is_fifo_) {
    ready_.erase(number);
    return message;
  }
  const auto group = groups_.find(message.group_id);
  group->second.members.erase(number);
  if (state == State::InFlight) --group->second.in_flight;
  list_group(group->second);
  if (group->second.members.empty()) groups_.erase(group);
  return message;
}

Number Shelf::due(Timestamp now) const {
  return waiting_.empty() || waiting_.begin()->first > now ? 0 : waiting_.begin()->second;
}

Number Shelf::sent_by(Timestamp limit) const {
  return by_age_.empty() || by_age_.begin()->first > limit ? 0 : by_age_.begin()->second;
}

std::optional<Timestamp> Shelf::next_due() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first;
}

std::optional<Timestamp> Shelf::oldest_sent() const {
  if (by_age_.empty()) return std::nullopt;
  return by_age_.begin()->first;
}

std::vector<Number> Shelf::numbers() const {
  std::vector<Number> all;
  for (const auto& [number, entry] : entries_) all.push_back(number);
  return all;
}

}  // namespace emulator::queues

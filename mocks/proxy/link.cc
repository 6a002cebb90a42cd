#include "mocks/proxy/link.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "middleware/kernel/check.h"

namespace mocks::proxy {
namespace {

using kernel::Timestamp;

constexpr std::size_t kLatencyChunksMax = 1024;

Luck luck_of(const ConnectionName& connection, const Toxic& toxic) {
  return {.seed = connection.seed,
          .rule = connection.proxy + "/" + toxic.name,
          .connection = std::to_string(connection.number)};
}

}  // namespace

ToxicityDraw draw_toxicity(const ConnectionName& connection, const Toxic& toxic) {
  return {.draw = luck_of(connection, toxic).unit(1, "toxicity"), .toxicity = toxic.toxicity};
}

bool Link::Place::has_room() const {
  if (has_ended) return false;
  if (acts && std::holds_alternative<Timeout>(toxic.attributes)) return true;
  if (acts && std::holds_alternative<Latency>(toxic.attributes)) return held.size() < kLatencyChunksMax;
  return held.empty();
}

void Link::Place::put(Effect effect) {
  if (effect.instead_of_held) std::erase_if(held, [](const Item& item) { return item.kind != Kind::Data; });
  // A timeout's close may still be put off; every other end is the last thing that a place takes.
  const bool is_final = !(acts && effect.instead_of_held);
  for (Item& item : effect.leaves) {
    if (item.kind != Kind::Data && is_final) has_ended = true;
    held.push_back(std::move(item));
  }
}

void Link::Place::enter(Item item, Timestamp now) {
  if (!acts) {
    item.due = now;
    Effect effect;
    effect.leaves.push_back(std::move(item));
    put(std::move(effect));
  } else if (item.kind == Kind::Data) {
    put(on_chunk(toxic.attributes, memory, std::move(item.bytes), now, luck));
  } else {
    put(on_end(toxic.attributes, memory, item.kind, now));
    has_ended = true;
  }
}

Link::Link(ConnectionName connection, const std::vector<Toxic>& chain, Timestamp now)
    : connection_(std::move(connection)), places_(1), free_since_(now) {
  places_.front().room_since = now;
  for (const Toxic& toxic : chain) places_.push_back(made_place(toxic, now));
}

Link::Place Link::made_place(const Toxic& toxic, Timestamp now) const {
  Place place;
  place.toxic = toxic;
  place.luck = luck_of(connection_, toxic);
  const ToxicityDraw drawn = draw_toxicity(connection_, toxic);
  place.draw = drawn.draw;
  place.acts = drawn.is_touched();
  place.room_since = now;
  if (place.acts) place.put(on_start(toxic.attributes, place.memory, now));
  return place;
}

bool Link::wants_input() const { return places_.front().has_room(); }

void Link::push(std::string bytes, Timestamp now) {
  CHECK(wants_input());
  play(now, Exit::Shut);
  places_.front().enter({.kind = Kind::Data, .bytes = std::move(bytes), .due = now}, now);
  play(now, Exit::Shut);
}

void Link::end(Kind kind, Timestamp now) {
  CHECK(kind != Kind::Data && !places_.front().has_ended);
  play(now, Exit::Shut);
  places_.front().enter({.kind = kind, .bytes = {}, .due = now}, now);
  play(now, Exit::Shut);
}

/// The earliest; of equals the one that is furthest, so that what leaves makes room first.
std::optional<Link::Move> Link::first_move(Exit exit) const {
  std::optional<Move> first;
  for (std::size_t i = places_.size(); i-- > 0;) {
    const Place& place = places_[i];
    if (place.held.empty()) continue;
    Timestamp at = place.held.front().due;
    if (i + 1 == places_.size()) {
      if (exit == Exit::Shut) continue;
      at = std::max(at, free_since_);
    } else {
      if (!places_[i + 1].has_room()) continue;
      at = std::max(at, places_[i + 1].room_since);
    }
    if (!first || at < first->at) first = Move{.from = i, .at = at};
  }
  return first;
}

Item Link::leave(const Move& move) {
  Place& place = places_[move.from];
  const bool had_room = place.has_room();
  Item item = std::move(place.held.front());
  place.held.pop_front();
  item.due = move.at;
  if (item.kind != Kind::Data) place.has_ended = true;
  if (!had_room && place.has_room()) place.room_since = move.at;
  return item;
}

std::optional<Item> Link::play(Timestamp now, Exit exit) {
  std::optional<Item> out;
  while (!out) {
    const auto move = first_move(exit);
    if (!move || move->at > now) break;
    Item item = leave(*move);
    if (move->from + 1 == places_.size()) {
      out = std::move(item);
    } else {
      const Timestamp at = item.due;
      places_[move->from + 1].enter(std::move(item), at);
    }
  }
  std::erase_if(places_, [](const Place& place) { return place.is_removed && place.held.empty(); });
  return out;
}

std::optional<Item> Link::take(Timestamp now) {
  if (is_over_) return std::nullopt;
  auto out = play(now, Exit::Open);
  if (!out) return std::nullopt;
  free_since_ = out->due;
  is_over_ = out->kind != Kind::Data;
  play(now, Exit::Shut);
  return out;
}

void Link::resume(Timestamp now) { free_since_ = std::max(free_since_, now); }

bool Link::is_reset_due(Timestamp now) {
  if (is_over_) return false;
  play(now, Exit::Shut);
  const auto& held = places_.back().held;
  return !held.empty() && held.back().kind == Kind::Reset && held.back().due <= now;
}

std::optional<Timestamp> Link::next(bool is_full) const {
  if (is_over_) return std::nullopt;
  const auto move = first_move(is_full ? Exit::Shut : Exit::Open);
  std::optional<Timestamp> when;
  if (move) when = move->at;
  const auto& held = places_.back().held;
  if (is_full && !held.empty() && held.back().kind == Kind::Reset)
    when = when ? std::min(*when, held.back().due) : held.back().due;
  return when;
}

Link::Place* Link::find(const std::string& toxic) {
  const auto found = std::ranges::find_if(places_.begin() + 1, places_.end(), [&](const Place& place) {
    return !place.is_removed && place.toxic.name == toxic;
  });
  return found == places_.end() ? nullptr : &*found;
}

bool Link::cut_off(Place& place, Timestamp now) {
  const bool is_timeout = std::holds_alternative<Timeout>(place.toxic.attributes);
  const bool is_reset = std::holds_alternative<ResetPeer>(place.toxic.attributes);
  if (!place.acts) return false;
  if (is_timeout ? place.has_ended : !is_reset || !place.memory.has_swallowed) return false;
  place.held.clear();
  place.held.push_back({.kind = is_timeout ? Kind::Close : Kind::Reset, .bytes = {}, .due = now});
  place.has_ended = true;
  return true;
}

void Link::let_through(Place& place, Timestamp now) {
  for (Item& item : place.held) item.due = std::min(item.due, now);
  place.memory.free_at = now;
}

void Link::add(const Toxic& toxic, Timestamp now) {
  if (is_over_) return;
  play(now, Exit::Shut);
  places_.push_back(made_place(toxic, now));
  play(now, Exit::Shut);
}

void Link::update(const Toxic& toxic, Timestamp now) {
  play(now, Exit::Shut);
  Place* place = find(toxic.name);
  if (is_over_ || place == nullptr) return;
  CHECK(place->toxic.attributes.index() == toxic.attributes.index());
  const bool will_act = ToxicityDraw{.draw = place->draw, .toxicity = toxic.toxicity}.is_touched();
  const bool is_reset = std::holds_alternative<ResetPeer>(toxic.attributes);
  if (will_act || !cut_off(*place, now)) {
    if (!is_reset) let_through(*place, now);
    if (will_act && !place->has_ended) {
      place->acts = true;
      place->put(on_start(toxic.attributes, place->memory, now));
    }
  }
  place->acts = will_act;
  place->toxic = toxic;
  const auto* slow_close = std::get_if<SlowClose>(&toxic.attributes);
  if (slow_close != nullptr && will_act && !place->held.empty() && place->held.back().kind != Kind::Data)
    place->held.back().due = now + std::chrono::milliseconds{slow_close->delay_ms};
  play(now, Exit::Shut);
}

void Link::remove(const std::string& toxic, Timestamp now) {
  play(now, Exit::Shut);
  Place* place = find(toxic);
  if (is_over_ || place == nullptr) return;
  if (!cut_off(*place, now)) let_through(*place, now);
  place->acts = false;
  place->is_removed = true;
  play(now, Exit::Shut);
}

std::size_t Link::held_bytes() const {
  std::size_t bytes = 0;
  for (const Place& place : places_) {
    for (const Item& item : place.held) bytes += item.bytes.size();
  }
  return bytes;
}

}  // namespace mocks::proxy

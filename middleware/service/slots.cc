#include "middleware/service/slots.h"

namespace service {

using core::Bulkhead;

Slots::Entered Slots::enter() {
  const Bulkhead::Entered entered = bulkhead_.enter();
  if (entered.dropped) call_up(*entered.dropped, false);
  if (entered.entry == Bulkhead::Entry::Runs) return {.entry = entered.entry, .slot = Slot{*this}};
  return {.entry = entered.entry, .ticket = entered.ticket};
}

kernel::Task<Slots::Slot> Slots::wait(Bulkhead::Ticket ticket, kernel::Timestamp until) {
  Place place(*this, ticket);
  co_await kernel::with_deadline(scheduler_, until, turn_of(place.turn));
  co_return place.take();
}

void Slots::leave() {
  if (const auto next = bulkhead_.leave()) call_up(*next, true);
}

void Slots::call_up(Bulkhead::Ticket ticket, bool has_place) {
  const auto found = places_.find(ticket);
  CHECK(found != places_.end());
  Place& place = *found->second;
  places_.erase(found);
  place.has_place = has_place;
  place.turn.set(has_place);
}

Slots::Place::Place(Slots& slots, Bulkhead::Ticket ticket)
    : turn(slots.scheduler_), slots_(slots), ticket_(ticket) {
  slots_.places_.emplace(ticket, this);
}

Slots::Place::~Place() {
  // A place that came while its waiter went away is the next one's.
  take();
  if (slots_.places_.erase(ticket_) > 0) slots_.bulkhead_.give_up(ticket_);
}

Slots::Slot Slots::Place::take() { return std::exchange(has_place, false) ? Slot{slots_} : Slot{}; }

}  // namespace service

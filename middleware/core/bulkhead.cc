#include "middleware/core/bulkhead.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace core {

Bulkhead::Bulkhead(BulkheadRules rules) : rules_(rules) {
  CHECK(rules_.running_max >= 1 && rules_.waiting_max >= 0);
}

Bulkhead::Entered Bulkhead::enter() {
  if (running_ < rules_.running_max) {
    ++running_;
    return {.entry = Entry::Runs};
  }
  Entered entered{.entry = Entry::Waits};
  if (waiting() >= rules_.waiting_max) {
    if (!rules_.drops_oldest || queue_.empty()) return {.entry = Entry::Full};
    entered.dropped = queue_.front();
    queue_.pop_front();
  }
  entered.ticket = ++last_ticket_;
  queue_.push_back(entered.ticket);
  return entered;
}

std::optional<Bulkhead::Ticket> Bulkhead::leave() {
  CHECK(running_ >= 1);
  if (queue_.empty()) {
    --running_;
    return std::nullopt;
  }
  const Ticket next = queue_.front();
  queue_.pop_front();
  return next;
}

bool Bulkhead::give_up(Ticket ticket) {
  const auto place = std::ranges::find(queue_, ticket);
  if (place == queue_.end()) return false;
  queue_.erase(place);
  return true;
}

}  // namespace core

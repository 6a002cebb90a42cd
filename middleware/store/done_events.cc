#include "middleware/store/done_events.h"

namespace store {

const Fingerprint* DoneEvents::find(std::string_view event) const {
  if (const auto key = kernel::uuid_bytes(event)) return uuids_.find(*key);
  return others_.find(event);
}

void DoneEvents::add(std::string_view event, const Fingerprint& fingerprint, kernel::Timestamp until) {
  if (const auto key = kernel::uuid_bytes(event)) {
    uuids_.at(*key) = fingerprint;
    to_forget_.push_back({until, *key});
  } else {
    others_.at(event) = fingerprint;
    to_forget_.push_back({until, std::string(event)});
  }
}

void DoneEvents::forget(kernel::Timestamp now) {
  for (; !to_forget_.empty() && to_forget_.front().when <= now; to_forget_.pop_front()) {
    const auto& event = to_forget_.front().event;
    if (const auto* key = std::get_if<kernel::UuidBytes>(&event)) {
      uuids_.erase(*key);
    } else {
      others_.erase(std::get<std::string>(event));
    }
  }
}

}  // namespace store

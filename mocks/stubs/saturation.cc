#include "mocks/stubs/saturation.h"

#include <algorithm>

namespace mocks::stubs {

std::optional<kernel::Duration> Saturation::admit(kernel::Timestamp now, double u) {
  while (!starts_.empty() && starts_.front() <= now) starts_.pop_front();
  const auto worker = std::ranges::min_element(free_at_);
  const kernel::Timestamp start = std::max(now, *worker);
  const bool waits = start > now;
  if (waits && spec_.queue_max && std::ssize(starts_) >= *spec_.queue_max) return std::nullopt;
  if (spec_.queue_timeout && start - now > *spec_.queue_timeout) return std::nullopt;
  if (waits) starts_.push_back(start);
  *worker = start + sample(spec_.service, u);
  return *worker - now;
}

}  // namespace mocks::stubs

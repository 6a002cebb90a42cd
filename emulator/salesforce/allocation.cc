#include "emulator/salesforce/allocation.h"

#include <algorithm>

namespace emulator::salesforce {
namespace {
constexpr int kInstantsMax = 100'000;
}  // namespace

void RollingAllocation::forget(kernel::Timestamp now) {
  while (!bursts_.empty() && now - bursts_.front().time >= window_) {
    used_ -= bursts_.front().count;
    bursts_.pop_front();
  }
}

std::int64_t RollingAllocation::take(kernel::Timestamp now, std::int64_t wanted) {
  const std::int64_t taken = std::min(wanted, left(now));
  if (taken <= 0) return 0;
  const bool is_exact = bursts_.size() < kInstantsMax;
  const bool joins = !bursts_.empty() && (bursts_.back().time == now ||
                                          (!is_exact && now - last_began_ < window_ / kInstantsMax));
  if (!joins) {
    bursts_.push_back({});
    last_began_ = now;
  }
  bursts_.back().time = now;
  bursts_.back().count += taken;
  used_ += taken;
  return taken;
}

std::int64_t RollingAllocation::left(kernel::Timestamp now) {
  forget(now);
  return std::max<std::int64_t>(0, max_ - used_);
}

kernel::Timestamp RollingAllocation::free_at(kernel::Timestamp now) {
  return left(now) > 0 || bursts_.empty() ? now : bursts_.front().time + window_;
}

}  // namespace emulator::salesforce

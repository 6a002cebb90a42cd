#include "emulator/salesforce/allocation.h"

#include <algorithm>

namespace emulator::salesforce {
namespace {
constexpr std::size_t kInstantsMax = 100'000;
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
  if (bursts_.empty() || bursts_.back().time != now) {
    if (bursts_.size() == kInstantsMax) merge_neighbours();
    bursts_.push_back({.time = now, .count = 0});
  }
  bursts_.back().count += taken;
  used_ += taken;
  return taken;
}

void RollingAllocation::merge_neighbours() {
  for (std::size_t i = 0; i < bursts_.size() / 2; ++i) {
    const Burst& earlier = bursts_[2 * i];
    const Burst& later = bursts_[2 * i + 1];
    bursts_[i] = {.time = later.time, .count = earlier.count + later.count};
  }
  bursts_.resize(bursts_.size() / 2);
}

std::int64_t RollingAllocation::left(kernel::Timestamp now) {
  forget(now);
  return std::max<std::int64_t>(0, max_ - used_);
}

kernel::Timestamp RollingAllocation::free_at(kernel::Timestamp now) {
  return left(now) > 0 || bursts_.empty() ? now : bursts_.front().time + window_;
}

}  // namespace emulator::salesforce

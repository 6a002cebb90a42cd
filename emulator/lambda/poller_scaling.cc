#include "emulator/lambda/poller_scaling.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::lambda {
namespace {

kernel::Duration interval(const ScalingConfig& config) {
  return kernel::Duration{std::chrono::minutes{1}} / config.per_minute;
}

}  // namespace

PollerScaling::PollerScaling(ScalingConfig config, std::optional<std::int64_t> concurrency_max, bool is_fifo)
    : config_(config),
      ceiling_(std::min(config.max, concurrency_max.value_or(config.max))),
      is_fifo_(is_fifo),
      allowed_(is_fifo ? ceiling_ : std::min(config.start, ceiling_)) {
  CHECK(config.per_minute >= 1 && config.floor >= 1 && config.start >= config.floor);
}

std::int64_t PollerScaling::allowed(kernel::Timestamp now) {
  if (!grown_at_) return allowed_;
  const std::int64_t steps = (now - *grown_at_) / interval(config_);
  *grown_at_ += steps * interval(config_);
  allowed_ = std::min(allowed_ + steps, ceiling_);
  return allowed_;
}

std::optional<kernel::Timestamp> PollerScaling::wait_for_place(kernel::Timestamp now) {
  if (is_fifo_ || allowed_ >= ceiling_) return std::nullopt;
  if (!grown_at_) grown_at_ = now;
  return *grown_at_ + interval(config_);
}

void PollerScaling::caught_up() { grown_at_.reset(); }

void PollerScaling::idle() {
  grown_at_.reset();
  if (!is_fifo_) allowed_ = std::min(config_.start, ceiling_);
}

void PollerScaling::succeeded() {
  if (!is_fifo_ && allowed_ < std::min(config_.start, ceiling_)) ++allowed_;
}

void PollerScaling::failed(kernel::Timestamp now) {
  if (is_fifo_) return;
  allowed_ = std::max(std::min(config_.floor, ceiling_), allowed_ - 1);
  if (grown_at_) grown_at_ = now;
}

}  // namespace emulator::lambda

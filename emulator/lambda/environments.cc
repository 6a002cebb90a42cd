#include "emulator/lambda/environments.h"

#include "middleware/kernel/check.h"

namespace emulator::lambda {

std::optional<Environments::Taken> Environments::take(kernel::Timestamp now) {
  if (running_ >= concurrency_) return std::nullopt;
  ++running_;
  if (!idle_.empty() && now - idle_.back().since < idle_max_) {
    const std::int64_t number = idle_.back().number;
    idle_.pop_back();
    return Taken{number, false};
  }
  idle_.clear();  // the newest was too old: all are
  return Taken{++created_, true};
}

void Environments::give_back(std::int64_t number, bool is_warm, kernel::Timestamp now) {
  CHECK(running_ > 0);
  --running_;
  if (is_warm) idle_.push_back({number, now});
}

}  // namespace emulator::lambda

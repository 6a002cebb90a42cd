#include "emulator/lambda/environments.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::lambda {

using namespace std::chrono_literals;

Environments::Environments(std::optional<std::int64_t> reserved, kernel::Duration idle_max,
                           const AccountConfig& account, Pool& pool)
    : reserved_(reserved),
      idle_max_(idle_max),
      requests_per_environment_(account.requests_per_environment),
      account_concurrency_(account.concurrency),
      pool_(&pool),
      new_ones_(account.environments_per_10s, 10s),
      requests_(requests_allowed()) {}

Allowance Environments::requests_allowed() const {
  const std::int64_t environments = reserved_.value_or(account_concurrency_);
  return {std::max<std::int64_t>(environments, 1) * requests_per_environment_, 1s};
}

Environments::TakeResult Environments::take(kernel::Timestamp now) {
  if (is_full()) return std::unexpected(busy());
  const bool is_cold = idle_.empty() || now - idle_.back().since >= idle_max_;
  if (is_cold) {
    if (!new_ones_.is_there(now)) return std::unexpected(too_fast());
    new_ones_.take(now);
    idle_.clear();  // the newest was too old: all are
  }
  ++running_;
  if (!reserved_) ++pool_->running;
  if (is_cold) return Taken{++created_, true};
  const std::int64_t number = idle_.back().number;
  idle_.pop_back();
  return Taken{number, false};
}

Environments::TakeResult Environments::take_for_request(kernel::Timestamp now) {
  if (is_full()) return std::unexpected(busy());
  if (!requests_.is_there(now)) return std::unexpected(too_fast());
  TakeResult taken = take(now);
  if (taken) requests_.take(now);
  return taken;
}

void Environments::give_back(std::int64_t number, bool is_warm, kernel::Timestamp now) {
  CHECK(running_ > 0);
  --running_;
  if (!reserved_) --pool_->running;
  if (is_warm) idle_.push_back({number, now});
}

void Environments::reserve(std::optional<std::int64_t> reserved) {
  if (!reserved_) pool_->running -= running_;
  reserved_ = reserved;
  if (!reserved_) pool_->running += running_;
  requests_ = requests_allowed();
}

}  // namespace emulator::lambda

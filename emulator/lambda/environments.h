#pragma once
// The execution environments of one function: how many run, which are warm, and whether another may begin.
//
// Source: facts/aws-delivery 5.4. One environment handles one request at a time.
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "emulator/lambda/account.h"
#include "middleware/kernel/time.h"

namespace emulator::lambda {

class Environments {
 public:
  /// At most `reserved` environments, or what `pool` has left; an idle one is kept for `idle_max`
  /// (unpublished: a setting). The pool outlives it.
  Environments(std::optional<std::int64_t> reserved, kernel::Duration idle_max, const AccountConfig& account,
               Pool& pool);

  struct Taken {
    std::int64_t number;  ///< 1, 2, ... in the order of creation
    bool is_cold;
  };
  using TakeResult = std::expected<Taken, Throttle>;
  /// For an asynchronous event.
  TakeResult take(kernel::Timestamp now);
  /// For a synchronous request: there are only so many of these a second, however short they are.
  TakeResult take_for_request(kernel::Timestamp now);
  /// The environment goes back warm; after a timeout or a crash it is cold.
  void give_back(std::int64_t number, bool is_warm, kernel::Timestamp now);

  std::int64_t running() const { return running_; }

  /// What runs beyond it ends; nothing new begins before. Nothing: shares the pool.
  void reserve(std::optional<std::int64_t> reserved);
  bool is_reserved() const { return reserved_.has_value(); }

  /// As all are busy.
  Throttle busy() const { return reserved_ ? Throttle::FunctionConcurrency : Throttle::AccountConcurrency; }

 private:
  struct Idle {
    std::int64_t number;
    kernel::Timestamp since;
  };
  bool is_full() const { return reserved_ ? running_ >= *reserved_ : pool_->running >= pool_->limit; }
  Throttle too_fast() const { return reserved_ ? Throttle::FunctionRate : Throttle::AccountRate; }
  Allowance requests_allowed() const;

  std::optional<std::int64_t> reserved_;
  kernel::Duration idle_max_;
  std::int64_t requests_per_environment_;
  std::int64_t account_concurrency_;
  Pool* pool_;
  Allowance new_ones_;
  Allowance requests_;
  std::int64_t running_ = 0;
  std::int64_t created_ = 0;
  std::vector<Idle> idle_;  // the most recently used last
};

}  // namespace emulator::lambda

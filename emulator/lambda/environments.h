#pragma once
// The execution environments of one function: how many run, which are warm.
//
// Source: facts/aws-delivery 5.4. One environment handles one request at a time.
#include <cstdint>
#include <optional>
#include <vector>

#include "middleware/kernel/time.h"

namespace emulator::lambda {

class Environments {
 public:
  /// `concurrency` environments at most; an idle one is kept for `idle_max` (unpublished: a setting).
  Environments(std::int64_t concurrency, kernel::Duration idle_max)
      : concurrency_(concurrency), idle_max_(idle_max) {}

  struct Taken {
    std::int64_t number;  ///< 1, 2, ... in the order of creation
    bool is_cold;
  };
  /// Nothing when all are busy: a throttle.
  std::optional<Taken> take(kernel::Timestamp now);
  /// The environment goes back warm; after a timeout or a crash it is cold.
  void give_back(std::int64_t number, bool is_warm, kernel::Timestamp now);

  std::int64_t running() const { return running_; }

  /// What runs beyond it ends; nothing new begins before.
  void set_concurrency(std::int64_t concurrency) { concurrency_ = concurrency; }

 private:
  struct Idle {
    std::int64_t number;
    kernel::Timestamp since;
  };
  std::int64_t concurrency_;
  kernel::Duration idle_max_;
  std::int64_t running_ = 0;
  std::int64_t created_ = 0;
  std::vector<Idle> idle_;  // the most recently used last
};

}  // namespace emulator::lambda

#pragma once
// Independent pieces of work side by side: the runs of a campaign, several scenarios.
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "middleware/kernel/scheduler.h"

namespace live {

/// Runs every piece on one of at most `jobs` threads (at least 1) and returns when all have ended. They are
/// started in order. After an exception no further piece is started; the one thrown first is rethrown here.
/// `on_ended` hears of each piece, one at a time and in the order of `work`, as soon as it and all before it
/// have ended.
void run_parallel(int jobs, std::vector<kernel::Action> work,
                  std::function<void(std::size_t)> on_ended = nullptr);

}  // namespace live

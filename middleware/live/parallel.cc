#include "middleware/live/parallel.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "middleware/kernel/check.h"
#include "middleware/live/thread.h"

namespace live {
namespace {

class Shared {
 public:
  Shared(std::vector<kernel::Action> work, std::function<void(std::size_t)> on_ended)
      : work_(std::move(work)), has_ended_(work_.size()), on_ended_(std::move(on_ended)) {}

  void run() {
    while (auto piece = take()) {
      try {
        piece->second();
        ended(piece->first);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
      }
    }
  }
  void rethrow() {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::optional<std::pair<std::size_t, kernel::Action>> take() {
    const std::lock_guard lock(mutex_);
    if (failure_ || next_ == work_.size()) return std::nullopt;
    const std::size_t index = next_++;
    return std::pair{index, std::move(work_[index])};
  }
  void ended(std::size_t index) {
    const std::lock_guard lock(mutex_);
    has_ended_[index] = true;
    for (; told_ < has_ended_.size() && has_ended_[told_]; ++told_) {
      if (on_ended_) on_ended_(told_);
    }
  }

  std::mutex mutex_;
  std::vector<kernel::Action> work_;
  std::vector<bool> has_ended_;
  std::function<void(std::size_t)> on_ended_;
  std::size_t next_ = 0;
  std::size_t told_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

void run_parallel(int jobs, std::vector<kernel::Action> work, std::function<void(std::size_t)> on_ended) {
  CHECK(jobs >= 1);
  const std::size_t helpers = std::min(static_cast<std::size_t>(jobs), work.size());
  Shared shared(std::move(work), std::move(on_ended));
  if (helpers <= 1) {
    shared.run();
  } else {
    ThreadCrew crew(helpers);
    for (std::size_t i = 0; i < helpers; ++i) crew.run([&shared] { shared.run(); });
  }  // the crew joins here
  shared.rethrow();
}

}  // namespace live

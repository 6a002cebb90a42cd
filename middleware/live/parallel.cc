#include "middleware/live/parallel.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>

#include "middleware/kernel/check.h"
#include "middleware/live/thread.h"

namespace live {
namespace {

class Shared {
 public:
  explicit Shared(std::vector<kernel::Action> work) : work_(std::move(work)) {}

  void run() {
    while (kernel::Action piece = take()) {
      try {
        piece();
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
  kernel::Action take() {
    const std::lock_guard lock(mutex_);
    if (failure_ || next_ == work_.size()) return nullptr;
    return std::move(work_[next_++]);
  }

  std::mutex mutex_;
  std::vector<kernel::Action> work_;
  std::size_t next_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

void run_parallel(int jobs, std::vector<kernel::Action> work) {
  CHECK(jobs >= 1);
  const std::size_t helpers = std::min(static_cast<std::size_t>(jobs), work.size());
  Shared shared(std::move(work));
  if (helpers <= 1) {
    shared.run();
  } else {
    ThreadCrew crew(helpers);
    for (std::size_t i = 0; i < helpers; ++i) crew.run([&shared] { shared.run(); });
  }  // the crew joins here
  shared.rethrow();
}

}  // namespace live

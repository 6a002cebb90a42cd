#pragma once
// Work that was accepted with 202 and is polled for. Facts: mocks-and-faults 6 (202 then poll).
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "middleware/kernel/lookup.h"
#include "mocks/stubs/request_scope.h"
#include "mocks/stubs/spec.h"

namespace mocks::stubs {

class Jobs {
 public:
  /// `stub` has a job.
  void begin(const StubPtr& stub, JobFacts facts, kernel::Timestamp now);

  struct Poll {
    const ResponseSpec* response = nullptr;
    StubPtr stub{};
    JobFacts facts{};
  };
  /// What a GET of this path answers, and one poll more. Nothing when no job is there. A job goes on as it
  /// began when its stub is replaced, and goes with it.
  std::optional<Poll> poll(const std::vector<StubPtr>& stubs, std::string_view path, kernel::Timestamp now);
  void reset() { jobs_.clear(); }

 private:
  struct Job {
    StubPtr stub{};
    JobFacts facts{};
    kernel::Timestamp done_at{};
    std::int64_t polls = 0;
  };
  kernel::Lookup<Job> jobs_;
};

}  // namespace mocks::stubs

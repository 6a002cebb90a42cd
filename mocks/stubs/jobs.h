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
  void begin(const JobSpec& spec, const StubSpec& stub, JobFacts facts, kernel::Timestamp now);

  struct Poll {
    const ResponseSpec* response = nullptr;
    const StubSpec* stub = nullptr;
    JobFacts facts{};
  };
  /// What a GET of this path answers, and one poll more. Nothing when no job is there.
  std::optional<Poll> poll(const std::vector<StubSpec>& stubs, std::string_view path, kernel::Timestamp now);
  void reset() { jobs_.clear(); }

 private:
  struct Job {
    const JobSpec* spec = nullptr;
    const StubSpec* stub = nullptr;
    JobFacts facts{};
    kernel::Timestamp done_at{};
    std::int64_t polls = 0;
  };
  kernel::Lookup<Job> jobs_;
};

}  // namespace mocks::stubs

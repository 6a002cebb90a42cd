#include "mocks/stubs/jobs.h"

namespace mocks::stubs {

void Jobs::begin(const StubPtr& stub, JobFacts facts, kernel::Timestamp now) {
  const std::string id = facts.id;
  jobs_.at(id) = {.stub = stub, .facts = std::move(facts), .done_at = now + stub->job->after};
}

std::optional<Jobs::Poll> Jobs::poll(const std::vector<StubPtr>& stubs, std::string_view path,
                                     kernel::Timestamp now) {
  for (const StubPtr& stub : stubs) {
    const auto parameters = stub->job ? match::path_parameters(stub->job->path, path) : std::nullopt;
    const std::string* id = parameters ? kernel::form_field(*parameters, "id") : nullptr;
    Job* job = id == nullptr ? nullptr : jobs_.find(*id);
    if (job == nullptr || job->stub->id != stub->id) continue;
    const JobSpec& spec = *job->stub->job;
    const bool is_done = now >= job->done_at && job->polls >= spec.polls;
    ++job->polls;
    return Poll{.response = is_done ? &spec.done : &spec.pending, .stub = job->stub, .facts = job->facts};
  }
  return std::nullopt;
}

}  // namespace mocks::stubs

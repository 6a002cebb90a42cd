#include "mocks/stubs/jobs.h"

namespace mocks::stubs {

void Jobs::begin(const JobSpec& spec, const StubSpec& stub, JobFacts facts, kernel::Timestamp now) {
  const std::string id = facts.id;
  jobs_.at(id) = {.spec = &spec, .stub = &stub, .facts = std::move(facts), .done_at = now + spec.after};
}

std::optional<Jobs::Poll> Jobs::poll(const std::vector<StubSpec>& stubs, std::string_view path,
                                     kernel::Timestamp now) {
  for (const StubSpec& stub : stubs) {
    const auto parameters = stub.job ? match::path_parameters(stub.job->path, path) : std::nullopt;
    const std::string* id = parameters ? kernel::form_field(*parameters, "id") : nullptr;
    Job* job = id == nullptr ? nullptr : jobs_.find(*id);
    if (job == nullptr || job->stub != &stub) continue;
    const bool is_done = now >= job->done_at && job->polls >= job->spec->polls;
    ++job->polls;
    return Poll{
        .response = is_done ? &job->spec->done : &job->spec->pending, .stub = &stub, .facts = job->facts};
  }
  return std::nullopt;
}

}  // namespace mocks::stubs

#include "emulator/platform/access/gatekeeper.h"

#include <algorithm>

#include "emulator/arn/arn.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/wait.h"

namespace emulator::access {

Gatekeeper::Gatekeeper(ServiceWords words, const std::vector<Quota>& quotas, kernel::Scheduler& scheduler,
                       kernel::Journal& journal)
    : words_(std::move(words)), scheduler_(scheduler), journal_(journal) {
  for (const Quota& quota : quotas) quotas_.emplace_back(quota, RateLimit(quota.per_second));
}

void Gatekeeper::disturb(Disturbance disturbance) { active_.push_back({std::move(disturbance)}); }

void Gatekeeper::lift(const std::string& name) {
  std::erase_if(active_, [&name](const Active& active) { return active.disturbance.name == name; });
}

bool Gatekeeper::touches(Active& active, const Resources& resources, kernel::HopId hop) {
  const std::string& wanted = active.disturbance.resource;
  if (!wanted.empty() && std::ranges::find(resources, wanted) == resources.end()) return false;
  const std::string key = !wanted.empty() || resources.empty() ? wanted : resources.front();
  journal_.fault({.rule = active.disturbance.name,
                  .target = words_.service,
                  .key = key,
                  .n = ++active.calls,
                  .fired = true,
                  .hop = hop});
  return true;
}

kernel::Duration Gatekeeper::delay_of(const Resources& resources, kernel::HopId hop) {
  kernel::Duration delay{};
  for (Active& active : active_) {
    if (active.disturbance.trouble == Trouble::Slow && touches(active, resources, hop))
      delay += active.disturbance.delay;
  }
  return delay;
}

Refusal Gatekeeper::refusal_of(Trouble trouble, const std::string& operation,
                               const std::string& resource) const {
  switch (trouble) {
    case Trouble::Denied: {
      const std::string action = words_.service + ":" + operation;
      return {"AccessDeniedException",
              "User: arn:aws:iam::" + std::string(kAccount) + ":root is not authorized to perform: " +
                  action + " on resource: " + (resource.empty() ? "*" : resource) +
                  " because no identity-based policy allows the " + action + " action"};
    }
    case Trouble::Throttled:
      return {"ThrottlingException", "Rate exceeded"};
    case Trouble::Unavailable:
    case Trouble::Slow:
      break;
  }
  CHECK(trouble == Trouble::Unavailable);
  return {words_.internal_error, "An error occurred on the server side.", 500};
}

Answer<> Gatekeeper::verdict(const std::string& operation, const Resources& resources, kernel::HopId hop) {
  for (Active& active : active_) {
    if (active.disturbance.trouble == Trouble::Slow || !touches(active, resources, hop)) continue;
    const std::string first = resources.empty() ? std::string{} : resources.front();
    const std::string& wanted = active.disturbance.resource;
    return std::unexpected(
        refusal_of(active.disturbance.trouble, operation, wanted.empty() ? first : wanted));
  }
  for (auto& [quota, limit] : quotas_) {
    if (std::ranges::find(quota.operations, operation) == quota.operations.end()) continue;
    if (limit.admit(scheduler_.now())) continue;
    journal_.log({.level = kernel::LogLevel::Warn,
                  .source = words_.service,
                  .message = operation + " is over its quota of calls a second: ThrottlingException"});
    return std::unexpected(refusal_of(Trouble::Throttled, operation, {}));
  }
  return {};
}

kernel::Task<Answer<>> Gatekeeper::admit(std::string operation, std::vector<std::string> resources,
                                         kernel::HopId hop) {
  const kernel::Duration delay = delay_of(resources, hop);
  if (delay > kernel::Duration{}) co_await kernel::sleep_until(scheduler_, scheduler_.now() + delay);
  co_return verdict(operation, resources, hop);
}

}  // namespace emulator::access

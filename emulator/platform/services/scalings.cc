#include "emulator/platform/services/scalings.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "emulator/arn/arn.h"
#include "emulator/platform/services/names.h"
#include "middleware/kernel/check.h"

namespace emulator::services {
namespace {

constexpr const char* kDefaultName = "DefaultConfiguration";

struct Range {
  const char* member;
  std::int64_t low;
  std::int64_t high;
};

std::optional<access::Refusal> out_of(const Range& range, std::int64_t value) {
  if (value >= range.low && value <= range.high) return std::nullopt;
  return invalid(std::string(range.member) + " must be between " + std::to_string(range.low) + " and " +
                 std::to_string(range.high));
}

/// ".../NAME/3/ID", ".../NAME/3", ".../NAME": the revision is 0 when it is not said.
struct Parts {
  std::string_view name;
  std::int64_t revision = 0;
  std::string_view id;
};

std::optional<Parts> parts_of(std::string_view arn) {
  const std::string start = make_arn("apprunner", "autoscalingconfiguration/");
  if (!arn.starts_with(start)) return std::nullopt;
  arn.remove_prefix(start.size());
  Parts parts{.name = arn.substr(0, arn.find('/')), .id = {}};
  arn.remove_prefix(parts.name.size());
  if (arn.empty()) return parts;
  arn.remove_prefix(1);
  const std::string_view revision = arn.substr(0, arn.find('/'));
  const auto [end, error] = std::from_chars(revision.begin(), revision.end(), parts.revision);
  if (error != std::errc{} || end != revision.end() || parts.revision < 1) return std::nullopt;
  arn.remove_prefix(revision.size());
  if (!arn.empty()) parts.id = arn.substr(1);
  return parts;
}

}  // namespace

Scalings::Scalings(const kernel::Scheduler& scheduler, kernel::Random& ids)
    : scheduler_(scheduler), ids_(ids) {
  append(kDefaultName, {}, "00000000000000000000000000000001").is_default = true;
}

Scaling& Scalings::append(const std::string& name, const compute::ScalingLimits& limits,
                          const std::string& id) {
  std::int64_t revision = 1;
  for (Scaling& other : scalings_) {
    if (other.name != name) continue;
    revision = std::max(revision, other.revision + 1);
    other.is_latest = false;
  }
  scalings_.push_back({.arn = make_arn("apprunner", "autoscalingconfiguration/" + name + "/" +
                                                        std::to_string(revision) + "/" + id),
                       .name = name,
                       .revision = revision,
                       .limits = limits,
                       .created_at = scheduler_.wall_now()});
  return scalings_.back();
}

std::string Scalings::add(const std::string& name, const compute::ScalingLimits& limits) {
  return append(name, limits, hex_id(ids_)).arn;
}

Scaling Scalings::shown(const Scaling& scaling) const {
  Scaling result = scaling;
  result.has_service = has_service_ && has_service_(scaling.arn);
  return result;
}

Answer<Scaling> Scalings::create(const ScalingRequest& request) {
  if (!is_name(request.name, 32) || request.name == kDefaultName)
    return std::unexpected(invalid("The auto scaling configuration name " + request.name + " is not valid"));
  const compute::ScalingLimits limits{.provisioned_min = request.provisioned_min.value_or(1),
                                      .active_max = request.active_max.value_or(25),
                                      .concurrency = request.concurrency.value_or(100)};
  for (const auto& wrong : {out_of({"MaxConcurrency", 1, 200}, limits.concurrency),
                            out_of({"MinSize", 1, 25}, limits.provisioned_min),
                            out_of({"MaxSize", 1, 1000}, limits.active_max)}) {
    if (wrong) return std::unexpected(*wrong);
  }
  if (limits.active_max < limits.provisioned_min)
    return std::unexpected(invalid("MaxSize must be greater than or equal to MinSize"));
  std::set<std::string> names;
  std::int64_t revisions = 0;
  for (const Scaling& other : scalings_) {
    if (other.deleted_at || other.name == kDefaultName) continue;
    names.insert(other.name);
    revisions += other.name == request.name ? 1 : 0;
  }
  names.insert(request.name);
  if (static_cast<std::int64_t>(names.size()) > kNamesMax || revisions >= kRevisionsMax)
    return std::unexpected(over_quota("The account has " + std::to_string(kNamesMax) +
                                      " auto scaling configurations of " + std::to_string(kRevisionsMax) +
                                      " revisions each at most"));
  return append(request.name, limits, hex_id(ids_));
}

const Scaling* Scalings::find(std::string_view arn) const {
  const auto parts = parts_of(arn);
  if (!parts) return nullptr;
  const Scaling* found = nullptr;
  for (const Scaling& scaling : scalings_) {
    if (scaling.name != parts->name) continue;
    if (!parts->id.empty() && scaling.arn == arn) return &scaling;
    if (parts->id.empty() && scaling.revision == parts->revision) return &scaling;
    // Without a revision the latest that is active.
    if (parts->revision == 0 && !scaling.deleted_at) found = &scaling;
  }
  return found;
}

Scaling* Scalings::find(std::string_view arn) { return const_cast<Scaling*>(std::as_const(*this).find(arn)); }

Answer<Scaling> Scalings::describe(std::string_view arn) const {
  const Scaling* found = find(arn);
  if (found == nullptr) return std::unexpected(not_found(arn));
  return shown(*found);
}

// ASSUMPTION: the model says no more than "a list"; the newest first reads best.
std::vector<Scaling> Scalings::list(std::string_view name, bool latest_only) const {
  std::vector<Scaling> result;
  for (const Scaling& scaling : scalings_) {
    const bool is_meant = name.empty() || scaling.name == name;
    if (is_meant && !scaling.deleted_at && (scaling.is_latest || !latest_only))
      result.push_back(shown(scaling));
  }
  std::ranges::reverse(result);
  return result;
}

Answer<Scaling> Scalings::remove(std::string_view arn, bool all_revisions) {
  const Scaling* first = find(arn);
  if (first == nullptr || first->deleted_at) return std::unexpected(not_found(arn));
  const std::string name = first->name;
  const std::string meant = first->arn;
  const auto is_meant = [&](const Scaling& one) {
    return !one.deleted_at && (one.arn == meant || (all_revisions && one.name == name));
  };
  for (const Scaling& scaling : scalings_) {
    if (!is_meant(scaling)) continue;
    if (scaling.is_default) return std::unexpected(invalid("The default configuration can't be deleted"));
    if (shown(scaling).has_service)
      return std::unexpected(invalid("A service uses the auto scaling configuration " + scaling.arn));
  }
  for (Scaling& scaling : scalings_) {
    if (!is_meant(scaling)) continue;
    scaling.deleted_at = scheduler_.wall_now();
    scaling.is_latest = false;
  }
  const auto latest = std::ranges::find_if(scalings_.rbegin(), scalings_.rend(), [&](const Scaling& one) {
    return one.name == name && !one.deleted_at;
  });
  if (latest != scalings_.rend()) latest->is_latest = true;
  return shown(*find(meant));
}

Answer<Scaling> Scalings::set_default(std::string_view arn) {
  Scaling* found = find(arn);
  if (found == nullptr || found->deleted_at) return std::unexpected(not_found(arn));
  for (Scaling& scaling : scalings_) scaling.is_default = &scaling == found;
  return shown(*found);
}

const Scaling& Scalings::default_one() const {
  const auto found = std::ranges::find_if(scalings_, &Scaling::is_default);
  CHECK(found != scalings_.end());
  return *found;
}

}  // namespace emulator::services

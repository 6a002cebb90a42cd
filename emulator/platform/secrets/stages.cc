#include "emulator/platform/secrets/stages.h"

#include <algorithm>
#include <chrono>

#include "emulator/platform/secrets/errors.h"

namespace emulator::secrets_manager {
namespace {

constexpr std::size_t kVersionsMax = 100;
constexpr std::size_t kStagesMax = 20;

Refusal still_attached(const std::string& stage, const std::string& holder) {
  return errors::invalid_parameter("The parameter RemoveFromVersionId can't be empty. Staging label " +
                                   stage + " is currently attached to version " + holder +
                                   ", so you must explicitly reference that version in RemoveFromVersionId.");
}

Refusal not_attached(const std::string& stage, const std::string& version) {
  return errors::invalid_parameter("The parameter RemoveFromVersionId can't be " + version +
                                   ". Staging label " + stage + " isn't attached to that version.");
}

}  // namespace

bool Version::has_stage(std::string_view stage) const {
  return std::ranges::find(stages, stage) != stages.end();
}

const Version* Secret::version(std::string_view id) const {
  const auto found = std::ranges::find(versions, id, &Version::id);
  return found == versions.end() ? nullptr : &*found;
}
Version* Secret::version(std::string_view id) {
  const auto found = std::ranges::find(versions, id, &Version::id);
  return found == versions.end() ? nullptr : &*found;
}
const Version* Secret::labelled(std::string_view stage) const {
  const auto found = std::ranges::find_if(versions, [stage](const Version& v) { return v.has_stage(stage); });
  return found == versions.end() ? nullptr : &*found;
}
Version* Secret::labelled(std::string_view stage) {
  const auto found = std::ranges::find_if(versions, [stage](const Version& v) { return v.has_stage(stage); });
  return found == versions.end() ? nullptr : &*found;
}

void detach_stage(Version& version, std::string_view stage) { std::erase(version.stages, stage); }

void attach_stage(Secret& secret, Version& version, const std::string& stage) {
  Version* holder = secret.labelled(stage);
  if (holder == &version) return;
  if (holder != nullptr) detach_stage(*holder, stage);
  version.stages.push_back(stage);
  if (stage == kCurrent && holder != nullptr) {
    if (Version* before = secret.labelled(kPrevious)) detach_stage(*before, kPrevious);
    holder->stages.emplace_back(kPrevious);
  }
}

Answer<> put_version(Secret& secret, const std::string& token, SecretValue value,
                     std::vector<std::string> stages, kernel::WallTime now) {
  if (stages.size() > kStagesMax)
    return std::unexpected(errors::constraint("versionStages", "have length less than or equal to 20"));
  Version* version = secret.version(token);
  if (version != nullptr && version->value) {
    if (*version->value == value) return {};
    return std::unexpected(errors::token_in_use(token, secret.arn));
  }
  if (version == nullptr) {
    secret.versions.push_back({.id = token, .created = now});
    version = &secret.versions.back();
  }
  version->value = std::move(value);
  if (stages.empty()) stages.emplace_back(kCurrent);
  const bool is_first = secret.labelled(kCurrent) == nullptr;
  if (is_first && std::ranges::find(stages, kCurrent) == stages.end()) stages.emplace_back(kCurrent);
  for (const std::string& stage : stages) attach_stage(secret, *version, stage);
  secret.changed = now;
  drop_old_versions(secret, now);
  return {};
}

Answer<> move_stage(Secret& secret, const StageMove& move) {
  Version* holder = secret.labelled(move.stage);
  Version* from = nullptr;
  if (!move.remove_from.empty()) {
    from = secret.version(move.remove_from);
    if (from == nullptr) return std::unexpected(errors::no_version(move.remove_from));
    if (from != holder) return std::unexpected(not_attached(move.stage, move.remove_from));
  }
  if (move.move_to.empty()) {
    if (from == nullptr) {
      return std::unexpected(errors::invalid_parameter(
          "You must provide RemoveFromVersionId, MoveToVersionId or both of them."));
    }
    if (move.stage == kCurrent) {
      return std::unexpected(errors::invalid_parameter(
          "You can only move staging label AWSCURRENT to a different secret version. It can't be completely "
          "removed."));
    }
    detach_stage(*from, move.stage);
    return {};
  }
  Version* to = secret.version(move.move_to);
  if (to == nullptr) return std::unexpected(errors::no_version(move.move_to));
  if (to == holder) return {};
  if (holder != nullptr && from == nullptr) return std::unexpected(still_attached(move.stage, holder->id));
  attach_stage(secret, *to, move.stage);
  return {};
}

void drop_old_versions(Secret& secret, kernel::WallTime now) {
  for (auto version = secret.versions.begin();
       secret.versions.size() > kVersionsMax && version != secret.versions.end();) {
    const bool is_old = now - version->created > std::chrono::hours{24};
    version = version->stages.empty() && is_old ? secret.versions.erase(version) : std::next(version);
  }
}

bool is_rotation_open(const Secret& secret) {
  const Version* pending = secret.labelled(kPending);
  return pending != nullptr && !pending->has_stage(kCurrent);
}

}  // namespace emulator::secrets_manager

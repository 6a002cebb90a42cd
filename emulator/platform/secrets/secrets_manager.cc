#include "emulator/platform/secrets/secrets_manager.h"

#include <algorithm>

#include "emulator/arn/arn.h"
#include "emulator/platform/secrets/checks.h"
#include "emulator/platform/secrets/errors.h"
#include "emulator/platform/secrets/stages.h"
#include "middleware/kernel/ids.h"

namespace emulator::secrets_manager {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSuffix = 7;  // "-AbC123"

/// ARN or ARN without its end: what stands behind "secret:".
bool is_named(const Secret& secret, std::string_view id) {
  if (id == secret.name || id == secret.arn) return true;
  return id == std::string_view(secret.arn).substr(0, secret.arn.size() - kSuffix);
}

kernel::WallTime day_of(kernel::WallTime time) { return std::chrono::floor<std::chrono::days>(time); }

Written written(const Secret& secret, const Version* version = nullptr) {
  Written result{.arn = secret.arn, .name = secret.name};
  if (version != nullptr) {
    result.version = version->id;
    result.stages = version->stages;
  }
  return result;
}

}  // namespace

SecretsManager::SecretsManager(SecretsConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
                               kernel::Journal& journal, lambda::FunctionInvoker& functions)
    : config_(config),
      scheduler_(scheduler),
      journal_(journal),
      functions_(functions),
      luck_(seed, "secretsmanager") {}

SecretsManager::~SecretsManager() {
  for (const auto& [arn, timer] : timers_) scheduler_.cancel(timer);
}

void SecretsManager::forget_deleted() {
  const kernel::WallTime now = scheduler_.wall_now();
  std::erase_if(secrets_, [now](const Secret& secret) { return secret.deleted && secret.gone_at <= now; });
}

Secret* SecretsManager::find(std::string_view id) {
  forget_deleted();
  const auto found = std::ranges::find_if(secrets_, [id](const Secret& s) { return is_named(s, id); });
  return found == secrets_.end() ? nullptr : &*found;
}

const Secret* SecretsManager::find(std::string_view id) const {
  const auto found = std::ranges::find_if(secrets_, [id](const Secret& s) { return is_named(s, id); });
  return found == secrets_.end() ? nullptr : &*found;
}

std::string SecretsManager::name_of(std::string_view id) const {
  const Secret* secret = find(id);
  return secret == nullptr ? std::string(id) : secret->name;
}

Answer<Secret*> SecretsManager::usable(std::string_view id) {
  Secret* secret = find(id);
  if (secret == nullptr) return std::unexpected(errors::no_secret());
  if (secret->deleted) return std::unexpected(errors::marked_for_deletion());
  return secret;
}

std::string SecretsManager::new_arn(const std::string& name) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string arn = make_arn("secretsmanager", "secret:" + name + "-");
  for (int i = 0; i < 6; ++i) arn += kLetters[luck_.below(kLetters.size())];
  return arn;
}

void SecretsManager::learn(const Secret& secret, const SecretValue& value) {
  if (learner_) learner_("secretsmanager:" + secret.name, value.bytes);
}

Answer<Read> SecretsManager::read(ReadRequest request) {
  const auto secret = usable(request.secret);
  if (!secret) return std::unexpected(secret.error());
  Version* version = nullptr;
  if (!request.version.empty()) {
    version = (*secret)->version(request.version);
    if (version != nullptr && !request.stage.empty() && !version->has_stage(request.stage))
      return std::unexpected(errors::stage_of_other_version());
    if (version == nullptr || !version->value) return std::unexpected(errors::no_version(request.version));
  } else {
    const std::string stage = request.stage.empty() ? kCurrent : request.stage;
    version = (*secret)->labelled(stage);
    if (version == nullptr || !version->value) return std::unexpected(errors::no_version_of_stage(stage));
  }
  version->accessed = (*secret)->accessed = day_of(scheduler_.wall_now());
  return Read{(*secret)->arn, (*secret)->name, *version};
}

Answer<Written> SecretsManager::write(Secret& secret, const WriteRequest& request, const SecretValue& value) {
  learn(secret, value);
  if (auto put = put_version(secret, *request.token, value, request.stages, scheduler_.wall_now()); !put)
    return std::unexpected(put.error());
  return written(secret, secret.version(*request.token));
}

Answer<Written> SecretsManager::create(WriteRequest request) {
  if (auto fits = check_name(request.secret); !fits) return std::unexpected(fits.error());
  if (auto fits = check_token(request.token); !fits) return std::unexpected(fits.error());
  if (auto fits = check_tags(request.tags); !fits) return std::unexpected(fits.error());
  const auto value = value_in(request);
  if (!value) return std::unexpected(value.error());
  forget_deleted();
  const auto same = std::ranges::find(secrets_, request.secret, &Secret::name);
  if (same != secrets_.end()) {
    if (same->deleted) return std::unexpected(errors::scheduled_name());
    const Version* version = same->version(*request.token);
    if (version != nullptr && *value && version->value == *value) return written(*same, version);
    return std::unexpected(errors::name_exists(request.secret));
  }
  const kernel::WallTime now = scheduler_.wall_now();
  secrets_.push_back({.name = request.secret,
                      .arn = new_arn(request.secret),
                      .description = request.description.value_or(""),
                      .kms_key = request.kms_key.value_or(""),
                      .tags = std::move(request.tags),
                      .created = now,
                      .changed = now});
  request.tags.clear();
  if (!*value) return written(secrets_.back());
  return write(secrets_.back(), request, **value);
}

Answer<Written> SecretsManager::put(WriteRequest request) {
  if (auto fits = check_token(request.token); !fits) return std::unexpected(fits.error());
  const auto value = value_in(request);
  if (!value) return std::unexpected(value.error());
  if (!*value) {
    return std::unexpected(errors::invalid_request("You must provide either SecretString or SecretBinary."));
  }
  const auto secret = usable(request.secret);
  if (!secret) return std::unexpected(secret.error());
  return write(**secret, request, **value);
}

Answer<Written> SecretsManager::update(WriteRequest request) {
  const auto value = value_in(request);
  if (!value) return std::unexpected(value.error());
  if (*value) {
    if (auto fits = check_token(request.token); !fits) return std::unexpected(fits.error());
  }
  const auto secret = usable(request.secret);
  if (!secret) return std::unexpected(secret.error());
  std::string version;
  if (*value) {
    auto put = write(**secret, request, **value);
    if (!put) return put;
    version = put->version;
  }
  if (request.description) (*secret)->description = *request.description;
  if (request.kms_key) (*secret)->kms_key = *request.kms_key;
  (*secret)->changed = scheduler_.wall_now();
  return Written{(*secret)->arn, (*secret)->name, version};
}

Answer<Written> SecretsManager::move_stage(const StageMove& move) {
  const auto secret = usable(move.secret);
  if (!secret) return std::unexpected(secret.error());
  if (auto moved = secrets_manager::move_stage(**secret, move); !moved) return std::unexpected(moved.error());
  (*secret)->changed = scheduler_.wall_now();
  return written(**secret);
}

void SecretsManager::set(const std::string& name, const std::string& value) {
  Secret* secret = find(name);
  if (secret == nullptr) {
    const kernel::WallTime now = scheduler_.wall_now();
    secrets_.push_back({.name = name, .arn = new_arn(name), .created = now, .changed = now});
    secret = &secrets_.back();
  }
  const WriteRequest request{.secret = name, .token = kernel::uuid4(luck_), .text = value};
  // The token is new: nothing refuses it.
  static_cast<void>(write(*secret, request, {value}));
}

Answer<Deleted> SecretsManager::remove(const DeleteRequest& request) {
  if (auto fits = check_window(request); !fits) return std::unexpected(fits.error());
  const kernel::WallTime now = scheduler_.wall_now();
  Secret* secret = find(request.secret);
  if (request.is_forced) {
    Deleted deleted{.arn = secret != nullptr ? secret->arn : new_arn(request.secret),
                    .name = secret != nullptr ? secret->name : request.secret,
                    .at = now};
    if (secret != nullptr) {
      unschedule(secret->arn);
      std::erase_if(secrets_, [secret](const Secret& one) { return &one == secret; });
    }
    return deleted;
  }
  if (secret == nullptr) return std::unexpected(errors::no_secret());
  if (secret->deleted) return std::unexpected(errors::marked_for_deletion());
  unschedule(secret->arn);
  secret->deleted = now;
  secret->gone_at = now + request.window_days.value_or(30) * 24h;
  return Deleted{secret->arn, secret->name, secret->gone_at};
}

Answer<Written> SecretsManager::restore(std::string_view id) {
  Secret* secret = find(id);
  if (secret == nullptr) return std::unexpected(errors::no_secret());
  secret->deleted.reset();
  secret->changed = scheduler_.wall_now();
  schedule(*secret);
  return written(*secret);
}

}  // namespace emulator::secrets_manager

// Rotation: a function is invoked for each of four steps, one behind the other, while the call that asked for
// it has been answered long since.
//
// Source: facts/aws-platform 2, RotateSecret.
#include <algorithm>

#include "emulator/platform/secrets/checks.h"
#include "emulator/platform/secrets/errors.h"
#include "emulator/platform/secrets/secrets_manager.h"
#include "emulator/platform/secrets/stages.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/wait.h"

namespace emulator::secrets_manager {
namespace {

const std::vector<std::string> kAllSteps = {"createSecret", "setSecret", "testSecret", "finishSecret"};
const std::vector<std::string> kTestOnly = {"testSecret"};

/// ASSUMPTION: the first step comes a moment after the answer to the call.
constexpr kernel::Duration kBeginsAfter = std::chrono::milliseconds{1};

/// "arn:aws:lambda:us-east-1:123456789012:function:rotate" and "rotate": rotate.
std::string function_named(const std::string& arn) {
  constexpr std::string_view kMark = ":function:";
  const std::size_t at = arn.find(kMark);
  std::string name = at == std::string::npos ? arn : arn.substr(at + kMark.size());
  return name.substr(0, name.find(':'));
}

std::string payload_of(const std::string& step, const std::string& arn, const std::string& token) {
  return R"({"Step":)" + kernel::json_quoted(step) + R"(,"SecretId":)" + kernel::json_quoted(arn) +
         R"(,"ClientRequestToken":)" + kernel::json_quoted(token) + "}";
}

}  // namespace

bool SecretsManager::is_running(const std::string& arn, const std::string& token) const {
  const auto running = running_.find(arn);
  return running != running_.end() && running->second == token;
}

Answer<> SecretsManager::set_rotation(Secret& secret, const RotateRequest& request) {
  const std::string function = request.function.empty() ? secret.rotation_function : request.function;
  if (function.empty()) return std::unexpected(errors::no_rotation_function());
  if (request.rules) {
    if (auto period = period_of(*request.rules); !period) return std::unexpected(period.error());
  }
  if (!functions_.timeout_of(function_named(function))) return std::unexpected(errors::cannot_invoke());
  secret.rotation_function = function;
  if (request.rules) secret.rotation_rules = *request.rules;
  return {};
}

Answer<Written> SecretsManager::rotate(RotateRequest request) {
  if (auto fits = check_token(request.token); !fits) return std::unexpected(fits.error());
  const auto found = usable(request.secret);
  if (!found) return std::unexpected(found.error());
  Secret& secret = **found;
  const std::string token = *request.token;
  const auto running = running_.find(secret.arn);
  if (running != running_.end() && running->second == token)
    return Written{secret.arn, secret.name, token};  // the same call once more
  if (running != running_.end() || is_rotation_open(secret))
    return std::unexpected(errors::rotation_in_progress());
  if (auto set = set_rotation(secret, request); !set) return std::unexpected(set.error());
  if (const Version* version = secret.version(token)) {
    if (version->has_stage(kCurrent)) return Written{secret.arn, secret.name, token};
    return std::unexpected(errors::token_in_use(token, secret.arn));
  }
  const kernel::WallTime now = scheduler_.wall_now();
  secret.is_rotating = true;
  secret.changed = now;
  secret.versions.push_back({.id = token, .created = now});
  attach_stage(secret, secret.versions.back(), kPending);
  plan_next(secret);
  running_[secret.arn] = token;
  Written answer{secret.arn, secret.name, token};
  rotations_.spawn(
      run_rotation(secret.arn, token, request.is_immediate ? kAllSteps : kTestOnly, request.cause));
  return answer;
}

kernel::Task<bool> SecretsManager::run_steps(std::string arn, std::string token,
                                             std::vector<std::string> steps, int attempt,
                                             kernel::HopId cause) {
  for (const std::string& step : steps) {
    const Secret* secret = find(arn);
    if (secret == nullptr || secret->deleted || !is_running(arn, token)) co_return true;
    auto invoking =
        functions_.invoke({.function = function_named(secret->rotation_function),
                           .payload = std::make_shared<const std::string>(payload_of(step, arn, token)),
                           .events = {{.event_uuid = {}, .cause = cause}},
                           .from = "secretsmanager",
                           .attempt = attempt});
    const lambda::InvokeResult result = co_await std::move(invoking);
    if (result.succeeded()) continue;
    journal_.log({.level = kernel::LogLevel::Warn,
                  .source = "secretsmanager",
                  .message = "rotation of " + name_of(arn) + ": " + step + " failed" +
                             (result.error_code.empty() ? "" : ": " + result.error_code)});
    co_return false;
  }
  co_return true;
}

kernel::Task<void> SecretsManager::run_rotation(std::string arn, std::string token,
                                                std::vector<std::string> steps, kernel::HopId cause) {
  co_await kernel::sleep_until(scheduler_, scheduler_.now() + kBeginsAfter);
  const bool is_test = steps.size() == 1;
  for (int attempt = 1; attempt <= config_.rotation_attempts_max; ++attempt) {
    if (attempt > 1) co_await kernel::sleep_until(scheduler_, scheduler_.now() + config_.rotation_pause);
    auto running = run_steps(arn, token, steps, attempt, cause);
    const bool succeeded = co_await std::move(running);
    Secret* secret = find(arn);
    if (secret == nullptr || secret->deleted || !is_running(arn, token)) break;
    Version* version = secret->version(token);
    if (!succeeded) continue;
    if (is_test) {
      std::erase_if(secret->versions, [&token](const Version& one) { return one.id == token; });
      break;
    }
    if (version == nullptr || !version->has_stage(kCurrent)) {
      journal_.log(
          {.level = kernel::LogLevel::Warn,
           .source = "secretsmanager",
           .message = "rotation of " + secret->name + ": finishSecret left the old version current"});
      continue;
    }
    secret->rotated = scheduler_.wall_now();
    break;
  }
  if (is_running(arn, token)) running_.erase(arn);
}

void SecretsManager::plan_next(Secret& secret) {
  const auto period = period_of(secret.rotation_rules);
  secret.next_rotation.reset();
  if (period && *period) secret.next_rotation = scheduler_.wall_now() + **period;
  schedule(secret);
}

void SecretsManager::unschedule(const std::string& arn) {
  const auto timer = timers_.find(arn);
  if (timer == timers_.end()) return;
  scheduler_.cancel(timer->second);
  timers_.erase(timer);
}

void SecretsManager::schedule(const Secret& secret) {
  unschedule(secret.arn);
  if (!secret.next_rotation || !secret.is_rotating.value_or(false)) return;
  const kernel::Timestamp when = scheduler_.now() + (*secret.next_rotation - scheduler_.wall_now());
  timers_[secret.arn] = scheduler_.call_at(when, [this, arn = secret.arn] {
    timers_.erase(arn);
    Secret* due = find(arn);
    if (due == nullptr || due->deleted) return;
    const auto begun = rotate({.secret = arn, .token = kernel::uuid4(luck_)});
    // One that is still under way, or a function that is gone: the next one is planned all the same.
    if (!begun) plan_next(*due);
  });
}

Answer<Written> SecretsManager::cancel_rotation(std::string_view id) {
  const auto secret = usable(id);
  if (!secret) return std::unexpected(secret.error());
  if ((*secret)->rotation_function.empty()) return std::unexpected(errors::no_rotation_function());
  unschedule((*secret)->arn);
  (*secret)->is_rotating = false;
  (*secret)->next_rotation.reset();
  (*secret)->changed = scheduler_.wall_now();
  running_.erase((*secret)->arn);
  Written answer{(*secret)->arn, (*secret)->name};
  if (const Version* pending = (*secret)->labelled(kPending);
      pending != nullptr && is_rotation_open(**secret))
    answer.version = pending->id;
  return answer;
}

}  // namespace emulator::secrets_manager

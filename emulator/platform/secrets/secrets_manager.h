#pragma once
// Secrets Manager: secrets with versions and labels, deletion with a window, and rotation by a function.
//
// Source: facts/aws-platform 2. Times are the calendar's, which a virtual run moves: a deletion window of
// seven days passes with the run's clock.
//
// ASSUMPTION: a rotation whose function fails begins anew after a minute, three times in all; the service
// does so "for a day", and how often is not said. Lists show the oldest secret first.
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "emulator/lambda/ports.h"
#include "emulator/platform/secrets/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"

namespace emulator::secrets_manager {

struct SecretsConfig {
  int rotation_attempts_max = 3;                              ///< 1 or more
  kernel::Duration rotation_pause = std::chrono::minutes{1};  ///< between a failure and the next attempt
};

class SecretsManager final : public SecretsService {
 public:
  /// The references outlive it.
  SecretsManager(SecretsConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
                 kernel::Journal& journal, lambda::FunctionInvoker& functions);
  ~SecretsManager() override;

  Answer<Read> read(ReadRequest request) override;
  std::string name_of(std::string_view id) const override;
  Answer<Written> create(WriteRequest request) override;
  Answer<Written> put(WriteRequest request) override;
  Answer<Written> update(WriteRequest request) override;
  Answer<Written> move_stage(const StageMove& move) override;
  Answer<const Secret*> describe(std::string_view id) override;
  Answer<Page> list(const ListRequest& request) override;
  Answer<Deleted> remove(const DeleteRequest& request) override;
  Answer<Written> restore(std::string_view id) override;
  Answer<> tag(std::string_view id, const Tags& tags) override;
  Answer<> untag(std::string_view id, const std::vector<std::string>& keys) override;
  Answer<Written> rotate(RotateRequest request) override;
  Answer<Written> cancel_rotation(std::string_view id) override;
  Answer<std::string> random_password(const PasswordRules& rules) override;
  void tell_values(Learner learner) override { learner_ = std::move(learner); }

  /// A version of the service's own making: what a scenario gives, and what somebody changes in the middle of
  /// it. `value` becomes current.
  void set(const std::string& name, const std::string& value);

 private:
  // secrets_manager.cc
  Secret* find(std::string_view id);
  const Secret* find(std::string_view id) const;
  /// One that may be used: it is not marked for deletion.
  Answer<Secret*> usable(std::string_view id);
  void forget_deleted();
  std::string new_arn(const std::string& name);
  void learn(const Secret& secret, const SecretValue& value);
  Answer<Written> write(Secret& secret, const WriteRequest& request, const SecretValue& value);
  // rotation.cc
  kernel::Task<void> run_rotation(std::string arn, std::string token, std::vector<std::string> steps,
                                  kernel::HopId cause);
  kernel::Task<bool> run_steps(std::string arn, std::string token, std::vector<std::string> steps,
                               int attempt, kernel::HopId cause);
  bool is_running(const std::string& arn, const std::string& token) const;
  void schedule(const Secret& secret);
  void unschedule(const std::string& arn);
  Answer<> set_rotation(Secret& secret, const RotateRequest& request);
  void plan_next(Secret& secret);

  SecretsConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  lambda::FunctionInvoker& functions_;
  kernel::Random luck_;
  Learner learner_;
  std::list<Secret> secrets_;                      // the oldest first
  std::map<std::string, kernel::TimerId> timers_;  // of rotations to come, by ARN
  std::map<std::string, std::string> running_;     // token by ARN
  kernel::TaskScope rotations_;
};

}  // namespace emulator::secrets_manager

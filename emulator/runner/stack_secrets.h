#pragma once
// One program's way to its secrets in a rehearsal. What Secrets Manager and Parameter Store hold it asks them
// for, over the network, as the deployed program does: signed, tried again when throttled, kept for 300 s
// (middleware/secrets). Variables and files are what the deployment gives for them.
#include <cstdint>
#include <memory>
#include <string>

#include "emulator/runner/rig_secrets.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/secrets/setup.h"

namespace emulator::runner {

class StackSecrets final : public secrets::Provider {
 public:
  /// All references outlive it. `seed` is of the jitter, and each program's own. With the extension of a
  /// function beside it the program asks that.
  StackSecrets(const SecretsGiven& given, kernel::Scheduler& scheduler, kernel::HttpClient& client,
               std::uint64_t seed, bool has_extension = false);

  kernel::Task<kernel::Result<std::string>> get(std::string reference) override;
  void forget(const std::string& reference) override;

  /// Whether a deployment needs one such per program.
  static bool are_in_stores(const SecretsGiven& given);

 private:
  RigSecrets given_;
  secrets::Redactor redactor_;
  secrets::ProgramSecrets program_;
};

/// An instance of the middleware and its own secrets, whose cache goes with it.
class InstanceWithSecrets final : public kernel::HttpHandler {
 public:
  InstanceWithSecrets(const SecretsGiven& given, kernel::Scheduler& scheduler, kernel::HttpClient& client,
                      std::uint64_t seed)
      : secrets_(given, scheduler, client, seed) {}

  secrets::Provider& secrets() { return secrets_; }
  void run(std::unique_ptr<kernel::HttpHandler> instance) { instance_ = std::move(instance); }
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
    return instance_->handle(std::move(request));
  }

 private:
  StackSecrets secrets_;
  std::unique_ptr<kernel::HttpHandler> instance_;
};

}  // namespace emulator::runner

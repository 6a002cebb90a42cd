#pragma once
// Instances of the middleware within this process: the service of the deployed program, with a store that
// lives and dies as its file says.
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "emulator/compute/compute.h"
#include "emulator/compute/ports.h"
#include "emulator/runner/instance_store.h"
#include "emulator/runner/rig_secrets.h"
#include "emulator/runner/scenario.h"
#include "emulator/runner/shared_store.h"
#include "middleware/kernel/http.h"
#include "middleware/service/service.h"

namespace emulator::runner {

class LogRoom;

/// All outlive the instances.
struct InstanceSurroundings {
  kernel::Scheduler& scheduler;
  kernel::Journal& journal;
  kernel::HttpClient& client;
  LogRoom* logs = nullptr;  ///< that their lines go to; null: only to the record
};

class BuiltinInstances final : public compute::InstanceFactory {
 public:
  /// `name`: how they are called, with their number behind. `given` outlives it.
  BuiltinInstances(const Given& given, std::uint64_t seed, InstanceSurroundings around,
                   std::string name = std::string(compute::kServiceName));

  std::unique_ptr<kernel::HttpHandler> start(std::int64_t number) override;
  std::unique_ptr<kernel::HttpHandler> start_on(compute::CpuGate& cpu, std::int64_t number) override;
  void terminate(std::int64_t number) override;
  bool is_idle(std::int64_t number) const override;
  void gone(std::int64_t number) override;

  SharedStore& shared() { return shared_; }

 private:
  class Known;
  /// What an instance runs on and speaks through.
  struct Machine {
    kernel::Scheduler& scheduler;
    kernel::HttpClient& client;
  };
  std::unique_ptr<kernel::HttpHandler> start_with_secrets(Machine machine, std::int64_t number);
  std::unique_ptr<kernel::HttpHandler> start_with(Machine machine, secrets::Provider& secrets,
                                                  std::int64_t number);
  /// Of an instance that has crashed, its own, if that is on a disk.
  store::Store& store_of(std::int64_t number);

  std::string name_;
  const Given& given_;
  std::uint64_t seed_;
  InstanceSurroundings around_;
  RigSecrets secrets_;
  std::map<std::int64_t, std::unique_ptr<InstanceStore>> stores_;
  std::map<std::int64_t, service::Service*> services_{};  ///< that live, by number
  SharedStore shared_;
};

}  // namespace emulator::runner

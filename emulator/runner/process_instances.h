#pragma once
// `compute: {command: …}`: instances that are processes, of the deployed program or of the user's. Each reads
// the scenario's middleware file with the addresses of this rig in it.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/compute/ports.h"
#include "emulator/runner/process_given.h"
#include "emulator/runtime/service_process.h"
#include "middleware/config/tree.h"

namespace emulator::runner {

struct ComputeGiven;
class LogRoom;
struct Given;
class Network;

/// The middleware file for one instance, JSON, which is YAML too: `file` with a `url` for every API that is
/// served at one of `urls`, and a store on disk of its own.
std::string deployment_text(const std::string& file,
                            const std::vector<std::pair<std::string, std::string>>& urls,
                            const std::string& store);

/// Takes the middleware's file out of a scenario that is put together, if instances are processes.
void keep_deployment_file(const config::Tree& scenario, ComputeGiven& compute);

class ProcessInstances final : public compute::InstanceFactory {
 public:
  /// All outlive it. `given` has a process for compute.
  ProcessInstances(const Given& given, kernel::Scheduler& scheduler, kernel::Journal& journal,
                   Network& network, LogRoom& logs);
  ~ProcessInstances() override;

  /// An instance that is started before everything is served begins to live then.
  std::unique_ptr<kernel::HttpHandler> start(std::int64_t number) override;

  /// SIGTERM for its process, which is not started again.
  void terminate(std::int64_t number) override;
  bool is_idle(std::int64_t number) const override;
  /// SIGKILL for its process, before the instance is said to have crashed.
  void crash(std::int64_t number);

  /// Infrastructure error when there can be no folder for the files. Once, when all else is served.
  kernel::Result<> begin();

 private:
  class Instance;
  std::unique_ptr<runtime::ServiceProcess> process_of(std::int64_t number);
  /// Null: it does not live.
  runtime::ServiceProcess* find(std::int64_t number) const;

  const Given& given_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  Network& network_;
  LogRoom& logs_;
  std::filesystem::path folder_;      ///< of the files, for as long as this lives
  std::vector<Instance*> instances_;  ///< that live
};

}  // namespace emulator::runner

#pragma once
// All the parts of one run, joined: org, relay, bus, functions, compute with the middleware in it, mocks,
// queues, and the edge through which clients reach them.
#include <memory>
#include <string>
#include <vector>

#include "emulator/compute/app_runner.h"
#include "emulator/edge/edge.h"
#include "emulator/lambda/event_source_mappings.h"
#include "emulator/platform/services/services.h"
#include "emulator/relay/relays.h"
#include "emulator/runner/api_mocks.h"
#include "emulator/runner/doors.h"
#include "emulator/runner/log_room.h"
#include "emulator/runner/mock_admin.h"
#include "emulator/runner/network.h"
#include "emulator/runner/scenario.h"
#include "emulator/runner/vaults.h"
#include "emulator/runner/watch.h"
#include "emulator/runtime/process_code.h"
#include "emulator/salesforce/setup_ports.h"
#include "emulator/salesforce_edge/salesforce_edge.h"
#include "emulator/topics/links.h"
#include "emulator/topics/test_key_signer.h"
#include "middleware/ingest/ingest.h"
#include "middleware/service/service.h"
#include "mocks/fault_gate.h"

namespace emulator::runner {

class BuiltinInstances;
class Hosting;
class ProcessInstances;
class ServiceEvents;
class SharedStore;

/// The references outlive the world. Everything happens on the scheduler's thread.
struct WorldPorts {
  kernel::Scheduler& scheduler;
  kernel::Journal& journal;
  Network& network;
  int edge_port = 0;        ///< on sockets; 0: any
  int salesforce_port = 0;  ///< on sockets; 0: any
  std::string version{};    ///< of the program, for those who ask the edge
  LearnSecret learn{};      ///< of values that Secrets Manager and Parameter Store hold
  metrics::HopMetrics* hop_metrics =
      nullptr;  ///< before the journal; null: nobody wants metrics of the boxes
  CheckLogEvent check_log_event{};
  bool feeds_logs = false;  ///< the boxes write log events
};

class World {
 public:
  /// Starts everything; nothing moves before the scheduler does.
  static kernel::Result<std::unique_ptr<World>> build(const Given& given, std::uint64_t seed,
                                                      WorldPorts ports);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  salesforce::Org& org() { return *org_; }
  relay::Relay& relay() { return relays_->first(); }
  salesforce::SetupObjects& setup() { return *setup_; }
  bus::EventBridge& bus() { return *bus_; }
  lambda::Lambda& lambda() { return *lambda_; }
  lambda::EventSourceMappings& mappings() { return *mappings_; }
  queues::Queues& queues() { return queues_; }
  topics::Topics& topics() { return *topics_; }
  mocks::FaultSet& faults() { return mocks_.faults(); }
  const std::vector<std::unique_ptr<mocks::stubs::StubMock>>& stub_mocks() const { return mocks_.of_stubs(); }
  Doors& doors() { return doors_; }
  Vaults& vaults() { return *vaults_; }
  compute::Compute& compute() { return *compute_; }
  scaling::AutoScaling& scaling() { return watch_->scaling(); }
  logs::CloudWatchLogs& logs() { return logs_->service(); }
  /// An instance of the middleware by its name, or "middleware": all of them. It is back after `down`.
  void crash(const std::string& instance, kernel::Duration down);
  SharedStore& shared_store();
  services::Services& services() { return *services_; }
  salesforce_edge::SalesforceEdge& salesforce_edge() { return *salesforce_edge_; }

  kernel::HttpClient& client() { return ports_.network.client(); }
  kernel::Journal& journal() { return ports_.journal; }

  /// Cancels all that is under way: hops that are open close as cancelled.
  void stop();

 private:
  World(const Given& given, std::uint64_t seed, WorldPorts ports);
  kernel::Result<> serve();
  lambda::FunctionCode& code_of(const FunctionGiven& function, std::uint64_t seed);
  /// The extensions of functions, each at its port; a process is told its own.
  kernel::Result<> serve_extensions();
  compute::InstanceFactory& factory();
  /// What processes are told about the world around them, once it is served.
  void tell_processes();

  /// The ingest function as Lambda runs it.
  class IngestCode;

  const Given& given_;
  WorldPorts ports_;
  queues::Queues queues_;
  ApiMocks mocks_;
  Doors doors_;
  MockAdmin admin_;  // on the edge
  std::unique_ptr<LogRoom> logs_;
  std::unique_ptr<secrets::Provider> secrets_;  // of the function
  std::unique_ptr<BuiltinInstances> instances_;
  std::unique_ptr<ProcessInstances> process_instances_;  ///< null: the service that is built in
  std::unique_ptr<compute::Compute> compute_;
  std::unique_ptr<Hosting> hosting_;
  std::unique_ptr<ServiceEvents> service_events_;
  std::unique_ptr<services::Services> services_;
  ingest::Ingest ingest_;
  std::unique_ptr<lambda::FunctionCode> code_;
  std::vector<std::unique_ptr<runtime::ProcessCode>> processes_;
  std::unique_ptr<lambda::Lambda> lambda_;
  std::unique_ptr<Vaults> vaults_;
  std::unique_ptr<lambda::EventSourceMappings> mappings_;
  topics::TestKeySigner signer_;
  std::unique_ptr<topics::Topics> topics_;
  std::unique_ptr<topics::Links> links_;
  std::unique_ptr<bus::EventBridge> bus_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<salesforce::Org> org_;
  std::unique_ptr<relay::Relays> relays_;
  std::unique_ptr<salesforce::SetupObjects> setup_;
  std::unique_ptr<edge::Edge> edge_;
  std::unique_ptr<salesforce_edge::SalesforceEdge> salesforce_edge_;
  std::vector<std::pair<std::string, std::unique_ptr<mocks::FaultGate>>> org_apis_;
};

}  // namespace emulator::runner

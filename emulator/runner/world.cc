#include "emulator/runner/world.h"

#include "emulator/runner/builtin_instances.h"
#include "emulator/runner/edge_services.h"
#include "emulator/runner/hosting.h"
#include "emulator/runner/logged_ingest.h"
#include "emulator/runner/process_instances.h"
#include "emulator/runner/stack_secrets.h"
#include "emulator/runtime/function.h"
#include "emulator/salesforce/setup.h"
#include "middleware/kernel/check.h"
#include "middleware/secrets/extension_source.h"

namespace emulator::runner {

class World::IngestCode final : public lambda::FunctionCode {
 public:
  explicit IngestCode(ingest::Ingest& ingest) : ingest_(ingest) {}

  kernel::Task<lambda::CodeResult> run(lambda::CodeInvocation invocation) override {
    return finish(ingest_.handle({.payload = *invocation.payload,
                                  .deadline = invocation.deadline,
                                  .hop = invocation.hop,
                                  .record_hops = std::move(invocation.event_hops)}));
  }

 private:
  static kernel::Task<lambda::CodeResult> finish(kernel::Task<ingest::FunctionResult> handling) {
    co_await handling.ended();
    co_return [&handling] { return to_result(handling); };
  }
  APART static lambda::CodeResult to_result(kernel::Task<ingest::FunctionResult>& handled) {
    ingest::FunctionResult result = handled.take();
    if (result) return std::move(*result);
    return std::unexpected(
        lambda::CodeError{std::move(result.error().type), std::move(result.error().message)});
  }

  ingest::Ingest& ingest_;
};

namespace {

std::optional<services::OwnService> own_service(compute::Compute& compute) {
  if (compute.hosted() == nullptr) return std::nullopt;
  return services::OwnService{std::string(metrics::kServiceName), std::string(metrics::kServiceId),
                              *compute.hosted()};
}

InstanceSurroundings instance_surroundings(const WorldPorts& ports, LogRoom* logs = nullptr) {
  return {ports.scheduler, ports.journal, ports.network.client(), logs};
}

std::unique_ptr<secrets::Provider> function_secrets(const Given& given, std::uint64_t seed,
                                                    const WorldPorts& ports) {
  if (!StackSecrets::are_in_stores(given.secrets)) return std::make_unique<RigSecrets>(given.secrets);
  return std::make_unique<StackSecrets>(given.secrets, ports.scheduler, ports.network.client(), seed,
                                        extended_function(given) != nullptr);
}

}  // namespace

World::World(const Given& given, std::uint64_t seed, WorldPorts ports)
    : given_(given),
      ports_(ports),
      queues_(given.queues, seed, ports.scheduler, ports.journal),
      mocks_(given.apis, seed, ports.scheduler, ports.journal, ports.network.client()),
      doors_(ports.network, ports.journal, ports.scheduler),
      admin_(mocks_, doors_, given.apis, ports.scheduler, ports.journal),
      logs_(std::make_unique<LogRoom>(
          given.logs, given.account.cloudwatch_logs, seed,
          LogRoom::Surroundings{ports.scheduler, ports.journal, ports.check_log_event, ports.feeds_logs})),
      secrets_(function_secrets(given, seed, ports)),
      instances_(std::make_unique<BuiltinInstances>(given, seed, instance_surroundings(ports, &*logs_))),
      process_instances_(given.compute.process
                             ? std::make_unique<ProcessInstances>(given, ports.scheduler, ports.journal,
                                                                  ports.network, *logs_)
                             : nullptr),
      compute_(make_compute(given.compute, seed, ports.scheduler, ports.journal, factory())),
      hosting_(std::make_unique<Hosting>(given.compute.app_runner, seed, ports.scheduler, ports.journal,
                                         [&given, seed, ports](const std::string& name) {
                                           return std::make_unique<BuiltinInstances>(
                                               given, seed, instance_surroundings(ports), name);
                                         })),
      service_events_(std::make_unique<ServiceEvents>(bus_, logs_->sink())),
      services_(std::make_unique<services::Services>(
          seed,
          services::Services::Surroundings{ports.scheduler, ports.journal, *hosting_, *service_events_,
                                           given.compute.app_runner.operation},
          own_service(*compute_))),
      ingest_(given.compute.middleware.ingest, ports.scheduler, ports.network.client()),
      code_(std::make_unique<IngestCode>(ingest_)),
      lambda_(std::make_unique<lambda::Lambda>(seed, ports.scheduler, ports.journal, queues_,
                                               given.account.lambda)) {
  ingest_.log_to(ports.journal);
  ingest_.refer_to(*secrets_);
  if (logs_->sink() != nullptr) {
    code_ = std::make_unique<LoggedIngest>(
        LoggedIngest::Surroundings{given.compute.middleware.ingest, ports.scheduler, ports.network.client(),
                                   ports.journal, *secrets_, *logs_->sink()});
    lambda_->write_logs(logs_->sink());
  }
  for (const FunctionGiven& function : given.functions) {
    lambda_->add(function, code_of(function, seed));
    // What is declared is set, and clients find it, if only as the defaults.
    CHECK(lambda_->change_async(function.name, {}, false));
  }
  lambda_->set_builtin(*code_);
  const auto stored = stored_secrets(given.secrets);
  CHECK_THAT(stored, stored ? "" : stored.error().text());
  vaults_ = std::make_unique<Vaults>(
      quotas_of(given.account.secrets_manager, given.account.parameter_store), *stored, seed,
      Vaults::Surroundings{ports.scheduler, ports.journal, *lambda_, ports.learn});
  mappings_ = std::make_unique<lambda::EventSourceMappings>(
      seed, lambda::MappingSurroundings{ports.scheduler, ports.journal, queues_, *lambda_});
  for (const FunctionGiven& function : given.functions) {
    for (const lambda::MappingConfig& source : function.sources) {
      const auto created = mappings_->create(source);
      CHECK_THAT(created, created ? "" : created.error().message);
    }
  }
  topics_ = std::make_unique<topics::Topics>(
      topics::TopicsConfig{
          .reach = [&network = ports.network](const std::string& host,
                                              const std::string& url) { return network.reach(host, url); },
          .delivery = {.on_429 = given.account.sns.on_429, .sends_traceparent = true}},
      seed, topics::DeliveryPorts{ports.scheduler, ports.journal, *lambda_, queues_, ports.network.client()},
      signer_);
  links_ = std::make_unique<topics::Links>(*topics_);
  bus_ = std::make_unique<bus::EventBridge>(
      given.bus, seed, ports.scheduler, ports.journal,
      bus::Outlets{.functions = *lambda_, .queues = queues_, .topics = topics_.get()});
  lambda_->reach(*topics_, *bus_);
  watch_ = std::make_unique<Watch>(seed, ports.scheduler, ports.journal, ports.hop_metrics,
                                   WatchBoxes{*topics_, *lambda_, *bus_, queues_, compute_->scaled()});
  logs_->join(watch_->cloudwatch(), ports.hop_metrics != nullptr);
  org_ = std::make_unique<salesforce::Org>(given.salesforce, seed, ports.scheduler, ports.journal);
  relays_ = std::make_unique<relay::Relays>(
      given.relay, seed, relay::Relays::Surroundings{ports.scheduler, ports.journal, *org_, *bus_, *bus_});
  setup_ = std::make_unique<salesforce::Setup>(*org_, *relays_, seed);
  edge_ = make_edge(seed, ports_,
                    {.bus = *bus_,
                     .queues = queues_,
                     .lambda = *lambda_,
                     .mappings = *mappings_,
                     .topics = *topics_,
                     .vaults = *vaults_,
                     .services = *services_,
                     .logs = *logs_,
                     .cloudwatch = watch_->cloudwatch(),
                     .ecs = compute_->ecs(),
                     .scaling = watch_->scaling()});
  edge_->mount(topics_->certificate_path(), *links_);
  for (const std::string& path : MockAdmin::paths()) edge_->mount(path, admin_);
  salesforce_edge_ = make_salesforce_edge(given.salesforce_clients, seed, ports_, *org_, setup_.get());
  for (const ApiGiven& api : given.apis) {
    if (!api.is_org) continue;
    org_apis_.emplace_back(api.name,
                           std::make_unique<mocks::FaultGate>(api.name, api.latency, *salesforce_edge_, seed,
                                                              ports.scheduler, mocks_.faults()));
  }
}

lambda::FunctionCode& World::code_of(const FunctionGiven& function, std::uint64_t seed) {
  if (!function.process) return *code_;
  runtime::Machine* machine = ports_.network.machine();
  CHECK(machine != nullptr);  // run_scenario refuses the virtual clock
  processes_.push_back(std::make_unique<runtime::ProcessCode>(
      function_of(function), seed,
      runtime::Surroundings{ports_.scheduler, ports_.journal, *machine, logs_->sink()}));
  return *processes_.back();
}

kernel::Result<> World::serve_extensions() {
  std::size_t process = 0;
  for (const FunctionGiven& function : given_.functions) {
    runtime::ProcessCode* code = function.process ? processes_.at(process++).get() : nullptr;
    if (!function.extension) continue;
    edge::Extension& extension = vaults_->extend(function.name, *function.extension, runtime::kSessionToken);
    const std::string host = code == nullptr ? secrets::kExtensionHost : "extension of " + function.name;
    const int port = function.extension->port;
    if (auto served = ports_.network.serve(host, extension, Transport::Plain, port); !served) return served;
    if (ports_.network.urls().empty()) {  // in memory, where a port is a name
      if (auto served = ports_.network.serve("localhost:2773", extension, Transport::Plain); !served)
        return served;
    }
    for (const auto& [name, url] : ports_.network.urls()) {
      if (code == nullptr || name != host) continue;
      code->add_variables({{"PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", url.substr(url.rfind(':') + 1)}});
    }
  }
  return {};
}

void World::tell_processes() {
  const runtime::Variables variables =
      surroundings_of(ports_.network, given_.compute.middleware.ingest.middleware);
  for (const auto& process : processes_) process->add_variables(variables);
}

kernel::Result<> World::serve() {
  if (auto found = find_programs(given_, ports_.network); !found) return found;
  if (auto set_up = bus_->set_up(relay().source()); !set_up) return set_up;
  if (auto served = mocks_.serve(ports_.network); !served) return served;
  if (auto served = ports_.network.serve(kEdgeHost, *edge_, Transport::Plain, ports_.edge_port); !served)
    return served;
  if (auto led = lead_to_vaults(ports_.network, *edge_); !led) return led;
  if (auto served = serve_extensions(); !served) return served;
  if (auto served =
          ports_.network.serve(kSalesforceHost, *salesforce_edge_, Transport::Plain, ports_.salesforce_port);
      !served)
    return served;
  for (const auto& [name, gate] : org_apis_) {
    if (auto served = ports_.network.serve(name, *gate, Transport::Plain); !served) return served;
  }
  for (const auto& [host, url] : ports_.network.urls()) {
    if (host == kEdgeHost) topics_->set_link_base(url);
  }
  const std::string& middleware = given_.compute.middleware.ingest.middleware;
  if (auto served = ports_.network.serve(middleware, *compute_, Transport::Tls); !served) return served;
  tell_processes();
  if (process_instances_) {
    if (auto begun = process_instances_->begin(); !begun) return begun;
  }
  if (given_.topics.empty()) return watch_->set_up(given_);
  const std::string host = topics_->service_url().substr(std::string_view("https://").size());
  if (auto served = ports_.network.serve(host, *links_, Transport::Tls); !served) return served;
  if (auto created = create_topics(given_.topics, middleware, *topics_); !created) return created;
  return watch_->set_up(given_);
}

kernel::Result<std::unique_ptr<World>> World::build(const Given& given, std::uint64_t seed,
                                                    WorldPorts ports) {
  std::unique_ptr<World> world(new World(given, seed, ports));
  if (auto served = world->serve(); !served) {
    world->stop();
    return std::unexpected(served.error());
  }
  world->relay().start();
  return world;
}

void World::stop() {
  // Callers first, so that none sees its server go.
  edge_->stop();
  salesforce_edge_->stop();
  mocks_.stop();
  doors_.stop();
  services_->stop();
  setup_.reset();
  relays_.reset();
  logs_->leave();
  watch_.reset();
  bus_.reset();
  topics_.reset();
  mappings_.reset();
  vaults_.reset();
  lambda_.reset();
  for (const auto& process : processes_) process->stop();
  ports_.network.stop();
}

compute::InstanceFactory& World::factory() {
  if (process_instances_) return *process_instances_;
  return *instances_;
}

void World::crash(const std::string& instance, kernel::Duration down) {
  const std::vector<std::int64_t> hit = compute_->crashable(instance);
  if (hit.empty()) {
    const std::string message =
        "the crash of " + instance + " hit nobody: it is not there, not up yet, or down";
    ports_.journal.log({.level = kernel::LogLevel::Warn, .source = "compute", .message = message});
  }
  for (const std::int64_t number : hit) {
    logs_->crash(number);
    if (process_instances_) process_instances_->crash(number);
  }
  compute_->crash(instance, down);
}

SharedStore& World::shared_store() { return instances_->shared(); }

World::~World() {
  if (lambda_) stop();
}

}  // namespace emulator::runner

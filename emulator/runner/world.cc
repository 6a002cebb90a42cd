#include "emulator/runner/world.h"

#include <map>

#include "emulator/runner/edge_services.h"
#include "emulator/runner/hosting.h"
#include "emulator/runner/instance_store.h"
#include "emulator/runner/process_instances.h"
#include "emulator/runner/shared_store.h"
#include "emulator/runner/stack_secrets.h"
#include "emulator/runtime/function.h"
#include "emulator/salesforce/setup.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/random.h"
#include "middleware/secrets/extension_source.h"

namespace emulator::runner {

class World::Instances final : public compute::InstanceFactory {
 public:
  Instances(const Given& given, std::uint64_t seed, WorldPorts ports,
            std::string name = std::string(compute::kServiceName))
      : name_(std::move(name)),
        given_(given),
        seed_(seed),
        ports_(ports),
        secrets_(given.secrets),
        shared_(ports.scheduler, ports.journal, given.compute.middleware.store.remember) {}

  std::unique_ptr<kernel::HttpHandler> start(std::int64_t number) override {
    return start_with_secrets({ports_.scheduler, ports_.network.client()}, number);
  }
  std::unique_ptr<kernel::HttpHandler> start_on(compute::CpuGate& cpu, std::int64_t number) override {
    // One that rests between requests is not disturbed by what it could not do meanwhile.
    if (!works_in_background(given_.compute.middleware)) return start(number);
    auto instance = std::make_unique<GatedInstance>(cpu, ports_.network.client());
    instance->app = start_with_secrets({cpu, instance->client}, number);
    return instance;
  }

  void terminate(std::int64_t number) override {
    if (const auto found = services_.find(number); found != services_.end()) found->second->retire();
  }
  bool is_idle(std::int64_t number) const override {
    const auto found = services_.find(number);
    return found == services_.end() || found->second->is_idle();
  }

  void gone(std::int64_t number) override {
    const auto store = stores_.find(number);
    if (store == stores_.end()) return;
    store->second->lose();
    stores_.erase(store);
  }

  SharedStore& shared() { return shared_; }

 private:
  struct Machine {
    kernel::Scheduler& scheduler;
    kernel::HttpClient& client;
  };
  std::unique_ptr<kernel::HttpHandler> start_with_secrets(Machine machine, std::int64_t number) {
    if (!StackSecrets::are_in_stores(given_.secrets)) return start_with(machine, secrets_, number);
    auto instance =
        std::make_unique<InstanceWithSecrets>(given_.secrets, machine.scheduler, machine.client,
                                              kernel::splitmix64(seed_ ^ static_cast<std::uint64_t>(number)));
    instance->run(start_with(machine, instance->secrets(), number));
    return instance;
  }

  std::unique_ptr<kernel::HttpHandler> start_with(Machine machine, secrets::Provider& secrets,
                                                  std::int64_t number) {
    const service::ServiceConfig& config = given_.compute.middleware.service;
    service::Surroundings around{.scheduler = machine.scheduler,
                                 .client = machine.client,
                                 .hops = ports_.journal,
                                 .seed = seed_,
                                 .instance = name_ + "-" + std::to_string(number),
                                 .secrets = &secrets};
    auto service = std::make_unique<service::Service>(config, std::move(around), store_of(number));
    services_[number] = service.get();
    const config::MiddlewareFile& file = given_.compute.middleware;
    if (file.sns.topics.empty()) return service;
    auto endpoint = std::make_unique<sns::Endpoint>(file.sns, file.ingest, machine.scheduler, machine.client,
                                                    std::move(service));
    endpoint->log_to(ports_.journal);
    endpoint->refer_to(secrets);
    return endpoint;
  }

  /// Of an instance that has crashed, its own, if that is on a disk.
  store::Store& store_of(std::int64_t number) {
    if (given_.compute.middleware.store.postgres) return shared_;
    std::unique_ptr<InstanceStore>& store = stores_[number];
    if (store && !given_.compute.middleware.store.sqlite.empty()) {
      store->reopen();
      return *store;
    }
    if (store) store->lose();
    store = std::make_unique<InstanceStore>(ports_.journal, given_.compute.middleware.store.remember);
    return *store;
  }

  std::string name_;
  const Given& given_;
  std::uint64_t seed_;
  WorldPorts ports_;
  RigSecrets secrets_;
  std::map<std::int64_t, std::unique_ptr<InstanceStore>> stores_;
  std::map<std::int64_t, service::Service*> services_{};  ///< the newest of each number
  SharedStore shared_;
};

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
      secrets_(function_secrets(given, seed, ports)),
      instances_(std::make_unique<Instances>(given, seed, ports)),
      process_instances_(given.compute.process ? std::make_unique<ProcessInstances>(
                                                     given, ports.scheduler, ports.journal, ports.network)
                                               : nullptr),
      compute_(make_compute(given.compute, seed, ports.scheduler, ports.journal, factory())),
      hosting_(std::make_unique<Hosting>(given.compute.app_runner, seed, ports.scheduler, ports.journal,
                                         [&given, seed, ports](const std::string& name) {
                                           return std::make_unique<Instances>(given, seed, ports, name);
                                         })),
      service_events_(std::make_unique<ServiceEvents>(bus_)),
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
      function_of(function), seed, runtime::Surroundings{ports_.scheduler, ports_.journal, *machine}));
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

SharedStore& World::shared_store() { return instances_->shared(); }

World::~World() {
  if (lambda_) stop();
}

}  // namespace emulator::runner

#include "emulator/runner/builtin_instances.h"

#include <utility>

#include "emulator/runner/hosting.h"
#include "emulator/runner/log_room.h"
#include "emulator/runner/stack_secrets.h"
#include "middleware/kernel/random.h"
#include "middleware/sns/endpoint.h"

namespace emulator::runner {

/// An instance, known to its factory for as long as it lives.
class BuiltinInstances::Known final : public kernel::HttpHandler {
 public:
  Known(BuiltinInstances& instances, std::int64_t number, service::Service& service)
      : instances_(instances), number_(number), service_(&service) {
    instances_.services_[number_] = service_;
  }
  ~Known() override {
    const auto found = instances_.services_.find(number_);
    if (found != instances_.services_.end() && found->second == service_) instances_.services_.erase(found);
  }
  Known(const Known&) = delete;
  Known& operator=(const Known&) = delete;

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
    return app->handle(std::move(request));
  }
  std::unique_ptr<kernel::HttpHandler> app;

 private:
  BuiltinInstances& instances_;
  std::int64_t number_;
  service::Service* service_;
};

BuiltinInstances::BuiltinInstances(const Given& given, std::uint64_t seed, InstanceSurroundings around,
                                   std::string name)
    : name_(std::move(name)),
      given_(given),
      seed_(seed),
      around_(around),
      secrets_(given.secrets),
      shared_(around.scheduler, around.journal, given.compute.middleware.store.remember) {}

std::unique_ptr<kernel::HttpHandler> BuiltinInstances::start(std::int64_t number) {
  return start_with_secrets({around_.scheduler, around_.client}, number);
}

std::unique_ptr<kernel::HttpHandler> BuiltinInstances::start_on(compute::CpuGate& cpu, std::int64_t number) {
  // One that rests between requests is not disturbed by what it could not do meanwhile.
  if (!works_in_background(given_.compute.middleware)) return start(number);
  auto instance = std::make_unique<GatedInstance>(cpu, around_.client);
  instance->app = start_with_secrets({cpu, instance->client}, number);
  return instance;
}

void BuiltinInstances::terminate(std::int64_t number) {
  if (const auto found = services_.find(number); found != services_.end()) found->second->retire();
}

bool BuiltinInstances::is_idle(std::int64_t number) const {
  const auto found = services_.find(number);
  return found == services_.end() || found->second->is_idle();
}

void BuiltinInstances::gone(std::int64_t number) {
  const auto store = stores_.find(number);
  if (store == stores_.end()) return;
  store->second->lose();
  stores_.erase(store);
}

std::unique_ptr<kernel::HttpHandler> BuiltinInstances::start_with_secrets(Machine machine,
                                                                          std::int64_t number) {
  if (!StackSecrets::are_in_stores(given_.secrets)) return start_with(machine, secrets_, number);
  auto instance =
      std::make_unique<InstanceWithSecrets>(given_.secrets, machine.scheduler, machine.client,
                                            kernel::splitmix64(seed_ ^ static_cast<std::uint64_t>(number)));
  instance->run(start_with(machine, instance->secrets(), number));
  return instance;
}

std::unique_ptr<kernel::HttpHandler> BuiltinInstances::start_with(Machine machine, secrets::Provider& secrets,
                                                                  std::int64_t number) {
  const config::MiddlewareFile& file = given_.compute.middleware;
  LoggedHops* const lines =
      around_.logs == nullptr ? nullptr : around_.logs->start_instance(number, file.service.name);
  kernel::HopSink& hops = lines == nullptr ? static_cast<kernel::HopSink&>(around_.journal) : *lines;
  service::Surroundings around{.scheduler = machine.scheduler,
                               .client = machine.client,
                               .hops = hops,
                               .seed = seed_,
                               .instance = name_ + "-" + std::to_string(number),
                               .secrets = &secrets,
                               .notes = lines};
  auto service = std::make_unique<service::Service>(file.service, std::move(around), store_of(number));
  auto known = std::make_unique<Known>(*this, number, *service);
  if (file.sns.topics.empty()) {
    known->app = std::move(service);
    return known;
  }
  auto endpoint = std::make_unique<sns::Endpoint>(file.sns, file.ingest, machine.scheduler, machine.client,
                                                  std::move(service));
  endpoint->log_to(hops);
  endpoint->refer_to(secrets);
  known->app = std::move(endpoint);
  return known;
}

store::Store& BuiltinInstances::store_of(std::int64_t number) {
  const config::StoreConfig& config = given_.compute.middleware.store;
  if (config.postgres) return shared_;
  std::unique_ptr<InstanceStore>& store = stores_[number];
  if (store && !config.sqlite.empty()) {
    store->reopen();
    return *store;
  }
  if (store) store->lose();
  store = std::make_unique<InstanceStore>(around_.journal, config.remember);
  return *store;
}

}  // namespace emulator::runner

#include "middleware/program/generation.h"

#include <utility>

namespace program {
namespace {

/// The client knows the APIs of the file and the services of its topics; what names another host is not sent.
std::unique_ptr<service::Service> make_service(const config::MiddlewareFile& file, kernel::HttpClient& client,
                                               const Generation::Lasting& lasting) {
  return std::make_unique<service::Service>(file.service,
                                            service::Surroundings{.scheduler = lasting.loop,
                                                                  .client = client,
                                                                  .hops = lasting.metrics,
                                                                  .seed = lasting.seed,
                                                                  .instance = file.service.name,
                                                                  .secrets = &lasting.secrets,
                                                                  .notes = &lasting.metrics},
                                            lasting.store);
}

}  // namespace

kernel::Result<std::unique_ptr<Generation>> Generation::make(config::MiddlewareFile file, Lasting lasting) {
  auto client = make_client(lasting.loop, file, lasting.ca_file);
  if (!client) return std::unexpected(client.error());
  return std::unique_ptr<Generation>(new Generation(std::move(file), std::move(*client), std::move(lasting)));
}

Generation::Generation(config::MiddlewareFile file, std::unique_ptr<live::HttpClientPool> client,
                       Lasting lasting)
    : file_(std::move(file)), client_(std::move(client)) {
  auto service = make_service(file_, carrier_, lasting);
  service_ = service.get();
  service_->carry_traces_with(carrier_);
  endpoint_.emplace(file_.sns, file_.ingest, lasting.loop, *client_, std::move(service));
  endpoint_->log_to(lasting.metrics);
  endpoint_->refer_to(lasting.secrets);
  operations_.emplace(
      service::Operations::Parts{.scheduler = lasting.loop,
                                 .metrics = lasting.metrics,
                                 .store = lasting.store,
                                 .instance = file_.service.name,
                                 .callers = service_->callers(),
                                 .secrets_ready = [this] { return guard_->callers().is_ready(); },
                                 .is_stopping = std::move(lasting.is_stopping),
                                 .gauges =
                                     [this, more = std::move(lasting.gauges)] {
                                       std::vector<service::Gauge> all = service_->gauges();
                                       if (!more) return all;
                                       for (service::Gauge& gauge : more()) all.push_back(std::move(gauge));
                                       return all;
                                     }},
      *endpoint_);
  guard_.emplace(file_.security, static_cast<std::size_t>(file_.server.json_depth_max), lasting.secrets,
                 lasting.loop, *operations_);
}

kernel::Task<kernel::HttpReply> Generation::handle(kernel::HttpRequest request) {
  struct Running {
    int& count;
    explicit Running(int& its_count) : count(++its_count) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --count; }
  };
  const Running running(running_);
  const service::TraceCarrier::Carried carried(carrier_, request);
  auto handling = guard_->handle(std::move(request));
  co_return co_await std::move(handling);
}

std::string kept_from(const config::MiddlewareFile& before, const config::MiddlewareFile& now) {
  const service::ServerLimits& old_limits = before.server;
  const service::ServerLimits& limits = now.server;
  const std::pair<const char*, bool> fixed[] = {
      {"name", before.service.name != now.service.name},
      {"inbox.store", before.store.identity() != now.store.identity()},
      {"server.body_max", old_limits.body_bytes_max != limits.body_bytes_max},
      {"server.header_max", old_limits.header_bytes_max != limits.header_bytes_max},
      {"server.headers", old_limits.headers_max != limits.headers_max},
      {"server.header_time", old_limits.header_time != limits.header_time},
      {"server.body_time", old_limits.body_time != limits.body_time},
      {"server.idle_time", old_limits.idle_time != limits.idle_time},
      {"server.connections", old_limits.connections_max != limits.connections_max},
      {"server.running", old_limits.running_max != limits.running_max},
      {"server.waiting", old_limits.waiting_max != limits.waiting_max},
      {"server.waiting_time", old_limits.waiting_time != limits.waiting_time},
  };
  std::string names;
  for (const auto& [name, differs] : fixed) {
    if (differs) names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

}  // namespace program

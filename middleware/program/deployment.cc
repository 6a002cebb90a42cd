#include "middleware/program/deployment.h"

#include <cstdio>
#include <optional>
#include <utility>

#include "middleware/live/http_server.h"
#include "middleware/live/signals.h"
#include "middleware/live/worker_thread.h"
#include "middleware/program/files.h"
#include "middleware/program/front.h"
#include "middleware/secrets/setup.h"
#include "middleware/service/guard.h"
#include "middleware/service/log_sink.h"
#include "middleware/service/service.h"
#include "middleware/sns/endpoint.h"
#include "middleware/store/memory_store.h"
#include "middleware/store/sqlite_store.h"

namespace program {
namespace {

/// For requests that are refused, and for /health, while all others are taken.
constexpr std::size_t kSpareThreads = 64;

live::RequestLimits request_limits(const service::ServerLimits& limits) {
  const auto whole = [](kernel::Duration time) { return std::chrono::ceil<std::chrono::milliseconds>(time); };
  return {.head_bytes_max = static_cast<std::size_t>(limits.header_bytes_max),
          .headers_max = static_cast<std::size_t>(limits.headers_max),
          .body_bytes_max = static_cast<std::size_t>(limits.body_bytes_max),
          .header_time = whole(limits.header_time),
          .body_time = whole(limits.body_time),
          .idle_time = whole(limits.idle_time),
          .send_time = whole(limits.body_time)};
}

/// `worker` writes to the disk.
kernel::Result<std::unique_ptr<store::Store>> open_store(const config::StoreConfig& config, live::Loop& loop,
                                                         kernel::Worker& worker) {
  if (config.sqlite.empty()) return std::make_unique<store::MemoryStore>();
  return store::SqliteStore::open({.path = config.sqlite}, loop, worker,
                                  [&loop](kernel::Action action) { loop.post(std::move(action)); });
}

}  // namespace

class Deployment::Impl {
 public:
  Impl(config::MiddlewareFile file, Arguments arguments, Surroundings surroundings)
      : file_(std::move(file)),
        arguments_(std::move(arguments)),
        surroundings_(std::move(surroundings)),
        log_(loop_, stdout, {file_.service.name, surroundings_.draw()}) {
    log_.redact_with(redactor_);
  }

  kernel::Result<> run() {
    if (auto started = start(); !started) return started;
    loop_.run();
    if (front_->running() > 0) say(kernel::LogLevel::Warn, "requests cut off", front_->running());
    server_->stop();
    log_.log({.source = "main", .message = "stopped"});
    return {};
  }

 private:
  kernel::Result<> start() {
    auto identity = read_identity(arguments_);
    if (!identity) return std::unexpected(identity.error());
    auto client = make_client(loop_, file_, arguments_.ca_file);
    if (!client) return std::unexpected(client.error());
    client_ = std::move(*client);
    if (auto ready = start_secrets(); !ready) return ready;
    auto store = open_store(file_.store, loop_, worker_);
    if (!store) return std::unexpected(store.error());
    store_ = std::move(*store);
    auto service = std::make_unique<service::Service>(file_.service,
                                                      service::Surroundings{.scheduler = loop_,
                                                                            .client = *client_,
                                                                            .hops = log_,
                                                                            .seed = surroundings_.draw(),
                                                                            .instance = file_.service.name,
                                                                            .secrets = &secrets_->provider()},
                                                      *store_);
    service_.emplace(file_.sns, file_.ingest, loop_, *client_, std::move(service));
    service_->log_to(log_);
    service_->refer_to(secrets_->provider());
    guard_.emplace(file_.security, static_cast<std::size_t>(file_.server.json_depth_max),
                   secrets_->provider(), loop_, *service_);
    front_.emplace(*guard_, log_, file_.service.name);
    auto server = live::HttpServer::start(
        loop_, *front_,
        {.bind_address = arguments_.bind,
         .port = arguments_.port,
         .tls = std::move(*identity),
         .limits = request_limits(file_.server),
         .threads_max =
             static_cast<std::size_t>(file_.server.running_max + file_.server.waiting_max) + kSpareThreads,
         .connections_max = static_cast<std::size_t>(file_.server.connections_max)});
    if (!server) return std::unexpected(server.error());
    server_ = std::move(*server);
    const std::string fields = R"({"port":)" + std::to_string(server_->port()) + R"(,"store":")" +
                               (file_.store.sqlite.empty() ? "memory" : "sqlite") + R"("})";
    log_.log({.source = "main", .message = "listening on " + server_->base_url(), .fields = fields});
    return {};
  }

  /// They have a client of their own: its names are not to be confused with those of APIs.
  kernel::Result<> start_secrets() {
    const secrets::Environment& environment = surroundings_.environment;
    auto client = live::HttpClientPool::create(loop_, {.hosts = secrets::hosts_of(environment),
                                                       .ca_file = environment("AWS_CA_BUNDLE").value_or("")});
    if (!client) return std::unexpected(client.error());
    secrets_client_ = std::move(*client);
    secrets_.emplace(environment, loop_, *secrets_client_, redactor_, surroundings_.draw());
    return {};
  }

  void begin_stop() {
    say(kernel::LogLevel::Info, "stopping", front_->running());
    server_->stop_accepting();
    loop_.call_at(loop_.now() + file_.server.farewell, [this] { loop_.stop(); });
    front_->close([this] { loop_.stop(); });
  }

  void say(kernel::LogLevel level, std::string_view message, int running) {
    const std::string fields = R"({"running":)" + std::to_string(running) + '}';
    log_.log({.level = level, .source = "main", .message = message, .fields = fields});
  }

  config::MiddlewareFile file_;
  Arguments arguments_;
  Surroundings surroundings_;
  live::Loop loop_;
  live::StopSignals signals_{loop_, [this] { begin_stop(); }};
  secrets::Redactor redactor_;
  service::LogSink log_;
  std::unique_ptr<live::HttpClientPool> client_;
  std::unique_ptr<live::HttpClientPool> secrets_client_;
  std::optional<secrets::ProgramSecrets> secrets_;
  live::WorkerThread worker_;
  std::unique_ptr<store::Store> store_;
  std::optional<sns::Endpoint> service_;
  std::optional<service::Guard> guard_;
  std::optional<Front> front_;
  std::unique_ptr<live::HttpServer> server_;
};

Deployment::Deployment(config::MiddlewareFile file, Arguments arguments, Surroundings surroundings)
    : impl_(std::make_unique<Impl>(std::move(file), std::move(arguments), std::move(surroundings))) {}
Deployment::~Deployment() = default;
kernel::Result<> Deployment::run() { return impl_->run(); }

}  // namespace program

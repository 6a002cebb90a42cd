#include "middleware/program/deployment.h"

#include <cstdio>
#include <optional>
#include <utility>

#include "middleware/live/http_server.h"
#include "middleware/live/signals.h"
#include "middleware/program/files.h"
#include "middleware/program/front.h"
#include "middleware/service/log_sink.h"
#include "middleware/service/service.h"
#include "middleware/sns/endpoint.h"
#include "middleware/store/memory_store.h"

namespace program {
namespace {

using namespace std::chrono_literals;

/// ASSUMPTION: App Runner does not say how long after TERM it kills; ECS waits 30 s.
constexpr kernel::Duration kFarewellMax = 10s;

}  // namespace

class Deployment::Impl {
 public:
  Impl(config::MiddlewareFile file, Arguments arguments, Surroundings surroundings)
      : file_(std::move(file)),
        arguments_(std::move(arguments)),
        surroundings_(std::move(surroundings)),
        log_(loop_, stdout, {file_.service.name, surroundings_.draw()}) {}

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
    auto service = std::make_unique<service::Service>(file_.service,
                                                      service::Surroundings{.scheduler = loop_,
                                                                            .client = *client_,
                                                                            .hops = log_,
                                                                            .seed = surroundings_.draw(),
                                                                            .instance = file_.service.name},
                                                      store_);
    service_.emplace(file_.sns, file_.ingest, loop_, *client_, std::move(service));
    front_.emplace(*service_, log_, file_.service.name);
    auto server = live::HttpServer::start(
        loop_, *front_,
        {.bind_address = arguments_.bind, .port = arguments_.port, .tls = std::move(*identity)});
    if (!server) return std::unexpected(server.error());
    server_ = std::move(*server);
    const std::string fields = R"({"port":)" + std::to_string(server_->port()) + R"(,"store":"memory"})";
    log_.log({.source = "main", .message = "listening on " + server_->base_url(), .fields = fields});
    return {};
  }

  void begin_stop() {
    say(kernel::LogLevel::Info, "stopping", front_->running());
    server_->stop_accepting();
    loop_.call_at(loop_.now() + kFarewellMax, [this] { loop_.stop(); });
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
  service::LogSink log_;
  std::unique_ptr<live::HttpClientPool> client_;
  store::MemoryStore store_;
  std::optional<sns::Endpoint> service_;
  std::optional<Front> front_;
  std::unique_ptr<live::HttpServer> server_;
};

Deployment::Deployment(config::MiddlewareFile file, Arguments arguments, Surroundings surroundings)
    : impl_(std::make_unique<Impl>(std::move(file), std::move(arguments), std::move(surroundings))) {}
Deployment::~Deployment() = default;
kernel::Result<> Deployment::run() { return impl_->run(); }

}  // namespace program

#include "middleware/program/deployment.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "middleware/live/http_server.h"
#include "middleware/live/signals.h"
#include "middleware/live/worker_thread.h"
#include "middleware/program/fellowship.h"
#include "middleware/program/files.h"
#include "middleware/program/front.h"
#include "middleware/program/generation.h"
#include "middleware/program/open_store.h"
#include "middleware/secrets/setup.h"
#include "middleware/service/log_sink.h"

namespace program {
namespace {

/// For requests that are refused, and for /health, while all others are taken.
constexpr std::size_t kSpareThreads = 64;
/// How often a process that is stopping looks whether its callbacks are delivered.
constexpr auto kFarewellLook = std::chrono::milliseconds{10};

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

GateRules gate_rules(const service::ServerLimits& limits) {
  return {.running_max = static_cast<std::size_t>(limits.running_max),
          .waiting_max = static_cast<std::size_t>(limits.waiting_max),
          .waiting_time = limits.waiting_time};
}

}  // namespace

/// Hands each request to the generation of the moment.
class Deployment::Impl final : public kernel::HttpHandler {
 public:
  Impl(config::MiddlewareFile file, Arguments arguments, Surroundings surroundings)
      : arguments_(std::move(arguments)),
        surroundings_(std::move(surroundings)),
        log_(loop_, stdout, {file.service.name, surroundings_.draw()}),
        gate_(loop_, gate_rules(file.server)),
        first_(std::move(file)) {
    log_.redact_with(redactor_);
  }

  kernel::Result<> run() {
    if (auto started = start(); !started) return started;
    loop_.run();
    if (front_->running() > 0) say(kernel::LogLevel::Warn, "requests cut off", front_->running());
    server_->stop();
    say_what_is_left();
    log_.log({.source = "main", .message = "stopped"});
    return {};
  }

 private:
  kernel::Result<> start() {
    auto identity = read_identity(arguments_);
    if (!identity) return std::unexpected(identity.error());
    if (auto ready = start_secrets(); !ready) return ready;
    auto store = open_store(first_.store, {.loop = loop_,
                                           .worker = worker_,
                                           .secrets = secrets_->provider(),
                                           .log = log_,
                                           .seed = surroundings_.draw()});
    if (!store) return std::unexpected(store.error());
    store_ = std::move(store->store);
    if (store->fellows != nullptr) {
      fellowship_.emplace(*store->fellows, loop_, log_, std::to_string(surroundings_.draw()),
                          first_.store.postgres->look);
    }
    const service::ServerLimits limits = first_.server;
    const std::string name = first_.service.name;
    store_lasts_ = first_.store.lasts();
    store_is_shared_ = first_.store.postgres.has_value();
    const std::string store_kind = kind_of(first_.store);
    farewell_ = limits.farewell;
    auto made = make_generation(std::move(first_));
    if (!made) return std::unexpected(made.error());
    current_ = std::move(*made);
    if (fellowship_) {
      fellowship_->join(current_->callers());
      fellowship_->start();
    }
    front_.emplace(*this, gate_, metrics_, name);
    auto server = live::HttpServer::start(
        loop_, *front_,
        {.bind_address = arguments_.bind,
         .port = arguments_.port,
         .tls = std::move(*identity),
         .limits = request_limits(limits),
         .threads_max = static_cast<std::size_t>(limits.running_max + limits.waiting_max) + kSpareThreads,
         .connections_max = static_cast<std::size_t>(limits.connections_max)});
    if (!server) return std::unexpected(server.error());
    server_ = std::move(*server);
    const std::string fields =
        R"({"port":)" + std::to_string(server_->port()) + R"(,"store":")" + store_kind + R"("})";
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

  kernel::Result<std::unique_ptr<Generation>> make_generation(config::MiddlewareFile file) {
    return Generation::make(std::move(file), {.loop = loop_,
                                              .metrics = metrics_,
                                              .store = *store_,
                                              .secrets = secrets_->provider(),
                                              .seed = surroundings_.draw(),
                                              .ca_file = arguments_.ca_file,
                                              .is_stopping = [this] { return is_stopping_; },
                                              .gauges = [this] { return gauges(); }});
  }

  std::vector<service::Gauge> gauges() const {
    return {{.name = "requests_running", .value = static_cast<double>(gate_.running())},
            {.name = "requests_waiting", .value = static_cast<double>(gate_.waiting())},
            {.name = "requests_shed", .value = static_cast<double>(gate_.shed())},
            {.name = "instances", .value = static_cast<double>(fellowship_ ? fellowship_->instances() : 1)}};
  }

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
    clear_retired();
    return current_->handle(std::move(request));
  }

  // ---- Reload

  void reload() {
    auto file = read_deployment(arguments_.config);
    if (!file) return refuse_reload(file.error().error());
    if (auto identity = read_identity(arguments_); !identity) return refuse_reload(identity.error());
    const std::string kept = kept_from(current_->file(), *file);
    auto made = make_generation(std::move(*file));
    if (!made) return refuse_reload(made.error());
    current_->retire();
    retired_.push_back(std::exchange(current_, std::move(*made)));
    if (fellowship_) fellowship_->join(current_->callers());
    farewell_ = current_->file().server.farewell;
    log_.log({.source = "main", .message = "reloaded " + arguments_.config});
    if (!kept.empty()) {
      log_.log({.level = kernel::LogLevel::Warn,
                .source = "main",
                .message = "these stay as they are until a restart: " + kept});
    }
  }

  void refuse_reload(const kernel::Error& error) {
    log_.log({.level = kernel::LogLevel::Error,
              .source = "main",
              .message = "not reloaded, the old file stays in force: " + error.text()});
  }

  /// Those whose last work is over.
  void clear_retired() {
    std::erase_if(retired_, [](const auto& generation) { return generation->is_idle(); });
  }

  void begin_stop() {
    is_stopping_ = true;
    say(kernel::LogLevel::Info, "stopping", front_->running());
    server_->stop_accepting();
    loop_.call_at(loop_.now() + farewell_, [this] { loop_.stop(); });
    // What is left is taken up at the next start, if there is something left to take.
    if (store_lasts_) current_->stop_telling();
    // Others would wait for the leases of what is cut off: it may end here.
    if (store_is_shared_) current_->retire();
    front_->close([this] { leave_when_told(); });
  }

  /// Within the farewell: deliveries under way come to their end, and all of a store that ends with the
  /// process.
  void leave_when_told() {
    const auto tells = [](const auto& generation) { return generation->is_telling(); };
    const bool is_told = store_lasts_ ? !tells(current_) && std::ranges::none_of(retired_, tells)
                                      : store_->outbox().callback_count().pending == 0;
    const auto is_idle = [](const auto& generation) { return generation->is_idle(); };
    const bool is_left = !store_is_shared_ || (is_idle(current_) && std::ranges::all_of(retired_, is_idle));
    if (is_told && is_left) return loop_.stop();
    loop_.call_at(loop_.now() + kFarewellLook, [this] { leave_when_told(); });
  }

  void say_what_is_left() {
    const std::int64_t left = store_->outbox().callback_count().pending;
    if (left == 0) return;
    const std::string fields = R"({"callbacks":)" + std::to_string(left) + '}';
    log_.log({.level = store_lasts_ ? kernel::LogLevel::Info : kernel::LogLevel::Error,
              .source = "main",
              .message = store_lasts_ ? "callbacks wait for the next start"
                                      : "callbacks are lost: their store is in memory",
              .fields = fields});
  }

  void say(kernel::LogLevel level, std::string_view message, int running) {
    const std::string fields = R"({"running":)" + std::to_string(running) + '}';
    log_.log({.level = level, .source = "main", .message = message, .fields = fields});
  }

  Arguments arguments_;
  Surroundings surroundings_;
  live::Loop loop_;
  live::StopSignals signals_{loop_, [this] { begin_stop(); }, [this] { reload(); }};
  secrets::Redactor redactor_;
  service::LogSink log_;
  service::Metrics metrics_{loop_, log_, &log_};
  Gate gate_;
  config::MiddlewareFile first_;  ///< until it starts
  bool is_stopping_ = false;
  bool store_lasts_ = false;      ///< longer than the process
  bool store_is_shared_ = false;  ///< with other instances
  kernel::Duration farewell_{};
  std::unique_ptr<live::HttpClientPool> secrets_client_;
  std::optional<secrets::ProgramSecrets> secrets_;
  live::WorkerThread worker_;
  std::unique_ptr<store::Store> store_;
  std::vector<std::unique_ptr<Generation>> retired_;
  std::unique_ptr<Generation> current_;
  std::optional<Fellowship> fellowship_;  ///< where others share the store
  std::optional<Front> front_;
  std::unique_ptr<live::HttpServer> server_;
};

Deployment::Deployment(config::MiddlewareFile file, Arguments arguments, Surroundings surroundings)
    : impl_(std::make_unique<Impl>(std::move(file), std::move(arguments), std::move(surroundings))) {}
Deployment::~Deployment() = default;
kernel::Result<> Deployment::run() { return impl_->run(); }

}  // namespace program

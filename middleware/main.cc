// relayrig-middleware: the service as it is deployed. It takes events on the port that App Runner or ECS
// names in PORT and calls the external APIs of its file.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>

#include "middleware/config/middleware_file.h"
#include "middleware/config/suggest.h"
#include "middleware/live/http_client.h"
#include "middleware/live/http_server.h"
#include "middleware/live/loop.h"
#include "middleware/live/signals.h"
#include "middleware/live/url.h"
#include "middleware/live/worker_thread.h"
#include "middleware/service/log_sink.h"
#include "middleware/service/service.h"
#include "middleware/sns/endpoint.h"
#include "middleware/store/memory_store.h"
#include "middleware/store/sqlite_store.h"

namespace {

using namespace std::chrono_literals;
using kernel::HttpReply;
using kernel::HttpRequest;

constexpr int kInvalid = 2;
constexpr int kInfrastructure = 3;

/// ASSUMPTION: App Runner does not say how long after TERM it kills; ECS waits 30 s.
constexpr kernel::Duration kFarewellMax = 10s;

constexpr const char* kAbout =
    "Takes Salesforce events by HTTP and calls the external APIs of its file: each event once, with retries, "
    "breakers\n"
    "and idempotency keys. POST /events takes one, GET /health says whether the process is well.\n";
constexpr const char* kExits =
    "Exit codes: 0 stopped by TERM or INT after the running requests ended, 2 bad usage or an invalid file,\n"
    "3 the port cannot be had, 130 a second TERM or INT.";

struct Arguments {
  std::string config;
  int port = 8080;
  std::string bind = "0.0.0.0";
  std::string ca_file;
  std::string tls_cert;
  std::string tls_key;
  bool check = false;
};

int fail(const kernel::Error& error) {
  std::cerr << error.text() << '\n';
  return error.code == kernel::ErrorCode::Infrastructure ? kInfrastructure : kInvalid;
}

/// What a deployment needs and a rehearsal does not: where each API is.
void check_urls(const config::MiddlewareFile& file, const config::Tree& tree, config::Problems& problems) {
  for (const service::ApiConfig& api : file.service.apis) {
    const config::Tree& written = *tree.find("apis")->find(api.name);
    const auto url = std::ranges::find(file.urls, api.name, [](const auto& entry) { return entry.first; });
    if (url == file.urls.end()) {
      problems.add(written.place,
                   "the api '" + api.name + "' has no url; a deployed middleware has to know it");
    } else if (const auto parsed = live::parse_url(url->second); !parsed) {
      problems.add(written.find("url")->place,
                   "the url of the api '" + api.name + "': " + parsed.error().text());
    }
  }
}

std::expected<config::MiddlewareFile, config::Problems> read_deployment(const std::string& path) {
  const auto text = config::file_text(path);
  if (!text) return std::unexpected(config::Problems(text.error()));
  const auto tree = config::read_tree(*text, path);
  if (!tree) return std::unexpected(config::Problems(tree.error()));
  auto file = config::read_middleware(*tree);
  if (!file) return file;
  config::Problems problems;
  check_urls(*file, *tree, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return file;
}

kernel::Result<std::optional<live::TlsIdentity>> read_identity(const Arguments& arguments) {
  if (arguments.tls_cert.empty()) return std::nullopt;
  const auto chain = config::file_text(arguments.tls_cert);
  if (!chain) return std::unexpected(chain.error());
  const auto key = config::file_text(arguments.tls_key);
  if (!key) return std::unexpected(key.error());
  live::TlsIdentity identity{.certificate_chain_pem = *chain, .private_key_pem = *key};
  if (const auto context = live::server_tls_context(identity); !context)
    return std::unexpected(context.error());
  return identity;
}

kernel::Result<std::unique_ptr<live::HttpClientPool>> make_client(live::Loop& loop,
                                                                  const config::MiddlewareFile& file,
                                                                  const Arguments& arguments) {
  auto hosts = file.urls;
  // Where subscriptions are confirmed.
  for (const std::string& topic : file.sns.topics) {
    const std::string host = sns::service_host(topic);
    hosts.emplace_back(host, "https://" + host);
  }
  return live::HttpClientPool::create(loop, {.hosts = std::move(hosts), .ca_file = arguments.ca_file});
}

/// `worker` writes to the disk.
kernel::Result<std::unique_ptr<store::Store>> open_store(const config::StoreConfig& config, live::Loop& loop,
                                                         kernel::Worker& worker) {
  if (config.sqlite.empty()) return std::make_unique<store::MemoryStore>();
  return store::SqliteStore::open({.path = config.sqlite}, loop, worker,
                                  [&loop](kernel::Action action) { loop.post(std::move(action)); });
}

std::uint64_t draw() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

/// "in-flight" of a problem answer. Never its detail, which may quote the event.
std::string problem_type(const kernel::HttpResponse& response) {
  if (response.status < 400) return {};
  const auto body = kernel::parse_json(response.body);
  const std::string type = body ? kernel::json_text_at(*body, "/type") : std::string{};
  return type.substr(type.rfind(':') + 1);
}

kernel::Outcome outcome_of(int status) {
  if (status >= 500) return kernel::Outcome::Failed;
  return status >= 400 ? kernel::Outcome::Rejected : kernel::Outcome::Ok;
}

/// Stands before the service: writes each request down as the hop that its steps hang on, and knows when all
/// have ended.
class Front final : public kernel::HttpHandler {
 public:
  Front(kernel::HttpHandler& service, kernel::HopSink& hops, std::string name)
      : service_(service), hops_(hops), name_(std::move(name)) {}

  kernel::Task<HttpReply> handle(HttpRequest request) override {
    const Running running(*this);
    const std::string path = request.target.substr(0, request.target.find('?'));
    HttpReply reply = path == "/health" ? co_await service_.handle(std::move(request))
                                        : co_await handle_and_log(std::move(request));
    if (on_idle_) reply.response.headers.set("Connection", "close");
    co_return reply;
  }

  int running() const { return running_; }

  /// Replies end their connections from now on; `on_idle` is called, perhaps at once, when no request runs.
  void close(kernel::Action on_idle) {
    on_idle_ = std::move(on_idle);
    if (running_ == 0) on_idle_();
  }

 private:
  struct Running {
    explicit Running(Front& its_front) : front(its_front) { ++front.running_; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
      if (--front.running_ == 0 && front.on_idle_) front.on_idle_();
    }
    Front& front;
  };

  kernel::Task<HttpReply> handle_and_log(HttpRequest request) {
    const std::string event(request.headers.get("ce-id"));
    const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
    kernel::HopScope hop(hops_, {.stage = kernel::Stage::Compute,
                                 .event = event,
                                 .parent = trace ? trace->hop : 0,
                                 .to = name_,
                                 .operation = request.method + " " + request.target});
    request.headers.set("traceparent", kernel::traceparent(event, hop.id()));
    HttpReply reply = co_await service_.handle(std::move(request));
    hop.close({.outcome = outcome_of(reply.response.status),
               .status = reply.response.status,
               .error = problem_type(reply.response)});
    co_return reply;
  }

  kernel::HttpHandler& service_;
  kernel::HopSink& hops_;
  std::string name_;
  int running_ = 0;
  kernel::Action on_idle_;
};

/// One run of the service. Everything lives on the loop's thread.
class Deployment {
 public:
  Deployment(const config::MiddlewareFile& file, Arguments arguments)
      : file_(file), arguments_(std::move(arguments)), log_(loop_, stdout, {file.service.name, draw()}) {}

  int run() {
    if (const auto started = start(); !started) return fail(started.error());
    loop_.run();
    if (front_->running() > 0) say(kernel::LogLevel::Warn, "requests cut off", front_->running());
    server_->stop();
    log_.log({.source = "main", .message = "stopped"});
    return 0;
  }

 private:
  kernel::Result<> start() {
    auto identity = read_identity(arguments_);
    if (!identity) return std::unexpected(identity.error());
    auto client = make_client(loop_, file_, arguments_);
    if (!client) return std::unexpected(client.error());
    client_ = std::move(*client);
    auto store = open_store(file_.store, loop_, worker_);
    if (!store) return std::unexpected(store.error());
    store_ = std::move(*store);
    auto service = std::make_unique<service::Service>(file_.service,
                                                      service::Surroundings{.scheduler = loop_,
                                                                            .client = *client_,
                                                                            .hops = log_,
                                                                            .seed = draw(),
                                                                            .instance = file_.service.name},
                                                      *store_);
    service_.emplace(file_.sns, file_.ingest, loop_, *client_, std::move(service));
    front_.emplace(*service_, log_, file_.service.name);
    auto server = live::HttpServer::start(
        loop_, *front_,
        {.bind_address = arguments_.bind, .port = arguments_.port, .tls = std::move(*identity)});
    if (!server) return std::unexpected(server.error());
    server_ = std::move(*server);
    const std::string fields = R"({"port":)" + std::to_string(server_->port()) + R"(,"store":")" +
                               (file_.store.sqlite.empty() ? "memory" : "sqlite") + R"("})";
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

  const config::MiddlewareFile& file_;
  Arguments arguments_;
  live::Loop loop_;
  live::StopSignals signals_{loop_, [this] { begin_stop(); }};
  service::LogSink log_;
  std::unique_ptr<live::HttpClientPool> client_;
  live::WorkerThread worker_;
  std::unique_ptr<store::Store> store_;
  std::optional<sns::Endpoint> service_;
  std::optional<Front> front_;
  std::unique_ptr<live::HttpServer> server_;
};

int check(const config::MiddlewareFile& file, const Arguments& arguments) {
  live::Loop loop;
  if (const auto identity = read_identity(arguments); !identity) return fail(identity.error());
  if (const auto client = make_client(loop, file, arguments); !client) return fail(client.error());
  for (const auto& [name, url] : file.urls) std::cout << "ok  api " << name << " at " << url << '\n';
  for (const service::FlowConfig& flow : file.service.flows) {
    std::cout << "ok  flow " << flow.event << ", steps: " << flow.steps.size() << '\n';
  }
  for (const std::string& topic : file.sns.topics) std::cout << "ok  topic " << topic << '\n';
  std::cout << "ok  " << arguments.config << '\n';
  return 0;
}

int usage_error(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  std::string hint;
  for (int i = 1; i < argc && hint.empty(); ++i) {
    const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
    const bool is_unknown = word.starts_with("--") && std::ranges::find(flags, word) == flags.end();
    if (is_unknown) hint = config::did_you_mean_text(word, flags);
  }
  std::cerr << "relayrig-middleware: " << error.what() << hint << "\nrelayrig-middleware --help says more\n";
  return kInvalid;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{kAbout, "relayrig-middleware"};
  app.footer(kExits);
  app.set_version_flag("--version", std::string("relayrig-middleware " RELAYRIG_VERSION));
  app.add_option("--config", arguments.config, "The middleware's file")
      ->envname("RELAYRIG_MIDDLEWARE_CONFIG")
      ->required();
  app.add_option("--port", arguments.port, "To listen on; 0: any free one, the first log line names it")
      ->envname("PORT")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  app.add_option("--bind", arguments.bind, "Numeric address to listen on")->capture_default_str();
  app.add_option("--ca-file", arguments.ca_file,
                 "PEM of CAs to trust in external APIs, instead of the system's");
  CLI::Option* cert = app.add_option("--tls-cert", arguments.tls_cert, "PEM chain: serve HTTPS");
  CLI::Option* key = app.add_option("--tls-key", arguments.tls_key, "PEM of its private key");
  cert->needs(key);
  key->needs(cert);
  app.add_flag("--check", arguments.check, "Only say whether file and certificates are right");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argc, argv);
  }

  const auto file = read_deployment(arguments.config);
  if (!file) return fail(file.error().error());
  return arguments.check ? check(*file, arguments) : Deployment(*file, arguments).run();
}

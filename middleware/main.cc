// relayrig-middleware: the service as it is deployed. It takes events on the port that App Runner or ECS
// names in PORT and calls the external APIs of its file.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "middleware/config/suggest.h"
#include "middleware/live/loop.h"
#include "middleware/program/deployment.h"
#include "middleware/program/files.h"
#include "middleware/program/health_probe.h"

namespace {

using program::Arguments;

constexpr int kUnwell = 1;
constexpr int kInvalid = 2;
constexpr int kInfrastructure = 3;

constexpr const char* kAbout =
    "Takes Salesforce events by HTTP and calls the external APIs of its file: each event once, with retries, "
    "breakers\n"
    "and idempotency keys. POST /events takes one, GET /health says whether the process is well.\n";
constexpr const char* kExits =
    "Exit codes: 0 stopped by TERM or INT after the running requests ended, 1 --health: it is not well, 2 "
    "bad usage or an invalid file,\n"
    "3 the port cannot be had, 130 a second TERM or INT.";

int fail(const kernel::Error& error) {
  std::cerr << error.text() << '\n';
  return error.code == kernel::ErrorCode::Infrastructure ? kInfrastructure : kInvalid;
}

std::uint64_t draw() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// As many connections as the system allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int check(const config::MiddlewareFile& file, const Arguments& arguments) {
  live::Loop loop;
  if (const auto identity = program::read_identity(arguments); !identity) return fail(identity.error());
  if (const auto client = program::make_client(loop, file, arguments.ca_file); !client)
    return fail(client.error());
  for (const auto& [name, url] : file.urls) std::cout << "ok  api " << name << " at " << url << '\n';
  for (const service::FlowConfig& flow : file.service.flows) {
    const std::string does =
        flow.skip.empty() ? "steps: " + std::to_string(flow.steps.size()) : "skip: " + flow.skip;
    std::cout << "ok  flow " << flow.event << ", " << does << '\n';
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
  const CLI::Option* config = app.add_option("--config", arguments.config, "The middleware's file")
                                  ->envname("RELAYRIG_MIDDLEWARE_CONFIG");
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
  bool asks_health = false;
  app.add_flag("--health", asks_health,
               "Only ask the service that listens on --port, by plain HTTP, whether it is well: exit code 0, "
               "else 1")
      ->excludes(cert);
  try {
    app.parse(argc, argv);
    if (!asks_health && config->empty()) throw CLI::RequiredError("--config");
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argc, argv);
  }

  if (asks_health) {
    const auto well = program::probe_health(arguments.port);
    if (!well) std::cerr << well.error().text() << '\n';
    return well ? 0 : kUnwell;
  }
  auto file = program::read_deployment(arguments.config);
  if (!file) return fail(file.error().error());
  if (arguments.check) return check(*file, arguments);
  raise_descriptor_limit();
  const auto served =
      program::Deployment(std::move(*file), arguments, {.draw = draw, .environment = variable}).run();
  return served ? 0 : fail(served.error());
}

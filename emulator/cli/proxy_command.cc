// The command `proxy`: a TCP proxy with toxics, commanded over Toxiproxy's API.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "emulator/cli/commands.h"
#include "emulator/cli/proxy_file.h"
#include "emulator/cli/ready_file.h"
#include "middleware/live/http_server.h"
#include "middleware/live/signals.h"
#include "mocks/proxy/address.h"
#include "mocks/proxy/live/proxy_server.h"

namespace emulator::cli {
namespace {

using mocks::proxy::Proxy;
using mocks::proxy::ProxyWish;

/// Major version of the API, then who answers.
constexpr const char* kApiVersion = "2.0.0+relayrig." RELAYRIG_VERSION;

int complain(const std::string& text, int code) {
  std::cerr << "relayrig: " << text << '\n';
  return code;
}

std::string listening_text(const std::string& api, const std::vector<Proxy>& proxies) {
  std::size_t width = 3;
  for (const Proxy& proxy : proxies) width = std::max(width, proxy.name.size());
  const auto row = [width](const std::string& name, const std::string& what) {
    return "  " + name + std::string(width - name.size() + 2, ' ') + what + '\n';
  };
  std::string text = row("api", api);
  for (const Proxy& proxy : proxies) {
    text +=
        row(proxy.name, (proxy.enabled ? proxy.listen : "disabled") + " -> " + proxy.upstream +
                            (proxy.toxics.empty() ? ""
                                                  : ", " + std::to_string(proxy.toxics.size()) +
                                                        (proxy.toxics.size() == 1 ? " toxic" : " toxics")));
  }
  return text;
}

kernel::Result<> write_ready(const std::string& path, const std::string& api,
                             const std::vector<Proxy>& proxies) {
  if (path.empty()) return {};
  kernel::Json listens = kernel::Json::object();
  for (const Proxy& proxy : proxies) {
    if (proxy.enabled) listens[proxy.name] = proxy.listen;
  }
  const kernel::Json text = {{"url", api}, {"pid", getpid()}, {"proxies", listens}};
  return write_whole_file(path, text.dump(2) + '\n');
}

}  // namespace

int proxy(const ProxyArguments& arguments) {
  auto listen = mocks::proxy::parse_address(arguments.listen);
  if (!listen) return complain("--listen " + listen.error().message, kInvalid);
  if (listen->host.empty() || listen->host == "localhost") listen->host = "127.0.0.1";
  std::vector<ProxyWish> wishes;
  if (!arguments.config.empty()) {
    auto read = config::read_file(arguments.config, proxy_file_shape());
    if (!read) {
      const kernel::Error error = read.error().error();
      std::cerr << read.error().text() << "\n";
      return exit_code_of(error);
    }
    wishes = std::move(*read);
  }

  const ReadyFileGuard guard(arguments.ready_file);
  live::Loop loop;
  const live::StopSignals signals(loop, [&loop] { loop.stop(); });
  mocks::proxy::ProxyServer proxies(loop, {.seed = arguments.seed, .version = kApiVersion});
  const auto populated = proxies.populate(wishes);
  if (!populated) {
    return complain(arguments.config + ": " + populated.error().message,
                    populated.error().status == 500 ? kInfrastructure : kInvalid);
  }
  const auto server =
      live::HttpServer::start(loop, proxies, {.bind_address = listen->host, .port = listen->port});
  if (!server) return complain(server.error().text(), exit_code_of(server.error()));
  proxies.start();

  const std::string api = (*server)->base_url();
  std::cerr << "proxies, seed " << arguments.seed << ", Ctrl-C ends it\n" << listening_text(api, *populated);
  if (const auto written = write_ready(arguments.ready_file, api, *populated); !written)
    return complain(written.error().text(), exit_code_of(written.error()));
  loop.run();
  (*server)->stop();
  proxies.stop();
  return kPassed;
}

}  // namespace emulator::cli

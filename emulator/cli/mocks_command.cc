// The command `mocks up`: files of mocks on real ports, without a chain around them.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>

#include "emulator/cli/commands.h"
#include "emulator/cli/ready_file.h"
#include "emulator/runner/mock_files.h"
#include "emulator/runner/mocks_alone.h"
#include "middleware/config/suggest.h"

namespace emulator::cli {
namespace {

using runner::MocksGiven;
using runner::MocksOptions;

int complain(const std::string& text, int code) {
  std::cerr << "relayrig: " << text << '\n';
  return code;
}

int complain(const config::Problems& problems) {
  std::cerr << problems.text() << '\n';
  return exit_code_of(problems.error());
}

/// "payments=8081"
kernel::Result<std::pair<std::string, int>> listen_of(const std::string& word,
                                                      const std::vector<runner::ApiGiven>& apis) {
  const std::size_t equals = std::min(word.find('='), word.size());
  const std::string name = word.substr(0, equals);
  const std::string digits = word.substr(std::min(equals + 1, word.size()));
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port < 0 || port > 65535)
    return kernel::invalid("--listen wants NAME=PORT, found '" + word + "'");
  std::vector<std::string> names;
  for (const runner::ApiGiven& api : apis) names.push_back(api.name);
  if (std::ranges::find(names, name) == names.end())
    return kernel::invalid("--listen: there is no mock '" + name + "'" +
                           config::did_you_mean_text(name, names));
  return std::pair(name, port);
}

}  // namespace

int mocks_up(const Settings& settings, const MocksArguments& arguments) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string& word : arguments.files) files.push_back(runner::mock_named(word));
  auto apis = runner::read_mocks(files);
  if (!apis) return complain(apis.error());
  MocksGiven given{.apis = std::move(*apis), .seed = arguments.seed};
  for (const runner::ApiGiven& api : given.apis) {
    if (api.name == runner::kAdminHost)
      return complain("no mock may be named '" + api.name + "': the rig itself is", kInvalid);
    if (api.is_org)
      return complain("'" + api.name + "' is the org, which is not there without a chain", kInvalid);
  }
  if (!arguments.faults.empty()) {
    auto faults = runner::read_faults(arguments.faults, given.apis);
    if (!faults) return complain(faults.error());
    given.faults = std::move(*faults);
  }
  MocksOptions options{.runs_folder = settings.runs_folder,
                       .version = RELAYRIG_VERSION,
                       .admin_port = static_cast<int>(settings.port)};
  for (const std::string& word : arguments.listens) {
    auto listen = listen_of(word, given.apis);
    if (!listen) return complain(listen.error().message, kInvalid);
    options.ports.push_back(std::move(*listen));
  }

  const std::string run_file = runner::mocks_run_file(given, options);
  std::cerr << "mocks, seed " << given.seed << ", run file " << run_file << ", Ctrl-C ends it\n";
  ReadyFile ready{.pid = getpid(), .run_file = run_file};
  const ReadyFileGuard guard(arguments.ready_file);
  options.on_served = [&ready](const std::string& host, const std::string& url) {
    if (host == runner::kAdminHost) {
      ready.url = url;
    } else {
      ready.hosts.emplace_back(host, url);
    }
    std::cerr << "  " << host << "  " << url << '\n';
  };
  options.on_ready = [&]() -> kernel::Result<> {
    if (arguments.ready_file.empty()) return {};
    return write_ready_file(arguments.ready_file, ready);
  };
  const auto result = runner::run_mocks(given, options);
  if (!result) return complain(result.error().text(), exit_code_of(result.error()));
  if (result->verdict == "passed") return kPassed;
  return complain("a mock had something to complain of: relayrig show " + result->path, kFailed);
}

}  // namespace emulator::cli

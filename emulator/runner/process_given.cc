#include "emulator/runner/process_given.h"

#include <filesystem>

#include "emulator/arn/arn.h"
#include "emulator/runner/compose.h"
#include "emulator/runner/edge_services.h"
#include "emulator/runner/network.h"
#include "emulator/runner/scenario.h"

namespace emulator::runner {
namespace {

constexpr std::string_view kBuiltin = "builtin";

/// A list of words that remembers where it stands.
class Command final : public config::ShapeOf<ProcessGiven> {
 public:
  void read(const config::Tree& tree, ProcessGiven& out, config::Problems& problems) const override {
    out.place = tree.place;
    words_->read(tree, out.command, problems);
  }
  config::JsonPtr schema(config::Definitions& definitions) const override {
    return words_->schema(definitions);
  }
  std::string wants() const override { return words_->wants(); }

 private:
  config::Shape<std::vector<std::string>> words_ = config::list_of(config::non_empty_text(), 1);
};

/// Who is one, as messages name it.
std::vector<std::pair<std::string, const ProcessGiven*>> processes_of(const Given& given) {
  std::vector<std::pair<std::string, const ProcessGiven*>> all;
  for (const FunctionGiven& function : given.functions) {
    if (function.process) all.emplace_back("function '" + function.name + "'", &*function.process);
  }
  if (given.compute.process) all.emplace_back("an instance", &given.compute.process->process);
  return all;
}

/// Beside this program, as it is installed.
std::string deployed_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / kDeployedMiddleware;
}

}  // namespace

config::Shape<ProcessGiven> command_shape() { return std::make_shared<const Command>(); }

config::Shape<config::MapOf<std::string>> environment_shape() {
  return config::map_of(config::text(), {.refuses = runtime::refuse_variable});
}

std::optional<std::string> refuse_handler(const ProcessText& text) {
  const bool is_builtin = !text.handler || *text.handler == kBuiltin;
  if (!text.is_process() && !is_builtin)
    return "'handler' wants builtin, found '" + *text.handler +
           "': another one needs the 'command' that runs it";
  if (text.is_process() && text.handler == kBuiltin)
    return "'handler: builtin' runs no 'command': beside one, it is what the process reads as _HANDLER";
  return std::nullopt;
}

std::optional<ProcessGiven> process_of(const ProcessText& text) {
  if (!text.is_process()) return std::nullopt;
  ProcessGiven given = text.command;
  given.handler = text.handler.value_or(given.command.back());
  given.folder = std::filesystem::absolute(beside(given.place, text.folder.value_or("."))).lexically_normal();
  given.variables = text.environment;
  return given;
}

runtime::ProcessFunction function_of(const FunctionGiven& function) {
  const ProcessGiven& process = *function.process;
  return {.name = function.name,
          .arn = make_arn("lambda", "function:" + function.name),
          .region = std::string(kRegion),
          .command = process.command,
          .folder = process.folder,
          .handler = process.handler,
          .memory_mb = function.memory_mb,
          .variables = process.variables,
          .idle_max = function.idle_max};
}

std::vector<std::string> installed(std::vector<std::string> command) {
  if (command.front() == kDeployedMiddleware) command.front() = deployed_program();
  return command;
}

kernel::Result<> find_programs(const Given& given, Network& network) {
  for (const auto& [who, process] : processes_of(given)) {
    const bool is_instance = given.compute.process && process == &given.compute.process->process;
    const auto found =
        network.machine()->check({.command = is_instance ? installed(process->command) : process->command,
                                  .folder = process->folder,
                                  .variables = process->variables});
    if (!found) return kernel::infrastructure(who + ": " + found.error().text(), process->place.text());
  }
  return {};
}

runtime::Variables surroundings_of(const Network& network, const std::string& middleware) {
  runtime::Variables variables;
  for (const auto& [host, url] : network.urls()) {
    if (host == kEdgeHost) variables.emplace_back("AWS_ENDPOINT_URL", url);
    if (host == middleware) variables.emplace_back("MIDDLEWARE_URL", url);
  }
  variables.emplace_back("MIDDLEWARE_CA_FILE", network.ca_file());
  variables.emplace_back("NODE_EXTRA_CA_CERTS", network.ca_file());
  return variables;
}

std::optional<kernel::Error> refuse_virtual(const Given& given) {
  for (const auto& [who, process] : processes_of(given)) {
    return kernel::Error{.message = who +
                                    " is a process, which lives in real time: 'command' needs --clock real, "
                                    "or a speed such as x60",
                         .place = process->place.text()};
  }
  return std::nullopt;
}

}  // namespace emulator::runner

#pragma once
// `command` of a function: a process instead of the built-in code. Source: facts/aws-delivery 6.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/runtime/function.h"
#include "middleware/config/object.h"

namespace emulator::runner {

/// The program of a deployment that stands beside this one; `compute.command` may begin with it.
inline constexpr std::string_view kDeployedMiddleware = "relayrig-middleware";

struct ProcessGiven {
  config::Place place{};  ///< of the command
  std::vector<std::string> command{};
  std::string handler{};
  std::string folder{};
  runtime::Variables variables{};
};

/// The keys of a function that are about its process, as the file says them.
struct ProcessText {
  ProcessGiven command{};                ///< its place and words
  std::optional<std::string> handler{};  ///< "builtin", or what the process reads
  std::optional<std::string> folder{};
  config::MapOf<std::string> environment{};

  bool is_process() const { return !command.command.empty(); }
};

config::Shape<ProcessGiven> command_shape();
config::Shape<config::MapOf<std::string>> environment_shape();

/// The complaint about keys that do not go together, or nothing.
std::optional<std::string> refuse_handler(const ProcessText& text);

/// Nothing when the function is the built-in one.
std::optional<ProcessGiven> process_of(const ProcessText& text);

struct FunctionGiven;
struct Given;
class Network;

runtime::ProcessFunction function_of(const FunctionGiven& function);
/// A command of an instance as it is run: the deployed program by its path.
std::vector<std::string> installed(std::vector<std::string> command);

/// Infrastructure error at the command's place when a program of the scenario is not there.
kernel::Result<> find_programs(const Given& given, Network& network);
/// AWS_ENDPOINT_URL, MIDDLEWARE_URL and what it takes to trust it.
runtime::Variables surroundings_of(const Network& network, const std::string& middleware);

/// Why this cannot be run on the virtual clock, at the command's place, or nothing.
std::optional<kernel::Error> refuse_virtual(const Given& given);

}  // namespace emulator::runner

#pragma once
// `command` of a function: a process instead of the built-in code. Source: facts/aws-delivery 6.
#include <optional>
#include <string>
#include <vector>

#include "emulator/runtime/function.h"
#include "middleware/config/object.h"

namespace emulator::runner {

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
class Network;

runtime::ProcessFunction function_of(const FunctionGiven& function);
/// Infrastructure error at the command's place when its program is not there.
kernel::Result<> find_program(const FunctionGiven& function, Network& network);
/// AWS_ENDPOINT_URL, MIDDLEWARE_URL and what it takes to trust it.
runtime::Variables surroundings_of(const Network& network, const std::string& middleware);

/// Why this cannot be run on the virtual clock, at the command's place, or nothing.
std::optional<kernel::Error> refuse_virtual(const std::vector<FunctionGiven>& functions);

}  // namespace emulator::runner

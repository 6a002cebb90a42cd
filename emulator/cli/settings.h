#pragma once
// What a user may say beside the files: flag > RELAYRIG_* variable > relayrig.yaml > default.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/result.h"

namespace emulator::cli {

/// Exit codes: design of the command line, and what CI keys on.
enum ExitCode : int {
  kPassed = 0,
  kFailed = 1,          ///< a scenario or an invariant failed
  kInvalid = 2,         ///< bad usage or an invalid file
  kInfrastructure = 3,  ///< port, disk, child process
  kNothing = 4,         ///< nothing was selected
  kInterrupted = 130,
};

struct Settings {
  std::string clock = "virtual";
  std::string runs_folder = "runs";
  std::string format = "pretty";
  std::string color = "auto";
  std::int64_t jobs = 1;
  std::int64_t port = 4570;  ///< of the edge; 0: any that is free
  /// Of the org; absent: the one behind `port`, or any when that is 0.
  std::optional<std::int64_t> salesforce_port{};
  bool quiet = false;
};

/// The values of ./relayrig.yaml, if there is one, over the defaults.
kernel::Result<Settings> settings_from_file(const std::string& path);

/// Where clients of the org are answered; 0: any port that is free.
std::int64_t salesforce_port_of(const Settings& settings);

/// Whether to colour what goes to stdout.
bool wants_colour(const Settings& settings, bool is_terminal, bool no_color);

int exit_code_of(const kernel::Error& error);

/// Says it on stderr, as every command does; returns its exit code.
int complain(const kernel::Error& error);

}  // namespace emulator::cli

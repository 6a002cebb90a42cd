#pragma once
// How a script learns that a rig is up, and where: `up --ready-file F` writes F when everything is served,
// `env --ready-file F` reads it. It goes when the rig stops.
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/result.h"

namespace emulator::cli {

struct ReadyFile {
  std::string url{};             ///< of the edge: what AWS_ENDPOINT_URL wants
  std::string salesforce_url{};  ///< of the org
  std::int64_t pid = 0;
  std::string run_file{};
  std::vector<std::pair<std::string, std::string>> hosts{};  ///< everything that is served, by name
};

/// Appears whole or not at all. Errors are Infrastructure.
kernel::Result<> write_ready_file(const std::string& path, const ReadyFile& ready);

kernel::Result<ReadyFile> read_ready_file(const std::string& path);

/// "http://127.0.0.1:4570"
std::string local_url(std::int64_t port);

}  // namespace emulator::cli

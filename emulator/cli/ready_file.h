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

/// The file appears whole or not at all. Errors are Infrastructure.
kernel::Result<> write_whole_file(const std::string& path, const std::string& text);

/// As write_whole_file.
kernel::Result<> write_ready_file(const std::string& path, const ReadyFile& ready);

kernel::Result<ReadyFile> read_ready_file(const std::string& path);

/// Takes the ready file away: an old one now, the new one when the program ends, however it does.
class ReadyFileGuard {
 public:
  explicit ReadyFileGuard(std::string path);
  ReadyFileGuard(const ReadyFileGuard&) = delete;
  ReadyFileGuard& operator=(const ReadyFileGuard&) = delete;
  ~ReadyFileGuard();

 private:
  std::string path_;
};

/// "http://127.0.0.1:4570"
std::string local_url(std::int64_t port);

}  // namespace emulator::cli

#pragma once
// What programs said while the suite ran, kept for the check that looks for secrets in it (tests/leaks).
// Secrets of tests begin with "s3cr3t-"; nothing that a program writes may hold one.
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace support {

inline std::filesystem::path outputs_folder() {
  return std::filesystem::path(RELAYRIG_BINARY_DIR) / "test_outputs";
}

inline std::filesystem::path next_output(std::string_view kind) {
  static std::atomic<int> count = 0;
  std::error_code ignored;
  std::filesystem::create_directories(outputs_folder(), ignored);
  return outputs_folder() /
         (std::to_string(getpid()) + "-" + std::to_string(++count) + "." + std::string(kind));
}

/// `kind` is the ending of the file: "log", "answer".
inline void keep_output(std::string_view kind, std::string_view text) {
  if (!text.empty()) std::ofstream(next_output(kind), std::ios::binary) << text;
}

/// The run files in a folder that is about to go.
inline void keep_run_files(const std::filesystem::path& folder) {
  std::error_code failure;
  for (auto entry = std::filesystem::recursive_directory_iterator(folder, failure);
       !failure && entry != std::filesystem::recursive_directory_iterator(); entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (name.find(".rrun.db") == std::string::npos) continue;
    std::filesystem::copy_file(entry->path(), next_output("rrun.db"),
                               std::filesystem::copy_options::overwrite_existing, failure);
  }
}

}  // namespace support

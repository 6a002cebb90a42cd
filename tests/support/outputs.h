#pragma once
// What programs said while the suite ran, kept for the check that looks for secrets in it (tests/leaks), and
// the look at run files, which are too large to keep. Secrets of tests begin with "s3cr3t-"; others are
// registered. Nothing that a program writes may hold one.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "tests/leaks/leaks.h"

namespace support {

inline std::filesystem::path outputs_folder() {
  return std::filesystem::path(RELAYRIG_BINARY_DIR) / "test_outputs";
}

inline std::filesystem::path registered_folder() {
  return std::filesystem::path(RELAYRIG_BINARY_DIR) / "test_secrets";
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

/// The secrets of this process's tests.
inline leaks::Known& known_secrets() {
  static leaks::Known known;
  return known;
}

/// A secret that does not begin with the mark: from now on it is looked for here, and at the suite's end in
/// the outputs of all.
inline void register_secret(const std::string& value) {
  known_secrets().add(value);
  std::error_code ignored;
  std::filesystem::create_directories(registered_folder(), ignored);
  std::ofstream(registered_folder() / std::to_string(getpid()), std::ios::app) << value << '\n';
}

/// Fails the test when a run file in a folder that is about to go, or its write-ahead log, holds a secret.
inline void expect_no_secrets_in_run_files(const std::filesystem::path& folder) {
  for (const leaks::Finding& finding : leaks::search(folder, known_secrets(), ".rrun.db").findings) {
    ADD_FAILURE() << finding.file << " holds a secret: " << finding.around;
  }
}

}  // namespace support

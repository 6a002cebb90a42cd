#pragma once
// The command `record`, without the parsing of flags. It returns an ExitCode.
#include <cstdint>
#include <string>
#include <vector>

namespace emulator::cli {

/// Passes requests on to `url` and, when it is stopped, writes what was answered as a mock file. kNothing
/// when nothing was asked.
struct RecordArguments {
  std::string url{};
  std::string out{};
  std::int64_t port = 0;  ///< of our own; 0: any that is free
  std::vector<std::string>
      redact{};              ///< names of headers, parameters and members, beside those always secret
  std::string ca_file{};     ///< PEM; "": what the system trusts
  std::string ready_file{};  ///< written when everything listens
};
int record(const RecordArguments& arguments);

}  // namespace emulator::cli

// Which files a command line means.
#include <algorithm>
#include <filesystem>

#include "emulator/runner/scenario_file.h"

namespace emulator::runner {

namespace fs = std::filesystem;

kernel::Result<std::vector<std::string>> scenario_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) {
      files.push_back(path);
    } else if (fs::is_directory(path, ignored)) {
      std::vector<std::string> inside;
      for (const auto& entry : fs::directory_iterator(path, ignored)) {
        const std::string ending = entry.path().extension().string();
        if (entry.is_regular_file() && (ending == ".yaml" || ending == ".yml" || ending == ".json"))
          inside.push_back(entry.path().string());
      }
      std::ranges::sort(inside);
      files.insert(files.end(), inside.begin(), inside.end());
    } else {
      return std::unexpected(
          kernel::Error{kernel::ErrorCode::Invalid, "there is no file or folder " + path, {}});
    }
  }
  return files;
}

}  // namespace emulator::runner

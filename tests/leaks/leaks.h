#pragma once
// Looks for secrets in what a test suite has written: logs, answers, run files.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace leaks {

/// How every secret of a test begins, plain and as base64 and percent-encoding leave it recognisable.
inline constexpr std::string_view kMarks[] = {"s3cr3t-", "czNjcjN0L", "s3cr3t%2D"};

struct Finding {
  std::string file;
  std::string around;  ///< a few characters on both sides
};

struct Searched {
  std::size_t files = 0;
  std::vector<Finding> findings{};
};

/// Every file below `folder`, read as bytes: SQLite keeps texts as they are.
inline Searched search(const std::filesystem::path& folder) {
  Searched searched;
  std::error_code failure;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, failure)) {
    if (!entry.is_regular_file()) continue;
    ++searched.files;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    const std::string text = std::move(out).str();
    for (const std::string_view mark : kMarks) {
      const std::size_t at = text.find(mark);
      if (at == std::string::npos) continue;
      const std::size_t from = at < 60 ? 0 : at - 60;
      searched.findings.push_back({entry.path().string(), text.substr(from, at - from + 40)});
    }
  }
  return searched;
}

}  // namespace leaks

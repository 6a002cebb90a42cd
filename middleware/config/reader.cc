#include "middleware/config/reader.h"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace config {

kernel::Result<std::string> file_text(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  const int open_error = errno;
  if (!file) {
    const auto code = open_error == ENOENT ? kernel::ErrorCode::NotFound : kernel::ErrorCode::Infrastructure;
    return std::unexpected(kernel::Error{code, std::generic_category().message(open_error), path});
  }
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad() || text.fail()) return kernel::infrastructure("cannot be read", path);
  return std::move(text).str();
}

}  // namespace config

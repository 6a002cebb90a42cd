#include "middleware/secrets/local_sources.h"

#include <fstream>
#include <sstream>

namespace secrets {
namespace {

kernel::Task<kernel::Result<std::string>> answered(kernel::Result<std::string> result) { co_return result; }

kernel::Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  std::string value = std::move(text).str();
  if (!in.is_open() || in.bad()) return kernel::infrastructure("the file cannot be read");
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  if (value.empty()) return kernel::infrastructure("the file is empty");
  return value;
}

}  // namespace

kernel::Task<kernel::Result<std::string>> EnvironmentSource::fetch(Reference reference) {
  auto value = environment_(reference.name);
  if (!value || value->empty()) return answered(kernel::invalid("the variable is not set"));
  return answered(std::move(*value));
}

kernel::Task<kernel::Result<std::string>> FileSource::fetch(Reference reference) {
  return answered(read_file(reference.name));
}

}  // namespace secrets

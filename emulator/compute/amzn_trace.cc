#include "emulator/compute/amzn_trace.h"

namespace emulator::compute {

std::string forwarded_trace(std::string_view header, const std::string& fresh) {
  std::string rest;
  bool has_root = false;
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    const std::string_view field = header.substr(0, end);
    header = end == std::string_view::npos ? std::string_view{} : header.substr(end + 1);
    if (field.empty() || field.starts_with("Self=")) continue;
    has_root = has_root || field.starts_with("Root=");
    rest += (rest.empty() ? "" : ";") + std::string(field);
  }
  std::string result = (has_root ? "Self=" : "Root=") + fresh;
  if (!rest.empty()) result += ";" + rest;
  return result;
}

}  // namespace emulator::compute

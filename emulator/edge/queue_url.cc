#include "emulator/edge/queue_url.h"

#include "middleware/kernel/url.h"

namespace emulator::edge {

std::string queue_url(const AwsCall& call, std::string_view account, std::string_view queue) {
  return "http://" + call.request.host + "/" + std::string(account) + "/" + std::string(queue);
}

std::string_view queue_in_url(std::string_view url) {
  url = kernel::path_of(url);
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
    const std::size_t slash = url.find('/');
    if (slash == std::string_view::npos) return {};
    url.remove_prefix(slash);
  }
  const std::size_t last = url.rfind('/');
  if (last == std::string_view::npos || last == 0) return {};
  return url.substr(last + 1);
}

}  // namespace emulator::edge

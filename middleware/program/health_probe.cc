#include "middleware/program/health_probe.h"

#include <chrono>
#include <string>

#include "middleware/live/http_fetch.h"

namespace program {

kernel::Result<> probe_health(int port) {
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  const auto answer = live::fetch(url, {.method = "GET", .target = "/health"}, std::chrono::seconds{2});
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 200) return {};
  return kernel::infrastructure("GET /health answered " + std::to_string(answer->status), url);
}

}  // namespace program

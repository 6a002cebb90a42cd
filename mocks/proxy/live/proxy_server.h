#pragma once
// Proxies on a thread of their own, and their HTTP API as a handler for live::HttpServer.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/live/loop.h"
#include "mocks/proxy/registry.h"

namespace mocks::proxy {

struct ProxyServerConfig {
  std::uint64_t seed = 1;       ///< of all luck
  std::string version = "2.0";  ///< what GET /version says
};

/// Every change of a proxy and every byte is handled on that one thread. Besides handle(), calls come from
/// the thread that made it.
class ProxyServer final : public kernel::HttpHandler {
 public:
  /// `loop` must outlive it.
  ProxyServer(::live::Loop& loop, ProxyServerConfig config);
  /// Stops.
  ~ProxyServer() override;
  ProxyServer(const ProxyServer&) = delete;
  ProxyServer& operator=(const ProxyServer&) = delete;

  /// Before start(): Registry::populate. What listens, by name, if nothing was refused.
  Answer<std::vector<Proxy>> populate(const std::vector<ProxyWish>& wishes);
  void start();
  /// On the loop's thread.
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;
  /// Closes every connection and waits for the thread. Once is enough, twice does no harm.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mocks::proxy

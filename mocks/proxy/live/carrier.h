#pragma once
// Proxies on real sockets. Everything runs on the thread that runs `io`.
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "mocks/proxy/ports.h"

namespace boost::asio {
class io_context;
}

namespace mocks::proxy {

class AsioCarrier final : public Carrier {
 public:
  /// `seed` of all luck. `io` must outlive it.
  AsioCarrier(boost::asio::io_context& io, std::uint64_t seed);
  ~AsioCarrier() override;

  kernel::Result<std::string> open(const Proxy& proxy) override;
  void close(const std::string& proxy) override;
  void add(const std::string& proxy, const Toxic& toxic) override;
  void update(const std::string& proxy, const Toxic& toxic) override;
  void remove(const std::string& proxy, const std::string& toxic) override;

  /// Connections of all proxies that are open.
  std::size_t sessions() const;
  void close_all();

 private:
  class Listener;
  Listener& at(const std::string& proxy);

  boost::asio::io_context& io_;
  const std::uint64_t seed_;
  std::map<std::string, std::shared_ptr<Listener>> listeners_;
  /// Connections that each proxy has had, by its name: their luck goes on when it is made anew.
  std::map<std::string, std::uint64_t> connections_;
};

}  // namespace mocks::proxy

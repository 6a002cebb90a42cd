#pragma once
// What a proxy is, and what carries its bytes.
#include <string>
#include <vector>

#include "middleware/kernel/result.h"
#include "mocks/proxy/toxic.h"

namespace mocks::proxy {

struct Proxy {
  std::string name{};
  std::string listen{};    ///< as asked; the port it got, once it listens
  std::string upstream{};  ///< the real server
  bool enabled = true;
  std::vector<Toxic> toxics{};  ///< in order of adding
};

/// The sockets. Calls are made on its own thread.
class Carrier {
 public:
  virtual ~Carrier() = default;
  /// Listens and carries. The address it listens on: "127.0.0.1:4711". Infrastructure when it cannot.
  virtual kernel::Result<std::string> open(const Proxy& proxy) = 0;
  /// Nothing listens any more, and connections are dropped.
  virtual void close(const std::string& proxy) = 0;
  /// For connections that are open, and those to come.
  virtual void add(const std::string& proxy, const Toxic& toxic) = 0;
  virtual void update(const std::string& proxy, const Toxic& toxic) = 0;
  virtual void remove(const std::string& proxy, const std::string& toxic) = 0;
};

}  // namespace mocks::proxy

#pragma once
// How the parts of a world reach each other: in memory, or over loopback sockets. Nobody but the runner knows
// which.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/result.h"
#include "middleware/kernel/scheduler.h"

namespace live {
class Loop;
}

namespace emulator::runtime {
class Machine;
}

namespace emulator::runner {

enum class Transport : std::uint8_t { Plain, Tls };

class Network {
 public:
  virtual ~Network() = default;
  /// `handler` answers for `host` until stop(). On sockets at `port`, 0 being any that is free; it is an
  /// error when somebody else has it.
  virtual kernel::Result<> serve(const std::string& host, kernel::HttpHandler& handler, Transport transport,
                                 int port = 0) = 0;
  virtual kernel::HttpClient& client() = 0;
  /// What is found from now on by who connects to a host that is served here. Doors of TLS are for hosts that
  /// are served by TLS.
  virtual void set_door(const std::string& host, kernel::Door door) = 0;
  /// Requests for `host` go to `base_url`, unless it is served here; does it lie outside? In memory nobody
  /// outside can be reached: a host that is not served refuses connections.
  virtual kernel::Result<bool> reach(const std::string& host, const std::string& base_url) = 0;
  /// Where functions that are processes live; null in memory, where none can.
  virtual runtime::Machine* machine() { return nullptr; }
  /// The certificate that clients of TLS servers have to trust; "" in memory.
  virtual std::string ca_file() const { return {}; }
  /// Ends all that is under way. Before the handlers go.
  virtual void stop() = 0;
  /// What is served where: host and base URL. Empty in memory.
  virtual std::vector<std::pair<std::string, std::string>> urls() const { return {}; }
};

std::unique_ptr<Network> memory_network(kernel::Scheduler& scheduler);

/// Servers on free ports of 127.0.0.1. Hosts that ask for TLS get a certificate of the authority kept in
/// `ca_folder`, made at the first start.
kernel::Result<std::unique_ptr<Network>> socket_network(live::Loop& loop, const std::string& ca_folder);

}  // namespace emulator::runner

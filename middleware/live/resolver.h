#pragma once
// Host names to addresses, without stopping the loop.
#include <sys/socket.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "middleware/kernel/task.h"
#include "middleware/kernel/wait.h"
#include "middleware/live/loop.h"
#include "middleware/live/worker_thread.h"

namespace live {

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

/// The address that `host` spells, or that "localhost" stands for; empty when it has to be looked up.
std::vector<Address> known_addresses(const std::string& host, int port);

/// Asks the system on a thread of its own, made at the first need, one name at a time. An answer is kept for
/// ten seconds of run time (ASSUMPTION: short enough for the failover of a load balancer, whose records live
/// for 60 s).
class Resolver {
 public:
  explicit Resolver(Loop& loop) : loop_(loop) {}
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Empty when the name is unknown.
  kernel::Task<std::vector<Address>> resolve(std::string host, int port);

 private:
  struct Entry;
  void look_up(const std::string& host, std::shared_ptr<Entry> entry);

  Loop& loop_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  std::unique_ptr<WorkerThread> worker_;
};

}  // namespace live

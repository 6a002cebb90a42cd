#pragma once
// What the bench of the middleware measures with: a mock that costs next to nothing, and a client that keeps
// a number of connections busy. Both read just enough of HTTP for their own talks, so that what is measured
// is the service between them.
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace bench {

/// Answers every request with the same 200 and a small JSON body, on a thread of its own.
class FastMock {
 public:
  FastMock();
  ~FastMock();
  FastMock(const FastMock&) = delete;
  FastMock& operator=(const FastMock&) = delete;
  int port() const { return port_; }

 private:
  void serve();
  int listener_ = -1;
  int stop_ = -1;
  int port_ = 0;
  std::thread thread_;
};

/// One that nobody has at this moment.
int free_port();

struct LoadResult {
  double events_per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  std::int64_t events = 0;
  std::int64_t errors = 0;  ///< answers that were not 2xx, and connections that broke
};

struct LoadConfig {
  int port = 0;
  int connections = 16;
  double warm_seconds = 2;
  double seconds = 5;
  /// Of a connection, from request to request; those of all connections are evenly spread over it. A request
  /// that could not leave in time, because an answer was late, is measured from when it was due. 0: the next
  /// request leaves with the answer.
  double period_seconds = 0;
};

/// One event after the other on each connection. `request(n)` is the whole text of the n-th.
LoadResult run_load(const LoadConfig& config, const std::function<std::string(std::int64_t)>& request);

}  // namespace bench

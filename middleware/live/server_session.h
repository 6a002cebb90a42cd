#pragma once
// One accepted connection between two looks at it: its bytes, the request that is coming in, and the place
// where its thread meets the loop.
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "middleware/live/request_reader.h"
#include "middleware/live/server_exchange.h"
#include "middleware/live/server_stream.h"

namespace live {

struct Session {
  Session(Descriptor socket, ssl_ctx_st* tls, std::shared_ptr<Exchange> its_exchange,
          const RequestLimits& its_limits, std::atomic<std::size_t>& its_count)
      : stream(std::move(socket), tls),
        exchange(std::move(its_exchange)),
        limits(its_limits),
        reader(its_limits),
        shaken_until(std::chrono::steady_clock::now() + its_limits.header_time),
        count(its_count) {
    ++count;
  }
  ~Session() { --count; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Without a request under way; a client in the middle of its handshake is not.
  bool is_idle() const { return stream.is_shaken() && reader.state() == RequestReader::State::Idle; }
  std::chrono::steady_clock::time_point deadline() const {
    return stream.is_shaken() ? reader.deadline() : shaken_until;
  }

  ServerStream stream;
  kernel::Door door = kernel::Door::Open;                    ///< how it is received, when not properly
  kernel::Afterwards afterwards = kernel::Afterwards::Kept;  ///< what its last answer left behind
  std::shared_ptr<Exchange> exchange;
  const RequestLimits& limits;
  RequestReader reader;
  std::chrono::steady_clock::time_point shaken_until;  ///< a TLS handshake has to be over then
  std::atomic<std::size_t>& count;                     ///< of the server's connections
};

}  // namespace live

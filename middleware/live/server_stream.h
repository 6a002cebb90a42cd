#pragma once
// The bytes of one accepted connection, plain or TLS, buffered. Reading never waits; sending waits for a
// client that takes its time, up to a limit.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "middleware/live/descriptor.h"
#include "middleware/live/tls.h"

namespace live {

enum class Received : std::uint8_t {
  Some,
  Nothing,  ///< not now
  Gone,     ///< the end of the stream, or an error
};

class ServerStream {
 public:
  /// `tls` may be null: plain. The socket is made non-blocking.
  ServerStream(Descriptor socket, ssl_ctx_st* tls);
  ~ServerStream();
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;

  /// To be called until it is_shaken(), before everything else. Gone: the client and we cannot speak TLS.
  Received handshake();
  bool is_shaken() const { return is_shaken_; }
  bool is_tls() const { return tls_ != nullptr; }

  /// Received and not yet consumed.
  std::string_view received() const { return std::string_view(input_).substr(consumed_); }
  void consume(std::size_t count) { consumed_ += count; }
  Received receive_more();
  /// receive_more() took all that had come by then.
  bool is_drained() const { return is_drained_; }
  /// Waits for bytes, or for the client's end; false when neither came in that time.
  bool wait_readable(std::chrono::milliseconds at_most) const;
  /// For a connection that will rest: an empty buffer takes no room.
  void give_back_memory();

  /// False when the client is gone or did not take all of it within `at_most`.
  bool send(std::string_view bytes, std::chrono::milliseconds at_most);

  /// How much of it can be sent without waiting: 0 also when the client is gone. Of plain connections.
  std::size_t send_at_once(std::string_view bytes) const;

  /// Says that nothing more comes; the client may go on.
  void half_close();
  /// Until the client's machine has all that was sent.
  void wait_until_sent(std::chrono::milliseconds at_most) const;
  /// Holds back what is sent from now on until there is more of it, or the end: with half_close() the last
  /// bytes and the end arrive as one.
  void hold_back() const;
  /// False when the connection is broken before that time: reset, or ended in both directions. A client that
  /// only says that it sends no more may still read.
  bool wait_until(std::chrono::steady_clock::time_point when) const;
  /// Does nothing for so long, or until the client goes.
  void rest(std::chrono::milliseconds duration) const;
  /// Waits until the client closes its side, dropping what it still sends.
  void wait_for_close();
  /// Says that nothing more comes, and lets the client read what was sent before the connection goes.
  void close_gently();
  /// The connection will end with RST, whatever was sent before.
  void reset();

  int socket() const { return socket_.get(); }

 private:
  Received tls_received(int returned) const;

  Descriptor socket_;
  TlsStream tls_;
  std::string input_;
  std::size_t consumed_ = 0;
  bool is_drained_ = false;
  bool is_reset_ = false;
  bool is_shaken_ = false;
};

}  // namespace live

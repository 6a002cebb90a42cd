#pragma once
// The bytes of one accepted connection, plain or TLS, as its thread reads and writes them: blocking and
// buffered.
#include <string>
#include <string_view>

#include "middleware/live/descriptor.h"
#include "middleware/live/tls.h"

namespace live {

class ServerStream {
 public:
  /// `tls` may be null: plain. Reads and writes that take longer than the socket's timeouts fail.
  ServerStream(Descriptor socket, ssl_ctx_st* tls);
  ~ServerStream();
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;

  /// To be called once, before everything else. False: the client and we cannot speak TLS.
  bool handshake();

  /// Received and not yet consumed.
  std::string_view received() const { return std::string_view(input_).substr(consumed_); }
  void consume(std::size_t count) { consumed_ += count; }
  /// Waits for more bytes; false at the end of the stream, after a timeout and on errors.
  bool receive_more();

  /// False when the client is gone.
  bool send(std::string_view bytes);

  /// Waits until the client closes its side, dropping what it still sends.
  void wait_for_close();
  /// Says that nothing more comes, and lets the client read what was sent before the connection goes.
  void close_gently();
  /// The connection will end with RST, whatever was sent before.
  void reset();

  int socket() const { return socket_.get(); }

 private:
  Descriptor socket_;
  TlsStream tls_;
  std::string input_;
  std::size_t consumed_ = 0;
  bool is_reset_ = false;
};

}  // namespace live

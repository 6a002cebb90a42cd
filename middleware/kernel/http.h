#pragma once
// The network as the program sees it: one call out, one call in. emulator/sim/wire.h joins them in memory,
// middleware/live joins them by sockets. A status is an answer, not an error.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/pace.h"
#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace kernel {

/// Header fields in order; names compare without case; a name may repeat.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  /// The first value, or "" when there is none.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

bool equal_without_case(std::string_view a, std::string_view b);

struct HttpRequest {
  std::string method = "GET";
  std::string host{};        ///< a name the client was told how to reach: "middleware", "payments"
  std::string target = "/";  ///< path and query, still encoded
  Headers headers{};
  std::string body{};
};

struct HttpResponse {
  int status = 200;
  Headers headers{};
  std::string body{};
};

/// Why there was no answer (facts: mocks-and-faults 7, outcome classes).
enum class NoAnswer : std::uint8_t {
  Refused,         ///< nobody listens: nothing was sent
  ConnectTimeout,  ///< nothing was sent
  TlsError,        ///< nothing was sent
  Reset,           ///< may or may not have been applied, like all below
  ClosedEarly,
  ProtocolError,
  BodyTruncated,
  Timeout,  ///< the deadline of the call came first
};

std::string_view to_text(NoAnswer reason);

using HttpResult = std::expected<HttpResponse, NoAnswer>;

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Sends once, without retries of its own. At `deadline` it answers NoAnswer::Timeout; what the server does
  /// with the request then is the server's affair. Destroying the task leaves the request in the same way.
  /// The sending may begin at the call: await the task at once.
  virtual Task<HttpResult> send(HttpRequest request, Timestamp deadline) = 0;
};

/// How a served exchange ends on the wire. Everything but Complete is a fault somebody asked for.
enum class Ending : std::uint8_t {
  Complete,
  Reset,            ///< connection reset before any byte of the response
  Empty,            ///< connection closed without a response
  Garbage,          ///< bytes that are not HTTP, then closed
  Truncated,        ///< full length promised, half of the body sent
  Hang,             ///< no response until the caller gives up
  HalfClosed,       ///< our side closed without a response, the other left open
  BadChunk,         ///< half of the body in a good chunk, then one whose size is no number
  CutChunks,        ///< half of the body in a good chunk, and no last one
  ResetInBody,      ///< head and half of the body arrive, then a reset
  TwoLengths,       ///< Content-Length twice: two bytes less, then the true one
  LengthAndChunks,  ///< Content-Length, and the body in chunks
  BareLf,           ///< a complete response whose lines end with LF alone
  BadStatusLine,    ///< a complete response with the status 1000
  LongBody,         ///< Content-Length two bytes less than what is sent
};

/// What somebody finds who connects (facts: mocks-and-faults 7 and 9). Everything but Open is a fault
/// somebody asked for; nothing of it reaches a handler.
enum class Door : std::uint8_t {
  Open,
  Refused,      ///< nobody listens; the port stays ours
  ConnectHang,  ///< the connection is never made
  // For servers of TLS:
  SelfSigned,     ///< the certificate is nobody's but its own
  Expired,        ///< since yesterday
  NotYetValid,    ///< until tomorrow
  WrongHost,      ///< the certificate names another host
  OldTls,         ///< TLS 1.1 at most, which nobody speaks any more
  ClosedInHello,  ///< closed behind the client's first words
  Plaintext,      ///< HTTP without TLS on the port
  WantsClientCertificate,
  HandshakeHang,  ///< the handshake never ends
};
inline bool is_tls(Door door) { return door >= Door::SelfSigned; }

/// What becomes of the connection behind a complete answer that says nothing of closing it: a fault when it
/// is not kept (facts: mocks-and-faults 7, stale keep-alive).
enum class Afterwards : std::uint8_t {
  Kept,
  Closed,        ///< closed together with the answer's last byte
  ClosedAtNext,  ///< the next request on it is read and not answered: closed
  ResetAtNext,   ///< the same: reset
};

struct HttpReply {
  HttpResponse response{};
  Ending ending = Ending::Complete;
  Afterwards afterwards = Afterwards::Kept;  ///< of complete answers
  Pace pace{};                               ///< of complete answers
};
// Replies under way are what a run holds most of: the rest is to fit in beside the ending.
static_assert(sizeof(HttpReply) == sizeof(HttpResponse) + 8);

inline bool never_arrives(const HttpReply& reply) { return reply.ending == Ending::Hang; }
/// From its first byte to its last.
inline Duration travel_time(const HttpReply& reply) {
  if (reply.ending != Ending::Complete) return Duration::zero();
  return reply.pace.head.get() + (reply.response.body.empty() ? Duration::zero() : reply.pace.body.get());
}

/// A task that is this answer: for functions that need no waiting to make one.
Task<HttpReply> answered(HttpReply reply);

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// The work may begin at the call: await the task at once.
  virtual Task<HttpReply> handle(HttpRequest request) = 0;
};

/// An RFC 9457 problem body with the matching content type.
HttpResponse problem(int status, std::string_view type, std::string_view detail);

}  // namespace kernel

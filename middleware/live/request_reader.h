#pragma once
// One request as its bytes come in: head, then body, with limits on both. It takes what is there and says
// what is missing, so that nobody has to stand by while a slow client thinks.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "middleware/live/server_head.h"
#include "middleware/live/server_stream.h"

namespace live {

struct RequestLimits {
  std::size_t head_bytes_max = 256UL << 10;       ///< more: 431
  std::size_t headers_max = 1000;                 ///< more: 431
  std::size_t body_bytes_max = 64UL << 20;        ///< more: 413
  std::chrono::milliseconds header_time{75'000};  ///< from the first byte of a request to the end of its head
  std::chrono::milliseconds body_time{75'000};    ///< from there to the end of the body; later: 408
  std::chrono::milliseconds idle_time{75'000};    ///< without a byte of a request
  std::chrono::milliseconds send_time{75'000};    ///< for a whole response
};

/// Why a request is not taken; the connection ends with it, since where the next one would begin is unknown.
struct Refusal {
  int status = 400;
  const char* type = "";
  const char* detail = "";
};

class RequestReader {
 public:
  enum class State : std::uint8_t {
    Idle,     ///< no byte of a request has come
    Head,     ///< a part of the head
    Body,     ///< the head, and not all of the body
    Whole,    ///< request() may be taken
    Refused,  ///< see refusal()
    Gone,     ///< the client closed, or never spoke HTTP
  };

  explicit RequestReader(const RequestLimits& limits) : limits_(&limits), since_(Clock::now()) {}

  /// Takes all that has come, or what `receives_max` calls of receive_more() bring. Sends "100 Continue" when
  /// the client waits for it.
  State advance(ServerStream& stream, std::size_t receives_max = std::numeric_limits<std::size_t>::max());
  /// The time for what is awaited is over: Refused with 408, or Gone when nothing had come.
  State time_out();

  State state() const { return state_; }
  /// When time_out() is due: of Idle, Head and Body.
  std::chrono::steady_clock::time_point deadline() const;

  RequestHead& head() { return head_; }
  /// As it came, with the empty line.
  const std::string& head_text() const { return head_text_; }
  const Refusal& refusal() const { return refusal_; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Chunk : std::uint8_t { Size, Data, DataEnd, Trailer };

  bool take_head(ServerStream& stream);
  bool begin_body(ServerStream& stream);
  bool take_body(ServerStream& stream);
  bool take_chunks(ServerStream& stream);
  bool take_chunk_size(std::string_view line);
  bool take_bytes(ServerStream& stream);
  bool refuse(int status, const char* type, const char* detail);
  void enter(State state);

  const RequestLimits* limits_;
  State state_ = State::Idle;
  Clock::time_point since_;  ///< of the state
  std::size_t searched_ = 0;
  RequestHead head_;
  std::string head_text_;
  Chunk chunk_ = Chunk::Size;
  std::uint64_t left_ = 0;  ///< bytes of the body, or of the chunk
  Refusal refusal_;
};

}  // namespace live

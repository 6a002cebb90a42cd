#pragma once
// An HTTP/1.1 response as its bytes arrive. Boost.Beast's parser does the reading; it stays in the source.
#include <cstddef>
#include <memory>
#include <string_view>

#include "middleware/kernel/http.h"

namespace live {

/// For one response. Interim ones (1xx) are skipped.
class ResponseParser {
 public:
  /// `is_head_request`: the response has no body, whatever its header says.
  ResponseParser(bool is_head_request, std::size_t body_bytes_max);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  enum class State { Unfinished, Complete, Failed };
  State feed(std::string_view bytes);
  /// The server closed: a body without a length ends here; anything else is cut off.
  State end();

  /// When Failed: ClosedEarly (no whole head), BodyTruncated, or ProtocolError (not HTTP, or too large).
  kernel::NoAnswer failure() const;
  /// When Complete: nothing that came belongs to anything else, and the server keeps the connection open.
  bool is_reusable() const;
  kernel::HttpResponse take();

 private:
  class Reader;
  void restart();

  const bool is_head_request_;
  const std::size_t body_bytes_max_;
  std::unique_ptr<Reader> reader_;
  std::string unread_;    ///< the beginning of something the parser wants to see whole
  bool is_http_ = false;  ///< the parser has accepted a beginning
  bool has_rest_ = false;
  kernel::NoAnswer failure_ = kernel::NoAnswer::ProtocolError;
};

}  // namespace live

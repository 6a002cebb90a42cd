#pragma once
// The head of a request as it came in: cpp-httplib decodes %XX in header values, drops empty ones, sorts them
// and adds four of its own, so the handler gets the fields from here.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "middleware/kernel/http.h"

namespace live {

struct RequestHead {
  kernel::HttpRequest request;  ///< without its body
  bool is_chunked = false;
  std::uint64_t content_length = 0;
  bool is_valid = true;  ///< false: the length of the body cannot be told
};

/// `head`: request line and fields up to and including the empty line.
RequestHead parse_head(std::string_view head);

}  // namespace live

#pragma once
// "https://127.0.0.1:4711/base", taken apart.
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

namespace live {

struct Url {
  bool is_https = false;
  std::string host;  ///< without the brackets of an IPv6 address
  int port = 80;
  std::string authority;  ///< what the Host header says: "127.0.0.1:4711", "api.example.com"
  std::string path;       ///< without a slash at its end; "" for the root
};

/// http and https only; no user, query or fragment.
kernel::Result<Url> parse_url(std::string_view text);

}  // namespace live

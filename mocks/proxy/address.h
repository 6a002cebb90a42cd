#pragma once
// Where something listens or is connected to, as files and clients write it: "127.0.0.1:6379", "db:5432",
// "[::1]:80".
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

namespace mocks::proxy {

struct Address {
  std::string host;  ///< without the brackets of IPv6; "" stays ""
  int port = 0;      ///< 0..65535
};

/// Invalid, saying what it wants, when `text` is not HOST:PORT. A host may be absent (":6379").
kernel::Result<Address> parse_address(std::string_view text);

/// The form that parse_address reads back.
std::string address_text(const Address& address);

}  // namespace mocks::proxy

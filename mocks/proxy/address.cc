#include "mocks/proxy/address.h"

#include <charconv>

namespace mocks::proxy {
namespace {

constexpr int kPortMax = 65'535;

std::unexpected<kernel::Error> not_an_address(std::string_view text) {
  return kernel::invalid("wants HOST:PORT such as 127.0.0.1:6379, found '" + std::string(text) + "'");
}

}  // namespace

kernel::Result<Address> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return not_an_address(text);
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]") != std::string_view::npos) {
    return not_an_address(text);
  }
  if (host.find_first_of(" \t/@") != std::string_view::npos) return not_an_address(text);
  Address address{.host = std::string(host), .port = 0};
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || digits.front() == '-' ||
      address.port > kPortMax) {
    return not_an_address(text);
  }
  return address;
}

std::string address_text(const Address& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace mocks::proxy

#include "middleware/live/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <chrono>
#include <cstring>

namespace live {
namespace {

constexpr kernel::Duration kKept = std::chrono::seconds{10};
constexpr std::size_t kLookupsPendingMax = 4096;  // one a name: more names than this would block the loop

Address v4(in_addr host) {
  Address address;
  auto& to = reinterpret_cast<sockaddr_in&>(address.bytes);
  to.sin_family = AF_INET;
  to.sin_addr = host;
  address.size = sizeof to;
  return address;
}

void set_port(Address& address, int port) {
  const auto number = htons(static_cast<std::uint16_t>(port));
  if (address.bytes.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(address.bytes).sin6_port = number;
  } else {
    reinterpret_cast<sockaddr_in&>(address.bytes).sin_port = number;
  }
}

std::vector<Address> ask_system(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &wanted, &list) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(list, &freeaddrinfo);
  std::vector<Address> found;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    Address& address = found.emplace_back();
    std::memcpy(&address.bytes, each->ai_addr, each->ai_addrlen);
    address.size = each->ai_addrlen;
  }
  return found;
}

}  // namespace

struct Resolver::Entry {
  explicit Entry(Loop& loop) : changed(loop) {}
  std::vector<Address> addresses;
  kernel::Timestamp good_until{};
  bool is_asking = false;
  kernel::Signal changed;
};

std::vector<Address> known_addresses(const std::string& host, int port) {
  Address address;
  in_addr four{};
  if (host == "localhost") {
    four.s_addr = htonl(INADDR_LOOPBACK);
    address = v4(four);
  } else if (inet_pton(AF_INET, host.c_str(), &four) == 1) {
    address = v4(four);
  } else {
    auto& six = reinterpret_cast<sockaddr_in6&>(address.bytes);
    if (inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) != 1) return {};
    six.sin6_family = AF_INET6;
    address.size = sizeof six;
  }
  set_port(address, port);
  return {address};
}

kernel::Task<std::vector<Address>> Resolver::resolve(std::string host, int port) {
  std::shared_ptr<Entry>& place = entries_[host];
  if (!place) place = std::make_shared<Entry>(loop_);
  const std::shared_ptr<Entry> entry = place;
  if (entry->good_until <= loop_.now()) {
    if (!entry->is_asking) look_up(host, entry);
    while (entry->is_asking) co_await entry->changed.wait();
  }
  std::vector<Address> addresses = entry->addresses;
  for (Address& address : addresses) set_port(address, port);
  co_return addresses;
}

void Resolver::look_up(const std::string& host, std::shared_ptr<Entry> entry) {
  if (!worker_) worker_ = std::make_unique<WorkerThread>(kLookupsPendingMax);
  entry->is_asking = true;
  worker_->post([&loop = loop_, host, entry = std::move(entry)]() mutable {
    auto addresses = ask_system(host);
    loop.post([&loop, entry = std::move(entry), found = std::move(addresses)]() mutable {
      entry->is_asking = false;
      entry->good_until = found.empty() ? kernel::Timestamp{} : loop.now() + kKept;
      entry->addresses = std::move(found);
      entry->changed.notify_all();
    });
  });
}

}  // namespace live

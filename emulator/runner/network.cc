#include "emulator/runner/network.h"

#include <algorithm>
#include <filesystem>

#include "emulator/runner/live_machine.h"
#include "emulator/sim/wire.h"
#include "middleware/kernel/check.h"
#include "middleware/live/certificate_authority.h"
#include "middleware/live/http_client.h"
#include "middleware/live/http_server.h"
#include "middleware/live/loop.h"

namespace emulator::runner {
namespace {

class MemoryNetwork final : public Network {
 public:
  explicit MemoryNetwork(kernel::Scheduler& scheduler) : wire_(scheduler) {}
  kernel::Result<> serve(const std::string& host, kernel::HttpHandler& handler, Transport, int) override {
    wire_.serve(host, handler);
    return {};
  }
  kernel::HttpClient& client() override { return wire_; }
  void set_door(const std::string& host, kernel::Door door) override { wire_.set_door(host, door); }
  kernel::Result<bool> reach(const std::string&, const std::string&) override { return false; }
  void stop() override { wire_.stop(); }

 private:
  sim::Wire wire_;
};

class SocketNetwork final : public Network {
 public:
  SocketNetwork(live::Loop& loop, live::CertificateAuthority authority, std::string ca_file,
                std::unique_ptr<live::HttpClientPool> client)
      : loop_(loop),
        authority_(std::move(authority)),
        ca_file_(std::move(ca_file)),
        client_(std::move(client)),
        machine_(live_machine(loop)) {}

  kernel::Result<> serve(const std::string& host, kernel::HttpHandler& handler, Transport transport,
                         int port) override {
    live::ServerConfig config{.port = port};
    if (transport == Transport::Tls) {
      auto identity = authority_.issue({host});
      if (!identity) return std::unexpected(identity.error());
      config.tls = std::move(*identity);
    }
    auto server = live::HttpServer::start(loop_, handler, std::move(config));
    if (!server) return std::unexpected(server.error());
    urls_.emplace_back(host, (*server)->base_url());
    servers_.push_back(std::move(*server));
    return client_->set_host(host, urls_.back().second);
  }
  kernel::HttpClient& client() override { return *client_; }
  void set_door(const std::string& host, kernel::Door door) override {
    const auto at =
        std::ranges::find(urls_, host, &std::pair<std::string, std::string>::first) - urls_.begin();
    std::optional<live::TlsIdentity> identity;
    if (kernel::is_tls(door)) {
      auto issued = authority_.issue({host}, door);
      CHECK_THAT(issued, issued ? "" : issued.error().text());
      identity = std::move(*issued);
    }
    const auto set = servers_.at(static_cast<std::size_t>(at))->set_door(door, identity);
    CHECK_THAT(set, set ? "" : set.error().text());
  }
  kernel::Result<bool> reach(const std::string& host, const std::string& base_url) override {
    const bool is_served =
        std::ranges::find(urls_, host, &std::pair<std::string, std::string>::first) != urls_.end();
    if (is_served) return false;
    if (auto set = client_->set_host(host, base_url); !set) return std::unexpected(set.error());
    return true;
  }
  runtime::Machine* machine() override { return machine_.get(); }
  std::string ca_file() const override { return ca_file_; }
  void stop() override {
    for (const auto& server : servers_) server->stop();
  }
  std::vector<std::pair<std::string, std::string>> urls() const override { return urls_; }

 private:
  live::Loop& loop_;
  live::CertificateAuthority authority_;
  std::string ca_file_;
  std::unique_ptr<live::HttpClientPool> client_;
  std::unique_ptr<runtime::Machine> machine_;
  std::vector<std::unique_ptr<live::HttpServer>> servers_;
  std::vector<std::pair<std::string, std::string>> urls_;
};

}  // namespace

std::unique_ptr<Network> memory_network(kernel::Scheduler& scheduler) {
  return std::make_unique<MemoryNetwork>(scheduler);
}

kernel::Result<std::unique_ptr<Network>> socket_network(live::Loop& loop, const std::string& ca_folder) {
  auto authority = live::CertificateAuthority::load_or_create(ca_folder);
  if (!authority) return std::unexpected(authority.error());
  // Connecting is the machine's time, not the run's: a fast clock must not make loopback time out.
  const auto connect_timeout =
      kernel::Duration{static_cast<std::int64_t>(1.5e9 * std::max(1.0, loop.speed()))};
  auto client =
      live::HttpClientPool::create(loop, {.ca_pem = authority->ca_pem(), .connect_timeout = connect_timeout});
  if (!client) return std::unexpected(client.error());
  return std::make_unique<SocketNetwork>(loop, std::move(*authority),
                                         std::filesystem::absolute(ca_folder) / "ca.pem", std::move(*client));
}

}  // namespace emulator::runner

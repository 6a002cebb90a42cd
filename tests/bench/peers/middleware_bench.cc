// `make bench`, part `middleware`: relayrig-middleware against an Express service with cockatiel that does
// the same work on the same mock. One event is one call of an API, with retry, breaker, time limit and
// duplicates recognised. Both without a durable inbox; then ours with it.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/peers/load.h"
#include "tests/bench/peers/parts.h"
#include "tests/bench/peers/service.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::temp_directory_path() / "relayrig_middleware_bench";

std::string event_request(std::int64_t number) {
  char id[40];
  std::snprintf(id, sizeof id, "7a2d1f7e-5c0b-4f7e-%04llx-%012llx",
                static_cast<unsigned long long>(number >> 48),
                static_cast<unsigned long long>(number & 0xffffffffffff));
  const std::string body = R"({"Order_Number__c":"SO-)" + std::to_string(number) +
                           R"(","Amount__c":12.5,"Note__c":")" + std::string(600, 'x') + R"("})";
  return std::string(
             "POST /events HTTP/1.1\r\nHost: middleware\r\nContent-Type: application/json\r\nce-id: ") +
         id + "\r\nce-type: Order_Placed__e\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string yaml(int mock_port, const std::string& inbox) {
  return "name: bench\n" + inbox + "apis:\n  erp: {url: \"http://127.0.0.1:" + std::to_string(mock_port) +
         "\"}\nflows:\n  - event: Order_Placed__e\n    steps:\n"
         "      - {name: book, api: erp, path: /orders, body: {number: \"${/Order_Number__c}\", amount: "
         "\"${/Amount__c}\"}}\n";
}

struct Measured {
  LoadResult load;
  double mib = 0;
};

Measured measure(const std::string& name, const Service& service, int connections, std::int64_t first) {
  Measured measured;
  measured.load = run_load({.port = service.port(), .connections = connections},
                           [first](std::int64_t n) { return event_request(first + n); });
  measured.mib = service.resident_mib();
  const LoadResult& load = measured.load;
  print(name + ", " + std::to_string(connections) + " connections: events/s, p50 and p99 in ms, MiB",
        fixed(load.events_per_second, 0) + "  " + fixed(load.p50_ms, 2) + "  " + fixed(load.p99_ms, 2) +
            "  " + fixed(measured.mib, 0) +
            (load.errors == 0 ? "" : "   ERRORS " + std::to_string(load.errors)));
  return measured;
}

std::unique_ptr<Service> start_ours(int mock_port, const std::string& inbox) {
  const std::string file = kFolder / "middleware.yaml";
  std::ofstream(file) << yaml(mock_port, inbox);
  return std::make_unique<Service>(
      std::vector<std::string>{RELAYRIG_BINARY_DIR "/relayrig-middleware", "--config", file, "--port", "0",
                               "--bind", "127.0.0.1"},
      R"("port":)");
}

}  // namespace

void middleware_bench() {
  fs::remove_all(kFolder);
  fs::create_directories(kFolder);
  const FastMock mock;
  const bool has_peer = fs::exists(RELAYRIG_SOURCE_DIR "/tests/bench/peer/node_modules");
  if (!has_peer) print("the peer of Node is not installed (npm ci in tests/bench/peer): ours alone", "");
  std::int64_t first = 0;
  const auto next = [&first] { return first += 100'000'000; };
  for (const int connections : {16, 64}) {
    std::optional<Measured> peer;
    if (has_peer) {
      const Service service({"node", "--no-warnings", RELAYRIG_SOURCE_DIR "/tests/bench/peer/server.mjs",
                             std::to_string(mock.port())},
                            "listening on ");
      peer = measure("Express with cockatiel", service, connections, next());
    }
    Measured ours;
    {
      const auto service = start_ours(mock.port(), "");
      ours = measure("relayrig-middleware", *service, connections, next());
    }
    if (peer) {
      print("  ratio of events/s, p99 and memory   goal >= 1.50, < 1.00, < 0.25",
            ratio(ours.load.events_per_second, peer->load.events_per_second) + "  " +
                ratio(ours.load.p99_ms, peer->load.p99_ms) + "  " + ratio(ours.mib, peer->mib));
    }
    const auto durable =
        start_ours(mock.port(), "inbox: {store: {sqlite: \"" + (kFolder / "inbox.db").string() + "\"}}\n");
    const Measured kept = measure("relayrig-middleware with a durable inbox", *durable, connections, next());
    print("  price of durability: events/s with it, of those without",
          ratio(kept.load.events_per_second, ours.load.events_per_second));
    fs::remove(kFolder / "inbox.db");
  }
}

}  // namespace bench

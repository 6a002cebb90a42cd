// `make bench`, part `middleware`: relayrig-middleware against an Express service with cockatiel that does
// the same work on the same mock. One event is one call of an API, with retry, breaker, time limit and
// duplicates recognised. Both without a durable inbox; then ours with it.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/middleware/wire.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::temp_directory_path() / "relayrig_middleware_bench";

/// A child whose first line on stdout names its port.
class Service {
 public:
  Service(const std::vector<std::string>& command, const std::string& port_mark) {
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      std::vector<char*> words;
      for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
      words.push_back(nullptr);
      execvp(words[0], words.data());
      _exit(127);
    }
    close(out[1]);
    output_ = out[0];
    read_port(port_mark);
    drain_ = std::thread([this] {
      char bytes[64 * 1024];
      while (read(output_, bytes, sizeof bytes) > 0) {
      }
    });
  }
  ~Service() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    drain_.join();
    close(output_);
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  int port() const { return port_; }
  double resident_mib() const {
    std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
    std::int64_t size = 0;
    std::int64_t resident = 0;
    statm >> size >> resident;
    return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1 << 20);
  }

 private:
  void read_port(const std::string& mark) {
    std::string text;
    char byte = 0;
    while (read(output_, &byte, 1) == 1) {
      text += byte;
      const std::size_t at = text.find(mark);
      if (byte != '\n' || at == std::string::npos) continue;
      port_ = std::stoi(text.substr(at + mark.size()));
      return;
    }
    waitpid(pid_, nullptr, 0);
    throw std::runtime_error("the service did not start: " + text);
  }
  pid_t pid_ = 0;
  int output_ = -1;
  int port_ = 0;
  std::thread drain_;
};

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

void print(const std::string& name, const std::string& value) {
  std::printf("  %-92s %s\n", name.c_str(), value.c_str());
  std::fflush(stdout);
}

std::string fixed(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

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

std::string ratio(double a, double b) { return b == 0 ? "-" : fixed(a / b, 2); }

std::unique_ptr<Service> start_ours(int mock_port, const std::string& inbox) {
  const std::string file = kFolder / "middleware.yaml";
  std::ofstream(file) << yaml(mock_port, inbox);
  return std::make_unique<Service>(
      std::vector<std::string>{RELAYRIG_BINARY_DIR "/relayrig-middleware", "--config", file, "--port", "0",
                               "--bind", "127.0.0.1"},
      R"("port":)");
}

void run() {
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

}  // namespace
}  // namespace bench

int main() {
  try {
    bench::run();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "middleware bench: %s\n", failure.what());
    return 1;
  }
  return 0;
}

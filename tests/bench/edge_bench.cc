// Two hundred clients that call PutEvents on a rig of its own process for a minute.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "emulator/cli/ready_file.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "middleware/live/http_client.h"
#include "middleware/live/loop.h"
#include "middleware/live/stopwatch.h"
#include "tests/bench/bench.h"

namespace bench {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int kClients = 200;
constexpr kernel::Duration kLasts = 60s;
constexpr kernel::Duration kWarm = 10s;

/// `relayrig up` with a rule on the default bus whose target takes every event.
class Rig {
 public:
  Rig(const std::string& relayrig, const fs::path& folder) : ready_((folder / "edge_ready.json").string()) {
    fs::remove(ready_);
    const std::string scenario = (folder / "edge.yaml").string();
    std::ofstream(scenario) << "name: edge\nuse: " RELAYRIG_SOURCE_DIR "/scenarios/stacks/orders.yaml\n"
                            << "given:\n  topics: {taken: {}}\n  bus:\n    limits: {put_calls: 1000000/s}  # "
                               "not the service's quota: what the rig can do\n"
                            << "    buses:\n      default:\n"
                            << "        rules: [{pattern: {source: [shop]}, target: {topic: taken}}]\n"
                            << "timeline: []\n";
    child_ = fork();
    if (child_ == 0) {
      const std::string runs = folder.string();
      if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(127);
      if (std::freopen((folder / "edge_errors.txt").c_str(), "w", stderr) == nullptr) _exit(127);
      execl(relayrig.c_str(), "relayrig", "--runs", runs.c_str(), "up", scenario.c_str(), "--port", "0",
            "--ready-file", ready_.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
    while (!fs::exists(ready_)) {
      CHECK_THAT(waitpid(child_, nullptr, WNOHANG) == 0, "relayrig up ended at once: edge_errors.txt");
      usleep(10'000);
    }
  }
  ~Rig() { stop(); }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  std::string url() const { return emulator::cli::read_ready_file(ready_)->url; }
  pid_t pid() const { return child_; }
  int stop() {
    int status = 0;
    if (child_ > 0) {
      kill(child_, SIGINT);
      waitpid(child_, &status, 0);
    }
    child_ = 0;
    return status;
  }

 private:
  std::string ready_;
  pid_t child_ = 0;
};

struct Load {
  live::Loop& loop;
  live::HttpClientPool& client;
  kernel::Timestamp until{};
  std::vector<double> milliseconds{};
  std::int64_t failures = 0;
};

kernel::Task<void> put_events(Load& load, int number) {
  const std::string body =
      R"({"Entries":[{"Source":"shop","DetailType":"order","Detail":"{\"order\":)" + std::to_string(number) +
      R"(,\"lines\":[{\"product\":11,\"price\":14.0,\"quantity\":12},{\"product\":42,\"price\":9.8}]}"}]})";
  while (load.loop.now() < load.until) {
    kernel::HttpRequest request{.method = "POST", .host = "aws", .target = "/", .body = body};
    request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                       {"X-Amz-Target", "AWSEvents.PutEvents"}};
    const live::Stopwatch watch;
    const kernel::HttpResult result = co_await load.client.send(std::move(request), load.loop.now() + 30s);
    load.milliseconds.push_back(watch.elapsed_seconds() * 1000);
    const bool is_fine =
        result && result->status == 200 && result->body.find(R"("FailedEntryCount":0)") != std::string::npos;
    if (!is_fine) ++load.failures;
  }
}

double percentile(std::vector<double>& sorted, std::size_t percent) {
  return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

}  // namespace

void edge_load(const std::string& relayrig) {
  const fs::path folder = fs::temp_directory_path() / "relayrig_bench";
  fs::create_directories(folder);
  Rig rig(relayrig, folder);
  live::Loop loop;
  auto client = live::HttpClientPool::create(loop, {.hosts = {{"aws", rig.url()}}});
  CHECK(client.has_value());
  Load load{.loop = loop, .client = **client, .until = loop.now() + kLasts};
  kernel::TaskScope clients;
  for (int i = 0; i < kClients; ++i) clients.spawn(put_events(load, i));
  const kernel::Timestamp warm_at = loop.now() + kWarm;
  loop.run_until([&] { return loop.now() >= warm_at; });
  const std::int64_t warm = resident_bytes(rig.pid());
  loop.run_until([&] { return clients.running() == 0; });
  const std::int64_t at_the_end = resident_bytes(rig.pid());
  CHECK_THAT(WEXITSTATUS(rig.stop()) == 0, "relayrig up did not end well: edge_errors.txt");

  fs::remove(folder / "edge.1.real.rrun.db");  // half a gigabyte

  std::ranges::sort(load.milliseconds);
  const auto calls = static_cast<double>(load.milliseconds.size());
  const std::string name = number(kClients) + " clients of PutEvents for a minute: ";
  print_line(name + "calls/s", number(calls / std::chrono::duration<double>(kLasts).count()));
  print_line(name + "ms a call, p50 and p99", number(percentile(load.milliseconds, 50), 1) + ", " +
                                                  number(percentile(load.milliseconds, 99), 1));
  print_line(name + "calls that failed", number(static_cast<double>(load.failures)), "0");
  constexpr double kMega = 1024.0 * 1024.0;
  print_line(name + "MiB of the rig after 10 s, and at the end",
             number(static_cast<double>(warm) / kMega, 1) + ", " +
                 number(static_cast<double>(at_the_end) / kMega, 1),
             "flat");
}

}  // namespace bench

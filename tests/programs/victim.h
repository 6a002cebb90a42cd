#pragma once
// The middleware as a process that is killed without warning, and the API that counts what came of it.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/programs/program.h"

namespace program_tests {

/// An external API that does a thing once for each idempotency key.
class Vendor final : public kernel::HttpHandler {
 public:
  kernel::Task<HttpReply> handle(HttpRequest request) override {
    const std::string what = request.target + " " + request.body;
    if (keys.insert(std::string(request.headers.get("Idempotency-Key"))).second) {
      ++effects[what];
      order.push_back(what);
    }
    ++calls;
    return kernel::answered({.response = {.status = 200, .body = R"({"id":"1"})"}});
  }

  std::set<std::string> keys;
  std::map<std::string, int> effects;  ///< "/charges {"order":"7"}": how often it was done
  std::vector<std::string> order;      ///< of the effects
  int calls = 0;
};

/// The program with its log in a file: nobody reads a pipe while it runs.
class Victim {
 public:
  Victim(live::Loop& loop, const std::string& config, const std::string& log,
         const std::string& database = {})
      : child_(std::string(RELAYRIG_BINARY_DIR) + "/relayrig-middleware", "--config", config, "--port", "0",
               boost::process::env["DATABASE_URL"] = database, boost::process::std_out > log,
               boost::process::std_in < boost::process::null) {
    kernel::TaskScope reading;
    reading.spawn(read_port(loop, log));
    const bool is_up = run_until(loop, [this] { return port_ != 0 || !child_.running(); });
    if (!is_up || port_ == 0) throw std::runtime_error("the middleware did not start");
    auto made =
        live::HttpClientPool::create(loop, {.hosts = {{"api", "http://127.0.0.1:" + std::to_string(port_)}}});
    if (!made) throw std::runtime_error(made.error().text());
    client = std::move(*made);
  }

  void kill_now() {
    kill(child_.id(), SIGKILL);
    child_.wait();
  }
  int stop() {
    kill(child_.id(), SIGTERM);
    child_.wait();
    return child_.exit_code();
  }

  std::unique_ptr<live::HttpClientPool> client;

 private:
  kernel::Task<void> read_port(live::Loop& loop, std::string log) {
    for (std::string line; port_ == 0;) {
      std::ifstream in(log);
      if (std::getline(in, line) && !in.eof()) {
        port_ = kernel::parse_json(line)->at("fields").at("port").get<int>();
      }
      co_await kernel::sleep_for_duration(loop, 5ms);
    }
  }

  boost::process::child child_;
  int port_ = 0;
};

}  // namespace program_tests

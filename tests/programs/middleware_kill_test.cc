// The real program under load, killed without warning ten times.
#include <map>
#include <set>

#include "tests/programs/program.h"

namespace program_tests {
namespace {

/// An external API that does a thing once for each idempotency key.
class Vendor final : public kernel::HttpHandler {
 public:
  kernel::Task<HttpReply> handle(HttpRequest request) override {
    const std::string what = request.target + " " + request.body;
    if (keys.insert(std::string(request.headers.get("Idempotency-Key"))).second) ++effects[what];
    ++calls;
    return kernel::answered({.response = {.status = 200, .body = R"({"id":"1"})"}});
  }

  std::set<std::string> keys;
  std::map<std::string, int> effects;  ///< "/charges {"order":"7"}": how often it was done
  int calls = 0;
};

std::string yaml(const std::string& store, const std::string& url) {
  return "name: orders\ninbox: {store: {sqlite: \"" + store +
         "\"}, answer: accepted}\napis:\n  vendor: {url: \"" + url + R"("}
flows:
  - event: Order_Placed__e
    steps:
      - {name: charge, api: vendor, path: /charges, body: {order: "${/Order__c}"}}
      - {name: book, api: vendor, path: /orders, body: {order: "${/Order__c}"}}
    callbacks:
      - {name: tell, api: vendor, path: /told, body: {order: "${/Order__c}", state: "${end/state}", booking: "${book/id}"}}
)";
}

/// The program with its log in a file: nobody reads a pipe while it runs.
class Victim {
 public:
  Victim(live::Loop& loop, const std::string& config, const std::string& log)
      : child_(std::string(RELAYRIG_BINARY_DIR) + "/relayrig-middleware", "--config", config, "--port", "0",
               boost::process::std_out > log, boost::process::std_in < boost::process::null) {
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

/// Delivers events one by one, 200 a second, and again what was not acknowledged.
class Caller {
 public:
  explicit Caller(live::Loop& loop) : loop_(loop) {}

  /// Until so many more are acknowledged; does `then` while others are on their way.
  void run(kernel::HttpClient& client, std::size_t more, const std::function<void()>& then) {
    std::vector<int> again;
    for (int event = 1; event <= sent_; ++event) {
      if (!acknowledged.contains(event)) again.push_back(event);
    }
    kernel::TaskScope deliveries;
    const std::size_t wanted = acknowledged.size() + more;
    deliveries.spawn(deliver(client, std::move(again), deliveries));
    if (!run_until(loop_, [&] { return acknowledged.size() >= wanted; }))
      throw std::runtime_error("no answers");
    then();
  }
  bool deliver_rest(kernel::HttpClient& client) {
    kernel::TaskScope deliveries;
    for (int event = 1; event <= sent_; ++event) {
      if (!acknowledged.contains(event)) deliveries.spawn(send(client, event));
    }
    return run_until(loop_, [this] { return static_cast<int>(acknowledged.size()) == sent_; });
  }

  std::set<int> acknowledged;

 private:
  kernel::Task<void> deliver(kernel::HttpClient& client, std::vector<int> again,
                             kernel::TaskScope& deliveries) {
    for (kernel::Timestamp next = loop_.now();; next += 5ms) {
      co_await kernel::sleep_until(loop_, next);
      int event = 0;
      if (again.empty()) {
        event = ++sent_;
      } else {
        event = again.back();
        again.pop_back();
      }
      deliveries.spawn(send(client, event));
    }
  }
  kernel::Task<void> send(kernel::HttpClient& client, int event) {
    auto request =
        live_tests::request("POST", "/events", R"({"Order__c":")" + std::to_string(event) + R"("})",
                            {{"Content-Type", "application/json"},
                             {"ce-id", "event-" + std::to_string(event)},
                             {"ce-type", "Order_Placed__e"}});
    const HttpResult answer = co_await client.send(std::move(request), loop_.now() + 30s);
    if (answer && (answer->status == 202 || answer->status == 200)) acknowledged.insert(event);
  }

  live::Loop& loop_;
  int sent_ = 0;
};

TEST(MiddlewareProgram, DoesEveryAcknowledgedEventOnceAndTellsOfItHoweverOftenItIsKilled) {
  live::Loop loop;
  Vendor vendor;
  const auto server = serve(loop, vendor);
  const Folder folder;
  const std::string config = folder.file("m.yaml", yaml(folder.path() + "/store.db", server->base_url()));
  Caller caller(loop);
  for (std::size_t round = 0; round < 10; ++round) {
    Victim victim(loop, config, folder.path() + "/log." + std::to_string(round));
    caller.run(*victim.client, 40 + 17 * round, [&victim] { victim.kill_now(); });
  }
  Victim last(loop, config, folder.path() + "/log.last");
  ASSERT_TRUE(caller.deliver_rest(*last.client));
  const std::size_t events = caller.acknowledged.size();
  EXPECT_GE(events, 1000U);
  EXPECT_TRUE(run_until(loop, [&] { return vendor.effects.size() == 3 * events; }))
      << vendor.effects.size() << " of " << 3 * events;
  for (const auto& [what, times] : vendor.effects) EXPECT_EQ(times, 1) << what;
  EXPECT_EQ(vendor.keys.size(), 3 * events) << "two steps and a callback";
  EXPECT_EQ(last.stop(), 0);
}

}  // namespace
}  // namespace program_tests

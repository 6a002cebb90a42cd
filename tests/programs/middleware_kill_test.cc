// The real program under load, killed without warning ten times.
#include <set>

#include "tests/programs/victim.h"

namespace program_tests {
namespace {

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

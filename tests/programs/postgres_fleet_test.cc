// Several processes of the real program on one database, under load, killed without warning in turn.
#ifdef RELAYRIG_POSTGRES
#include <algorithm>
#include <array>
#include <cstdlib>

#include "tests/programs/victim.h"
#include "tests/support/postgres_server.h"

namespace program_tests {
namespace {

constexpr std::size_t kInstances = 4;
constexpr int kEffects = 3;  ///< of each order: charge, book, tell
constexpr int kWaitingMax = 1000;

std::string yaml(const std::string& schema, const std::string& vendor) {
  return "name: orders\ninbox:\n  answer: accepted\n  store: {postgres: {url: env:DATABASE_URL, schema: " +
         schema + ", look: 100ms}}\napis:\n  vendor: {url: \"" + vendor + R"("}
flows:
  - event: Order_Placed__e
    deadline: 2s
    ordering: {key: "${/Customer__c}"}
    steps:
      - {name: charge, api: vendor, path: /charges, body: {order: "${/Order__c}"}}
      - {name: book, api: vendor, path: /orders, body: {order: "${/Order__c}"}}
    callbacks:
      - {name: tell, api: vendor, path: /told, body: {order: "${/Order__c}"}}
)";
}

class Fleet {
 public:
  Fleet(live::Loop& loop, const std::string& schema, const std::string& vendor)
      : loop_(loop), config_(folder_.file("m.yaml", yaml(schema, vendor))) {
    for (std::unique_ptr<Victim>& instance : instances_) instance = started();
  }

  void kill_and_restart(std::size_t number) {
    std::unique_ptr<Victim>& instance = instances_.at(number);
    instance->kill_now();
    // Who sends meanwhile finds nobody there.
    auto next = started();
    // What is on its way to it ends with an error of its connection before its client goes.
    past_.push_back(std::exchange(instance, std::move(next)));
  }
  /// Whichever is there.
  kernel::HttpClient& client(std::size_t turn) { return *instances_.at(turn % kInstances)->client; }
  /// The worst exit code.
  int stop() {
    int worst = 0;
    for (const auto& instance : instances_) worst = std::max(worst, instance->stop());
    return worst;
  }

 private:
  std::unique_ptr<Victim> started() {
    return std::make_unique<Victim>(loop_, config_, folder_.path() + "/log." + std::to_string(++starts_),
                                    support::PostgresServer::shared()->url());
  }

  live::Loop& loop_;
  Folder folder_;
  std::string config_;
  int starts_ = 0;
  std::array<std::unique_ptr<Victim>, kInstances> instances_;
  std::vector<std::unique_ptr<Victim>> past_;
};

std::string order_name(int customer, int number) {
  return std::to_string(customer) + "." + std::to_string(number);
}

/// What the senders have done so far, all together.
struct Load {
  int sent = 0;
  int acknowledged = 0;
  bool is_over = false;
};

/// The orders of one customer: each is sent when the one before is acknowledged, to one instance after the
/// other, and none while more than `kWaitingMax` of all orders wait to be worked on: a machine that is slower
/// than the senders would end with a heap of them.
kernel::Task<void> send_orders(live::Loop& loop, Fleet& fleet, const Vendor& vendor, int customer,
                               Load& load) {
  auto turn = static_cast<std::size_t>(customer);
  int number = 0;
  while (!load.is_over) {
    const auto is_behind = [&] {
      return load.sent > static_cast<int>(vendor.effects.size()) / kEffects + kWaitingMax;
    };
    while (is_behind() && !load.is_over) co_await kernel::sleep_for_duration(loop, 20ms);
    if (load.is_over) break;
    const std::string name = order_name(customer, number++);
    ++load.sent;
    for (bool is_kept = false; !is_kept; ++turn) {
      auto request = live_tests::request(
          "POST", "/events",
          R"({"Order__c":")" + name + R"(","Customer__c":"c)" + std::to_string(customer) + R"("})",
          {{"Content-Type", "application/json"}, {"ce-id", "event-" + name}, {"ce-type", "Order_Placed__e"}});
      auto sending = fleet.client(turn).send(std::move(request), loop.now() + 30s);
      const HttpResult answer = co_await std::move(sending);
      is_kept = answer && (answer->status == 202 || answer->status == 200);
      if (!is_kept) co_await kernel::sleep_for_duration(loop, 20ms);
    }
    ++load.acknowledged;
    co_await kernel::sleep_for_duration(loop, 50ms);
  }
}

/// `goes_on` is asked after each kill; `next_kill` tells when it is time for one.
void kill_in_turn(const std::string& schema, int customers,
                  const std::function<bool(live::Loop&, int kills, int acknowledged)>& next_kill,
                  const std::function<bool(int kills)>& goes_on) {
  live::Loop loop;
  Vendor vendor;
  const auto server = serve(loop, vendor);
  Fleet fleet(loop, schema, server->base_url());
  Load load;
  kernel::TaskScope senders;
  for (int customer = 0; customer < customers; ++customer)
    senders.spawn(send_orders(loop, fleet, vendor, customer, load));
  int kills = 0;
  while (goes_on(kills)) {
    ASSERT_TRUE(run_until(loop, [&] { return next_kill(loop, kills, load.acknowledged); }))
        << load.acknowledged;
    fleet.kill_and_restart(static_cast<std::size_t>(kills++) % kInstances);
  }
  load.is_over = true;
  ASSERT_TRUE(run_until(loop, [&] { return senders.running() == 0; }));
  const auto expected = static_cast<std::size_t>(kEffects * load.sent);
  EXPECT_TRUE(run_until(loop, [&] { return vendor.effects.size() == expected; }))
      << vendor.effects.size() << " of " << expected << ": an event is lost";
  for (const auto& [what, times] : vendor.effects) EXPECT_EQ(times, 1) << what;
  std::map<std::string, int> next;  // of each path and customer
  for (const std::string& what : vendor.order) {
    const std::string path = what.substr(0, what.find(' '));
    const std::string name =
        kernel::json_text_at(*kernel::parse_json(what.substr(path.size() + 1)), "/order");
    const std::size_t dot = name.find('.');
    EXPECT_EQ(std::stoi(name.substr(dot + 1)), next[path + " " + name.substr(0, dot)]++) << what;
  }
  EXPECT_EQ(fleet.stop(), 0);
}

TEST(PostgresFleet, LosesNothingDoesNothingTwiceAndKeepsTheOrderWhoeverIsKilled) {
  SKIP_WITHOUT_POSTGRES();
  kill_in_turn(
      "fleet", 16, [](live::Loop&, int kills, int acknowledged) { return acknowledged >= 60 * (kills + 1); },
      [](int kills) { return kills < 8; });
}

// build/program_tests --gtest_also_run_disabled_tests --gtest_filter='PostgresFleet.DISABLED*'
TEST(PostgresFleet, DISABLED_LosesNothingWhileOneIsKilledEveryTenSecondsForTenMinutes) {
  SKIP_WITHOUT_POSTGRES();
  std::optional<kernel::Timestamp> last;
  kill_in_turn(
      "fleet_long", 40,
      [&last](live::Loop& loop, int, int) {
        if (!last) last = loop.now();
        if (loop.now() < *last + 10s) return false;
        last = loop.now();
        return true;
      },
      [](int kills) { return kills < 60; });
}

}  // namespace
}  // namespace program_tests
#endif

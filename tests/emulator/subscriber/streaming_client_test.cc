#include "emulator/subscriber/streaming_client.h"

#include "emulator/sim/wire.h"
#include "tests/emulator/salesforce_edge/salesforce_edge_support.h"

namespace emulator::subscriber {
namespace {

using kernel::at;
using namespace std::chrono_literals;
using salesforce_edge_tests::ink_org;
using Texts = std::vector<std::string>;

constexpr const char* kHost = "login.salesforce.com";
constexpr const char* kLogin =
    "grant_type=password&username=ann%40example.com&password=secretTOKEN&client_id=3MVG9&client_secret=hush";

/// An org, and one client that watches Low_Ink__e until 10 minutes.
struct Watched : salesforce_edge_tests::Rig {
  sim::Wire wire{scheduler};
  std::optional<StreamingClient> client;

  explicit Watched(AfterLoss after_loss = AfterLoss::Resume, std::int64_t replay = -1,
                   const std::string& channel = "/event/Low_Ink__e", const std::string& login = kLogin) {
    wire.serve(kHost, edge);
    client.emplace(ClientConfig{.name = "printer room",
                                .channel = channel,
                                .host = kHost,
                                .login = login,
                                .replay = replay,
                                .after_loss = after_loss},
                   scheduler, wire, journal);
  }
  ~Watched() {
    calls.cancel_all();
    wire.stop();
    edge.stop();
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  void start() { calls.spawn(client->run(at(10min))); }
  std::string publish(const std::string& model) {
    const auto published = org.publish("Low_Ink__e", R"({"Printer_Model__c":")" + model + "\"}");
    EXPECT_TRUE(published) << model;
    return published ? published->event_uuid : std::string{};
  }
  void run_until(kernel::Duration time) { run_for(at(time) - scheduler.now()); }
  /// EventUuids in the order of arrival.
  Texts arrived() const {
    Texts events;
    for (const auto& hop : journal.hops) {
      if (hop.operation == "event" && hop.to == "printer room") events.push_back(hop.event);
    }
    return events;
  }
};

TEST(StreamingClient, HearsWhatIsPublishedFromNowOn) {
  Watched org;
  org.publish("before");
  org.start();
  org.run_until(1s);
  const std::string first = org.publish("A");
  const std::string second = org.publish("B");
  org.run_until(2s);
  EXPECT_EQ(org.arrived(), (Texts{first, second}));
  org.run_until(11min);
  EXPECT_EQ(org.journal.transitions,
            (Texts{"0s printer room idle -> connected", "10m printer room connected -> idle"}));
}

TEST(StreamingClient, BeginsWithAllThatIsKept) {
  Watched org(AfterLoss::Resume, -2);
  const std::string before = org.publish("before");
  org.start();
  org.run_until(1s);
  EXPECT_EQ(org.arrived(), Texts{before});
}

TEST(StreamingClient, AsksAfterALossForWhatItIsToldTo) {
  struct Row {
    AfterLoss after_loss;
    std::size_t arrivals;  ///< of two that it saw, one in the gap and one after it
  };
  for (const Row& row : {Row{AfterLoss::Resume, 4}, Row{AfterLoss::Restart, 6}, Row{AfterLoss::Forget, 3}}) {
    SCOPED_TRACE(static_cast<int>(row.after_loss));
    Watched org(row.after_loss, -2);
    org.publish("A");
    org.publish("B");
    org.start();
    org.run_until(1s);
    org.client->go_away(at(61s));
    org.run_until(50s);
    EXPECT_EQ(org.edge.drop_sessions(), 1U);
    org.publish("gap");
    org.run_until(62s);
    org.publish("after");
    org.run_until(63s);
    EXPECT_EQ(org.arrived().size(), row.arrivals);
  }
}

TEST(StreamingClient, KeepsItsSessionWhenItIsBackInTime) {
  Watched org;
  org.start();
  org.run_until(1s);
  org.client->go_away(at(30s));
  org.publish("swallowed");
  org.run_until(2s);
  const std::string waiting = org.publish("waits");
  org.run_until(31s);
  EXPECT_EQ(org.arrived(), Texts{waiting});
  EXPECT_EQ(org.journal.transitions,
            (Texts{"0s printer room idle -> connected", "1s printer room connected -> away",
                   "30s printer room away -> connected"}));
}

TEST(StreamingClient, LogsInAgainWhenItsTokenIsDead) {
  Watched org;
  org.start();
  org.run_until(1s);
  org.edge.expire_tokens();
  const std::string woken = org.publish("A");
  org.run_until(200s);
  const std::string later = org.publish("B");
  org.run_until(201s);
  EXPECT_EQ(org.arrived(), (Texts{woken, later}));
}

TEST(StreamingClient, HoldsAHealthyConnectionToAChannelThatRefusedIt) {
  Watched org(AfterLoss::Resume, -1, "/topic/Ink");
  org.start();
  org.run_until(5min);
  EXPECT_EQ(org.journal.transitions, Texts{"0s printer room idle -> refused"});
}

TEST(StreamingClient, TriesAgainWhileItCannotLogIn) {
  Watched org(AfterLoss::Resume, -1, "/event/Low_Ink__e", "grant_type=password");
  org.start();
  org.run_until(11s);
  const auto logins = std::ranges::count(org.journal.hops, std::string("POST /services/oauth2/token"),
                                         [](const auto& hop) { return hop.operation; });
  EXPECT_EQ(logins, 3) << "at 0, 5 and 10 s";
}

}  // namespace
}  // namespace emulator::subscriber

#include "emulator/salesforce/setup.h"

#include <gtest/gtest.h>

#include "emulator/relay/relays.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::salesforce {
namespace {

using kernel::Json;

struct Sources final : bus::PartnerEventSources {
  void create_event_source(const std::string& name) override { names.push_back(name); }
  Lines names;
};

/// Takes everything; an event ends there.
struct Sink final : bus::PartnerEventSink {
  explicit Sink(kernel::Journal& to) : journal(to) {}
  kernel::Task<std::vector<bus::EntryResult>> put_partner_events(
      std::vector<bus::PartnerEntry> entries) override {
    for (const bus::PartnerEntry& entry : entries) {
      taken.push_back(entry.source + " " + entry.detail_type);
      journal.ended(entry.event_uuid, kernel::End::Delivered, "test");
    }
    co_return std::vector<bus::EntryResult>(entries.size(), {.event_id = "id"});
  }
  kernel::Journal& journal;
  Lines taken;
};

struct SetupBench : Bench {
  Org org;
  Sources sources;
  Sink sink{journal};
  relay::Relays relays;
  Setup setup;
  explicit SetupBench(OrgConfig config = {}, relay::RelayConfig first = {.channel = "First__chn"})
      : org(std::move(config), 7, scheduler, journal),
        relays(std::move(first), 7, {scheduler, journal, org, sink, sources}),
        setup(org, relays, 7) {}

  /// The id, or "400 CODE text".
  std::string create(const char* type, const char* body) {
    const auto made = setup.create_setup(type, *kernel::parse_json(body));
    return made ? *made : text_of(made.error());
  }
  std::string update(const std::string& id, const char* body) {
    const auto changed = setup.update_setup("EventRelayConfig", id, *kernel::parse_json(body));
    return changed ? "ok" : text_of(changed.error());
  }
  static std::string text_of(const OrgError& error) {
    return std::to_string(error.http_status) + " " + error.code + " " + error.message;
  }
  /// A channel with one member, and a relay of it.
  std::string make_relay() {
    create("PlatformEventChannel",
           R"({"FullName":"Orders__chn","Metadata":{"channelType":"event","label":"O"}})");
    create(
        "PlatformEventChannelMember",
        R"({"FullName":"Orders_chn_Order_e","Metadata":{"eventChannel":"Orders__chn","selectedEntity":"Order__e",
               "filterExpression":"City__c = 'London'"}})");
    create("NamedCredential",
           R"({"FullName":"AWS","Metadata":{"label":"AWS","endpoint":"arn:aws:US-EAST-1:123456789012",
               "principalType":"Anonymous","protocol":"NoAuthentication"}})");
    return create("EventRelayConfig",
                  R"({"FullName":"OrdersRelay","Metadata":{"eventChannel":"Orders__chn",
                      "destinationResourceName":"callout:AWS","relayOption":"{\"ReplayRecovery\":\"EARLIEST\"}","state":"STOP"}})");
  }
};

// facts/salesforce 6.1, 6.2, 6.4.
TEST(Setup, MakesARelayThatRunsAndReports) {
  SetupBench bench;
  const std::string id = bench.make_relay();
  ASSERT_TRUE(id.starts_with("7k2")) << id;
  const std::string channel_id = bench.setup.setup_objects("PlatformEventChannel")->back()["Id"];
  EXPECT_TRUE(channel_id.starts_with("0YL"));
  const std::string source = "aws.partner/salesforce.com/" + bench.org.org_id() + "/" + channel_id;
  EXPECT_EQ(bench.sources.names, Lines{source});
  EXPECT_EQ(bench.setup.setup_object("EventRelayConfig", id)->at("Metadata")["state"], "STOP");

  EXPECT_EQ(bench.update(id, R"({"FullName":"OrdersRelay","Metadata":{"state":"RUN"}})"), "ok");
  ASSERT_TRUE(bench.org.publish("Order__e", R"({"City__c":"London"})"));
  ASSERT_TRUE(bench.org.publish("Order__e", R"({"City__c":"Paris"})"));
  bench.run_to(1s);
  EXPECT_EQ(bench.sink.taken, Lines{source + " Order__e"});
  const Json feedback = bench.setup.setup_objects("EventRelayFeedback")->back();
  EXPECT_EQ(feedback["EventRelayConfigId"], id);
  EXPECT_EQ(feedback["Status"], "RUNNING");
  EXPECT_EQ(feedback["RemoteResource"], source);
  EXPECT_EQ(feedback["LastRelayedEventTime"], "2026-01-05T09:00:00.000Z");
  EXPECT_TRUE(feedback["ErrorCode"].is_null());
  EXPECT_EQ(bench.setup.setup_object("EventRelayConfig", id)->at("Metadata")["relayOption"],
            R"({"ReplayRecovery":"EARLIEST"})");

  EXPECT_TRUE(bench.setup.remove_setup("EventRelayConfig", id));
  EXPECT_FALSE(bench.setup.setup_object("EventRelayConfig", id));
  EXPECT_EQ(bench.relays.relays().size(), 1U);
}

TEST(Setup, RefusesInTheWordsOfTheToolingApi) {
  SetupBench bench;
  const std::string id = bench.make_relay();
  EXPECT_EQ(bench.create("ApexClass", "{}"), "404 NOT_FOUND The requested resource does not exist");
  EXPECT_EQ(bench.create("PlatformEventChannel",
                         R"({"FullName":"Orders__chn","Metadata":{"channelType":"event"}})"),
            "400 DUPLICATE_DEVELOPER_NAME This developer name is already in use: Orders__chn");
  const std::string relay =
      R"({"FullName":"Other","Metadata":{"eventChannel":"Orders__chn","destinationResourceName":"callout:AWS"}})";
  EXPECT_EQ(bench.create("EventRelayConfig", relay.c_str()),
            "400 FIELD_INTEGRITY_EXCEPTION The event channel is referenced by an existing event relay");
  EXPECT_EQ(bench.update(id, R"({"FullName":"A","Metadata":{"state":"RUN"}})"),
            "400 FIELD_INTEGRITY_EXCEPTION Full name A does not match the full name OrdersRelay of the "
            "entity (id: " +
                id + ")");
  EXPECT_EQ(bench.update(id, R"({"Metadata":{"eventChannel":"First__chn"}})"),
            "400 FIELD_INTEGRITY_EXCEPTION Only state and relayOption can be updated");
  EXPECT_EQ(bench.update(id, R"({"Metadata":{"state":"GO"}})"),
            "400 FIELD_INTEGRITY_EXCEPTION The state must be RUN, PAUSE or STOP");
  EXPECT_EQ(
      bench.create(
          "PlatformEventChannelMember",
          R"({"FullName":"x","Metadata":{"eventChannel":"Orders__chn","selectedEntity":"AccountChangeEvent"}})"),
      "400 FIELD_INTEGRITY_EXCEPTION The selected entity AccountChangeEvent is not one for this channel");
  EXPECT_EQ(
      bench.create(
          "PlatformEventChannelMember",
          R"({"FullName":"x","Metadata":{"eventChannel":"Orders__chn","selectedEntity":"B__e","filterExpression":"A__c ="}})"),
      "400 FIELD_INTEGRITY_EXCEPTION The filter expression is invalid: at 7: wants a value");
  const std::string channel = bench.setup.setup_objects("PlatformEventChannel")->back()["Id"];
  EXPECT_EQ(bench.setup.remove_setup("PlatformEventChannel", channel).error().code, "DEPENDENCY_EXISTS");
}

TEST(Setup, ShowsWhatIsDeclaredAndMovesIt) {
  SetupBench bench({.channels = {{"First__chn", {.members = {{.entity = "A__e"}}}}}});
  const auto relays = bench.setup.setup_objects("EventRelayConfig");
  ASSERT_EQ(relays->size(), 1U);
  const std::string id = relays->front()["Id"];
  EXPECT_EQ(bench.setup.setup_objects("PlatformEventChannel")->front()["FullName"], "First__chn");
  EXPECT_EQ(bench.setup.setup_objects("PlatformEventChannelMember")->front()["FullName"], "First_chn_A_e");
  EXPECT_EQ(bench.relays.first().source(),
            "aws.partner/salesforce.com/" + bench.org.org_id() + "/" +
                bench.setup.setup_objects("PlatformEventChannel")->front()["Id"].get<std::string>());
  bench.relays.first().start();
  EXPECT_EQ(bench.update(id, R"({"Metadata":{"state":"PAUSE"}})"), "ok");
  EXPECT_EQ(bench.relays.first().status(), relay::Status::Paused);
  EXPECT_EQ(bench.setup.remove_setup("EventRelayConfig", id).error().code, "FIELD_INTEGRITY_EXCEPTION");
}

}  // namespace
}  // namespace emulator::salesforce

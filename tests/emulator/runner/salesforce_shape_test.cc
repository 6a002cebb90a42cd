// `given.salesforce` and `given.relay`: what they take, and what they refuse in which words.
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

/// A scenario of the shared deployment with these keys of the org.
class OrgFile {
 public:
  auto read(const std::string& salesforce, const std::string& timeline = "[]") const {
    const std::string path = put(folder_ / "s.yaml", "name: s\nuse: " RELAYRIG_SOURCE_DIR
                                                     "/scenarios/stacks/orders.yaml\ngiven:\n  salesforce: " +
                                                         salesforce + "\ntimeline: " + timeline + "\n");
    return read_scenario(path, {});
  }
  std::string problem(const std::string& salesforce, const std::string& timeline = "[]") const {
    const auto scenario = read(salesforce, timeline);
    return scenario ? "" : without(scenario.error().text(), folder_ / "");
  }

 private:
  TempDir folder_;
};

TEST(SalesforceShape, TakesAWholeOrg) {
  const OrgFile file;
  const auto scenario = file.read(
      "{id: 00D5f000005KcCnEAK, edition: developer, deliver_per_day: 7, only_declared: true, "
      "events: {Order_Placed__e: {key: K__c, publish: after_commit, fields: {K__c: {required: true}, "
      "N__c: {type: Number, precision: 5, scale: 2, default: 1.5}}}}, "
      "objects: {Account: {change_events: true, key_prefix: '001'}}, "
      "channels: {A__chn: [{event: Order_Placed__e, filter: N__c > 1}], "
      "C__chn: [{event: AccountChangeEvent, enrich: [Name]}]}, "
      "users: {ann: {password: p, view_all_data: false}}, "
      "apps: {sync: {consumer_key: k, run_as: ann, session_timeout: 15m}}}");
  ASSERT_TRUE(scenario) << scenario.error().text();
  const salesforce::OrgConfig& org = scenario->given.salesforce;
  EXPECT_EQ(org.org_id, "00D5f000005KcCnEAK");
  EXPECT_EQ(org.deliver_per_day, 7);
  EXPECT_EQ(org.events[0].second.publish, salesforce::PublishBehaviour::AfterCommit);
  EXPECT_EQ(org.events[0].second.fields[1].second.fallback, "1.5");
  EXPECT_EQ(org.channels[0].second.members[0].filter, "N__c > 1");
  EXPECT_EQ(org.channels[1].second.members[0].enriched, std::vector<std::string>{"Name"});
  EXPECT_EQ(org.users[0].username, "ann");
  EXPECT_EQ(org.apps[0].session_timeout, std::chrono::minutes{15});
}

TEST(SalesforceShape, RefusesWhatAnOrgWouldNotTake) {
  const std::pair<const char*, const char*> cases[] = {
      {"{id: 00Dshort}", "s.yaml:4:20: 'id' wants 18 characters that begin with 00D"},
      {"{events: {Order: {}}}", "'Order' is no platform event: its API name ends in __e"},
      {"{channels: {A__chn: [{event: A__e, filter: N__c >}]}}", "the filter is invalid at 7: wants a value"},
      {"{channels: {A__chn: [{event: A__e, enrich: [X__c]}]}}", "only change events can be enriched"},
      {"{channels: {A__chn: [A__e, AccountChangeEvent]}}",
       "channel A__chn carries platform events and change events: it must be of one kind"},
      {"{only_declared: true, channels: {A__chn: [A__e]}}", "'A__e' of channel A__chn is not declared"},
      {"{channels: {A__chn: [Account]}}",
       "'Account' of channel A__chn is neither a platform event nor a change event"},
      {"{edition: developer, events: {A__e: {}, B__e: {}, C__e: {}, D__e: {}, E__e: {}}}",
       "the edition allows 5 event definitions, there are 6"},
      {"{events: {A__e: {fields: {N__c: {type: Number, default: many}}}}}",
       "default: value not of required type: \"many\""},
      {"{apps: {a: {consumer_key: k, run_as: bob}}}", "app 'a' runs as 'bob', who is no user"},
  };
  const OrgFile file;
  for (const auto& [salesforce, problem] : cases) {
    const std::string found = file.problem(salesforce);
    EXPECT_NE(found.find(problem), std::string::npos) << salesforce << "\n" << found;
  }
}

TEST(SalesforceTimeline, KnowsTransactionsAndFaultsOfTheOrg) {
  const OrgFile file;
  const std::string org = "{objects: {Account: {}}}";
  const auto scenario =
      file.read(org,
                "[{at: 0s, change: [{create: Account, fields: {Name: A}, count: 2}], origin: o}, "
                "{at: 1s, lose: salesforce, times: 3}, {at: 2s, relay: lose_position, for: 1m}, "
                "{at: 3s, throttle: relay, for: 1s}]");
  ASSERT_TRUE(scenario) << scenario.error().text();
  const auto& lines = scenario->timeline;
  EXPECT_EQ(lines[0].change->origin, "o");
  EXPECT_EQ(lines[0].change->steps[0].count, 2);
  EXPECT_EQ(lines[0].change->steps[0].fields, R"({"Name":"A"})");
  EXPECT_EQ(*lines[1].org_fault, std::pair(OrgFault::Lose, std::int64_t{3}));
  EXPECT_EQ(lines[2].relay, RelayVerb::LosePosition);
  EXPECT_EQ(lines[3].throttle, "relay");
  EXPECT_NE(file.problem(org, "[{at: 0s, change: [{create: Acount, fields: {}}]}]")
                .find("the changed object is 'Acount', which is not given; did you mean 'Account'?"),
            std::string::npos);
}

}  // namespace
}  // namespace emulator::runner

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emulator/salesforce/change_events.h"
#include "emulator/salesforce/org.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::salesforce {
namespace {

using kernel::Json;

Json json(std::string_view text) { return *kernel::parse_json(text); }

OrgConfig config() {
  return {.events = {{"Later__e", {.publish = PublishBehaviour::AfterCommit}}, {"Now__e", {}}},
          .objects = {{"Account",
                       {.fields = {{"Name", {.required = true, .length = 10}},
                                   {"Industry", {}},
                                   {"Code__c", {.is_external_id = true}}},
                        .has_change_events = true}},
                      {"Note__c", {}}}};
}

struct Silent final : relay::StreamListener {
  void on_stored() override {}
  void on_purged(const relay::StoredEvent&) override {}
};

struct Transactions : Bench {
  Org org;
  Silent listener;
  explicit Transactions(OrgConfig org_config = config()) : org(std::move(org_config), 7, scheduler, journal) {
    org.subscribe(listener, "Events__chn");
  }
  /// "Later__e" for each event that went out.
  Lines kinds() {
    Lines all;
    for (const auto& event : org.read_after("Events__chn", 0, 1000)) all.push_back(event->api_name);
    return all;
  }
  Json last_payload() { return json(org.read_after("Events__chn", 0, 1000).back()->payload); }
};

// facts/salesforce 1.2, 2.
TEST(Transaction, KeepsEventsForTheCommitOnlyIfTheyAreDefinedSo) {
  Transactions bench;
  auto work = bench.org.begin({.name = "client"});
  const auto now = work->publish("Now__e", "{}");
  const auto later = work->publish("Later__e", "{}");
  ASSERT_TRUE(now && later);
  EXPECT_TRUE(now->id.starts_with("e02")) << now->id;
  EXPECT_EQ(bench.kinds(), Lines{"Now__e"});
  work->commit();
  EXPECT_EQ(bench.kinds(), (Lines{"Now__e", "Later__e"}));
  EXPECT_EQ(bench.org.read_after("Events__chn", 0, 9)[1]->uuid, later->event_uuid);
}

TEST(Transaction, TakesBackEverythingButImmediateEvents) {
  Transactions bench;
  std::string uuid;
  {
    auto work = bench.org.begin({});
    ASSERT_TRUE(work->publish("Now__e", "{}"));
    uuid = work->publish("Later__e", "{}")->event_uuid;
    const std::string id = *work->create("Account", json(R"({"Name":"A"})"));
    ASSERT_TRUE(work->update("Account", id, json(R"({"Industry":"X"})")));
    ASSERT_TRUE(work->remove("Account", id));
  }
  EXPECT_EQ(bench.kinds(), Lines{"Now__e"});
  EXPECT_EQ(bench.org.records("Account")->size(), 0U);
  EXPECT_EQ(bench.journal.ends_of(uuid), Lines{"0s rejected salesforce: rolled back"});
}

TEST(Transaction, RefusesRecordsInTheWordsOfTheApi) {
  Transactions bench;
  auto work = bench.org.begin({});
  const std::string id = *work->create("Account", json(R"({"Name":"A"})"));
  const auto code = [](const auto& result) {
    return result ? std::string("ok")
                  : std::to_string(result.error().http_status) + " " + result.error().code;
  };
  EXPECT_EQ(code(work->create("Nope", json("{}"))), "404 NOT_FOUND");
  EXPECT_EQ(code(work->create("Account", json("{}"))), "400 REQUIRED_FIELD_MISSING");
  EXPECT_EQ(code(work->create("Account", json(R"({"Name":"A","Nope__c":1})"))), "400 INVALID_FIELD");
  EXPECT_EQ(code(work->create("Account", json(R"({"Name":"A","Id":"x"})"))),
            "400 INVALID_FIELD_FOR_INSERT_UPDATE");
  EXPECT_EQ(code(work->update("Account", id, json(R"({"Name":null})"))), "400 REQUIRED_FIELD_MISSING");
  EXPECT_EQ(code(work->update("Account", id, json(R"({"Name":"12345678901"})"))), "400 STRING_TOO_LONG");
  EXPECT_EQ(code(work->update("Account", "003000000000001AAA", json("{}"))), "400 MALFORMED_ID");
  EXPECT_EQ(code(work->update("Account", "001000000000999AAA", json("{}"))), "404 NOT_FOUND");
  EXPECT_EQ(code(work->upsert("Account", "Name", "A", json("{}"))), "400 INVALID_FIELD");
  EXPECT_EQ(code(work->remove("Account", id.substr(0, 15))), "ok") << "15 characters name a record";
  EXPECT_EQ(code(work->remove("Account", id)), "404 ENTITY_IS_DELETED");
  EXPECT_EQ(code(work->undelete("Account", id)), "ok");
  work->commit();
}

TEST(Transaction, UpsertsByAnExternalId) {
  Transactions bench;
  auto work = bench.org.begin({});
  const auto made = work->upsert("Account", "Code__c", "A-1", json(R"({"Name":"A"})"));
  const auto changed = work->upsert("Account", "Code__c", "A-1", json(R"({"Name":"B"})"));
  work->commit();
  ASSERT_TRUE(made && changed);
  EXPECT_TRUE(made->is_created);
  EXPECT_FALSE(changed->is_created);
  EXPECT_EQ(changed->id, made->id);
  EXPECT_EQ(bench.org.record("Account", made->id)->at("Name"), "B");
  EXPECT_EQ(bench.org.record("Account", made->id)->at("Code__c"), "A-1");
}

// facts/salesforce 3.1.
TEST(Transaction, TellsOnlyWhatChanged) {
  Transactions bench;
  auto work = bench.org.begin({.change_origin = "com/salesforce/api/rest/66.0;client=Sync"});
  const std::string id = *work->create("Account", json(R"({"Name":"A","Industry":null})"));
  work->commit();
  Json payload = bench.last_payload();
  Json header = payload["ChangeEventHeader"];
  EXPECT_EQ(header["entityName"], "Account");
  EXPECT_EQ(header["changeType"], "CREATE");
  EXPECT_EQ(header["recordIds"], Json::array({id}));
  EXPECT_EQ(header["changeOrigin"], "com/salesforce/api/rest/66.0;client=Sync");
  EXPECT_EQ(header["sequenceNumber"], 1);
  EXPECT_EQ(header["commitTimestamp"], 1'767'603'600'000);
  EXPECT_EQ(header["commitNumber"], 1'767'603'600'000'000'000) << "beyond 2^53, exact";
  EXPECT_EQ(header["changedFields"], Json::array());
  EXPECT_EQ(payload["Name"], "A");
  EXPECT_FALSE(payload.contains("Industry")) << "empty";
  EXPECT_TRUE(payload.contains("CreatedDate"));

  bench.run_to(1s);
  work = bench.org.begin({});
  ASSERT_TRUE(work->update("Account", id, json(R"({"Name":"A","Industry":"Apparel"})")));
  ASSERT_TRUE(work->update("Account", id, json(R"({"Name":"A"})"))) << "changes nothing";
  work->commit();
  payload = bench.last_payload();
  EXPECT_EQ(payload["ChangeEventHeader"]["changedFields"], Json::array({"Industry", "LastModifiedDate"}));
  payload.erase("ChangeEventHeader");
  EXPECT_EQ(payload, json(R"({"Industry":"Apparel","LastModifiedDate":"2026-01-05T09:00:01.000Z"})"));

  work = bench.org.begin({});
  ASSERT_TRUE(work->update("Account", id, json(R"({"Industry":null})")));
  ASSERT_TRUE(work->remove("Account", id));
  work->commit();
  const auto events = bench.org.read_after("Events__chn", 0, 10);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_TRUE(json(events[2]->payload)["Industry"].is_null()) << "nulled ones are sent";
  EXPECT_EQ(json(events[3]->payload).size(), 1U) << "a deletion is a header";
  EXPECT_EQ(json(events[3]->payload)["ChangeEventHeader"]["sequenceNumber"], 2);
  EXPECT_EQ(json(events[2]->payload)["ChangeEventHeader"]["transactionKey"],
            json(events[3]->payload)["ChangeEventHeader"]["transactionKey"]);
}

TEST(Transaction, SendsEnrichedFieldsOnTheirChannelOnly) {
  OrgConfig with_channel = config();
  with_channel.channels = {
      {"Rich__chn", {.members = {{.entity = "AccountChangeEvent", .enriched = {"Name", "Code__c"}}}}}};
  Transactions bench(with_channel);
  auto work = bench.org.begin({});
  const std::string id = *work->create("Account", json(R"({"Name":"A"})"));
  work->commit();
  work = bench.org.begin({});
  ASSERT_TRUE(work->update("Account", id, json(R"({"Industry":"X"})")));
  work->commit();
  EXPECT_EQ(json(bench.org.read_after("Rich__chn", 0, 10)[1]->payload).at("Name"), "A");
  EXPECT_FALSE(json(bench.org.read_after("Events__chn", 0, 10)[1]->payload).contains("Name"));
}

TEST(Org, PassesACapturedChangeEventOnAsItIs) {
  Transactions bench;
  const std::string text =
      R"({"B":1.0, "ChangeEventHeader": {"entityName":"Expense__c","commitNumber":1745500706683617281,"recordIds":["a00"]}})";
  ASSERT_TRUE(bench.org.capture(text));
  const auto stored = bench.org.read_after("Events__chn", 0, 10).at(0);
  EXPECT_EQ(stored->payload, text);
  EXPECT_EQ(stored->api_name, "Expense__ChangeEvent");
  EXPECT_FALSE(bench.org.capture("{}"));
}

TEST(Org, LosesAndStoresTwiceWhenToldTo) {
  Transactions bench;
  bench.org.lose_next(1);
  const auto lost = bench.org.publish("Now__e", "{}");
  ASSERT_TRUE(lost) << "the publisher is not told";
  EXPECT_EQ(bench.journal.ends_of(lost->event_uuid), Lines{"0s lost salesforce: accepted and never stored"});
  bench.org.store_twice_next(1);
  ASSERT_TRUE(bench.org.publish("Now__e", "{}"));
  const auto stored = bench.org.read_after("Events__chn", 0, 10);
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored[0]->uuid, stored[1]->uuid);
  EXPECT_LT(stored[0]->replay_id, stored[1]->replay_id);
  EXPECT_EQ(stored[0]->payload, stored[1]->payload);
  EXPECT_EQ(bench.journal.at(stored[0]->uuid).branches_open, 2);
}

RecordChange update(const char* id, std::int64_t value) {
  return {.object = "Account",
          .record_id = id,
          .type = ChangeType::Update,
          .fields = {{"A__c", value}, {"B__c", value}, {"LastModifiedDate", "now"}}};
}

/// "UPDATE #1 a b" for each event.
Lines told(const std::vector<RecordChange>& changes, std::int64_t overflow_at = 100'000,
           std::int64_t gaps = 0) {
  const TransactionInfo info{.key = "key",
                             .user_id = "005",
                             .change_origin = "",
                             .committed = monday(),
                             .commit_number = 1,
                             .overflow_at = overflow_at};
  Lines lines;
  for (const ChangeEvent& event : change_events(changes, info, gaps)) {
    const Json header = json(event.payload)["ChangeEventHeader"];
    std::string line = header["entityName"].get<std::string>() + " " +
                       header["changeType"].get<std::string>() + " #" +
                       std::to_string(header["sequenceNumber"].get<int>());
    for (const Json& id : header["recordIds"]) line += " " + id.get<std::string>();
    if (json(event.payload).size() > 1) line += " +";
    lines.push_back(std::move(line));
  }
  return lines;
}

// facts/salesforce 3.1, 3.2.
TEST(ChangeEvents, MergeOverflowAndLeaveHoles) {
  const RecordChange silent{
      .object = "Note__c", .record_id = "n", .type = ChangeType::Create, .has_events = false};
  const RecordChange deleted{.object = "Contact", .record_id = "c", .type = ChangeType::Delete};
  EXPECT_EQ(told({update("a", 1), update("b", 1), update("c", 2)}),
            (Lines{"Account UPDATE #1 a b +", "Account UPDATE #2 c +"}));
  EXPECT_EQ(told({update("a", 1), silent, deleted}), (Lines{"Account UPDATE #1 a +", "Contact DELETE #3 c"}));
  EXPECT_EQ(told({update("a", 1), update("b", 2), deleted}, 3),
            (Lines{"Account UPDATE #1 a +", "Account GAP_OVERFLOW #2 000000000000000AAA",
                   "Contact GAP_OVERFLOW #3 000000000000000AAA"}))
      << "each changed field of an update counts";
  EXPECT_EQ(told({update("a", 1), update("b", 1), deleted}, 100, 1),
            (Lines{"Account GAP_UPDATE #1 a b", "Contact DELETE #2 c"}));
  RecordChange large = update("a", 1);
  large.fields[0].second = std::string(1'100'000, 'x');
  EXPECT_EQ(told({large}), Lines{"Account GAP_UPDATE #1 a"}) << "over 1 MB";
}

TEST(ChangeEvents, NestCompoundFields) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"Contact", "LastName", "Name.LastName"},
      {"Account", "Name", "Name"},
      {"Account", "BillingStreet", "BillingAddress.Street"},
      {"Contact", "OtherPostalCode", "OtherAddress.PostalCode"},
      {"Account", "ShippingLabel", "ShippingLabel"},
      {"Account", "LastName", "LastName"}};
  for (const auto& [object, field, path] : cases) EXPECT_EQ(path_in_change_event(object, field), path);
}

}  // namespace
}  // namespace emulator::salesforce

#include "middleware/ingest/enrich.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "middleware/ingest/ingest.h"
#include "middleware/kernel/wait.h"
#include "tests/support/recorded_log.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace ingest {
namespace {

using kernel::at;
using namespace std::chrono_literals;

constexpr const char* kUuid = "2ed6657d-e927-568b-95e1-2665a8aea6a2";

std::string event(const std::string& payload) {
  return R"({"detail-type":"Order__e","source":"s","detail":{"id":")" + std::string(kUuid) +
         R"(","payload":)" + payload + "}}";
}

/// Parameters that take their time.
class Parameters final : public secrets::Provider {
 public:
  explicit Parameters(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  kernel::Task<kernel::Result<std::string>> get(std::string reference) override {
    co_await kernel::sleep_for_duration(scheduler_, takes);
    const auto found = values.find(reference);
    if (found == values.end()) co_return kernel::invalid("there is no " + reference);
    co_return found->second;
  }
  void forget(const std::string&) override {}

  std::map<std::string, std::string> values;
  kernel::Duration takes = 0ms;

 private:
  kernel::Scheduler& scheduler_;
};

struct Bench {
  explicit Bench(Enrichment enrichment) : all(std::move(enrichment)) {
    ingest.log_to(log);
    ingest.refer_to(parameters);
    middleware.then(200);
  }
  /// The body that was sent, or "type: message".
  std::string sent(const std::string& payload) {
    const std::size_t before = middleware.asked.size();
    const std::string text = event(payload);
    const auto result = support::run(
        scheduler, ingest.handle({.payload = text, .deadline = scheduler.now() + 10s, .hop = 9}));
    if (!result) return result.error().type + ": " + result.error().message;
    return middleware.asked.at(before).request.body;
  }

  Enrichment all;
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi middleware{scheduler};
  Parameters parameters{scheduler};
  support::RecordedLog log;
  Ingest ingest{{.types = {{.name = "Order__e"}}, .enrichment = all}, scheduler, middleware};
};

TEST(Enrich, AddsUnderOneNameAndLeavesTheRestAsItStood) {
  Bench bench({.correlation_by = "/No__c"});
  EXPECT_EQ(bench.sent(R"({"No__c":"SO-1", "Big__c": 9007199254740993.10 })"),
            R"({"No__c":"SO-1", "Big__c": 9007199254740993.10,"_enriched":{"correlation_id":"SO-1"}})");
  EXPECT_EQ(bench.middleware.asked_with("X-Correlation-Id"), std::vector<std::string>{"SO-1"});
  EXPECT_EQ(bench.sent("{ }"), R"({"_enriched":{"correlation_id":")" + std::string(kUuid) + R"("}})");
  EXPECT_EQ(bench.sent(R"({"_enriched":{}})"),
            "ValidationError: the payload has a member '_enriched' of its own");
}

TEST(Enrich, CorrelatesByTheFieldOrByTheEvent) {
  struct Case {
    const char* payload;
    const char* id;
  };
  const Case cases[] = {
      {R"({"No__c":"SO-1"})", "SO-1"}, {R"({"No__c":17})", "17"}, {R"({"No__c":""})", kUuid},
      {R"({"No__c":null})", kUuid},    {R"({})", kUuid},          {R"({"No__c":"a\r\nX-Evil: 1"})", kUuid}};
  for (const Case& c : cases) {
    EXPECT_EQ(correlation_id({.correlation_by = "/No__c"}, *kernel::parse_json(c.payload), kUuid), c.id)
        << c.payload;
  }
}

TEST(Enrich, LooksValuesUpInTheFilesTables) {
  const TableLookup region{.name = "region",
                           .by = "/Country__c",
                           .table = {{"DE", R"("eu")"}, {"7", R"({"zone":1})"}},
                           .otherwise = R"("world")"};
  TableLookup strict = region;
  strict.otherwise.reset();
  const auto added = [](const TableLookup& lookup, const char* payload) {
    kernel::Json all = kernel::Json::object();
    const auto known = add_known({.lookups = {lookup}}, *kernel::parse_json(payload), kUuid, {}, all);
    return known ? kernel::json_text(all["region"]) : known.error().type + ": " + known.error().message;
  };
  EXPECT_EQ(added(region, R"({"Country__c":"DE"})"), R"("eu")");
  EXPECT_EQ(added(region, R"({"Country__c":7})"), R"({"zone":1})");
  EXPECT_EQ(added(region, R"({"Country__c":"FR"})"), R"("world")");
  EXPECT_EQ(added(region, R"({})"), R"("world")");
  EXPECT_EQ(added(strict, R"({"Country__c":"FR"})"),
            "ValidationError: the look-up 'region' has no entry for the value at /Country__c");
  EXPECT_EQ(added(strict, R"({})"),
            "ValidationError: the look-up 'region' has no entry for the value at /Country__c");
}

TEST(Enrich, TellsTheAgeWhereItIsAskedTo) {
  Bench bench({.with_age = true});
  bench.scheduler.run_until(at(3s));
  EXPECT_EQ(bench.sent(R"({"CreatedDate":"2026-01-05T09:00:01.000Z"})"),
            R"({"CreatedDate":"2026-01-05T09:00:01.000Z","_enriched":{"correlation_id":")" +
                std::string(kUuid) + R"(","age_ms":2000}})");
  EXPECT_EQ(bench.sent("{}"),
            R"({"_enriched":{"correlation_id":")" + std::string(kUuid) + R"(","age_ms":null}})");
}

TEST(Enrich, AddsWhatAParameterHolds) {
  Bench bench({.correlation_by = "/No__c",
               .references = {{.name = "all", .parameter = "ssm:/orders"},
                              {.name = "price", .parameter = "ssm:/prices", .by = "/Sku__c"}}});
  bench.parameters.values = {{"ssm:/orders", R"({"vat": 19})"}, {"ssm:/prices", R"({"A":1.5,"B":[2]})"}};
  bench.parameters.takes = 2s;
  EXPECT_EQ(bench.sent(R"({"No__c":"1","Sku__c":"B"})"),
            R"({"No__c":"1","Sku__c":"B","_enriched":{"correlation_id":"1","all":{"vat":19},"price":[2]}})");
  EXPECT_EQ(bench.middleware.asked_at(), std::vector<kernel::Timestamp>{at(4s)});
  EXPECT_EQ(bench.middleware.asked_with("X-Deadline-Ms"), std::vector<std::string>{"5500"});
}

TEST(Enrich, FailsOrGoesOnWithoutAReference) {
  struct Case {
    const char* name;
    const char* value;
    kernel::Duration takes;
    const char* why;
  };
  const Case cases[] = {
      {"none", nullptr, 0s, "there is no ssm:/prices"},
      {"no JSON", "A=1", 0s, "ssm:/prices is no JSON or has no entry for this event"},
      {"no entry", R"({"A":1})", 0s, "ssm:/prices is no JSON or has no entry for this event"},
      {"late", R"({"B":1})", 1h, "ssm:/prices did not come in time"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    for (const bool is_needed : {true, false}) {
      Bench bench(
          {.references = {
               {.name = "price", .parameter = "ssm:/prices", .by = "/Sku__c", .is_needed = is_needed}}});
      if (c.value != nullptr) bench.parameters.values["ssm:/prices"] = c.value;
      bench.parameters.takes = c.takes;
      const std::string sent = bench.sent(R"({"Sku__c":"B"})");
      if (is_needed) {
        EXPECT_EQ(sent, "ReferenceUnavailable: 'price': " + std::string(c.why));
        EXPECT_TRUE(bench.middleware.asked.empty());
        EXPECT_TRUE(bench.log.lines.empty());
        continue;
      }
      // At its deadline there is no time left for the middleware either.
      if (c.takes < 10s) EXPECT_TRUE(sent.ends_with(R"(,"price":null}})")) << sent;
      EXPECT_EQ(bench.log.lines,
                (std::vector<std::string>{"ReferenceMissing " + std::string(kUuid) +
                                          R"( {"reference":"price","why":")" + c.why + R"("})"}));
    }
  }
}

}  // namespace
}  // namespace ingest

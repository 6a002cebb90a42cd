#include "middleware/service/outbox.h"

#include <optional>

#include "middleware/service/metrics.h"
#include "tests/middleware/service/flow_support.h"

namespace service {
namespace {

using kernel::at;
using namespace std::chrono_literals;

constexpr const char* kDone = R"(200 {"status":"done"})";

/// Orders are booked at the ERP, and the CRM is told.
class OutboxTest : public FlowTest {
 protected:
  static CallbackConfig callback(std::string_view body = R"({"no":"${/No}"})") {
    return {.name = "tell-crm", .api = "crm", .path = text("/told"), .body = json(body)};
  }
  ServiceConfig config(std::vector<CallbackConfig> callbacks) {
    ServiceConfig config;
    for (const char* name : {"erp", "crm"}) {
      config.apis.push_back({.name = name,
                             .retry = {.attempts_max = 2, .jitter = core::Jitter::None},
                             .breaker = std::nullopt});
    }
    config.flows = {{.event = "Order_Placed__e",
                     .steps = {step("book", "erp", "/orders")},
                     .callbacks = std::move(callbacks)}};
    config.outbox.parking = {.wait_first = 10s, .wait_max = 60s};
    return config;
  }
  void start(ServiceConfig made) { service.emplace(std::move(made), around, store); }
  std::string post(const std::string& number, const std::string& customer = "A") {
    return FlowTest::post(*service, R"({"No":")" + number + R"(","Customer":")" + customer + R"("})",
                          "event " + number);
  }
  /// What the CRM was asked, and when.
  Texts told() const {
    Texts lines;
    for (const std::string& line : api.lines()) {
      if (line.find(" POST crm/told") != std::string::npos)
        lines.push_back(line.substr(0, line.find(' ')) + line.substr(line.find("/told") + 5));
    }
    return lines;
  }
  kernel::HttpResponse ask(std::string method, std::string target) {
    return support::run(scheduler,
                        service->handle({.method = std::move(method), .target = std::move(target)}))
        .response;
  }
  kernel::Json dead() {
    return kernel::parse_json(ask("GET", "/admin/dead-callbacks").body)->at("deadCallbacks");
  }

  std::optional<Service> service;
};

TEST_F(OutboxTest, TellsOfAnEventThatIsDoneAndLetsItsCallerGo) {
  api.on("POST crm/told", 200, "{}", 3s);
  start(config({callback()}));
  EXPECT_EQ(post("SO-1"), kDone);
  EXPECT_EQ(scheduler.now(), at(10ms)) << "of the booking alone";
  EXPECT_EQ(store.outbox().callback_count().pending, 1);
  scheduler.run_until(at(1min));
  EXPECT_EQ(told(), (Texts{R"(10 {"no":"SO-1"})"}));
  EXPECT_EQ(api.keys()[1], kernel::uuid5("event SO-1", "callback tell-crm done\ncrm"));
  EXPECT_EQ(store.outbox().callback_count().pending, 0);
  EXPECT_EQ(post("SO-1"), R"(200 {"status":"done","duplicate":true})");
  scheduler.run_until(at(2min));
  EXPECT_EQ(told().size(), 1U);
}

TEST_F(OutboxTest, HasAHopForADeliveryAndOneForEachOfItsAttempts) {
  api.on("POST crm/told", 503).on("POST crm/told", 200);
  start(config({callback()}));
  post("SO-1");
  scheduler.run_until(at(1min));
  EXPECT_EQ(hops.lines(),
            (Texts{"step erp book #1 under 0 0..10 ok 200", "api erp POST /orders #1 under 1 0..10 ok 200",
                   "callback crm tell-crm #1 under 0 10..80 ok 200",
                   "api crm POST /told #1 under 3 10..20 failed 503",
                   "api crm POST /told #2 under 3 70..80 ok 200"}));
}

TEST_F(OutboxTest, FillsItsRequestFromTheEventTheAnswersAndTheEnd) {
  api.on("POST erp/orders", 201, R"({"id":"o1","total":12.50})").on("PUT crm/orders/o1", 204, "");
  CallbackConfig rich = callback(
      R"({"no":"${/No}","id":"${book/id}","total":"${book/total}","end":"${end}","both":"${end/type} ${upper(/No)}"})");
  rich.method = "PUT";
  rich.path = text("/orders/${book/id}");
  rich.headers = {{"X-State", text("${end/state}")}};
  rich.expected = {204};
  start(config({rich}));
  post("SO-1");
  scheduler.run_until(at(1min));
  ASSERT_EQ(api.asked.size(), 2U);
  EXPECT_EQ(
      api.lines()[1],
      R"(10 PUT crm/orders/o1 {"no":"SO-1","id":"o1","total":12.50,"end":{"state":"done","event":"event SO-1",)"
      R"("type":"Order_Placed__e","error":null,"at":"2026-01-05T09:00:00.010Z"},"both":"Order_Placed__e SO-1"})");
  EXPECT_EQ(api.asked[1].request.headers.get("X-State"), "done");
  EXPECT_EQ(store.outbox().callback_count().pending, 0);
}

TEST_F(OutboxTest, TellsOfTheEndsItIsForAndOfNoOther) {
  CallbackConfig done = callback(R"("done")");
  CallbackConfig undone = callback(R"("${end/state}: ${end/error}")");
  undone.name = "tell-of-undo";
  undone.on = {EventEnd::Compensated, EventEnd::CompensationFailed};
  CallbackConfig large = callback(R"("large")");
  large.name = "tell-of-large";
  large.when = expression("/No = 'SO-3'");
  ServiceConfig made = config({done, undone, large});
  made.flows[0].steps[0].undo = undo("erp", "/cancel", "{}");
  made.flows[0].steps.push_back(step("check", "erp", "/check"));
  start(std::move(made));
  post("SO-1");
  api.set("POST erp/check", 422);
  EXPECT_EQ(post("SO-2").substr(0, 15), "422 compensated");
  api.set("POST erp/cancel", 400);
  EXPECT_EQ(post("SO-3").substr(0, 23), "422 compensation-failed");
  api.set("POST erp/check", 200);
  post("SO-3b");
  api.set("POST erp/check", 503);
  EXPECT_EQ(post("SO-4").substr(0, 3), "503") << "it is not over: nobody is told";
  scheduler.run_until(at(1min));
  Texts bodies;
  for (const std::string& line : told()) bodies.push_back(line.substr(line.find(' ') + 1));
  EXPECT_EQ(bodies,
            (Texts{R"("done")", R"("compensated: step check: status 422, gave up: permanent")",
                   R"("compensation_failed: step undo book: status 400, gave up: permanent")", R"("done")"}));
}

TEST_F(OutboxTest, KeepsTheOrderOfAKeyThroughAnOutageAndHoldsNoOtherKeyUp) {
  for (int i = 0; i < 6; ++i) api.on("POST crm/told", 503);
  api.on("POST crm/told", 200);
  CallbackConfig ordered = callback();
  ordered.key = text("${/Customer}");
  start(config({ordered}));
  post("A-1");
  post("A-2");
  post("B-1", "B");
  scheduler.run_until(at(5min));
  // Two attempts a delivery; the first wait is 10 s, the second 20 s, each spread over a quarter.
  EXPECT_EQ(told(), (Texts{R"(10 {"no":"A-1"})", R"(30 {"no":"B-1"})", R"(70 {"no":"A-1"})",
                           R"(90 {"no":"B-1"})", R"(11289 {"no":"B-1"})", R"(11349 {"no":"B-1"})",
                           R"(11927 {"no":"A-1"})", R"(11937 {"no":"A-2"})", R"(35590 {"no":"B-1"})"}));
  EXPECT_EQ(store.outbox().callback_count().pending, 0);
}

TEST_F(OutboxTest, BuriesACallbackThatIsRefusedAndSaysSo) {
  api.on("POST crm/told", 422).on("POST crm/told", 200);
  CallbackConfig ordered = callback();
  ordered.key = text("${/Customer}");
  start(config({ordered}));
  post("SO-1");
  post("SO-2");
  scheduler.run_until(at(1s));
  EXPECT_EQ(told(), (Texts{R"(10 {"no":"SO-1"})", R"(20 {"no":"SO-2"})"})) << "the lane goes on";
  const std::string key = kernel::uuid5("event SO-1", "callback tell-crm done\ncrm");
  EXPECT_EQ(hops.logs,
            (Texts{"20 ERROR outbox: dead callback: tell-crm to crm: status 422, gave up: permanent "
                   R"({"callback":"tell-crm","api":"crm","idempotencyKey":")" +
                   key + R"(","deliveries":1,"errorClass":"permanent","traceId":")" +
                   kernel::trace_id_of("event SO-1") + R"("})"}));
  const kernel::Json list = dead();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["id"], key);
  EXPECT_EQ(list[0]["callback"], "tell-crm");
  EXPECT_EQ(list[0]["api"], "crm");
  EXPECT_EQ(list[0]["event"], "event SO-1");
  EXPECT_EQ(list[0]["errorClass"], "permanent");
  EXPECT_EQ(list[0]["error"], "status 422, gave up: permanent");
  EXPECT_EQ(list[0]["deliveries"], 1);
  EXPECT_EQ(list[0]["diedAt"], "2026-01-05T09:00:00.020Z");
  EXPECT_EQ(list[0]["request"]["target"], "/told");
  EXPECT_EQ(list[0]["request"]["body"], R"({"no":"SO-1"})");

  EXPECT_EQ(ask("POST", "/admin/dead-callbacks/" + key + "/redrive").status, 202);
  scheduler.run_until(at(2s));
  EXPECT_EQ(told().back(), R"(1000 {"no":"SO-1"})");
  EXPECT_EQ(api.keys().back(), key) << "the same key";
  EXPECT_TRUE(dead().empty());
  EXPECT_EQ(ask("POST", "/admin/dead-callbacks/" + key + "/redrive").status, 404);
  EXPECT_EQ(ask("POST", "/admin/dead-callbacks").status, 405);
  EXPECT_EQ(ask("GET", "/admin/dead-callbacks?limit=0").status, 400);
}

TEST_F(OutboxTest, BuriesACallbackAfterItsDeliveries) {
  api.on("POST crm/told", std::unexpected(kernel::NoAnswer::Refused));
  ServiceConfig made = config({callback()});
  made.outbox.deliveries_max = 3;
  start(std::move(made));
  post("SO-1");
  scheduler.run_until(at(10min));
  EXPECT_EQ(told().size(), 6U) << "three deliveries of two attempts";
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_EQ(dead()[0]["errorClass"], "deliveries");
  EXPECT_EQ(dead()[0]["error"], "no answer (refused), gave up: attempts");
  EXPECT_EQ(dead()[0]["deliveries"], 3);
  EXPECT_EQ(hops.lines().back(), "api crm POST /told #2 under 9 33766..33776 no_answer 0 refused");
}

TEST_F(OutboxTest, CountsNoDeliveryInWhichNobodyWasAsked) {
  api.on("POST crm/told", 503);
  ServiceConfig made = config({callback()});
  made.outbox.deliveries_max = 3;
  made.apis[1].retry.attempts_max = 1;
  made.apis[1].breaker = core::BreakerRules{.trip = core::ConsecutiveFailures{1}, .open_for = {120s}};
  start(std::move(made));
  post("SO-1");
  scheduler.run_until(at(100s));
  EXPECT_EQ(told().size(), 1U) << "the breaker is open";
  api.set("POST crm/told", 200);
  scheduler.run_until(at(300s));
  EXPECT_EQ(told().size(), 2U);
  EXPECT_EQ(store.outbox().callback_count().pending, 0);
  EXPECT_EQ(store.outbox().callback_count().dead, 0);
}

TEST_F(OutboxTest, BuriesWhatCannotBeMade) {
  start(config({callback(R"({"no":"${upper(/None)}"})")}));
  EXPECT_EQ(post("SO-1"), kDone) << "the event is over all the same";
  scheduler.run_until(at(1s));
  EXPECT_TRUE(told().empty());
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_EQ(dead()[0]["errorClass"], "permanent");
  EXPECT_EQ(
      dead()[0]["error"],
      "gave up: it cannot be made: body: ${upper(/None)}: upper: /None reads nothing, and a text is needed");
}

TEST_F(OutboxTest, BuriesWhatIsForAnApiThatTheFileNoLongerHas) {
  start(config({callback()}));
  ServiceConfig other = config({});
  post("SO-1");
  service.reset();
  store.end_leases();
  other.apis.pop_back();
  other.works_off_store = true;
  start(std::move(other));
  scheduler.run_until(at(1s));
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_EQ(dead()[0]["error"], "gave up: the file has no api 'crm'");
}

TEST_F(OutboxTest, TakesNoEventThatItCouldNotTellOf) {
  api.on("POST crm/told", 503);
  ServiceConfig made = config({callback()});
  made.outbox.waiting_max = 1;
  start(std::move(made));
  EXPECT_EQ(post("SO-1"), kDone);
  EXPECT_EQ(post("SO-2").substr(0, 3), "503");
  EXPECT_EQ(api.lines().size(), 1U) << "nothing of it is begun";
  api.set("POST crm/told", 200);
  scheduler.run_until(at(1min));
  EXPECT_EQ(post("SO-2"), kDone);
}

TEST_F(OutboxTest, LeavesToItsSuccessorWhatItHasNotBegun) {
  api.on("POST crm/told", 200, "{}", 1s);
  ServiceConfig made = config({callback()});
  made.outbox.running_max = 1;
  start(made);
  post("SO-1");
  post("SO-2");
  EXPECT_FALSE(service->is_idle());
  service->retire();
  Service successor(made, around, store);
  EXPECT_FALSE(service->is_idle()) << "one is being delivered";
  scheduler.run_until(at(10s));
  EXPECT_TRUE(service->is_idle());
  EXPECT_EQ(told(), (Texts{R"(10 {"no":"SO-1"})", R"(20 {"no":"SO-2"})"})) << "by the successor";
  EXPECT_EQ(store.outbox().callback_count().pending, 0);
}

TEST_F(OutboxTest, CountsWhatItDelivers) {
  Metrics metrics(scheduler, hops);
  Surroundings measured{.scheduler = scheduler, .client = api, .hops = metrics};
  api.on("POST crm/told", 503).on("POST crm/told", 503).on("POST crm/told", 200).on("POST crm/told", 422);
  service.emplace(config({callback()}), measured, store);
  post("SO-1");
  scheduler.run_until(at(1min));
  post("SO-2");
  scheduler.run_until(at(2min));
  const std::string page = metrics.text(service->gauges());
  for (const char* line : {"relayrig_outbox_pending 0\n", "relayrig_outbox_dead 1\n",
                           "relayrig_callbacks_total{dependency=\"crm\",outcome=\"dead_lettered\"} 1\n",
                           "relayrig_callbacks_total{dependency=\"crm\",outcome=\"failed\"} 1\n",
                           "relayrig_callbacks_total{dependency=\"crm\",outcome=\"ok\"} 1\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  }
}

}  // namespace
}  // namespace service

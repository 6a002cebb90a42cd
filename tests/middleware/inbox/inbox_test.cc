#include "middleware/inbox/inbox.h"

#include "tests/middleware/inbox/inbox_support.h"

namespace inbox_tests {
namespace {

class InboxTest : public testing::Test {
 protected:
  void start(service::ServiceConfig config) {
    config.inbox.parking = {.wait_first = 10s, .wait_max = 60s};
    service.emplace(std::move(config),
                    service::Surroundings{.scheduler = scheduler, .client = vendor, .hops = hops}, store);
  }
  HttpResponse send(HttpRequest request) {
    return support::run(scheduler, service->handle(std::move(request))).response;
  }
  std::string post(const std::string& number) { return outcome(send(order(number))); }
  static std::string outcome(const HttpResponse& response) {
    const auto json = kernel::parse_json(response.body);
    const std::string status = kernel::json_text_at(*json, "/status");
    return std::to_string(response.status) + " " +
           (response.status < 400 ? status : kernel::json_text_at(*json, "/type").substr(21));
  }
  kernel::Json dead_letters() {
    return kernel::parse_json(send({.target = "/admin/dead-letters"}).body)->at("deadLetters");
  }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  Vendor vendor{scheduler};
  support::RecordedHops hops{scheduler};
  store::MemoryStore store;
  std::optional<service::Service> service;
};

TEST_F(InboxTest, AcknowledgesAnEventWhenItIsKeptAndDoesItThen) {
  start(flow_of({"charge", "book"}));
  EXPECT_EQ(post("A1"), "202 accepted");
  EXPECT_EQ(scheduler.now(), at(0s));
  EXPECT_EQ(outcome(send(order("A1"))), "202 accepted") << "a duplicate of what waits";
  scheduler.run_until(at(1s));
  EXPECT_EQ(vendor.asked, (Texts{"0 charge A1", "30 book A1"}));
  EXPECT_EQ(post("A1"), "200 done");
  EXPECT_EQ(store.waiting(), 0U);
}

TEST_F(InboxTest, RefusesWhatItCanNeverDo) {
  start(flow_of({"charge"}));
  HttpRequest unknown = order("A1");
  unknown.headers.set("ce-type", "Other");
  EXPECT_EQ(outcome(send(std::move(unknown))), "422 no-flow");
  HttpRequest broken = order("A1");
  broken.body = "{";
  EXPECT_EQ(outcome(send(std::move(broken))), "422 payload");
  EXPECT_EQ(post("A1"), "202 accepted");
  HttpRequest other = order("A1");
  other.body = R"({"Order__c":"A2"})";
  EXPECT_EQ(outcome(send(std::move(other))), "422 other-payload");
}

TEST_F(InboxTest, DoesTheEventsOfAKeyOneAfterTheOtherAndKeysSideBySide) {
  start(flow_of({"charge", "book"}));
  for (const char* number : {"A1", "A2", "B1"}) EXPECT_EQ(post(number), "202 accepted");
  scheduler.run_until(at(1s));
  EXPECT_EQ(vendor.asked,
            (Texts{"0 charge A1", "0 charge B1", "30 book A1", "30 book B1", "60 charge A2", "90 book A2"}));
}

TEST_F(InboxTest, ParksAnEventThatFailsAndWhatWaitsBehindIt) {
  start(flow_of({"charge", "book"}));
  vendor.failures = {{"book A1", 503, 2}};
  for (const char* number : {"A1", "A2", "B1"}) post(number);
  scheduler.run_until(at(5s));
  EXPECT_EQ(vendor.effects, (Texts{"charge A1", "charge B1", "book B1"}));
  EXPECT_EQ(store.waiting(), 2U);
  scheduler.run_until(at(2min));
  EXPECT_EQ(vendor.effects, (Texts{"charge A1", "charge B1", "book B1", "book A1", "charge A2", "book A2"}));
  ASSERT_EQ(vendor.asked.size(), 8U);
  EXPECT_EQ(store.waiting(), 0U);
}

TEST_F(InboxTest, GivesAnEventUpAfterItsDeliveriesAndTheLaneGoesOn) {
  auto config = flow_of({"charge", "book"});
  config.flows[0].deliveries_max = 2;
  start(std::move(config));
  vendor.failures = {{"book A1", 503, 99}};
  for (const char* number : {"A1", "A2"}) post(number);
  scheduler.run_until(at(1min));
  EXPECT_EQ(vendor.effects, (Texts{"charge A1", "charge A2", "book A2"}));
  const kernel::Json letters = dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0]["id"], "A1");
  EXPECT_EQ(letters[0]["type"], "Order");
  EXPECT_EQ(letters[0]["orderingKey"], "A");
  EXPECT_EQ(letters[0]["errorClass"], "deliveries");
  EXPECT_EQ(letters[0]["error"], "step book: status 503, gave up: attempts");
  EXPECT_EQ(letters[0]["deliveries"], 2);
  EXPECT_EQ(letters[0]["payload"]["Order__c"], "A1");
  EXPECT_EQ(post("A1"), "202 dead-lettered") << "nothing more to deliver";
}

TEST_F(InboxTest, GivesAnEventUpAtOnceThatCanNeverSucceed) {
  start(flow_of({"charge"}));
  vendor.failures = {{"charge A1", 422, 1}};
  post("A1");
  scheduler.run_until(at(1s));
  EXPECT_EQ(dead_letters()[0]["errorClass"], "permanent");
  EXPECT_EQ(store.waiting(), 0U);
}

TEST_F(InboxTest, RedrivesADeadLetterFromTheStepThatFailed) {
  start(flow_of({"charge", "book"}));
  vendor.failures = {{"book A1", 422, 1}};
  post("A1");
  scheduler.run_until(at(1s));
  EXPECT_EQ(send({.method = "POST", .target = "/admin/dead-letters/A1/redrive"}).status, 202);
  scheduler.run_until(at(2s));
  EXPECT_EQ(vendor.asked, (Texts{"0 charge A1", "30 book A1", "1000 book A1"}));
  EXPECT_EQ(dead_letters().size(), 0U);
  EXPECT_EQ(send({.method = "POST", .target = "/admin/dead-letters/A1/redrive"}).status, 404);
}

TEST_F(InboxTest, TellsOfAnEventThatIsDoneAndOfOneThatIsDead) {
  auto config = flow_of({"charge", "book"});
  add_callback(config, "tell", service::EventEnd::Done);
  add_callback(config, "warn", service::EventEnd::Dead);
  config.flows[0].deliveries_max = 2;
  start(std::move(config));
  vendor.failures = {{"book A1", 503, 99}};
  for (const char* number : {"A1", "A2"}) post(number);
  scheduler.run_until(at(5s));
  EXPECT_EQ(vendor.effects, (Texts{"charge A1"})) << "a delivery that is parked is no end";
  scheduler.run_until(at(1min));
  EXPECT_EQ(vendor.effects, (Texts{"charge A1", "warn A1", "charge A2", "book A2", "tell A2"}));
  EXPECT_EQ(store.outbox().callback_count().pending, 0);
}

TEST_F(InboxTest, TellsOfAnEventThatDiedWithItsProcesses) {
  auto config = flow_of({"charge"});
  add_callback(config, "warn", service::EventEnd::Dead);
  support::run(
      scheduler,
      store.accept(
          {.id = "A1", .type = "Order", .lane = "A", .payload = R"({"Order__c":"A1","Customer__c":"A"})"},
          at(0s), 9));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(support::run(scheduler, store.take(at(0s), at(1h), 9)).works.size(), 1U);
    store.end_leases();
  }
  start(std::move(config));
  scheduler.run_until(at(1s));
  EXPECT_EQ(vendor.effects, (Texts{"warn A1"}));
  EXPECT_EQ(dead_letters()[0]["errorClass"], "crashes");
}

TEST_F(InboxTest, AnswersOnlyWhatItKnowsOfDeadLetters) {
  start(flow_of({"charge"}));
  struct Case {
    const char* method;
    const char* target;
    int status;
  };
  const Case cases[] = {
      {"GET", "/admin/dead-letters?limit=1", 200},    {"GET", "/admin/dead-letters?limit=0", 400},
      {"GET", "/admin/dead-letters?limit=1001", 400}, {"GET", "/admin/dead-letters?x=1", 400},
      {"POST", "/admin/dead-letters", 405},           {"GET", "/admin/dead-letters/A1/redrive", 405},
      {"POST", "/admin/dead-letters/A1", 404},        {"POST", "/admin/dead-letters/redrive", 404},
      {"POST", "/admin/dead-letters//redrive", 404}};
  for (const Case& c : cases) {
    EXPECT_EQ(send({.method = c.method, .target = c.target}).status, c.status) << c.method << " " << c.target;
  }
}

TEST_F(InboxTest, WorksOnSoManyAtOnceAndKeepsTheRestInTheStore) {
  auto config = flow_of({"charge"});
  config.inbox.running_max = 2;
  config.inbox.waiting_max = 5;
  start(std::move(config));
  for (const char* number : {"A1", "B1", "C1", "D1", "E1"}) EXPECT_EQ(post(number), "202 accepted");
  EXPECT_EQ(post("F1"), "503 full");
  scheduler.run_until(at(1s));
  EXPECT_EQ(vendor.asked,
            (Texts{"0 charge A1", "0 charge B1", "30 charge C1", "30 charge D1", "60 charge E1"}));
  EXPECT_EQ(post("F1"), "202 accepted");
}

TEST_F(InboxTest, SkipsAnEventThatANewerVersionOvertook) {
  for (const service::AnswerWhen answer : {service::AnswerWhen::Sync, service::AnswerWhen::Accepted}) {
    SCOPED_TRACE(answer == service::AnswerWhen::Sync ? "sync" : "accepted");
    store::MemoryStore fresh;
    Vendor api{scheduler};
    auto config = flow_of({"charge"});
    config.answer = answer;
    config.flows[0].ordering =
        service::OrderingConfig{.key = text("${/Customer__c}"), .version = {text("${/V__c}")}};
    service::Service versions(std::move(config), {.scheduler = scheduler, .client = api, .hops = hops},
                              fresh);
    const auto deliver = [&](const std::string& number, int version) {
      HttpRequest request = order(number);
      request.body.insert(request.body.size() - 1, R"(,"V__c":)" + std::to_string(version));
      const int status = support::run(scheduler, versions.handle(std::move(request))).response.status;
      scheduler.run_until(scheduler.now() + 1s);
      return status;
    };
    const int taken = answer == service::AnswerWhen::Sync ? 200 : 202;
    EXPECT_EQ(deliver("A1", 9), taken);
    EXPECT_EQ(deliver("A2", 8), taken) << "acknowledged, not done";
    EXPECT_EQ(deliver("B1", 1), taken) << "of another record";
    EXPECT_EQ(deliver("A3", 10), taken);
    EXPECT_EQ(api.effects, (Texts{"charge A1", "charge B1", "charge A3"}));
    EXPECT_EQ(fresh.waiting(), 0U);
  }
}

TEST_F(InboxTest, TakesABatchAndAnswersForEachOfItsEvents) {
  for (const service::AnswerWhen answer : {service::AnswerWhen::Sync, service::AnswerWhen::Accepted}) {
    const bool is_sync = answer == service::AnswerWhen::Sync;
    SCOPED_TRACE(is_sync ? "sync" : "accepted");
    store::MemoryStore fresh;
    Vendor api{scheduler};
    api.failures = {{"charge B1", 503, 1}, {"charge C1", 422, 1}};
    auto config = flow_of({"charge"});
    config.answer = answer;
    config.flows[0].ordering.reset();
    service::Service batches(std::move(config), {.scheduler = scheduler, .client = api, .hops = hops}, fresh);
    const HttpRequest batch{
        .method = "POST",
        .target = "/events",
        .headers = {{"Content-Type", "application/cloudevents-batch+json; charset=utf-8"}},
        .body = R"([{"specversion":"1.0","id":"A1","type":"Order","source":"s","data":{"Order__c":"A1"}},)"
                R"({"specversion":"1.0","id":"B1","type":"Order","source":"s","data":{"Order__c":"B1"}},)"
                R"({"specversion":"1.0","id":"C1","type":"Order","source":"s","data":{"Order__c":"C1"}},)"
                R"({"specversion":"1.0","id":"D1","type":"Other","source":"s","data":{}},)"
                R"({"specversion":"1.0","type":"Order","data":{}}, 7])"};
    const HttpResponse response = support::run(scheduler, batches.handle(batch)).response;
    EXPECT_EQ(response.status, 200);
    Texts entries;
    const kernel::Json all = *kernel::parse_json(response.body);
    for (const kernel::Json& entry : all) {
      entries.push_back(kernel::json_text_at(entry, "/id") + " " + kernel::json_text_at(entry, "/status") +
                        " " + kernel::json_text_at(entry, "/type"));
    }
    const std::string urn = "urn:relayrig:problem:";
    EXPECT_EQ(entries,
              (Texts{is_sync ? "A1 200 " : "A1 202 ", is_sync ? "B1 503 " + urn + "try-later" : "B1 202 ",
                     is_sync ? "C1 422 " + urn + "refused" : "C1 202 ", "D1 422 " + urn + "no-flow",
                     " 422 " + urn + "headers", " 422 " + urn + "headers"}));
    HttpRequest no_list = batch;
    no_list.body = "{}";
    EXPECT_EQ(support::run(scheduler, batches.handle(no_list)).response.status, 400);
    if (!is_sync) continue;
    HttpRequest again = batch;
    again.body = R"([{"id":"A1","type":"Order","data":{"Order__c":"A1"}}])";
    EXPECT_EQ(support::run(scheduler, batches.handle(again)).response.body, R"([{"id":"A1","status":200}])");
  }
}

}  // namespace
}  // namespace inbox_tests

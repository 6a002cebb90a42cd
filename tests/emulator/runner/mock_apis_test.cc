// The APIs of mocks/apis, each as its page says.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "emulator/runner/api_mocks.h"
#include "emulator/runner/mock_files.h"
#include "middleware/kernel/task_scope.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/scripted_api.h"

namespace emulator::runner {
namespace {

using kernel::HttpRequest;
using kernel::HttpResponse;

std::string path_of(const std::string& name) { return RELAYRIG_SOURCE_DIR "/mocks/apis/" + name; }

std::vector<ApiGiven> one(const std::string& name) {
  auto read = read_mocks({{name, path_of(name + ".yaml")}});
  if (!read) throw std::runtime_error(read.error().text());
  return std::move(*read);
}

/// One API over a wire in memory.
struct ApiBench : Bench {
  std::string name;
  std::vector<ApiGiven> given;
  std::unique_ptr<Network> network = memory_network(scheduler);
  ApiMocks mocks;
  kernel::TaskScope callers;
  kernel::Headers headers;
  std::string location;  ///< of the last answer that had one

  explicit ApiBench(const std::string& api)
      : name(api), given(one(api)), mocks(given, 7, scheduler, journal, network->client()) {
    EXPECT_TRUE(mocks.serve(*network));
  }
  ~ApiBench() {
    mocks.stop();
    network->stop();
  }

  static kernel::Task<void> call_one(kernel::HttpClient& client, HttpRequest request,
                                     kernel::Timestamp deadline, std::optional<kernel::HttpResult>& result) {
    result = co_await client.send(std::move(request), deadline);
  }
  HttpResponse call(HttpRequest request) {
    request.host = name;
    for (const auto& [key, value] : headers) request.headers.add(key, value);
    std::optional<kernel::HttpResult> result;
    callers.spawn(call_one(network->client(), std::move(request), scheduler.now() + 1min, result));
    while (!result && scheduler.step()) {
    }
    EXPECT_TRUE(result && *result) << "no answer";
    HttpResponse response = std::move(**result);
    if (response.headers.has("Location")) location = response.headers.get("Location");
    return response;
  }
  HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = "",
                   kernel::Headers with = {}) {
    return call({.method = method, .target = target, .headers = std::move(with), .body = body});
  }
};

/// What an API is asked, and what it answers.
struct Step {
  const char* method;
  const char* target;  ///< "LOCATION": where the last answer said
  const char* body;
  int status;
  const char* answer;  ///< a part of the body
};

void play(ApiBench& bench, std::initializer_list<Step> steps) {
  for (const Step& step : steps) {
    const std::string target = step.target == std::string("LOCATION") ? bench.location : step.target;
    const HttpResponse answer = bench.ask(step.method, target, step.body);
    EXPECT_EQ(answer.status, step.status) << step.method << " " << target << " " << step.body << "\n"
                                          << answer.body;
    EXPECT_NE(answer.body.find(step.answer), std::string::npos) << step.method << " " << target << "\n"
                                                                << answer.body;
  }
}

TEST(MockApis, EachIsReadAndHasItsPage) {
  int apis = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path_of(""))) {
    if (entry.path().extension() != ".yaml") continue;
    ++apis;
    const std::string name = entry.path().stem();
    EXPECT_NO_THROW(one(name)) << name;
    EXPECT_TRUE(std::filesystem::exists(path_of(name + ".md"))) << name;
  }
  EXPECT_GE(apis, 9);
}

TEST(MockApis, ErpBooksOrders) {
  ApiBench bench("erp");
  play(bench, {{"POST", "/orders", R"({"orderNumber":"SO-1","amount":10})", 201, "\"BOOKED\""},
               {"POST", "/orders", R"({"orderNumber":"SO-2"})", 400, ""},
               {"GET", "/orders", "", 404, ""}});
  EXPECT_EQ(bench.journal.effects, Lines{"erp book SO-1"});
}

TEST(MockApis, ErpRecordsKeepOrders) {
  ApiBench bench("erp_records");
  play(bench, {{"POST", "/orders", R"({"orderNumber":"SO-1","amount":10})", 201, "SO-1"},
               {"POST", "/orders", R"({"orderNumber":"SO-2","amount":200})", 201, "SO-2"},
               {"GET", "/orders?amount_gt=100", "", 200, "SO-2"},
               {"GET", "/orders?orderNumber_eq=SO-9", "", 200, "[]"},
               {"GET", "/orders/none", "", 404, ""}});
  EXPECT_EQ(bench.journal.effects, (Lines{"erp_records book SO-1", "erp_records book SO-2"}));
}

TEST(MockApis, PaymentsCharge) {
  ApiBench bench("payments");
  play(bench,
       {{"POST", "/v1/charges", R"({"amount":10,"currency":"eur","reference":"SO-1"})", 201, "succeeded"},
        {"POST", "/v1/charges", R"({"amount":10})", 400, ""}});
  EXPECT_EQ(bench.journal.effects, Lines{"payments charge SO-1"});
}

TEST(MockApis, StripeChargesAndRefundsJsonAndForms) {
  ApiBench bench("stripe");
  play(bench,
       {{"POST", "/v1/charges", R"({"amount":10,"currency":"eur","reference":"SO-1"})", 201, "\"amount\":10"},
        {"POST", "/v1/charges", R"({"amount":20.13,"currency":"eur","reference":"SO-3"})", 402,
         "card_declined"},
        {"POST", "/v1/charges", R"({"amount":10})", 400, "parameter_missing"},
        {"POST", "/v1/refunds", R"({"charge":"ch_1"})", 200, "refund"}});
  const HttpResponse form =
      bench.ask("POST", "/v1/charges", "amount=1000&currency=eur&metadata[reference]=SO-2",
                {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(form.status, 201) << form.body;
  EXPECT_NE(form.body.find("\"amount\":1000"), std::string::npos) << form.body;
  EXPECT_EQ(bench.journal.effects, (Lines{"stripe charge SO-1", "stripe refund ch_1", "stripe charge SO-2"}));
  const kernel::Headers keyed = {{"Idempotency-Key", "k"}};
  const char* order = R"({"amount":10,"currency":"eur","reference":"SO-4"})";
  const std::string first = bench.ask("POST", "/v1/charges", order, keyed).body;
  const HttpResponse again = bench.ask("POST", "/v1/charges", order, keyed);
  EXPECT_EQ(again.body, first);
  EXPECT_EQ(again.headers.get("Idempotent-Replayed"), "true");
  const HttpResponse other = bench.ask("POST", "/v1/charges", "{}", keyed);
  EXPECT_EQ(other.status, 400);
  EXPECT_NE(other.body.find(R"("type":"idempotency_error")"), std::string::npos) << other.body;
}

TEST(MockApis, ShippingAcceptsShipments) {
  ApiBench bench("shipping");
  play(bench, {{"POST", "/shipments", R"({"reference":"SO-1","address":{"country":"AT"}})", 202, "ACCEPTED"},
               {"POST", "/shipments", R"({"reference":"SO-2"})", 400, ""}});
  EXPECT_EQ(bench.journal.effects, Lines{"shipping ship SO-1"});
}

TEST(MockApis, CarrierIsPolledUntilTheLabelIsThere) {
  ApiBench bench("carrier");
  play(bench, {{"POST", "/shipments", R"({"reference":"SO-1"})", 422, "incomplete"},
               {"POST", "/shipments", R"({"reference":"SO-1","address":{"country":"AT"}})", 202, "ACCEPTED"},
               {"GET", "LOCATION", "", 200, "ACCEPTED"}});
  bench.run_to(10s);
  play(bench, {{"GET", "LOCATION", "", 200, "LABELLED"}});
  EXPECT_EQ(bench.journal.effects, Lines{"carrier ship SO-1"});
}

TEST(MockApis, CrmWantsATokenAndUpserts) {
  ApiBench bench("crm");
  EXPECT_EQ(bench.ask("GET", "/contacts").status, 401);
  const HttpResponse token =
      bench.ask("POST", "/oauth/token",
                "grant_type=client_credentials&client_id=rehearsal&client_secret=rehearsal-secret",
                {{"Content-Type", "application/x-www-form-urlencoded"}});
  ASSERT_EQ(token.status, 200) << token.body;
  bench.headers.add("Authorization",
                    "Bearer " + kernel::json_text_at(*kernel::parse_json(token.body), "/access_token"));
  play(bench, {{"GET", "/contacts?tier_eq=gold", "", 200, "ada@example.com"},
               {"PUT", "/contacts/by-email/new@example.com", "{}", 201, "\"created\":true"},
               {"PUT", "/contacts/by-email/new@example.com", "{}", 200, "\"created\":false"},
               {"PUT", "/contacts/by-email/nobody", "{}", 422, "INVALID_EMAIL"},
               {"PUT", "/contacts/by-email/locked@example.com", "{}", 409, "UNABLE_TO_LOCK_ROW"},
               {"PUT", "/contacts/by-email/locked@example.com", "{}", 201, "\"created\":true"},
               {"POST", "/contacts", R"({"name":"Alan"})", 422, "REQUIRED_FIELD_MISSING"},
               {"POST", "/contacts", R"({"email":"alan@example.com"})", 201, "\"id\":3"},
               {"GET", "/contacts/3", "", 200, "alan@example.com"}});
  EXPECT_EQ(bench.ask("GET", "/contacts/3").headers.get("X-RateLimit-Limit"), "15000");
  EXPECT_EQ(bench.journal.effects,
            (Lines{"crm create_contact new@example.com", "crm create_contact locked@example.com",
                   "crm create_contact alan@example.com"}));
  bench.run_to(31min);
  EXPECT_EQ(bench.ask("GET", "/contacts").status, 401);
}

TEST(MockApis, NotificationsAreDeliveredLater) {
  ApiBench bench("notification");
  EXPECT_EQ(bench.ask("POST", "/messages", "{}").status, 401);
  bench.headers.add("X-Api-Key", "rehearsal");
  play(bench,
       {{"POST", "/messages", R"({"to":"a@example.com"})", 400, "incomplete"},
        {"POST", "/messages", R"({"to":"a@invalid.example","template":"t","reference":"SO-1"})", 422,
         "recipient_unreachable"},
        {"POST", "/messages", R"({"to":"a@example.com","template":"t","reference":"SO-1"})", 202, "queued"},
        {"GET", "LOCATION", "", 200, "queued"}});
  bench.run_to(10s);
  play(bench, {{"GET", "LOCATION", "", 200, "delivered"},
               {"POST", "/messages", R"({"to":"b@bounce.example","template":"t","reference":"SO-2"})", 202,
                "queued"}});
  bench.run_to(20s);
  play(bench, {{"GET", "LOCATION", "", 200, "bounced"}});
  EXPECT_EQ(bench.journal.effects, (Lines{"notification notify SO-1", "notification notify SO-2"}));
  for (int i = 1; i <= 5; ++i)
    bench.ask("POST", "/messages",
              R"({"to":"c@example.com","template":"t","reference":"C-)" + std::to_string(i) + "\"}");
  const HttpResponse sixth =
      bench.ask("POST", "/messages", R"({"to":"c@example.com","template":"t","reference":"C-6"})");
  EXPECT_EQ(sixth.status, 429);
  EXPECT_TRUE(sixth.headers.has("Retry-After"));
}

TEST(MockApis, InventoryReservesBehindItsLimits) {
  ApiBench bench("inventory");
  play(bench,
       {{"POST", "/reservations", R"({"order":"SO-1","sku":"A","quantity":2})", 201, "\"quantity\":2"},
        {"POST", "/reservations", R"({"order":"SO-2","sku":"A","quantity":200})", 409, "out_of_stock"},
        {"POST", "/reservations", R"({"order":"SO-3","sku":"UNKNOWN-1","quantity":1})", 404, "no_such_sku"},
        {"POST", "/reservations", R"({"order":"SO-4"})", 400, "incomplete"},
        {"DELETE", "/reservations/rsv_1", "", 204, ""},
        {"GET", "/stock/A", "", 200, "\"available\":100"}});
  EXPECT_EQ(bench.journal.effects, (Lines{"inventory reserve SO-1", "inventory release rsv_1"}));
  const HttpResponse known = bench.ask("GET", "/stock/A", "", {{"If-None-Match", "\"1\""}});
  EXPECT_EQ(known.status, 304);
  EXPECT_TRUE(known.headers.has("RateLimit"));
  bench.run_to(5s);
  // The bucket is full again: 20 at one moment are fine, the next is not.
  std::vector<int> statuses;
  for (int i = 0; i < 21; ++i) {
    bench.callers.spawn([](ApiBench& b, std::vector<int>& all) -> kernel::Task<void> {
      const auto result = co_await b.network->client().send({.host = "inventory", .target = "/stock/A"},
                                                            b.scheduler.now() + 1min);
      all.push_back(result ? result->status : 0);
    }(bench, statuses));
  }
  while (statuses.size() < 21 && bench.scheduler.step()) {
  }
  EXPECT_EQ(std::ranges::count(statuses, 429), 1);
  EXPECT_EQ(std::ranges::count(statuses, 503), 10);  // of which 10 at once are served
}

}  // namespace
}  // namespace emulator::runner

// The admin API over mocks in virtual time: what it answers, and what the mocks do from then on.
#include "emulator/runner/mock_admin.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emulator/runner/given_shapes.h"
#include "middleware/kernel/task_scope.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/scripted_api.h"

namespace emulator::runner {
namespace {

using kernel::Duration;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Json;

constexpr const char* kApis = R"(
erp:
  latency: 10ms
  stubs:
    - {id: book, request: {method: POST, url_path: /orders}, effect: {operation: book, key: "{{request.json.n}}"}, respond: {status: 201}}
    - {id: look, request: {method: GET, url_path: /orders}}
payments: {operations: [{path: /charges, effect: charge, business_key: /n}]}
org: {org: true}
)";

std::vector<ApiGiven> apis() {
  auto read = config::read_text(kApis, "apis", apis_shape());
  if (!read) throw std::runtime_error(read.error().text());
  return std::move(*read);
}

struct AdminBench : Bench {
  std::vector<ApiGiven> given = apis();
  support::ScriptedApi outside{scheduler};
  ApiMocks mocks{given, 7, scheduler, journal, outside};
  std::unique_ptr<Network> network = memory_network(scheduler);
  Doors doors{*network, journal, scheduler};
  MockAdmin admin{mocks, doors, given, scheduler, journal};
  kernel::TaskScope callers;

  AdminBench() {
    EXPECT_TRUE(mocks.serve(*network));
    EXPECT_TRUE(network->serve("org", admin, Transport::Plain));  // somebody who answers
  }
  ~AdminBench() { network->stop(); }
  AdminBench(const AdminBench&) = delete;
  AdminBench& operator=(const AdminBench&) = delete;

  static kernel::Task<void> connect_one(kernel::HttpClient& client, std::string host,
                                        kernel::Timestamp deadline, std::string& outcome) {
    const auto result = co_await client.send({.host = std::move(host)}, deadline);
    outcome = result ? "answered" : std::string(kernel::to_text(result.error()));
  }
  /// What is found by who connects.
  std::string connect(std::string host) {
    std::string outcome;
    callers.spawn(connect_one(network->client(), std::move(host), scheduler.now() + 10s, outcome));
    while (outcome.empty() && scheduler.step()) {
    }
    return outcome;
  }

  static kernel::Task<void> call_one(kernel::HttpHandler& of, HttpRequest request,
                                     std::optional<kernel::HttpReply>& reply) {
    reply = co_await of.handle(std::move(request));
  }
  HttpResponse call(kernel::HttpHandler& of, HttpRequest request) {
    std::optional<kernel::HttpReply> reply;
    callers.spawn(call_one(of, std::move(request), reply));
    while (!reply && scheduler.step()) {
    }
    return std::move(reply.value().response);
  }
  HttpResponse ask(std::string method, std::string target, std::string body = "") {
    return call(admin, {.method = std::move(method),
                        .target = "/_relayrig/" + std::move(target),
                        .headers = {},
                        .body = std::move(body)});
  }
  Json get(std::string target) { return *kernel::parse_json(ask("GET", std::move(target)).body); }
  int order(const std::string& number) {
    return call(*mocks.of_stubs().front(), {.method = "POST",
                                            .target = "/orders",
                                            .headers = {{"Authorization", "Bearer s3cret"}},
                                            .body = R"({"n":")" + number + "\"}"})
        .status;
  }
  Lines faults() {
    Lines all;
    const Json json = get("faults");
    for (const Json& one : json["faults"])
      all.push_back(one["name"].get<std::string>() + " " + one["state"].get<std::string>() + " " +
                    std::to_string(one["fired"].get<int>()));
    return all;
  }
};

TEST(MockAdmin, SaysWhichMocksThereAre) {
  AdminBench bench;
  bench.order("SO-1");
  EXPECT_EQ(bench.get("mocks")["mocks"],
            *kernel::parse_json(R"([{"api":"erp","kind":"stubs","stubs":2,"requests":1,"complaints":[]},
                                    {"api":"payments","kind":"operations"},{"api":"org","kind":"org"}])"));
}

TEST(MockAdmin, AddsReplacesAndRemovesStubs) {
  AdminBench bench;
  EXPECT_EQ(bench.order("SO-1"), 201);
  const auto added =
      bench.ask("POST", "mocks/erp/stubs", "{id: full, request: {method: POST}, respond: {status: 507}}");
  EXPECT_EQ(added.status, 201);
  EXPECT_EQ(
      (*kernel::parse_json(added.body))["never_answer"][0],
      "the stub 'book' never answers: 'full' comes first and takes all of its requests (give one of them a "
      "priority)");
  EXPECT_EQ(bench.order("SO-2"), 507);
  EXPECT_EQ(bench
                .ask("PUT", "mocks/erp/stubs/full",
                     R"({"id":"full","request":{"method":"POST"},"respond":{"status":409}})")
                .status,
            200);
  EXPECT_EQ(bench.order("SO-3"), 409);
  EXPECT_EQ(bench.get("mocks/erp/stubs/full")["respond"]["status"], 409);
  EXPECT_EQ(bench.ask("DELETE", "mocks/erp/stubs/full").status, 204);
  EXPECT_EQ(bench.order("SO-4"), 201);
  EXPECT_EQ(bench.ask("PUT", "mocks/erp/stubs", "[{id: only, request: {}, respond: {status: 418}}]").status,
            200);
  EXPECT_EQ(bench.order("SO-5"), 418);
  EXPECT_EQ(bench.get("mocks/erp/stubs")["stubs"].size(), 1U);
  EXPECT_EQ(bench.ask("POST", "reset").status, 204);
  EXPECT_EQ(bench.order("SO-6"), 201);
  EXPECT_EQ(bench.get("mocks/erp/stubs")["stubs"][0],
            *kernel::parse_json(R"({"id":"book","request":{"method":"POST","url_path":"/orders"},
              "effect":{"operation":"book","key":"{{request.json.n}}"},"respond":{"status":201}})"));
}

TEST(MockAdmin, SetsAndLiftsFaults) {
  AdminBench bench;
  bench.run_to(1min);
  const auto set = bench.ask("POST", "faults", R"({"fault":"erp","respond":503,"for":"2m"})");
  EXPECT_EQ(set.status, 201) << set.body;
  EXPECT_EQ(bench.order("SO-1"), 503);
  EXPECT_EQ(bench.faults(), Lines{"erp@live-1 active 1"});
  EXPECT_EQ(bench.get("faults/erp@live-1")["ends_in"], "1m59s990ms");
  bench.run_to(3min);
  EXPECT_EQ(bench.faults(), Lines{"erp@live-1 over 1"});
  EXPECT_EQ(bench.order("SO-2"), 201);

  const auto two =
      bench.ask("POST", "faults",
                "[{fault: erp, name: slow, delay: 1s}, {fault: erp, name: lost, place: after, respond: "
                "reset}]");
  EXPECT_EQ(two.status, 201) << two.body;
  EXPECT_EQ(bench.faults(), (Lines{"slow active 0", "lost active 0"}));
  EXPECT_EQ(bench.ask("DELETE", "faults/lost").status, 204);
  EXPECT_EQ(bench.order("SO-3"), 201);
  EXPECT_EQ(bench.faults(), Lines{"slow active 1"});
  EXPECT_EQ(bench.ask("DELETE", "faults").status, 204);
  EXPECT_EQ(bench.faults(), Lines{});
  EXPECT_EQ(bench.journal.effects, (Lines{"erp book SO-2", "erp book SO-3"}));
}

TEST(MockAdmin, ClosesAndOpensDoors) {
  AdminBench bench;
  bench.run_to(1min);
  const auto set = bench.ask("POST", "faults", "{fault: erp, connect: refused, for: 2m}");
  EXPECT_EQ(set.status, 201) << set.body;
  EXPECT_EQ(bench.connect("erp"), "refused");
  EXPECT_EQ(bench.connect("payments"), "answered");
  EXPECT_EQ(bench.faults(), Lines{"erp@live-1 active 1"});
  EXPECT_EQ(bench.get("faults/erp@live-1")["ends_in"], "2m");
  bench.run_to(3min);
  EXPECT_EQ(bench.faults(), Lines{"erp@live-1 over 1"}) << "its dead-man's switch";
  EXPECT_EQ(bench.connect("erp"), "answered");

  bench.ask("POST", "faults",
            "[{fault: org, name: stuck, connect: hang}, {fault: org, name: gone, connect: refused}]");
  EXPECT_EQ(bench.connect("org"), "refused") << "what closed last";
  EXPECT_EQ(bench.ask("DELETE", "faults/gone").status, 204);
  EXPECT_EQ(bench.connect("org"), "connect_timeout");
  EXPECT_EQ(bench.ask("DELETE", "faults/stuck").status, 204);
  EXPECT_EQ(bench.connect("org"), "answered");
  EXPECT_EQ(bench.ask("DELETE", "faults/stuck").status, 404);
  EXPECT_EQ(bench.faults(), Lines{}) << "those whose time was over were forgotten at the next setting";

  EXPECT_EQ(kernel::json_text(bench.get("faults?ended=true")["ended"][0]),
            R"({"at":"1m","for":"2m","fault":"erp","name":"erp@live-1","connect":"refused"})");
  EXPECT_EQ(bench.ask("POST", "faults", "{fault: erp, name: all, connect: refused}").status, 201);
  EXPECT_EQ(bench.ask("POST", "reset", "{what: everything, api: erp}").status, 204);
  EXPECT_EQ(bench.connect("erp"), "answered");
}

TEST(MockAdmin, FlapsADoorUntilItIsLifted) {
  AdminBench bench;
  bench.ask(
      "POST", "faults",
      "{fault: erp, name: flap, connect: refused, for: 1m, when: {flap: {down: 1s, up: 2s, offset: 1s}}}");
  struct Case {
    Duration at;
    const char* outcome;
  };
  for (const Case& c : {Case{500ms, "answered"}, Case{1500ms, "refused"}, Case{2500ms, "answered"},
                        Case{4500ms, "refused"}}) {
    bench.run_to(c.at);
    EXPECT_EQ(bench.connect("erp"), c.outcome) << kernel::duration_text(c.at);
  }
  EXPECT_EQ(bench.faults(), Lines{"flap active 2"});
  EXPECT_EQ(bench.ask("DELETE", "faults").status, 204);
  EXPECT_EQ(bench.connect("erp"), "answered") << "in the middle of its time";
  bench.run_to(7500ms);
  EXPECT_EQ(bench.connect("erp"), "answered") << "and for good";
}

TEST(MockAdmin, OneNameIsOneFaultOfRequestsOrConnections) {
  AdminBench bench;
  bench.ask("POST", "faults", "{fault: erp, name: odd, connect: refused}");
  bench.ask("POST", "faults", "{fault: erp, name: odd, respond: 503}");
  EXPECT_EQ(bench.connect("erp"), "answered");
  EXPECT_EQ(bench.faults(), Lines{"odd active 1"});
  EXPECT_EQ(bench.order("SO-1"), 503);
  bench.ask("POST", "faults", "{fault: erp, name: odd, connect: refused}");
  EXPECT_EQ(bench.order("SO-1"), 201);
  EXPECT_EQ(bench.connect("erp"), "refused");
}

TEST(MockAdmin, SaysFaultsAsLinesOfATimeline) {
  AdminBench bench;
  bench.run_to(1500ms);
  bench.ask("POST", "faults", "{fault: erp, name: down, respond: {status: 503, retry_after: 5s}, for: 2m}");
  bench.ask("POST", "faults", "{fault: payments, name: lost, place: after, respond: reset}");
  bench.run_to(4s);
  bench.ask("DELETE", "faults/lost");
  const Json json = bench.get("faults?ended=true");
  EXPECT_EQ(
      kernel::json_text(json["faults"][0]["line"]),
      R"({"at":"1s500ms","for":"2m","fault":"erp","name":"down","respond":{"status":503,"retry_after":"5s"}})");
  EXPECT_EQ(
      kernel::json_text(json["ended"][0]),
      R"({"at":"1s500ms","for":"2s500ms","fault":"payments","name":"lost","place":"after","respond":"reset"})");
}

TEST(MockAdmin, AFaultOfAStubThatCameLaterIsTaken) {
  AdminBench bench;
  EXPECT_EQ(bench.ask("POST", "faults", "{fault: erp, respond: 500, only: {stub: late}}").status, 400);
  bench.ask("POST", "mocks/erp/stubs", "{id: late, priority: 1, request: {method: POST}}");
  EXPECT_EQ(bench.ask("POST", "faults", "{fault: erp, respond: 500, only: {stub: late}}").status, 201);
  EXPECT_EQ(bench.order("SO-1"), 500);
}

TEST(MockAdmin, ShowsTheRequestsThatAreAskedFor) {
  AdminBench bench;
  bench.order("SO-1");
  bench.call(*bench.mocks.of_stubs().front(), {.target = "/Orders"});
  bench.ask("POST", "faults", "{fault: erp, name: down, respond: 503}");
  bench.order("SO-2");
  struct Case {
    const char* query;
    std::vector<int> numbers;
  };
  const Case cases[] = {{"", {1, 2, 3}},
                        {"?matched=false", {2}},
                        {"?matched=true&api=erp", {1, 3}},
                        {"?stub=book", {1}},
                        {"?status=503", {3}},
                        {"?method=GET", {2}},
                        {"?path=/orders", {1, 3}},
                        {"?api=erp&after=1", {2, 3}},
                        {"?api=erp&after=1&limit=1", {2}},
                        {"?limit=1", {3}},
                        {"?event=e", {}}};
  for (const Case& c : cases) {
    std::vector<int> numbers;
    const Json json = bench.get(std::string("requests") + c.query);
    for (const Json& row : json["requests"]) numbers.push_back(row["number"].get<int>());
    EXPECT_EQ(numbers, c.numbers) << c.query;
  }
  const Json rows = bench.get("requests")["requests"];
  EXPECT_EQ(rows[0]["headers"][0], Json::array({"Authorization", "(not shown)"}));
  EXPECT_EQ(rows[0]["executed"], true);
  EXPECT_EQ(rows[0]["took"], "10ms");
  EXPECT_EQ(rows[1]["nearest"][0]["cause"], "differs only in upper and lower case");
  EXPECT_EQ(rows[2]["fault"], "down");
  EXPECT_EQ(bench.ask("DELETE", "requests").status, 204);
  EXPECT_EQ(bench.get("requests")["total"], 0);
  EXPECT_EQ(bench.get("requests")["dropped"], 3);
}

TEST(MockAdmin, RefusesWithAPlace) {
  struct Case {
    const char* method;
    const char* target;
    const char* body;
    int status;
    const char* detail;
  };
  const Case cases[] = {
      {"GET", "mocks/epr/stubs", "", 404, "there is no API 'epr'"},
      {"GET", "mocks/payments/stubs", "", 409, "'payments' is no mock of stubs"},
      {"DELETE", "mocks/erp/stubs", "", 405, "/_relayrig/mocks/erp/stubs takes GET, POST, PUT, not DELETE"},
      {"GET", "mocks/erp/stubs/bok", "", 404, "'erp' has no stub 'bok'; did you mean 'book'?"},
      {"POST", "mocks/erp/stubs", "{id: book, request: {}}", 409, "there is a stub 'book'"},
      {"POST", "mocks/erp/stubs", "{id: a, reqest: {}}", 400, "stub:1:9: "},
      {"POST", "mocks/erp/stubs", "{", 400, "stub:"},
      {"PUT", "mocks/erp/stubs/b", "{id: a, request: {}}", 400,
       "the stub is named 'a', and the path says 'b'"},
      {"POST", "faults", "{fault: epr, respond: 503}", 400,
       "fault:1:1: there is no API 'epr'; did you mean 'erp'?"},
      {"POST", "faults", "{fault: erp, respnd: 503}", 400, "did you mean 'respond'?"},
      {"POST", "faults", "{fault: erp, respond: 503, at: 5s}", 400, "'at' is not for faults that begin now"},
      {"POST", "faults", "{relay: pause}", 400, "only lines with 'fault'"},
      {"POST", "faults", "5", 400, "wants a line of a timeline"},
      {"POST", "faults", "{fault: org, twice: true}", 400, "'org' is the org"},
      {"POST", "faults", "{fault: erp, connect: tls_expired}", 400, "'erp' is served without"},
      {"POST", "faults", "{fault: epr, connect: refused}", 400, "did you mean 'erp'?"},
      {"POST", "faults", "{fault: erp, connect: refused, times: 1}", 400,
       "'times' does not go with 'connect'"},
      {"DELETE", "faults/none", "", 404, "there is no fault 'none'"},
      {"GET", "faults?x=1", "", 400, "there is no parameter"},
      {"GET", "requests?macthed=false", "", 400, "there is no parameter 'macthed'; did you mean 'matched'?"},
      {"GET", "requests?matched=no", "", 400, "'matched' wants true or false"},
      {"GET", "requests?limit=0", "", 400, "'limit' wants a whole number from 1 to 1000"},
      {"GET", "requests?after=1", "", 400, "'after' goes with 'api'"},
      {"GET", "requests?api=payments", "", 404, "there is no mock of stubs 'payments'"},
      {"POST", "reset", "{what: all}", 400, "journal"},
      {"GET", "reset", "", 405, "takes POST, not GET"},
      {"GET", "nothing", "", 404, "there is nothing at"}};
  for (const Case& c : cases) {
    AdminBench bench;
    const HttpResponse refused = bench.ask(c.method, c.target, c.body);
    EXPECT_EQ(refused.status, c.status) << c.target << refused.body;
    const std::string detail = kernel::json_text_at(*kernel::parse_json(refused.body), "/detail");
    EXPECT_NE(detail.find(c.detail), std::string::npos) << c.target << " " << c.body << "\n" << detail;
  }
}

TEST(MockAdmin, APageOfAnotherSiteAsksNothing) {
  struct Case {
    const char* origin;
    int status;
  };
  const Case cases[] = {{"https://example.com", 403},
                        {"http://127.0.0.1.example.com", 403},
                        {"null", 403},
                        {"http://127.0.0.1:4570", 200},
                        {"http://localhost", 200}};
  for (const Case& c : cases) {
    AdminBench bench;
    const auto answer =
        bench.call(bench.admin, {.target = "/_relayrig/mocks", .headers = {{"Origin", c.origin}}});
    EXPECT_EQ(answer.status, c.status) << c.origin;
  }
}

TEST(MockAdmin, ResetsToALevel) {
  struct Case {
    const char* body;
    int requests;
    std::size_t faults;
    std::size_t stubs;
  };
  const Case cases[] = {{"{what: journal}", 0, 1, 3},
                        {"{what: state}", 0, 1, 3},
                        {"{what: everything}", 0, 0, 2},
                        {"{what: everything, api: erp}", 0, 0, 2},
                        {"", 0, 0, 2}};
  for (const Case& c : cases) {
    AdminBench bench;
    bench.order("SO-1");
    bench.ask("POST", "mocks/erp/stubs", "{id: more, request: {method: PUT}}");
    bench.ask("POST", "faults", "{fault: erp, delay: 1s}");
    EXPECT_EQ(bench.ask("POST", "reset", c.body).status, 204);
    EXPECT_EQ(bench.get("requests")["total"], c.requests) << c.body;
    EXPECT_EQ(bench.get("faults")["faults"].size(), c.faults) << c.body;
    EXPECT_EQ(bench.get("mocks/erp/stubs")["stubs"].size(), c.stubs) << c.body;
  }
}

TEST(MockAdmin, EveryChangeIsInTheLog) {
  AdminBench bench;
  bench.ask("POST", "faults", "{fault: erp, name: slow, delay: 1s}");
  bench.ask("DELETE", "faults/slow");
  bench.ask("POST", "mocks/erp/stubs", "{id: more, request: {method: PUT}}");
  bench.ask("POST", "reset", "{what: journal}");
  Lines messages;
  for (const std::string& line : bench.journal.logs) {
    const std::size_t at = line.find(" admin: ");
    if (at != std::string::npos) messages.push_back(line.substr(at + 8));
  }
  EXPECT_EQ(messages, (Lines{"fault set: slow", "fault lifted: slow", "stub added to erp", "reset"}));
}

}  // namespace
}  // namespace emulator::runner

// The whole way of a request through a mock of stubs, in virtual time.
#include "mocks/stubs/stub_mock.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "middleware/kernel/task_scope.h"
#include "mocks/stubs/verify.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/scripted_api.h"

namespace mocks::stubs {
namespace {

using emulator::Bench;
using emulator::Lines;
using kernel::Duration;
using kernel::HttpReply;
using kernel::HttpRequest;
using match::Matcher;
using match::Operator;
using match::RequestPattern;
using match::UrlForm;
using namespace std::chrono_literals;

render::JsonBody body(std::string_view json) {
  return *render::JsonBody::compile(*kernel::parse_json(json), true);
}
render::Template text(std::string_view source) { return *render::Template::compile(source); }

RequestPattern asks(std::string method, std::string path) {
  return {.methods = {std::move(method)}, .form = UrlForm::PathTemplate, .url = std::move(path)};
}
ResponseSpec says(int status, std::string_view json = "{}") { return {.status = status, .json = body(json)}; }

StubSpec stub(std::string id, RequestPattern request, std::vector<ResponseSpec> responses) {
  return {.id = std::move(id), .request = std::move(request), .responses = std::move(responses)};
}

StubSpec charge() {
  StubSpec made =
      stub("charge", asks("POST", "/charges"), {says(201, R"({"reference":"{{request.json.reference}}"})")});
  made.effect = EffectSpec{"charge", text("{{request.json.reference}}")};
  return made;
}

MockSpec mock(std::vector<StubSpec> stubs) {
  return {.name = "payments",
          .latency = {.first = 40ms},
          .correlation = text("{{request.json.reference}}"),
          .stubs = std::move(stubs)};
}

struct MockBench : Bench {
  FaultSet faults{7, journal};
  support::ScriptedApi receiver{scheduler};
  StubMock api;
  kernel::TaskScope callers;
  std::vector<HttpReply> replies;
  Lines answers;

  explicit MockBench(MockSpec spec) : api(std::move(spec), 7, {scheduler, journal, faults, receiver}) {}

  kernel::Task<void> call_one(HttpRequest request) {
    HttpReply reply = co_await api.handle(std::move(request));
    answers.push_back(kernel::duration_text(scheduler.now().time_since_epoch()) + " " +
                      std::to_string(reply.response.status));
    replies.push_back(std::move(reply));
  }
  void start(HttpRequest request) { callers.spawn(call_one(std::move(request))); }
  const kernel::HttpResponse& call(HttpRequest request) {
    const std::size_t before = replies.size();
    start(std::move(request));
    while (replies.size() == before && scheduler.step()) {
    }
    return replies.back().response;
  }
  const kernel::HttpResponse& post(std::string target, std::string json, std::string key = "") {
    return call(request("POST", std::move(target), std::move(json), std::move(key)));
  }
  static HttpRequest request(std::string method, std::string target, std::string json = "",
                             std::string key = "") {
    HttpRequest made{.method = std::move(method),
                     .host = "payments",
                     .target = std::move(target),
                     .body = std::move(json)};
    if (!key.empty()) made.headers.add("Idempotency-Key", std::move(key));
    return made;
  }
};

constexpr const char* kOrder = R"({"reference":"SO-1","amount":10})";

TEST(StubMock, AnswersFromItsTemplateAndRecordsTheEffect) {
  MockBench bench(mock({charge()}));
  const auto& response = bench.post("/charges", kOrder);
  EXPECT_EQ(bench.answers, Lines{"40ms 201"});
  EXPECT_EQ(response.body, R"({"reference":"SO-1"})");
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(bench.journal.effects, Lines{"payments charge SO-1"});
  ASSERT_EQ(bench.api.exchanges().rows().size(), 1U);
  const Exchange& row = bench.api.exchanges().rows().front();
  EXPECT_EQ(row.answered_by, "charge");
  EXPECT_EQ(row.correlation, "SO-1");
  EXPECT_TRUE(row.is_executed);
  EXPECT_EQ(row.status, 201);
}

TEST(StubMock, SeesARequestThatIsInFlight) {
  MockBench bench(mock({charge()}));
  bench.start(MockBench::request("POST", "/charges", kOrder));
  ASSERT_EQ(bench.api.exchanges().rows().size(), 1U);
  EXPECT_FALSE(bench.api.exchanges().rows().front().ended);
}

TEST(StubMock, PrefersTheLowestPriorityThenTheLatest) {
  StubSpec fallback = stub("fallback", {}, {says(404)});
  fallback.priority = 9;
  MockBench bench(mock({stub("first", asks("GET", "/a"), {says(200)}),
                        stub("second", asks("GET", "/{x}"), {says(202)}), fallback}));
  EXPECT_EQ(bench.call(MockBench::request("GET", "/a")).status, 202);
  EXPECT_EQ(bench.call(MockBench::request("GET", "/a/b")).status, 404);
}

TEST(StubMock, NamesStubsThatNeverAnswer) {
  EXPECT_EQ(stubs_that_never_win({stub("a", asks("GET", "/a"), {says(200)}), stub("any", {}, {says(200)})}),
            Lines{"the stub 'a' never answers: 'any' comes first and takes all of its requests (give one of "
                  "them a priority)"});
  StubSpec once = stub("once", {}, {says(200)});
  once.times = 1;
  EXPECT_TRUE(stubs_that_never_win({stub("a", asks("GET", "/a"), {says(200)}), once}).empty());
}

TEST(StubMock, ReportsTheNearestStubs) {
  StubSpec paid = stub("refund", asks("POST", "/refunds"), {says(200)});
  paid.step = StateStep{.machine = "order", .required = "paid"};
  StubSpec typed = charge();
  typed.request.headers = {{.name = "X-Version", .matchers = {{.op = Operator::EqualTo, .text = "2"}}}};
  MockBench bench(mock({typed, paid}));
  const auto nearest = [&](const char* target) {
    const auto report = *kernel::parse_json(bench.post(target, kOrder).body);
    return report["nearest"][0];
  };
  EXPECT_EQ(nearest("/refunds")["cause"], "matches if the state of 'order' were 'paid'; it is 'Started'");
  EXPECT_EQ(nearest("/charges")["cause"], "only the header X-Version is missing");
  EXPECT_EQ(nearest("/charges/")["cause"], "differs only in a slash at the end");
  EXPECT_EQ(nearest("/Charges")["cause"], "differs only in upper and lower case");
  EXPECT_EQ(bench.replies.back().response.status, 404);
  EXPECT_TRUE(bench.api.complaints().empty());
}

TEST(StubMock, ComplainsOfUnknownRequestsWhenItIsStrict) {
  MockSpec spec = mock({charge()});
  spec.is_strict = true;
  MockBench bench(spec);
  bench.post("/x", "{}");
  ASSERT_EQ(bench.api.complaints().size(), 1U);
  EXPECT_TRUE(bench.api.complaints().front().starts_with("no stub answers POST /x: {"));
}

TEST(StubMock, ComplainsOfATemplateThatFails) {
  MockBench bench(mock({charge()}));
  EXPECT_EQ(bench.post("/charges", "{}").status, 500);
  EXPECT_EQ(bench.api.complaints(),
            Lines{"stub 'charge', effect, column 3: there is no request.json.reference"});
  EXPECT_TRUE(bench.journal.effects.empty());
}

TEST(StubMock, PlansSeveralResponses) {
  const auto statuses = [](StubSpec spec, int count) {
    MockBench bench(mock({std::move(spec)}));
    std::string all;
    for (int i = 0; i < count; ++i)
      all += std::to_string(bench.call(MockBench::request("GET", "/a")).status) + " ";
    return all;
  };
  StubSpec sequence = stub("a", asks("GET", "/a"), {says(503), says(500), says(200)});
  sequence.responses[0].repeat = 2;
  EXPECT_EQ(statuses(sequence, 6), "503 503 500 200 200 200 ");
  sequence.choose = Choose::Cycle;
  EXPECT_EQ(statuses(sequence, 6), "503 503 500 200 503 503 ");
  StubSpec twice = stub("a", asks("GET", "/a"), {says(200)});
  twice.times = 2;
  EXPECT_EQ(statuses(twice, 3), "200 200 404 ");
  StubSpec short_lived = stub("a", asks("GET", "/a"), {says(200)});
  short_lived.lives = 80ms;
  EXPECT_EQ(statuses(short_lived, 3), "200 200 404 ");  // at 0, 40 and 80 ms
}

TEST(StubMock, SendsItsResponsesAsTheyAndFaultsSay) {
  const kernel::Pace pace{.head = kernel::ShortTime(1s)};
  StubSpec one = stub("a", asks("GET", "/a"), {says(200), says(201)});
  one.responses[0].pace = pace;
  one.responses[0].afterwards = kernel::Afterwards::ResetAtNext;
  MockBench bench(mock({std::move(one)}));
  bench.faults.add({.name = "late", .target = "payments", .skip = 1, .effect = {.pace = pace}});
  bench.faults.add({.name = "instead", .target = "payments", .skip = 2, .effect = {.status = 503}});
  for (int i = 0; i < 3; ++i) bench.call(MockBench::request("GET", "/a"));
  EXPECT_EQ(bench.replies.at(0).pace, pace);
  EXPECT_EQ(bench.replies.at(0).afterwards, kernel::Afterwards::ResetAtNext);
  EXPECT_EQ(bench.replies.at(1).pace, pace);
  EXPECT_EQ(bench.replies.at(1).afterwards, kernel::Afterwards::Kept);
  EXPECT_EQ(bench.replies.at(2).response.status, 503);
  EXPECT_EQ(bench.replies.at(2).pace, pace) << "whichever answer it is";
}

TEST(StubMock, WeighsResponsesByLuckThatRepeats) {
  StubSpec spec = stub("a", asks("GET", "/a"), {says(200), says(503)});
  spec.choose = Choose::Weighted;
  spec.responses[0].weight = 9;
  const auto failures = [&] {
    MockBench bench(mock({spec}));
    Lines at;
    for (int i = 0; i < 1000; ++i) {
      if (bench.call(MockBench::request("GET", "/a")).status == 503) at.push_back(std::to_string(i));
    }
    return at;
  };
  const Lines first = failures();
  EXPECT_EQ(first, failures());
  EXPECT_GT(first.size(), 70U);
  EXPECT_LT(first.size(), 130U);
}

/// pending, then paid, then by itself settled.
MockSpec machine() {
  StubSpec pay = stub("pay", asks("POST", "/orders/{id}/pay"), {says(200)});
  pay.scope = text("{{request.path.id}}");
  pay.step = StateStep{
      .machine = "order", .required = "Started", .next = "paid", .later = "settled", .later_after = 5s};
  StubSpec show = stub("show", asks("GET", "/orders/{id}"), {says(200, R"({"state":"{{scenario}}"})")});
  show.scope = pay.scope;
  show.step = StateStep{.machine = "order"};
  return mock({pay, show});
}

TEST(StubMock, MovesStatesOfEachScopeByThemselves) {
  MockBench bench(machine());
  EXPECT_EQ(bench.post("/orders/1/pay", "{}").status, 200);
  EXPECT_EQ(bench.post("/orders/1/pay", "{}").status, 404);
  EXPECT_EQ(bench.post("/orders/2/pay", "{}").status, 200);
  EXPECT_EQ(bench.call(MockBench::request("GET", "/orders/1")).body, R"({"state":"paid"})");
  bench.run_to(5s);
  EXPECT_EQ(bench.call(MockBench::request("GET", "/orders/1")).body, R"({"state":"settled"})");
  EXPECT_EQ(bench.call(MockBench::request("GET", "/orders/3")).body, R"({"state":"Started"})");
  bench.api.reset(StubMock::Reset::State);
  EXPECT_EQ(bench.post("/orders/1/pay", "{}").status, 200);
}

TEST(StubMock, KeepsValuesBetweenRequests) {
  StubSpec put = stub("put", asks("PUT", "/mode"), {says(204)});
  put.sets_state = {{"mode", text("{{request.body}}")}};
  StubSpec slow = stub("slow", asks("GET", "/mode"), {says(200, R"({"mode":"{{state.mode}}"})")});
  slow.requires_state = {{"mode", "slow"}};
  StubSpec clear = stub("clear", asks("DELETE", "/mode"), {says(204)});
  clear.removes_state = {"mode"};
  MockBench bench(mock({put, slow, clear}));
  EXPECT_EQ(bench.call(MockBench::request("GET", "/mode")).status, 404);
  bench.call(MockBench::request("PUT", "/mode", "slow"));
  EXPECT_EQ(bench.call(MockBench::request("GET", "/mode")).body, R"({"mode":"slow"})");
  bench.call(MockBench::request("DELETE", "/mode"));
  EXPECT_EQ(bench.call(MockBench::request("GET", "/mode")).status, 404);
}

TEST(StubMock, MovesNothingForARequestThatAFaultKeptFromIt) {
  MockSpec spec = machine();
  MockBench bench(spec);
  bench.faults.add({.name = "down", .target = "payments", .times = 1, .effect = {.status = 503}});
  EXPECT_EQ(bench.post("/orders/1/pay", "{}").status, 503);
  EXPECT_EQ(bench.post("/orders/1/pay", "{}").status, 200);
  EXPECT_EQ(bench.api.exchanges().rows()[0].fault, "down");
  EXPECT_FALSE(bench.api.exchanges().rows()[0].is_executed);
}

TEST(StubMock, TellsFaultsWhichRequestItIs) {
  struct Case {
    const char* name;
    void (*narrow)(FaultRule& rule);
    Lines answers;
  };
  const Case cases[] = {
      {"stub", [](FaultRule& r) { r.stub = "charge"; }, {"40ms 503", "80ms 503", "120ms 200"}},
      {"method", [](FaultRule& r) { r.method = "GET"; }, {"40ms 201", "80ms 201", "120ms 503"}},
      {"attempt",
       [](FaultRule& r) { r.attempt_min = r.attempt_max.emplace(2); },
       {"40ms 201", "80ms 503", "120ms 200"}},
      {"key", [](FaultRule& r) { r.key = "SO-1"; }, {"40ms 503", "80ms 503", "120ms 200"}},
      {"header",
       [](FaultRule& r) { r.header.emplace("Idempotency-Key", "k"); },
       {"40ms 201", "80ms 503", "120ms 200"}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    MockBench bench(mock({charge(), stub("list", asks("GET", "/charges"), {says(200)})}));
    FaultRule rule{.name = "odd", .target = "payments", .effect = {.status = 503}};
    c.narrow(rule);
    bench.faults.add(rule);
    bench.post("/charges", kOrder);
    bench.post("/charges", kOrder, "k");
    bench.call(MockBench::request("GET", "/charges"));
    EXPECT_EQ(bench.answers, c.answers);
  }
}

TEST(StubMock, ExecutesTwiceWhereAFaultSaysSo) {
  MockSpec spec = mock({charge()});
  spec.buckets.push_back({.path = "/orders", .effect = "book", .effect_key = "/reference"});
  MockBench bench(spec);
  bench.faults.add({.name = "twice", .target = "payments", .times = 2, .effect = {.executes_twice = true}});
  EXPECT_EQ(bench.post("/charges", kOrder).status, 201);
  EXPECT_EQ(bench.post("/orders", kOrder).status, 201);
  EXPECT_EQ(bench.post("/charges", kOrder).status, 201);
  EXPECT_EQ(bench.journal.effects,
            (Lines{"payments charge SO-1", "payments charge SO-1", "payments book SO-1", "payments book SO-1",
                   "payments charge SO-1"}));
}

MockSpec with_keys(IdempotencySpec keys = {}) {
  MockSpec spec = mock({charge()});
  spec.idempotency = std::move(keys);
  return spec;
}

TEST(StubMock, ExecutesOnceForEachIdempotencyKey) {
  MockBench bench(with_keys());
  bench.faults.add(
      {.name = "lost", .target = "payments", .times = 1, .place = Place::After, .effect = {.status = 504}});
  EXPECT_EQ(bench.post("/charges", kOrder, "k").status, 504);  // charged, and the answer lost
  const auto& replay = bench.post("/charges", kOrder, "k");
  EXPECT_EQ(replay.status, 201);
  EXPECT_EQ(replay.headers.get("Idempotent-Replayed"), "true");
  EXPECT_EQ(bench.journal.effects.size(), 1U);
  EXPECT_EQ(bench.post("/charges", R"({"reference":"SO-2"})", "k").status, 400);
}

TEST(StubMock, KeepsNoKeyOfWhatItDidNotExecute) {
  StubSpec invalid = stub("invalid", asks("POST", "/charges"), {says(422)});
  invalid.priority = 1;
  invalid.executes = false;
  invalid.times = 1;
  MockSpec spec = with_keys();
  spec.stubs.push_back(invalid);
  MockBench bench(spec);
  EXPECT_EQ(bench.post("/charges", kOrder, "k").status, 422);
  EXPECT_EQ(bench.post("/charges", kOrder, "k").status, 201);
  EXPECT_EQ(bench.post("/elsewhere", kOrder, "k2").status, 404);
  EXPECT_EQ(bench.post("/charges", kOrder, "k2").status, 201);
}

TEST(StubMock, RefusesOrHoldsASecondRequestWhileTheFirstRuns) {
  MockBench refuses(with_keys());
  refuses.start(MockBench::request("POST", "/charges", kOrder, "k"));
  refuses.start(MockBench::request("POST", "/charges", kOrder, "k"));
  refuses.run_to(1s);
  EXPECT_EQ(refuses.answers, (Lines{"40ms 201", "40ms 409"}));
  MockBench holds(with_keys({.in_flight_status = std::nullopt}));
  holds.start(MockBench::request("POST", "/charges", kOrder, "k"));
  holds.start(MockBench::request("POST", "/charges", kOrder, "k"));
  holds.run_to(1s);
  EXPECT_EQ(holds.answers, (Lines{"40ms 201", "80ms 201"}));
  EXPECT_EQ(holds.journal.effects.size(), 1U);
}

TEST(StubMock, LimitsBeforeItLooksAtKeys) {
  MockSpec spec = with_keys();
  spec.limits = {{.limit = 1,
                  .per = 10s,
                  .key = text("{{request.headers.Authorization}}"),
                  .headers = {LimitHeaders::Draft07}}};
  MockBench bench(spec);
  const auto from = [](const char* who) {
    HttpRequest request = MockBench::request("POST", "/charges", kOrder, "k");
    request.headers.add("Authorization", who);
    return request;
  };
  EXPECT_EQ(bench.call(from("a")).headers.get("RateLimit"), "limit=1, remaining=0, reset=10");
  const auto& refused = bench.call(from("a"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.get("Retry-After"), "10");
  EXPECT_EQ(bench.call(from("b")).status, 201);
  bench.run_to(11s);
  EXPECT_EQ(bench.call(from("a")).headers.get("Idempotent-Replayed"), "true");
  EXPECT_EQ(bench.api.exchanges().rows()[1].answered_by, "limit default");
}

TEST(StubMock, AsksForTokensThatItGave) {
  MockSpec spec = mock({charge()});
  spec.tokens = TokenSpec{.clients = {{"app", "s3"}}, .lasts = 60s};
  MockBench bench(spec);
  EXPECT_EQ(bench.post("/charges", kOrder).headers.get("WWW-Authenticate"), "Bearer realm=\"mock\"");
  const auto token = *kernel::parse_json(
      bench.post("/oauth/token", "grant_type=client_credentials&client_id=app&client_secret=s3").body);
  const auto charge_with_token = [&] {
    HttpRequest request = MockBench::request("POST", "/charges", kOrder);
    request.headers.add("Authorization", "Bearer " + token["access_token"].get<std::string>());
    return bench.call(std::move(request)).status;
  };
  EXPECT_EQ(charge_with_token(), 201);
  bench.run_to(2min);
  EXPECT_EQ(charge_with_token(), 401);
}

TEST(StubMock, SlowsDownAndRefusesUnderLoad) {
  MockSpec spec = mock({stub("a", asks("GET", "/a"), {says(200)})});
  spec.latency = {};
  spec.saturation =
      SaturationSpec{.workers = 1, .service = {.first = 100ms}, .queue_max = 1, .retry_after = 1500ms};
  MockBench bench(spec);
  for (int i = 0; i < 3; ++i) bench.start(MockBench::request("GET", "/a"));
  bench.run_to(1s);
  EXPECT_EQ(bench.answers, (Lines{"0s 503", "100ms 200", "200ms 200"}));
  EXPECT_EQ(bench.replies.front().response.headers.get("Retry-After"), "2");
}

TEST(StubMock, AcceptsWorkAndIsPolledForIt) {
  StubSpec ship = stub("ship", asks("POST", "/shipments"), {says(202, R"({"id":"{{job.id}}"})")});
  ship.responses[0].headers = {{"Location", text("/jobs/{{job.id}}")}};
  ship.job = JobSpec{.path = "/jobs/{id}",
                     .after = 1s,
                     .polls = 1,
                     .pending = says(200, R"({"state":"RUNNING"})"),
                     .done = says(200, R"({"state":"DONE","reference":"{{job.request.reference}}"})")};
  MockBench bench(mock({ship}));
  const std::string location(bench.post("/shipments", kOrder).headers.get("Location"));
  bench.run_to(2s);
  EXPECT_EQ(bench.call(MockBench::request("GET", location)).body,
            R"({"state":"RUNNING"})");  // one poll has to find it so
  EXPECT_EQ(bench.call(MockBench::request("GET", location)).body, R"({"state":"DONE","reference":"SO-1"})");
  EXPECT_EQ(bench.call(MockBench::request("GET", "/jobs/none")).status, 404);
}

TEST(StubMock, CallsBackInOrderWithRetriesAndASignature) {
  StubSpec spec = charge();
  CallbackSpec first{.host = "shop",
                     .target = text("/hooks/{{request.json.reference}}"),
                     .json = body(R"({"of":"{{response.json.reference}}"})"),
                     .delay = {.first = 100ms},
                     .attempts_max = 3,
                     .signature = SignatureSpec{"X-Signature", "s3"}};
  CallbackSpec second{.host = "shop", .target = text("/second")};
  spec.callbacks = {first, second};
  MockBench bench(mock({spec}));
  bench.receiver.then(503).then(500).then(204);
  bench.post("/charges", kOrder);
  EXPECT_FALSE(bench.api.is_idle());
  bench.run_to(10s);
  EXPECT_TRUE(bench.api.is_idle());
  // 40 ms latency + 100 ms; each answer takes 30 ms; waits of 1 s and 2 s.
  EXPECT_EQ(bench.receiver.asked_at(),
            (std::vector<kernel::Timestamp>{kernel::at(140ms), kernel::at(1170ms), kernel::at(3200ms),
                                            kernel::at(3230ms)}));
  const auto& asked = bench.receiver.asked;
  EXPECT_EQ(asked[0].request.target, "/hooks/SO-1");
  EXPECT_EQ(asked[0].request.body, R"({"of":"SO-1"})");
  EXPECT_EQ(asked[3].request.target, "/second");
  EXPECT_EQ(bench.receiver.asked_with("Webhook-Id")[0], bench.receiver.asked_with("Webhook-Id")[2]);
  EXPECT_NE(bench.receiver.asked_with("Webhook-Id")[0], bench.receiver.asked_with("Webhook-Id")[3]);
  EXPECT_EQ(bench.receiver.asked_with("X-Signature")[0],
            signature_of(*first.signature, asked[0].request.body, {}));
}

TEST(StubMock, MayCallBackBeforeItAnswers) {
  StubSpec spec = charge();
  spec.callbacks = {{.host = "shop", .target = text("/early"), .is_before_answer = true, .copies = 2}};
  MockBench bench(mock({spec}));
  bench.receiver.then(200);
  bench.post("/charges", kOrder);
  bench.run_to(1s);
  EXPECT_EQ(bench.receiver.asked_at(), (std::vector<kernel::Timestamp>{kernel::at(0s), kernel::at(30ms)}));
}

TEST(StubMock, ServesBuckets) {
  MockSpec spec = mock({});
  spec.buckets = {{.path = "/things", .effect = "create", .effect_key = "/name"}};
  MockBench bench(spec);
  const auto made = *kernel::parse_json(bench.post("/things", R"({"name":"a"})").body);
  EXPECT_EQ(made["id"].get<std::string>().size(), 36U);
  EXPECT_EQ(bench.journal.effects, Lines{"payments create a"});
  EXPECT_EQ(bench.call(MockBench::request("GET", "/things/" + made["id"].get<std::string>())).status, 200);
}

/// The rows of a mock that answered 200 to requests at these times.
Exchanges rows(std::initializer_list<std::pair<Duration, const char*>> requests) {
  Exchanges made;
  for (const auto& [at, path] : requests) {
    made.open({.arrived = kernel::at(at),
               .ended = kernel::at(at + 100ms),
               .request = {.method = "GET", .target = path},
               .correlation = "k",
               .answered_by = "s",
               .status = 200});
  }
  return made;
}

TEST(Verification, SaysWhetherAMockWasAskedAsItShould) {
  const Exchanges journal = rows({{0s, "/a"}, {1s, "/b"}, {3s, "/a"}, {3s + 50ms, "/c"}});
  const RequestPattern a = asks("GET", "/a");
  const RequestPattern b = asks("GET", "/b");
  const RequestPattern c = asks("GET", "/c");
  struct Case {
    const char* name;
    Verification asked;
    const char* wrong;  // "" when it holds
  };
  const Case cases[] = {
      {"count", {.selection = {.request = a}, .count = Count{2, 2}}, ""},
      {"too many",
       {.selection = {.request = a}, .count = Count{std::nullopt, 1}},
       "at most 1 requests, found 2"},
      {"too few",
       {.selection = {.stub = "s"}, .count = Count{5, std::nullopt}},
       "at least 5 requests, found 4"},
      {"in time", {.selection = {.from = kernel::at(1s), .until = kernel::at(3s)}, .count = Count{1, 1}}, ""},
      {"status", {.selection = {.status = 500}, .count = Count{0, 0}}, ""},
      {"order", {.in_order = {a, b, c}}, ""},
      {"wrong order",
       {.in_order = {b, c, a}},
       "GET /b, then GET /c, then GET /a, found GET /a is missing behind it"},
      {"consecutive", {.in_order = {a, c}, .is_consecutive = true}, ""},
      {"not consecutive",
       {.in_order = {b, c}, .is_consecutive = true},
       "GET /b, then GET /c, found not one directly behind the other"},
      {"gaps", {.spacing = Spacing{.at_least = 1s}}, "gaps of at least 1s, found 50ms before GET /c"},
      {"gaps grow",
       {.selection = {.request = a}, .spacing = Spacing{.at_most = 3s, .is_non_decreasing = true}},
       ""},
      {"gaps shrink",
       {.spacing = Spacing{.is_non_decreasing = true}},
       "gaps that do not shrink, found 50ms after 2s"},
      {"at once", {.concurrency_max = 1}, "at most 1 requests at once, found 2"},
      {"rate", {.rate_max = 2, .rate_per = 3s}, "at most 2 requests in 3s, found 3 from 1s"},
      {"slower rate", {.rate_max = 2, .rate_per = 2s}, ""}};
  for (const Case& test : cases) {
    const Verdict verdict = verify(test.asked, journal);
    EXPECT_EQ(verdict.holds ? "" : verdict.expected + ", found " + verdict.found, test.wrong) << test.name;
  }
}

}  // namespace
}  // namespace mocks::stubs

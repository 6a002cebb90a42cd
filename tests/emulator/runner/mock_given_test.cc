// Mocks of stubs in scenarios: keys, refusals, whole runs.
#include <algorithm>

#include "mocks/stubs/spec.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

using namespace std::chrono_literals;
using mocks::match::Operator;
using mocks::match::UrlForm;
using mocks::stubs::MockSpec;

std::string text_of(const std::string& api, const std::string& expect = "[]") {
  return "name: s\n"
         "given:\n"
         "  bus: {rules: [{pattern: {detail-type: [Order__e]}, target: {lambda: ingest}}]}\n"
         "  lambda: {ingest: {}}\n"
         "  compute: {middleware: {apis: {erp: {}}, flows: [{event: Order__e, steps: [{name: book, api: erp, "
         "path: /x, "
         "method: POST, body: {n: \"${/N__c}\"}}]}]}}\n"
         "  apis: {erp: {" +
         api +
         "}}\n"
         "timeline: [{at: 0s, publish: Order__e, fields: {N__c: SO-1}}]\n"
         "expect: " +
         expect + "\n";
}

Scenario read(const std::string& api, const std::string& expect = "[]") {
  const TempDir dir;
  return scenario_of(put(dir / "s.yaml", text_of(api, expect)));
}

MockSpec mock(const std::string& api) { return *read(api).given.apis.at(0).stubs; }

std::string refusal(const std::string& api, const std::string& expect = "[]") {
  const TempDir dir;
  const auto scenario = read_scenario(put(dir / "s.yaml", text_of(api, expect)), {});
  return scenario ? "accepted" : without(scenario.error().text(), dir / "");
}

TEST(MockGiven, ReadsAStub) {
  const MockSpec spec = mock(
      "latency: 5ms, strict: true, correlation: \"{{request.json.n}}\", stubs: [{id: book, priority: 2, "
      "templated: true, times: 3, "
      "for: 1h, request: {method: [POST, PUT], url_path_template: \"/x/{id}\", path_parameters: {id: "
      "{starts_with: SO}}, "
      "headers: {X-Id: \"1\"}, query: {tag: {includes: [a, b]}}, body: [{contains: n}, {matches_json_path: "
      "$.n, that: {matches: \"SO-.*\"}}]}, "
      "scenario: {name: order, required: Started, next: booked, later: sent, after: 5s}, scope: "
      "\"{{request.path.id}}\", "
      "effect: \"{{request.json.n}}\", choose: cycle, respond: [{status: 201, body: {n: "
      "\"{{request.json.n}}\"}}, {ending: reset, repeat: 2}, {slow: {head: 1s, body: 2s}, keep_alive: "
      "closed}]}]");
  EXPECT_EQ(spec.name, "erp");
  EXPECT_EQ(spec.latency.first, 5ms);
  EXPECT_TRUE(spec.is_strict);
  const mocks::stubs::StubSpec& stub = spec.stubs.at(0);
  EXPECT_EQ(stub.priority, 2);
  EXPECT_EQ(stub.times, 3);
  EXPECT_EQ(stub.lives, 1h);
  EXPECT_EQ(stub.request.methods, (std::vector<std::string>{"POST", "PUT"}));
  EXPECT_EQ(stub.request.form, UrlForm::PathTemplate);
  EXPECT_EQ(stub.request.headers.at(0).matchers.at(0).words(), "equal to '1'");
  EXPECT_EQ(stub.request.query.at(0).values, mocks::match::Values::Includes);
  EXPECT_EQ(stub.request.body.at(1).words(), "$.n matching 'SO-.*'");
  EXPECT_EQ(stub.step->later_after, 5s);
  EXPECT_EQ(stub.effect->operation, "book");
  EXPECT_EQ(stub.responses.at(1).ending, kernel::Ending::Reset);
  EXPECT_EQ(stub.responses.at(1).repeat, 2);
  EXPECT_EQ(stub.responses.at(2).pace.body.get(), 2s);
  EXPECT_EQ(stub.responses.at(2).afterwards, kernel::Afterwards::Closed);
}

TEST(MockGiven, ReadsEveryOperator) {
  struct Case {
    const char* yaml;
    const char* words;
  };
  const Case cases[] = {
      {"plain", "equal to 'plain'"},
      {"{equal_to: a, ignore_case: true}", "equal to 'a' in any case"},
      {"{does_not_contain: a}", "not containing 'a'"},
      {"{ends_with: a}", "ending with 'a'"},
      {"{does_not_match: a+}", "not matching 'a+'"},
      {"{absent: true}", "absent"},
      {"{exists: false}", "absent"},
      {"{exists: true}", "present"},
      {"{greater_than_number: 1, less_than_equal_number: 2.5}", "(above 1.0 and 2.5 or below)"},
      {"{before: now -3 days}", "before now -3d"},
      {"{after: \"2026-01-05T09:00:00Z\", date_format: unix}", "after 2026-01-05T09:00:00Z"},
      {"{equal_to_json: {a: 1}, ignore_array_order: true}", "the JSON {\"a\":1}"},
      {"{binary_equal_to: aGk=}", "certain bytes"},
      {"{or: [a, {not: {contains: b}}]}", "(equal to 'a' or not containing 'b')"}};
  for (const Case& c : cases) {
    const MockSpec spec = mock("stubs: [{id: a, request: {headers: {H: " + std::string(c.yaml) + "}}}]");
    EXPECT_EQ(spec.stubs.at(0).request.headers.at(0).matchers.at(0).words(), c.words) << c.yaml;
  }
}

TEST(MockGiven, ReadsTheLayers) {
  const MockSpec spec = mock(
      "idempotency: {header: X-Key, methods: [POST, DELETE], stores: 2xx, in_flight: wait, fingerprint: "
      "json}, "
      "limits: [{kind: fixed_window, limit: 5, per: 1m, from_first: true, headers: [ratelimit-07, "
      "x-ratelimit-epoch], key: \"{{request.headers.A}}\"}], "
      "saturation: {workers: 2, service: {exponential: {mean: 10ms}}, queue: 3, retry_after: 1s}, "
      "buckets: [{path: /things, records: [{id: 1}], lag: 2s}], oauth: {clients: {app: s3}, lasts: 5m, uses: "
      "9}, "
      "credential: {header: X-Api-Key, value: k}");
  EXPECT_EQ(spec.idempotency->header, "X-Key");
  EXPECT_EQ(spec.idempotency->in_flight_status, std::nullopt);
  EXPECT_EQ(spec.limits.at(0).kind, mocks::stubs::LimitKind::FixedWindow);
  EXPECT_EQ(spec.limits.at(0).headers.size(), 2U);
  EXPECT_EQ(spec.saturation->queue_max, 3);
  EXPECT_EQ(spec.buckets.at(0).lag, 2s);
  EXPECT_EQ(spec.tokens->clients.at(0).second, "s3");
  EXPECT_EQ(spec.credential->value, "k");
}

TEST(MockGiven, RefusesWithAPlace) {
  struct Case {
    const char* api;
    const char* error;
  };
  const Case cases[] = {
      {"latency: 5ms", "s.yaml:6:15: an API needs 'mock', 'operations', 'stubs' or 'org'"},
      {"operations: [{path: /x}], strict: true", "an API has 'operations' or stubs, not both"},
      {"idempotency_header: X, strict: true", "a mock of stubs takes 'idempotency' for its keys"},
      {"stubs: [{id: a, request: {url: /a, url_path: /a}}]", "'url'"},
      {"stubs: [{id: a, request: {body: {matches_json_path: \"$.a[\"}}}]",
       "'$.a[' is no JSONPath: column 5: a selector is missing"},
      {"stubs: [{id: a, request: {body: {matches: \"(\"}}}]", "is no pattern"},
      {"stubs: [{id: a, request: {body: {ignore_case: true}}}]", "'ignore_case' stands without its operator"},
      {"stubs: [{id: a, request: {body: {matches_json_schema: {typ: string}}}}]", "matches_json_schema"},
      {"stubs: [{id: a, request: {}, templated: true, respond: {body: {x: \"{{nope\"}}}]",
       "response 1, body /x, column 7: }} is missing"},
      {"stubs: [{id: a, request: {}, scope: \"{{\"}]", "'scope': column 3: an expression is missing"},
      {"stubs: [{id: a, request: {}}, {id: a, request: {}}]", "two stubs are named 'a'"},
      {"stubs: [{id: a, request: {}}, {id: b, request: {}}]", "the stub 'a' never answers: 'b' comes first"},
      {"stubs: [{id: a, request: {}, job: {path: /jobs, done: {}}}]", "wants a segment {id}"},
      {"stubs: [{id: a, request: {}, executes: false, effect: x}]",
       "'executes: false' goes without 'effect'"},
      {"stubs: [{id: a, request: {}, respond: [{weight: 2}]}]", "'weight' goes with 'choose: weighted'"},
      {"stubs: [{id: a, request: {}, choose: random, respond: [{repeat: 2}]}]", "'repeat' is for responses"},
      {"limits: [{kind: sliding_log, limit: 1, from_first: true}]", "'from_first' is for fixed_window"},
      {"buckets: [{path: /a, records: [1]}]", "each of 'records' is an object with 'id'"},
      {"idempotency: {in_flight: soon}", "wants a status from 400 to 599, or wait"}};
  for (const Case& c : cases)
    EXPECT_NE(refusal(c.api).find(c.error), std::string::npos) << c.api << "\n" << refusal(c.api);
}

constexpr const char* kBook =
    "stubs: [{id: book, templated: true, request: {method: POST, url_path: /x}, effect: {operation: book, "
    "key: \"{{request.json.n}}\"}, "
    "respond: {body: {id: \"{{randomValue type='UUID'}}\"}}}]";

TEST(MockGiven, RefusesExpectationsOfMocksThatAreNotThere) {
  EXPECT_NE(refusal(kBook, "[{mock: epr, equals: 1}]").find("erp"), std::string::npos);
  EXPECT_NE(refusal(kBook, "[{mock: erp}]").find("needs one of at_most"), std::string::npos);
  EXPECT_NE(refusal("operations: [{path: /x}]", "[{mock: erp, equals: 1}]").find("mock of stubs"),
            std::string::npos);
}

TEST(MockGiven, RefusesExpectationsOfStubsThatAreNotThere) {
  EXPECT_NE(refusal(kBook, "[{mock: erp, stub: boko, equals: 1}]")
                .find("'erp' has no stub 'boko'; did you mean 'book'?"),
            std::string::npos);
  const std::string keyed = std::string(kBook) + ", idempotency: {}, buckets: [{path: /orders}]";
  EXPECT_EQ(refusal(keyed,
                    "[{mock: erp, stub: idempotency, equals: 1}, {mock: erp, stub: bucket /orders, "
                    "equals: 0}]"),
            "accepted");
  EXPECT_NE(refusal(kBook, "[{mock: erp, stub: idempotency, equals: 1}]").find("has no stub 'idempotency'"),
            std::string::npos);
}

TEST(MockGiven, JudgesWhatAMockSaw) {
  const Ran ran(
      read(kBook, "[{mock: erp, request: {url_path: /x}, equals: 1}, {mock: erp, stub: book, at_least: 2}]"));
  EXPECT_EQ(ran.result.verdict, "failed");
  EXPECT_EQ(
      ran.ask("SELECT name, verdict, expected, found FROM checks WHERE name LIKE 'mock%' ORDER BY name"),
      "mock erp ANY /x: 1|passed|as asked|1 requests\n"
      "mock erp has nothing to complain of|passed|no template fails, no strict mock is asked what it does "
      "not know|nothing\n"
      "mock erp stub book: at least 2|failed|at least 2 requests|1\n");
  EXPECT_EQ(ran.ask("SELECT api, operation, business_key, times FROM effects"), "erp|book|SO-1|1\n");
}

TEST(MockGiven, FailsARunWhoseTemplatesFail) {
  const Ran ran(read("stubs: [{id: a, request: {}, effect: \"{{request.json.nothing}}\"}]"));
  EXPECT_EQ(ran.result.verdict, "failed");
  EXPECT_EQ(ran.ask("SELECT verdict FROM checks WHERE name = 'mock erp has nothing to complain of'"),
            "failed\n");
}

TEST(MockGiven, WaitsUntilAnExpectationHolds) {
  const std::string callbacks =
      "stubs: [{id: a, request: {method: POST}, callbacks: [{to: erp, path: /later, method: PUT, delay: "
      "30s}]}, "
      "{id: b, request: {method: PUT}}]";
  const Ran ran(read(callbacks, "[{mock: erp, stub: b, equals: 1, wait: 1m}]"));
  EXPECT_EQ(ran.result.verdict, "passed");
}

TEST(MockGiven, IsTheSameOnBothClocks) {
  const Scenario scenario = read(kBook, "[{mock: erp, stub: book, equals: 1}]");
  const Ran in_memory(scenario);
  RunOptions options;
  options.clock = *parse_clock("real");
  const Ran live(scenario, options);
  EXPECT_EQ(live.result.verdict, "passed");
  const char* drawn = "SELECT response FROM hops WHERE stage = 'api'";
  EXPECT_EQ(live.ask(drawn), in_memory.ask(drawn));
}

}  // namespace
}  // namespace emulator::runner

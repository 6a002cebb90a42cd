#include "emulator/runner/scenario_file.h"

#include <algorithm>
#include <span>

#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

using namespace std::chrono_literals;

constexpr const char* kScenario[] = {
    "name: a_claim",
    "tags: [small]",
    "given:",
    "  bus: {rules: [{pattern: {detail-type: [Order__e]}, target: {lambda: ingest}}]}",
    "  lambda: {ingest: {timeout: 30s}}",
    "  compute: {middleware: middleware.yaml}",
    "  apis: {erp: {operations: [{path: /orders}]}}",
    "timeline:",
    "  - {at: 0s, publish: Order__e, fields: {Number__c: SO-1}}",
    "expect:",
    "  - {every: event, ends: delivered}",
    "invariants: {}",
};
constexpr const char* kMiddleware[] = {
    "apis: {erp: {}}",
    "flows:",
    "  - event: Order__e",
    "    steps:",
    "      - {name: book, api: erp, path: /orders}",
    "      - {name: again, api: erp, path: '/orders/${book/id}'}",
};

/// The lines with line `number` (from 1) replaced; 0 replaces nothing.
template <std::size_t N>
std::string changed(const char* const (&lines)[N], std::size_t number, const char* line) {
  std::string text;
  for (std::size_t i = 0; i < N; ++i) text += std::string(i + 1 == number ? line : lines[i]) + "\n";
  return text;
}

class Folder {
 public:
  Folder() { put(dir_ / "middleware.yaml", changed(kMiddleware, 0, "")); }
  std::string operator/(const std::string& name) const { return dir_ / name; }

  /// The problems of the scenario as lines without the folder's name; "" when it is good.
  std::string problems(const std::string& text, const std::vector<std::string>& sets = {}) const {
    const std::string path = put(dir_ / "s.yaml", text);
    const auto scenario = read_scenario(path, overrides_of(sets));
    return scenario ? "" : without(scenario.error().text(), dir_ / "");
  }
  Scenario read(const std::string& text, const std::vector<std::string>& sets = {}) const {
    return scenario_of(put(dir_ / "s.yaml", text), sets);
  }

 private:
  TempDir dir_;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

struct Bad {
  const char* name;
  std::size_t number;
  const char* line;
  const char* problem;
};

void expect_problems(std::span<const Bad> cases) {
  const Folder folder;
  for (const Bad& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(first_line(folder.problems(changed(kScenario, c.number, c.line))), c.problem);
  }
}

TEST(ScenarioFile, ReadsTheFileThatTheBadOnesAreMadeFrom) {
  const Folder folder;
  EXPECT_EQ(folder.problems(changed(kScenario, 0, "")), "");
}

TEST(ScenarioFile, NamesWhatIsWrongWithItsHead) {
  const Bad cases[] = {
      {"unknown key", 2, "tag: [x]", "s.yaml:2:1: unknown key 'tag' in a scenario; did you mean 'tags'?"},
      {"duplicate key", 2, "name: again", "s.yaml:2:1: duplicate key 'name'; the first is at s.yaml:1:1"},
      {"wrong type", 2, "tags: small", "s.yaml:2:7: 'tags' wants a list, found the text 'small'"},
      {"text for a number", 2, "seed: seven",
       "s.yaml:2:7: 'seed' wants a whole number of at least 0, found the text 'seven'"},
      {"below zero", 2, "seed: -1",
       "s.yaml:2:7: 'seed' wants a whole number of at least 0, found the number -1"},
      {"a name names files", 1, "name: a/claim",
       "s.yaml:1:7: 'name': a name has letters, digits, _ and - only: it names files"},
      {"no name", 1, "why: because", "s.yaml:1:1: a scenario needs the key 'name'"},
      {"bad duration", 2, "limit: 5 minutes",
       "s.yaml:2:8: 'limit' wants a duration such as 250ms, 2m or 1h30m of at least 1s, found the text '5 "
       "minutes'"},
      {"bad time", 2, "start: yesterday",
       "s.yaml:2:8: 'start' wants a UTC time such as 2026-01-05T09:00:00Z, found the text 'yesterday'"},
      {"missing use", 2, "use: nowhere.yaml", "s.yaml:2:6: there is no file nowhere.yaml"},
      {"merge key", 2, "<<: {a: 1}", "s.yaml:2:1: merge keys (<<) are not read; write the keys out"},
      {"not YAML", 2, "tags: [a", "s.yaml:3:6: a comma or the closing ] is missing before this"},
  };
  expect_problems(cases);
}

TEST(ScenarioFile, NamesWhatIsWrongWithItsDeployment) {
  const Bad cases[] = {
      {"pattern operator", 4,
       "  bus: {rules: [{pattern: {detail-type: [{sufix: x}]}, target: {lambda: ingest}}]}",
       "s.yaml:4:27: 'pattern': Event pattern is not valid. Reason: Unrecognized match type sufix"},
      {"pattern without a list", 4,
       "  bus: {rules: [{pattern: {detail-type: Order__e}, target: {lambda: ingest}}]}",
       "s.yaml:4:27: 'pattern': Event pattern is not valid. Reason: \"detail-type\" must be an object or an "
       "array"},
      {"pattern operand", 4,
       "  bus: {rules: [{pattern: {detail: {n: [{numeric: ['>', five]}]}}, target: {lambda: ingest}}]}",
       "s.yaml:4:27: 'pattern': Event pattern is not valid. Reason: Value of > must be numeric"},
      {"pattern of too many wildcards", 4,
       "  bus: {rules: [{pattern: {source: [{wildcard: '*:*:*:*:*:event-bus/*'}]}, target: {lambda: "
       "ingest}}]}",
       "s.yaml:4:27: 'pattern': Event pattern is not valid. Reason: Rule is too complex - try using fewer "
       "wildcard characters or fewer repeating character sequences after a wildcard character"},
      {"pattern with half an or", 4,
       "  bus: {rules: [{pattern: {$or: [{source: [a]}]}, target: {lambda: ingest}}]}",
       "s.yaml:4:27: 'pattern': Event pattern is not valid. Reason: There must have at least 2 Objects in "
       "$or "
       "relationship."},
      {"no pattern", 4, "  bus: {rules: [{target: {lambda: ingest}}]}",
       "s.yaml:4:17: a rule needs the key 'pattern'"},
      {"unknown function", 4,
       "  bus: {rules: [{name: orders, pattern: {source: [a]}, target: {lambda: ingst}}]}",
       "s.yaml:4:3: rule 'orders' has the target function 'ingst', which is not given; did you mean "
       "'ingest'?"},
      {"two targets", 4, "  bus: {rules: [{pattern: {source: [a]}, target: {lambda: ingest, queue: q}}]}",
       "s.yaml:4:67: 'queue' cannot stand next to 'lambda' in a target"},
      {"timeout too long", 5, "  lambda: {ingest: {timeout: 16m}}",
       "s.yaml:5:30: 'timeout' wants a duration such as 250ms, 2m or 1h30m from 1s to 15m, found the text "
       "'16m'"},
      {"handler", 5, "  lambda: {ingest: {handler: mine}}",
       "s.yaml:5:30: 'handler' wants builtin, found 'mine': another one needs the 'command' that runs it"},
      {"a destination without a name", 5, "  lambda: {ingest: {async: {on_success: {}}}}",
       "s.yaml:5:41: a destination needs one of the keys 'queue', 'topic', 'bus' or 'lambda'"},
      {"a bus for dead letters", 5, "  lambda: {ingest: {async: {dead_letter: {bus: default}}}}",
       "s.yaml:5:43: unknown key 'bus' in a destination; it takes queue, topic"},
      {"a destination that is not there", 5, "  lambda: {ingest: {async: {on_success: {topic: done}}}}",
       "s.yaml:4:3: function 'ingest' has the destination topic done, which is not given"},
      {"a destination of itself", 5, "  lambda: {ingest: {async: {on_failure: {lambda: ingest}}}}",
       "s.yaml:4:3: function 'ingest': You can't specify the function as a destination for itself."},
      {"a FIFO queue as destination", 5, "  lambda: {ingest: {async: {on_success: q.fifo}}}",
       "s.yaml:4:3: function 'ingest': The destination ARN arn:aws:sqs:us-east-1:123456789012:q.fifo is "
       "invalid: FIFO is not supported."},
      {"too much reserved", 5, "  lambda: {ingest: {concurrency: 901}}",
       "s.yaml:4:3: the functions reserve 901 of the account's 1000: Specified ReservedConcurrentExecutions "
       "for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."},
      {"log format", 5, "  lambda: {ingest: {log_format: xml}}",
       "s.yaml:5:33: 'log_format' wants text or json, found the text 'xml'"},
      {"max below min", 6, "  compute: {min: 3, max: 2, middleware: middleware.yaml}",
       "s.yaml:6:26: 'max' is below 'min'"},
      {"no middleware", 6, "  compute: {}",
       "s.yaml:4:3: the deployment is not complete: 'compute.middleware' is missing here and in the file of "
       "'use'"},
      {"missing middleware", 6, "  compute: {middleware: middlware.yaml}",
       "s.yaml:6:25: there is no file middlware.yaml"},
      {"missing mock", 7, "  apis: {erp: {mock: none}}",
       "s.yaml:7:22: there is no file mocks/apis/none.yaml"},
      {"empty API", 7, "  apis: {erp: {}}",
       "s.yaml:7:15: an API needs 'mock', 'operations', 'stubs' or 'org'"},
      {"org and more", 7, "  apis: {erp: {org: true, operations: [{path: /orders}]}}",
       "s.yaml:7:15: 'org' goes without 'mock', 'operations' and stubs"},
      {"a value for no reference", 6,
       "  compute: {middleware: {file: middleware.yaml, apis: {erp: {auth: {bearer: 'env:TOKEN'}}}}}",
       "s.yaml:4:3: the middleware shows the api 'erp' the secret 'env:TOKEN', which is not given"},
      {"a destination that is nowhere", 6,
       "  compute: {middleware: {file: middleware.yaml, routes: [{to: audit}], destinations: {audit: {url: "
       "'https://a'}}}}",
       "s.yaml:4:3: a route leads to the destination 'audit', which is not given"},
      {"an API that the middleware calls", 7, "  apis: {erb: {operations: [{path: /orders}]}}",
       "s.yaml:4:3: the middleware calls the api 'erp', which is not given; did you mean 'erb'?"},
      {"effect without key", 7, "  apis: {erp: {operations: [{path: /orders, effect: book}]}}",
       "s.yaml:7:45: 'effect' in an operation needs 'business_key' beside it"},
      {"latency upside down", 7, "  apis: {erp: {latency: 80ms..20ms, operations: [{path: /orders}]}}",
       "s.yaml:7:25: 'latency': '80ms..20ms': the upper end is below the lower"},
  };
  expect_problems(cases);
}

TEST(ScenarioFile, RefusesByNameWhatIsNotEmulated) {
  const Bad cases[] = {
      {"platform", 4, "  platform: {}",
       "s.yaml:4:3: 'platform' is not emulated yet: secrets are in 'secrets', alarms in 'alarms'"},
      {"url", 7, "  apis: {erp: {url: 'http://x'}}",
       "s.yaml:7:16: 'url' is not emulated yet: external APIs are mocks"},
      {"limit", 7, "  apis: {erp: {limit: 5/s}}",
       "s.yaml:7:16: 'limit' is not emulated yet: 'limits' of a mock of stubs are its rate limits"},
  };
  expect_problems(cases);
}

TEST(ScenarioFile, NamesWhatIsWrongWithACommand) {
  const Bad cases[] = {
      {"no words", 5, "  lambda: {ingest: {command: []}}",
       "s.yaml:5:30: 'command' wants at least 1 item, found 0"},
      {"handler without it", 5, "  lambda: {ingest: {handler: index.handler}}",
       "s.yaml:5:30: 'handler' wants builtin, found 'index.handler': another one needs the 'command' that "
       "runs it"},
      {"builtin beside it", 5, "  lambda: {ingest: {handler: builtin, command: [node]}}",
       "s.yaml:5:30: 'handler: builtin' runs no 'command': beside one, it is what the process reads as "
       "_HANDLER"},
      {"folder without it", 5, "  lambda: {ingest: {folder: x}}",
       "s.yaml:5:21: 'folder' in a function needs 'command' beside it"},
      {"reserved variable", 5, "  lambda: {ingest: {command: [node], environment: {AWS_REGION: x}}}",
       "s.yaml:5:52: 'AWS_REGION' is reserved: Lambda sets it"},
  };
  expect_problems(cases);
}

TEST(ScenarioFile, ReadsAFunctionThatIsAProcess) {
  const Folder folder;
  const Scenario scenario = folder.read(changed(kScenario, 5,
                                                "  lambda: {ingest: {command: [npx, aws-lambda-ric, "
                                                "index.handler], folder: code, environment: {A: b}}}"));
  const FunctionGiven& function = scenario.given.functions.at(0);
  ASSERT_TRUE(function.process);
  EXPECT_EQ(function.process->command, (std::vector<std::string>{"npx", "aws-lambda-ric", "index.handler"}));
  EXPECT_EQ(function.process->handler, "index.handler");
  EXPECT_EQ(function.process->folder, folder / "code");
  EXPECT_EQ(function.process->variables, (runtime::Variables{{"A", "b"}}));
  EXPECT_EQ(function.cold_start, 0s);
  const Scenario builtin = folder.read(changed(kScenario, 0, ""));
  EXPECT_FALSE(builtin.given.functions.at(0).process);
  EXPECT_EQ(builtin.given.functions.at(0).cold_start, 250ms);
}

TEST(ScenarioFile, NeedsARealClockForAProcess) {
  const Folder folder;
  const Scenario scenario =
      folder.read(changed(kScenario, 5, "  lambda: {ingest: {command: [node, index.js]}}"));
  const auto ran = run_scenario(scenario, {.runs_folder = folder / "runs"});
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, kernel::ErrorCode::Invalid);
  EXPECT_EQ(without(ran.error().text(), folder / ""),
            "s.yaml:5:30: function 'ingest' is a process, which lives in real time: 'command' needs --clock "
            "real, or a speed such as x60");
}

TEST(ScenarioFile, SaysWhereAProgramIsNamedThatIsNotThere) {
  const Folder folder;
  const Scenario scenario = folder.read(changed(kScenario, 5, "  lambda: {ingest: {command: [./none]}}"));
  const auto ran = run_scenario(
      scenario, {.clock = *parse_clock("real"), .runs_folder = folder / "runs", .ca_folder = folder / "ca"});
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, kernel::ErrorCode::Infrastructure);
  EXPECT_EQ(without(ran.error().text(), folder / ""),
            "s.yaml:5:30: function 'ingest': there is no program none");
}

TEST(ScenarioFile, NamesWhatIsWrongWithItsTimeline) {
  const Bad cases[] = {
      {"bad time", 9, "  - {at: 10x, publish: Order__e, fields: {}}",
       "s.yaml:9:10: 'at' wants a duration such as 250ms, 2m or 1h30m, found the text '10x'"},
      {"bad rate", 9, "  - {at: 0s, publish: Order__e, fields: {}, rate: 5}",
       "s.yaml:9:51: 'rate' wants a rate such as 5/s, found the number 5"},
      {"two actions", 9, "  - {at: 0s, publish: Order__e, relay: pause}",
       "s.yaml:9:33: 'relay' cannot stand next to 'publish' in a line of the timeline"},
      {"no action", 9, "  - {at: 0s}",
       "s.yaml:9:5: a line of the timeline needs one of the keys 'publish', 'fault', 'relay', 'throttle', "
       "'crash', "
       "'deploy', 'store', 'duplicate', 'reorder', 'replay', 'change', 'lose', 'gap', 'expire_tokens', "
       "'drop_sessions', "
       "'subscribe', 'disconnect' or 'secret'"},
      {"a subscription for ever", 9, "  - {at: 0s, subscribe: /event/Order__e}",
       "s.yaml:9:5: item 1 of 'timeline': 'subscribe' needs 'for'"},
      {"a subscriber that is not there", 9, "  - {at: 0s, disconnect: dashboard, for: 1s}",
       "s.yaml:9:5: the subscriber is 'dashboard', which is not given"},
      {"no time", 9, "  - {publish: Order__e, fields: {}}",
       "s.yaml:9:5: a line of the timeline needs the key 'at'"},
      {"mistyped action", 9, "  - {at: 0s, publsh: Order__e, fields: {}}",
       "s.yaml:9:14: unknown key 'publsh' in a line of the timeline; did you mean 'publish'?"},
      {"nothing to publish", 9, "  - {at: 0s, publish: Order__e}",
       "s.yaml:9:5: item 1 of 'timeline': 'publish' needs 'from' or 'fields'"},
      {"fields in a list", 9, "  - {at: 0s, publish: Order__e, fields: [1]}",
       "s.yaml:9:5: item 1 of 'timeline': 'fields' wants a map"},
      {"how many in a minute", 9, "  - {at: 0s, publish: Order__e, fields: {}, for: 1m}",
       "s.yaml:9:5: item 1 of 'timeline': 'publish' with 'for' needs 'rate'"},
      {"two ends", 9, "  - {at: 0s, publish: Order__e, fields: {}, count: 1, for: 1m, rate: 1/s}",
       "s.yaml:9:55: 'for' cannot stand next to 'count' in a line of the timeline"},
      {"missing data file", 9, "  - {at: 0s, publish: Order__e, from: data/orders.jsonl}",
       "s.yaml:9:5: there is no file data/orders.jsonl"},
      {"unknown API", 9, "  - {at: 0s, fault: erb, respond: 503}",
       "s.yaml:9:5: the fault is of the api 'erb', which is not given; did you mean 'erp'?"},
      {"fault without effect", 9, "  - {at: 0s, fault: erp}",
       "s.yaml:9:5: item 1 of 'timeline': 'fault' needs 'respond', 'connect', 'delay', 'damage', 'twice', "
       "'slow' or 'keep_alive'"},
      {"no status", 9, "  - {at: 0s, fault: erp, respond: 99}", "s.yaml:9:35: 'respond': is no HTTP status"},
      {"no effect", 9, "  - {at: 0s, fault: erp, respond: explode}",
       "s.yaml:9:35: 'respond': wants a status, a map, or one of reset, empty, garbage, truncated, hang, "
       "half_closed, bad_chunk, cut_chunks, reset_in_body, two_lengths, length_and_chunks, bare_lf, "
       "bad_status_line, long_body"},
      {"place", 9, "  - {at: 0s, fault: erp, respond: 503, place: bfore}",
       "s.yaml:9:47: 'place' wants before or after, found the text 'bfore'; did you mean 'before'?"},
      {"share", 9, "  - {at: 0s, fault: erp, respond: 503, share: 110%}",
       "s.yaml:9:47: 'share' wants a share such as 10%, found the text '110%'"},
      {"unknown function", 9, "  - {at: 0s, throttle: ingst, for: 1s}",
       "s.yaml:9:5: the throttled function is 'ingst', which is not given; did you mean 'ingest'?"},
      {"relay", 9, "  - {at: 0s, relay: halt}",
       "s.yaml:9:21: 'relay' wants pause, run, stop or lose_position, found the text 'halt'"},
      {"key of another action", 9, "  - {at: 0s, relay: pause, times: 3}",
       "s.yaml:9:28: 'times' in a line of the timeline needs 'fault', 'duplicate', 'reorder', 'lose' or "
       "'gap' beside it"},
      {"a share of what the relay sends", 9, "  - {at: 0s, duplicate: relay, share: 10%}",
       "s.yaml:9:5: item 1 of 'timeline': 'share' goes with 'duplicate: bus' only"},
      {"held for no time", 9, "  - {at: 0s, reorder: bus, by: 0s}",
       "s.yaml:9:5: item 1 of 'timeline': 'by' wants more than 0s"},
      {"an archive that is not there", 9, "  - {at: 0s, replay: orders}",
       "s.yaml:9:5: the replay is of the archive 'orders', which is not given"},
      {"a window of nothing", 9, "  - {at: 0s, relay: pause, window: [0s, 1s]}",
       "s.yaml:9:28: 'window' in a line of the timeline needs 'replay' beside it"},
  };
  expect_problems(cases);
}

TEST(ScenarioFile, NamesWhatIsWrongWithItsExpectations) {
  const Bad cases[] = {
      {"no end", 11, "  - {every: event}", "s.yaml:11:5: item 1 of 'expect': 'every' needs 'ends'"},
      {"bounds of every", 11, "  - {every: event, ends: delivered, equals: 1}",
       "s.yaml:11:5: item 1 of 'expect': 'every' takes no at_most, at_least or equals"},
      {"nothing", 11, "  - {at_most: 5}",
       "s.yaml:11:5: an expectation needs one of every, ends, hops, breaker, queue, sql, alarm"},
      {"stage", 11, "  - {hops: {stage: apy}, equals: 1}",
       "s.yaml:11:20: 'stage' wants publish, relay, bus, topic, queue, invoke, compute, step, api or "
       "callback, found "
       "the text "
       "'apy'; did you mean 'api'?"},
      {"window", 11, "  - {hops: {stage: api, between: [2s, 1s]}, equals: 1}",
       "s.yaml:11:34: 'between': wants two times, the later one last"},
      {"all hops", 11, "  - {hops: {}, equals: 1}",
       "s.yaml:11:5: item 1 of 'expect': 'hops' names nothing to count"},
      {"queue", 11, "  - {queue: dlq, equals: 0}", "s.yaml:11:5: the queue is 'dlq', which is not given"},
      {"hops of an api", 11, "  - {hops: {api: erb}, equals: 0}",
       "s.yaml:11:5: the hops are of the api 'erb', which is not given; did you mean 'erp'?"},
      {"hops of a fault", 11, "  - {hops: {fault: none}, equals: 0}",
       "s.yaml:11:5: the hops are of the fault 'none', which is not given"},
      {"breaker", 11, "  - {breaker: erb, equals: 0}",
       "s.yaml:11:5: the breaker is of the api 'erb', which is not given; did you mean 'erp'?"},
      {"breaker key", 11, "  - {breaker: erp, opens: 0}",
       "s.yaml:11:20: unknown key 'opens' in an expectation; did you mean 'opens_within'?"},
      {"end", 11, "  - {ends: lots, equals: 0}",
       "s.yaml:11:12: 'ends' wants delivered, dead_lettered, expired, filtered, rejected or lost, found the "
       "text 'lots'; did you mean 'lost'?"},
      {"no bounds", 11, "  - {sql: SELECT 1}",
       "s.yaml:11:5: item 1 of 'expect': needs at_most, at_least or equals"},
      {"invariant", 12, "invariants: {nothing_los: {off: x}}",
       "s.yaml:12:14: unknown invariant 'nothing_los'; did you mean 'nothing_lost'?"},
      {"calls of another", 12, "invariants: {recovers: {calls: 5}}",
       "s.yaml:12:13: 'invariants': 'calls' belongs to attempts_bounded"},
      {"within of another", 12, "invariants: {effect_once: {within: 5s}}",
       "s.yaml:12:13: 'invariants': 'within' belongs to recovers"},
  };
  expect_problems(cases);
}

TEST(ScenarioFile, BlamesTheMiddlewareFileForWhatStandsThere) {
  const Bad cases[] = {
      {"unknown step", 6, "      - {name: again, api: erp, path: '/orders/${bock/id}'}",
       "middleware.yaml:6:9: step 'again' reads the answer of 'bock', which is no earlier step; did you mean "
       "'book'?"},
      {"unknown API", 6, "      - {name: again, api: erb, path: /orders}",
       "middleware.yaml:6:9: step 'again' calls the unknown api 'erb'; did you mean 'erp'?"},
      {"unknown function", 6, "      - {name: again, api: erp, path: '/orders/${uper(/Name)}'}",
       "middleware.yaml:6:39: 'path': '${uper(/Name)}': there is no function 'uper'; did you mean 'upper'?"},
      {"unknown handler", 6, "      - {name: again, handler: parsels}",
       "middleware.yaml:6:9: step 'again' names the unknown handler 'parsels'; did you mean 'parcels'? "
       "(there "
       "are: parcels)"},
  };
  for (const Bad& c : cases) {
    SCOPED_TRACE(c.name);
    const Folder folder;
    put(folder / "middleware.yaml", changed(kMiddleware, c.number, c.line));
    EXPECT_EQ(first_line(folder.problems(changed(kScenario, 0, ""))), c.problem);
  }
}

TEST(ScenarioFile, ReportsEverythingThatIsWrongAtOnce) {
  const Folder folder;
  std::string text = changed(kScenario, 2, "tag: [x]");
  text.replace(text.find("30s"), 3, "16m");
  text.replace(text.find("delivered"), 9, "delivred");
  EXPECT_EQ(folder.problems(text),
            "s.yaml:2:1: unknown key 'tag' in a scenario; did you mean 'tags'?\n"
            "s.yaml:5:30: 'timeout' wants a duration such as 250ms, 2m or 1h30m from 1s to 15m, found the "
            "text '16m'\n"
            "s.yaml:11:26: 'ends' wants delivered, dead_lettered, expired, filtered, rejected or lost, found "
            "the text 'delivred'; "
            "did you mean 'delivered'?");
}

TEST(ScenarioFile, FillsInWhatIsNotSaid) {
  const Folder folder;
  const Scenario scenario = folder.read(changed(kScenario, 0, ""));
  EXPECT_EQ(scenario.name, "a_claim");
  EXPECT_EQ(scenario.seed, 1U);
  EXPECT_EQ(kernel::iso_seconds(scenario.wall_start), "2026-01-05T10:00:00Z");
  EXPECT_EQ(scenario.limit, 24h);
  EXPECT_EQ(scenario.text, changed(kScenario, 0, ""));
  EXPECT_EQ(scenario.arguments, "");
  ASSERT_EQ(scenario.given.bus.partner.rules.size(), 1U);
  EXPECT_EQ(scenario.given.bus.partner.rules[0].name, "rule-1");
  EXPECT_EQ(scenario.given.bus.partner.rules[0].targets[0].retry.attempts_max, 185);
  EXPECT_EQ(scenario.given.functions[0].timeout, 30s);
  EXPECT_EQ(scenario.expectations[0].name, "every event ends delivered");
  EXPECT_EQ(scenario.expectations[0].place, (folder / "s.yaml") + ":11:5");
}

// The pattern that scenarios/README.md shows, as it stands there.
TEST(ScenarioFile, PatternsSpeakTheWholeLanguage) {
  std::ifstream page(RELAYRIG_SOURCE_DIR "/scenarios/README.md");
  std::string rule = "  bus:\n    rules:\n      - target: {lambda: ingest}\n";
  bool is_inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "pattern:") is_inside = true;
    if (line == "```") is_inside = false;
    if (is_inside) rule += "        " + line + "\n";
  }
  const Folder folder;
  const Scenario scenario = folder.read(changed(kScenario, 4, rule.c_str()));
  ASSERT_EQ(scenario.given.bus.partner.rules.size(), 1U);
  const auto pattern =
      patterns::Pattern::compile(std::string_view(scenario.given.bus.partner.rules[0].pattern));
  ASSERT_TRUE(pattern);
  const auto matches = [&pattern](const std::string& payload) {
    return pattern->matches(R"({"detail-type":"Refund_Made__e","detail":{"payload":{)" + payload + "}}}");
  };
  EXPECT_TRUE(matches(R"("Amount__c":101,"Status__c":"Placed","Country__c":"AT")"));
  EXPECT_TRUE(matches(R"("Amount__c":5000.0,"Status__c":"Placed","Email__c":"a@example.com")"));
  EXPECT_FALSE(matches(R"("Amount__c":100,"Status__c":"Placed","Country__c":"AT")"));
  EXPECT_FALSE(matches(R"("Amount__c":101,"Status__c":"Draft","Country__c":"AT")"));
  EXPECT_FALSE(matches(R"("Amount__c":101,"Status__c":"Placed","Country__c":"AT","Coupon__c":"X")"));
  EXPECT_FALSE(matches(R"("Amount__c":101,"Status__c":"Placed","Country__c":"FR")"));
}

TEST(ScenarioFile, JsonTakesTheSameKeys) {
  const Folder folder;
  const auto scenario = read_scenario(put(folder / "s.json", R"({"name": "a_claim", "given": {
    "bus": {"rules": [{"pattern": {"source": ["a"]}, "target": {"lambda": "ingest"}, "dead_letter": "dlq"}]},
    "lambda": {"ingest": {"async": {"on_failure": "failed"}}}, "compute": {"middleware": "middleware.yaml"},
    "apis": {"erp": {"operations": [{"path": "/orders"}]}}},
    "timeline": [{"at": "0s", "publish": "Order__e", "fields": {"a": 1}, "count": 3, "rate": "30/m"}],
    "expect": [{"queue": "dlq", "equals": 0}]})"));
  ASSERT_TRUE(scenario.has_value()) << scenario.error().text();
  EXPECT_EQ(scenario->timeline_end(), 6s);
  std::string queues;
  for (const queues::QueueConfig& queue : scenario->given.queues) queues += queue.name + " ";
  EXPECT_EQ(queues, "dlq failed ");
}

TEST(ScenarioFile, OwnKeysWinOverSharedOnes) {
  const Folder folder;
  put(folder / "stacks/shared.yaml",
      "bus: {rules: [{name: all, pattern: {source: [a]}, target: {lambda: ingest}}]}\n"
      "lambda: {ingest: {timeout: 30s, concurrency: 9, async: {retries: 2}}}\n"
      "compute: {min: 2, max: 4, middleware: ../middleware.yaml}\n"
      "apis: {erp: {mock: ../mocks/slow.yaml, latency: 1s}}\n");
  put(folder / "mocks/slow.yaml", "latency: 9s\nidempotency_header: X-Key\noperations: [{path: /orders}]\n");
  const std::string head =
      "name: a_claim\nuse: stacks/shared.yaml\ntimeline: [{at: 1m, relay: pause, for: 30s}]\n";

  const Scenario alone = folder.read(head);
  EXPECT_EQ(alone.given.functions[0].concurrency, 9);
  EXPECT_EQ(alone.given.apis[0].latency.first, 1s);
  EXPECT_EQ(alone.given.apis[0].idempotency_header, "X-Key");
  EXPECT_EQ(alone.timeline_end(), 90s);

  const Scenario own =
      folder.read(head +
                  "given:\n"
                  "  lambda: {ingest: {concurrency: 1, async: {age: 2h}}}\n"
                  "  bus: {rules: [{name: mine, pattern: {source: [b]}, target: {queue: q}}]}\n"
                  "  compute: {max: 7, middleware: {file: middleware.yaml, name: other}}\n"
                  "  apis: {erp: {latency: 20ms..80ms}}\n");
  EXPECT_EQ(own.given.functions[0].concurrency, 1);
  EXPECT_EQ(own.given.functions[0].timeout, 30s);
  EXPECT_EQ(own.given.functions[0].async.function_error_retries_max, 2);
  EXPECT_EQ(own.given.functions[0].async.event_age_max, 2h);
  ASSERT_EQ(own.given.bus.partner.rules.size(), 1U) << "a list replaces a list";
  EXPECT_EQ(own.given.bus.partner.rules[0].name, "mine");
  EXPECT_EQ(own.given.compute.provisioned_min, 2);
  EXPECT_EQ(own.given.compute.active_max, 7);
  EXPECT_EQ(own.given.compute.middleware.service.name, "other");
  EXPECT_EQ(own.given.apis[0].latency.second, 80ms);
  EXPECT_EQ(own.given.apis[0].operations.size(), 1U);

  EXPECT_EQ(first_line(folder.problems(head + "given: {lambda: {ingest: {concurency: 1}}}\n")),
            "s.yaml:4:27: unknown key 'concurency' in a function; did you mean 'concurrency'?");
  put(folder / "stacks/shared.yaml",
      "bus: {rules: 5}\nlambda: {}\napis: {}\ncompute: {middleware: ../middleware.yaml}\n");
  EXPECT_EQ(first_line(folder.problems(head)),
            "stacks/shared.yaml:1:14: 'rules' wants a list, found the number 5");
}

TEST(Override, ChangesOneKeyOfTheComposedFile) {
  const Folder folder;
  const std::string text = changed(kScenario, 0, "");
  const Scenario scenario = folder.read(
      text, {"seed=9", "given.compute.middleware.apis.erp.retry=off", "given.lambda.ingest.async.retries=0",
             "tags=[a, b]", "given.queues.orders.retention=2h"});
  EXPECT_EQ(scenario.seed, 9U);
  EXPECT_EQ(scenario.given.compute.middleware.service.apis[0].retry.attempts_max, 1);
  EXPECT_EQ(scenario.given.functions[0].async.function_error_retries_max, 0);
  EXPECT_EQ(scenario.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(scenario.given.queues[0].retention, 2h);
  EXPECT_EQ(scenario.arguments,
            "--set 'seed=9' --set 'given.compute.middleware.apis.erp.retry=off' --set "
            "'given.lambda.ingest.async.retries=0' "
            "--set 'tags=[a, b]' --set 'given.queues.orders.retention=2h'");
}

TEST(Override, IsCheckedLikeTheFile) {
  const Folder folder;
  struct Case {
    const char* set;
    const char* problem;
  };
  const Case cases[] = {
      {"sed=9", "--set sed:1:1: unknown key 'sed' in a scenario; did you mean 'seed'?"},
      {"seed=many", "--set seed:1:1: 'seed' wants a whole number of at least 0, found the text 'many'"},
      {"given.lambda.ingest.timeout=1h",
       "--set given.lambda.ingest.timeout:1:1: 'timeout' wants a duration such as 250ms, 2m or 1h30m from 1s "
       "to 15m, found the text '1h'"},
      {"name.first=x", "--set: there is nothing to set at 'name.first'"},
      {"timeline.0.at=5s", "--set: there is nothing to set at 'timeline.0.at'"},
      {"tags=[a", "--set tags:1:1: a comma or the closing ] is missing before this"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.set);
    EXPECT_EQ(first_line(folder.problems(changed(kScenario, 0, ""), {c.set})), c.problem);
  }
}

TEST(Override, MayNameAnotherFileFromTheFolderOfTheScenario) {
  const Folder folder;
  put(folder / "fast.yaml", "latency: 1ms\noperations: [{path: /orders}]\n");
  const Scenario scenario = folder.read(changed(kScenario, 7, "  apis: {erp: {mock: none.yaml}}"),
                                        {"given.apis.erp.mock=fast.yaml"});
  EXPECT_EQ(scenario.given.apis[0].latency.first, 1ms);
}

TEST(Override, IsAKeyAndAValue) {
  EXPECT_EQ(parse_override("a.b=c=d")->path, "a.b");
  EXPECT_EQ(parse_override("a.b=c=d")->value, "c=d");
  for (const char* text : {"a.b", "=5", ""}) {
    const auto override = parse_override(text);
    ASSERT_FALSE(override.has_value());
    EXPECT_EQ(override.error().text(), "--set wants KEY.KEY=VALUE, found '" + std::string(text) + "'");
  }
}

TEST(ScenarioFiles, AreThoseOfAFolderSortedButNotOfTheFoldersBelow) {
  const TempDir folder;
  for (const char* name : {"b.yaml", "a.yml", "c.json", "README.md", "below/d.yaml"}) put(folder / name, "x");
  const auto files = scenario_files({folder / "b.yaml", folder / ""});
  ASSERT_TRUE(files.has_value());
  std::string names;
  for (const std::string& file : *files) names += without(file, folder / "") + " ";
  EXPECT_EQ(names, "b.yaml a.yml b.yaml c.json ");
  const auto none = scenario_files({folder / "none"});
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().text(), "there is no file or folder " + (folder / "none"));
}

}  // namespace
}  // namespace emulator::runner

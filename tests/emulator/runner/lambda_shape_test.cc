// Functions and their account in scenarios: every key.
#include <algorithm>

#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

using lambda::Destination;
using lambda::DestinationKind;

Scenario read(const std::string& lambda, const std::string& account) {
  const TempDir dir;
  return scenario_of(
      put(dir / "s.yaml",
          "name: s\n"
          "given:\n"
          "  bus: {rules: [{pattern: {detail-type: [Order__e]}, target: {lambda: ingest}}]}\n"
          "  topics: {failed: {}}\n"
          "  lambda: {other: {}, ingest: {" +
              lambda +
              "}}\n"
              "  account: {" +
              account +
              "}\n"
              "  compute: {middleware: {apis: {erp: {}}, flows: [{event: Order__e, steps: [{name: "
              "book, api: erp, path: /x}]}]}}\n"
              "  apis: {erp: {operations: [{path: /x}]}}\n"
              "timeline: [{at: 0s, publish: Order__e, fields: {N__c: SO-1}}]\n"));
}

const lambda::FunctionConfig& ingest(const Scenario& scenario) {
  return *std::ranges::find(scenario.given.functions, "ingest", &lambda::FunctionConfig::name);
}

TEST(LambdaShape, ReadsEveryKey) {
  const Scenario scenario = read(
      "concurrency: 40, recursion: allow, log_format: json, memory: 512, memory_used: 99, async: "
      "{on_success: done, on_failure: {topic: failed}, dead_letter: {queue: dead}}",
      "lambda: {concurrency: 140, environments_per_10s: 500, requests_per_environment: 7, recursion_max: "
      "3}");
  const lambda::FunctionConfig& function = ingest(scenario);
  EXPECT_EQ(function.concurrency, 40);
  EXPECT_FALSE(function.stops_recursion);
  EXPECT_EQ(function.log_format, lambda::LogFormat::Json);
  EXPECT_EQ(function.memory_mb, 512);
  EXPECT_EQ(function.memory_used_mb, 99);
  EXPECT_EQ(function.on_success, Destination("done"));
  EXPECT_EQ(function.on_failure, (Destination{DestinationKind::Topic, "failed"}));
  EXPECT_EQ(function.dead_letter, Destination("dead"));
  std::string queues;
  for (const queues::QueueConfig& queue : scenario.given.queues) queues += queue.name + " ";
  EXPECT_EQ(queues, "done dead ") << "a queue that is only named is there";
  const lambda::AccountConfig& account = scenario.given.account.lambda;
  EXPECT_EQ(account.concurrency, 140);
  EXPECT_EQ(account.environments_per_10s, 500);
  EXPECT_EQ(account.requests_per_environment, 7);
  EXPECT_EQ(account.recursion_max, 3);
}

TEST(LambdaShape, TakesEveryKindOfDestination) {
  const std::pair<const char*, Destination> cases[] = {
      {"q", "q"},
      {"{queue: q}", "q"},
      {"{topic: failed}", {DestinationKind::Topic, "failed"}},
      {"{bus: default}", {DestinationKind::Bus, "default"}},
      {"{lambda: other}", {DestinationKind::Function, "other"}},
  };
  for (const auto& [text, destination] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(ingest(read("async: {on_success: " + std::string(text) + "}", "")).on_success, destination);
  }
}

TEST(LambdaShape, ReservesNothingAndLogsNothingByItself) {
  const Scenario scenario = read("", "");
  EXPECT_EQ(ingest(scenario).concurrency, std::nullopt);
  EXPECT_EQ(ingest(scenario).log_format, std::nullopt);
  EXPECT_TRUE(ingest(scenario).stops_recursion);
  EXPECT_EQ(scenario.given.account.lambda.concurrency, 1000);
}

}  // namespace
}  // namespace emulator::runner

// Mappings as the API makes, changes and removes them.
#include "tests/emulator/mappings/mapping_support.h"

namespace emulator::lambda {
namespace {

TEST(Mappings, AreCreatedOncePerQueueAndFunction) {
  MappingBench bench({{.name = "q"}, {.name = "p"}});
  bench.run_to(1s);
  const MappingInfo first = bench.map({.batch_max = 3});
  EXPECT_EQ(first.state, "Enabled");
  EXPECT_EQ(first.uuid.size(), 36u);
  EXPECT_EQ(first.modified_at, monday() + 1s);
  const auto again = bench.mappings.create({.function = "ingest", .queue = "q"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().status, 409);
  EXPECT_EQ(again.error().code, "ResourceConflictException");
  EXPECT_TRUE(again.error().message.ends_with("existing mapping with UUID " + first.uuid));
  const MappingInfo second = bench.map({.queue = "p"});
  EXPECT_EQ(bench.mappings.list("", "").size(), 2u);
  EXPECT_EQ(bench.mappings.list("ingest", "p").at(0).uuid, second.uuid);
  EXPECT_EQ(bench.mappings.list("other", "").size(), 0u);
  EXPECT_EQ(bench.mappings.find(first.uuid)->config.batch_max, 3);
}

TEST(Mappings, RefuseWhatTheyCannotServe) {
  MappingBench bench;
  EXPECT_EQ(bench.mappings.create({.function = "other", .queue = "q"}).error().status, 404);
  EXPECT_EQ(bench.mappings.create({.function = "ingest", .queue = "none"}).error().code,
            "InvalidParameterValueException");
  bench.function.timeout = 31s;
  EXPECT_EQ(bench.mappings.create({.function = "ingest", .queue = "q"}).error().message,
            "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds");
  EXPECT_EQ(bench.mappings.list("", "").size(), 0u);
}

TEST(Mappings, MakeTheirQueueCarryEventsWhileTheyAreEnabled) {
  MappingBench bench;
  auto carries = [&, n = 0]() mutable { return bench.send_event("q", "e" + std::to_string(n++)).carries_on; };
  const std::string uuid = bench.map({.is_enabled = false}).uuid;
  EXPECT_FALSE(carries());
  EXPECT_EQ(bench.mappings.update(uuid, {.is_enabled = true})->state, "Enabled");
  EXPECT_TRUE(carries());
  EXPECT_EQ(bench.mappings.update(uuid, {.is_enabled = false})->state, "Disabled");
  EXPECT_FALSE(carries());
  bench.mappings.update(uuid, {.is_enabled = true}).value();
  EXPECT_EQ(bench.mappings.remove(uuid)->state, "Deleting");
  EXPECT_FALSE(carries());
}

TEST(Mappings, EndWhatTheFunctionHasWhenTheyAreDisabledOrRemoved) {
  MappingBench bench;
  bench.function.takes = 4s;
  bench.send_all("a");
  const std::string uuid = bench.map({.batch_max = 1}).uuid;
  bench.run_to(1s);
  bench.mappings.update(uuid, {.is_enabled = false}).value();
  bench.send_all("b");
  bench.run_to(10s);
  EXPECT_EQ(bench.function.invocations, Lines{"0s a"});
  EXPECT_EQ(bench.queues.depth("q"), 1u) << "a is done, b is not touched";
  bench.mappings.update(uuid, {.is_enabled = true}).value();
  bench.run_to(11s);
  bench.mappings.remove(uuid).value();
  bench.run_to(1min);
  EXPECT_EQ(bench.function.invocations, (Lines{"0s a", "10s b"}));
  EXPECT_EQ(bench.queues.depth("q"), 0u);
  EXPECT_EQ(bench.mappings.find(uuid).error().status, 404);
  EXPECT_EQ(bench.mappings.remove(uuid).error().message, "The resource you requested does not exist.");
}

TEST(Mappings, ChangeWhatIsSaidAndKeepTheRest) {
  MappingBench bench;
  const std::string uuid = bench.map({.batch_max = 2, .concurrency_max = 5}).uuid;
  bench.run_to(3s);
  const MappingInfo changed = *bench.mappings.update(
      uuid, {.window = 2s, .reports_failures = true, .concurrency_max = std::optional<std::int64_t>{}});
  EXPECT_EQ(changed.uuid, uuid);
  EXPECT_EQ(changed.config.batch_max, 2);
  EXPECT_EQ(changed.config.window, 2s);
  EXPECT_TRUE(changed.config.reports_failures);
  EXPECT_EQ(changed.config.concurrency_max, std::nullopt);
  EXPECT_EQ(changed.modified_at, monday() + 3s);
  EXPECT_EQ(bench.mappings.update(uuid, {.batch_max = 0}).error().code, "InvalidParameterValueException");
  EXPECT_EQ(bench.mappings.find(uuid)->config.batch_max, 2) << "a refused change changes nothing";
  bench.send_all("a");
  bench.run_to(1min);
  EXPECT_EQ(bench.function.invocations, Lines{"5s a"});
}

TEST(Mappings, GoAwayInTheMiddleOfEverything) {
  Bench bench;
  {
    queues::Queues queues({{.name = "q"}, {.name = "p"}}, 7, bench.scheduler, bench.journal);
    ScriptedFunction function(bench.scheduler);
    EventSourceMappings mappings(7, {bench.scheduler, bench.journal, queues, function});
    for (const char* queue : {"q", "p"}) mappings.create({.function = "ingest", .queue = queue}).value();
    queues.send("q", {.body = "a"});
    bench.run_to(500ms);
    EXPECT_EQ(function.running, 1);
  }
  EXPECT_EQ(bench.scheduler.pending(), 0u) << "no timer is left behind";
  EXPECT_TRUE(std::ranges::none_of(bench.journal.hops, &RecordingJournal::Hop::is_open));
}

}  // namespace
}  // namespace emulator::lambda

// Events through the whole chain, every hop recorded: in virtual time, over sockets, and in flight.
#include <algorithm>
#include <filesystem>

#include "emulator/hoplog/bare_insert.h"
#include "emulator/runner/driver.h"
#include "emulator/runner/run.h"
#include "emulator/runner/scenario_file.h"
#include "emulator/sim/virtual_scheduler.h"
#include "middleware/kernel/check.h"
#include "middleware/live/loop.h"
#include "middleware/live/stopwatch.h"
#include "middleware/live/worker_thread.h"
#include "tests/bench/bench.h"

namespace bench {
namespace {

namespace runner = emulator::runner;
namespace hoplog = emulator::hoplog;
using namespace std::chrono_literals;

const std::string kFolder = (std::filesystem::temp_directory_path() / "relayrig_bench").string();

std::int64_t rows_of(const hoplog::RunFile& file) {
  return *file.integer(
      "SELECT (SELECT count(*) FROM hops) + (SELECT count(*) FROM publications) + (SELECT count(*) FROM "
      "event_ends)"
      " + (SELECT count(*) FROM executions) + (SELECT count(*) FROM faults) + (SELECT count(*) FROM "
      "transitions)");
}

Simulated simulate(std::int64_t count) {
  const runner::Scenario scenario = happy_path(count, 200);
  const live::Stopwatch watch;
  const auto result = runner::run_scenario(scenario, {.runs_folder = kFolder, .version = "bench"});
  CHECK_THAT(result.has_value(), result ? "" : result.error().text());
  Simulated simulated{
      .seconds = result->sealed_seconds, .judged_seconds = watch.elapsed_seconds(), .events = count};
  CHECK_THAT(result->verdict == "passed", result->path);
  simulated.path = result->path;
  simulated.rows = rows_of(**hoplog::RunFile::open(result->path));
  return simulated;
}

}  // namespace

runner::Scenario happy_path(std::int64_t count, double per_second) {
  auto scenario = runner::read_scenario(RELAYRIG_SOURCE_DIR "/scenarios/every_order_arrives_once.yaml");
  CHECK(scenario.has_value());
  scenario->name += "_" + std::to_string(count);
  scenario->expectations.clear();
  scenario->given.salesforce.publish_per_hour = 1'000'000'000;
  scenario->given.salesforce.deliver_per_day = 1'000'000'000;
  scenario->given.relay.latency = 1ms;
  scenario->timeline.front().publish->count = count;
  scenario->timeline.front().publish->per_second = per_second;
  return std::move(*scenario);
}

void simulated() {
  simulate(1000);  // warm
  double first_cost = 0;
  for (const std::int64_t count : {1000, 10'000, 100'000}) {
    const Simulated s = simulate(count);
    const double cost = s.seconds / static_cast<double>(s.events) * 1e6;
    if (first_cost == 0) first_cost = cost;
    const auto bare = hoplog::bare_insert_rate(s.path, kFolder + "/bare.db");
    CHECK_THAT(bare.has_value(), bare ? "" : bare.error().text());
    const double rate = static_cast<double>(s.rows) / s.seconds;
    const std::string name = number(static_cast<double>(count)) + " events: ";
    print_line(name + "simulated events/s", number(static_cast<double>(s.events) / s.seconds), ">= 10,000");
    print_line(name + "the same, judged and closed",
               number(static_cast<double>(s.events) / s.judged_seconds));
    print_line(name + "us per event",
               number(cost, 1) + " (" + number(cost / first_cost, 2) + " of that at 1,000)", "flat");
    print_line(name + "recorded rows/s",
               number(rate) + " (" + number(static_cast<double>(s.rows) / static_cast<double>(s.events), 1) +
                   " rows an event)");
    print_line(name + "bare SQLite insert of the same rows/s", number(*bare));
    print_line(name + "recorded / bare", number(rate / *bare, 2), ">= 0.50");
    std::filesystem::remove(s.path);
  }
}

void live_chain() {
  constexpr std::int64_t kEvents = 12'000;
  constexpr std::int64_t kInFlight = 16;
  runner::Scenario scenario = happy_path(1, 1);
  for (mocks::ApiSpec& api : scenario.given.apis) api.latency = {};
  scenario.given.relay.latency = {};
  for (auto& function : scenario.given.functions) function.cold_start = {};

  live::Loop loop;
  live::WorkerThread worker;
  auto network = runner::socket_network(loop, kFolder + "/ca");
  CHECK(network.has_value());
  auto recorder = hoplog::Recorder::open(loop, worker, {.path = kFolder + "/live.db", .run = {}});
  CHECK(recorder.has_value());
  auto world = runner::World::build(scenario.given, 7, {loop, **recorder, **network});
  CHECK(world.has_value());
  const auto data = runner::DataFile::read(scenario.timeline.front().publish->from, "Order_Number__c", "");
  CHECK(data.has_value());

  std::int64_t published = 0;
  std::int64_t ended = 0;
  const auto publish = [&] {
    const auto row = data->row(published++);
    CHECK((*world)->org().publish("Order_Placed__e", row.fields, row.key).has_value());
  };
  (*recorder)->on_event_end([&](std::string_view, kernel::End end) {
    CHECK(end == kernel::End::Delivered);
    ++ended;
    if (published < kEvents) loop.call_soon(publish);
  });
  loop.call_soon([&] {
    for (std::int64_t i = 0; i < kInFlight; ++i) publish();
  });
  loop.run_until([&] { return ended >= 1000; });  // warm: threads, connections, sessions
  const live::Stopwatch watch;
  const std::int64_t warm = ended;
  loop.run_until([&] { return ended >= kEvents; });
  const double seconds = watch.elapsed_seconds();
  print_line("live events/s at 16 in flight (TLS to the middleware, three HTTP calls, every hop recorded)",
             number(static_cast<double>(ended - warm) / seconds), ">= 3,000");
  world->reset();
  CHECK((*recorder)->seal().has_value());
  const auto& file = (*recorder)->file();
  print_line("live ms per event, p50 and p99",
             number(static_cast<double>(*file.integer(
                        "SELECT ended_ns - published_ns FROM events WHERE \"end\" = 'delivered' ORDER BY 1 "
                        "LIMIT 1 OFFSET (SELECT count(*) / 2 FROM events)")) /
                        1e6,
                    1) +
                 ", " +
                 number(static_cast<double>(*file.integer(
                            "SELECT ended_ns - published_ns FROM events WHERE \"end\" = 'delivered' ORDER BY "
                            "1 LIMIT 1 OFFSET (SELECT count(*) * 99 / 100 FROM events)")) /
                            1e6,
                        1));
  CHECK((*recorder)->close({.verdict = "passed"}).has_value());
}

void memory_in_flight() {
  constexpr std::int64_t kEvents = 20'000;
  runner::Scenario scenario = happy_path(kEvents, 1);
  for (mocks::ApiSpec& api : scenario.given.apis) api.latency = {.first = 10min};
  scenario.given.compute.app_runner.concurrency = 1'000'000;
  scenario.given.account.lambda.environments_per_10s = 1'000'000;
  for (auto& function : scenario.given.functions) {
    function.concurrency = 1'000'000;
    function.timeout = 15min;
  }
  for (auto& api : scenario.given.compute.middleware.service.apis) api.per_try = 15min;
  for (auto& flow : scenario.given.compute.middleware.service.flows) flow.deadline = 15min;
  scenario.given.compute.app_runner.request_max = 15min;

  emulator::sim::VirtualScheduler scheduler(scenario.wall_start);
  live::WorkerThread worker;
  auto recorder = hoplog::Recorder::open(scheduler, worker, {.path = kFolder + "/memory.db"});
  CHECK(recorder.has_value());
  const auto network = runner::memory_network(scheduler);
  auto world = runner::World::build(scenario.given, 7, {scheduler, **recorder, *network});
  CHECK(world.has_value());
  const auto data = runner::DataFile::read(scenario.timeline.front().publish->from, "Order_Number__c", "");
  std::int64_t published = 0;
  const auto publish = [&](std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const auto row = data->row(published++);
      CHECK((*world)->org().publish("Order_Placed__e", row.fields, row.key).has_value());
    }
    scheduler.run_until(scheduler.now() + 30s);  // now all wait for the first API
    worker.wait_idle();
  };
  publish(1000);
  const std::int64_t before = resident_bytes();
  publish(kEvents);
  const std::int64_t each = (resident_bytes() - before) / kEvents;
  print_line("bytes per event in flight (waiting for an API; payload of 750 bytes included)",
             number(static_cast<double>(each)), "<= 8,192");
  world->reset();
}

}  // namespace bench

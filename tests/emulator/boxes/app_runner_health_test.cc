#include "emulator/compute/health.h"
#include "tests/emulator/boxes/app_runner_bench.h"

namespace emulator::compute {
namespace {

using Protocol = HealthConfig::Protocol;

TEST(HealthCount, DecidesAfterARowOfEqualResults) {
  struct Case {
    const char* name;
    HealthConfig config;
    std::vector<bool> results;
    Health last;
  };
  const Case cases[] = {
      {"one pass is enough by default", {}, {true}, Health::Healthy},
      {"four failures decide nothing", {}, {false, false, false, false}, Health::Undecided},
      {"five do", {}, {false, false, false, false, false}, Health::Unhealthy},
      {"a pass ends a row of failures",
       {.healthy = 2},
       {false, false, false, false, true},
       Health::Undecided},
      {"and a failure one of passes", {.healthy = 2}, {true, false, true}, Health::Undecided},
      {"two passes", {.healthy = 2}, {false, true, true}, Health::Healthy},
      {"twenty", {.unhealthy = 20}, std::vector<bool>(20, false), Health::Unhealthy},
  };
  for (const Case& c : cases) {
    HealthCount count(c.config);
    Health last = Health::Undecided;
    for (const bool has_passed : c.results) last = count.note(has_passed);
    EXPECT_EQ(last, c.last) << c.name;
  }
}

TEST(AppRunner, ReplacesAnInstanceThatTurnsUnhealthy) {
  ComputeBench bench({.provisioning = 30s,
                      .idle_max = 10min,
                      .health = HealthConfig{.protocol = Protocol::Http, .path = "/health", .unhealthy = 3}});
  bench.apps.health = {200, 503, 503, 200, 503, 404, 301};  // only 200 is healthy
  bench.apps.takes = 10s;
  bench.run_to(33s);
  bench.call();
  bench.run_to(36s);
  bench.call();
  bench.run_to(2min);
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "35s middleware-1 active -> gone",
                   "35s middleware-2  -> provisioning", "1m5s middleware-2 provisioning -> active"}));
  EXPECT_EQ(bench.answers,
            (Lines{"35s 503 upstream connect error or disconnect/reset before headers. reset reason: "
                   "connection termination",
                   "36s 503 no healthy upstream"}))
      << "it is stopped with what it works on, and nobody is there until another is";
}

TEST(AppRunner, AsksAboutTheHealthOfActiveInstancesOnly) {
  ComputeBench bench(
      {.provisioned_min = 2,
       .idle_max = 60s,
       .health = HealthConfig{.protocol = Protocol::Http, .path = "/health", .interval = 20s}});
  bench.run_to(10min);
  EXPECT_EQ(bench.apps.health_asked, 2u) << "at 20 s and 40 s, and not while it has no CPU";
}

TEST(AppRunner, WaitsForAnAnswerToACheckNoLongerThanItsTimeout) {
  // Requests for anything but /health take so long as the scripted application does.
  ComputeBench bench({.provisioning = 30s,
                      .idle_max = 10min,
                      .health = HealthConfig{.protocol = Protocol::Http, .path = "/slow", .unhealthy = 2}});
  bench.apps.takes = 2s;
  bench.run_to(13s);
  EXPECT_EQ(bench.journal.transitions[1], "12s middleware-1 active -> gone")
      << "checks at 5 s and 10 s, each given up after 2 s: at equality the timeout wins";
  bench.apps.takes = 1999ms;
  bench.run_to(5min);
  EXPECT_EQ(bench.journal.transitions.back(), "43s999ms middleware-2 provisioning -> active");
}

TEST(AppRunner, ReplacesACrashedInstanceThatIsLongDown) {
  ComputeBench bench({.provisioning = 60s, .idle_max = 10min, .health = HealthConfig{}});
  bench.run_to(1s);
  bench.service->crash("middleware-1", 20s);
  bench.run_to(1min);
  bench.service->crash("middleware-1", 5min);
  bench.run_to(10min);
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "1s middleware-1 active -> crashed",
                   "21s middleware-1 crashed -> active", "1m middleware-1 active -> crashed",
                   "1m25s middleware-1 crashed -> gone", "1m25s middleware-2  -> provisioning",
                   "2m25s middleware-2 provisioning -> active"}))
      << "four failures in a row are none; those at 65 s to 85 s are five";
}

TEST(AppRunner, AdmitsAnInstanceWhenItIsHealthy) {
  ComputeBench bench(
      {.active_max = 2,
       .concurrency = 1,
       .provisioning = 30s,
       .idle_max = 10min,
       .health = HealthConfig{
           .protocol = Protocol::Http, .path = "/health", .interval = 20s, .healthy = 2, .unhealthy = 2}});
  bench.apps.health = {200, 503, 200, 200, 200, 200};
  bench.apps.takes = 10min;
  bench.call(2);
  bench.run_to(2min);
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "0s middleware-2  -> provisioning",
                   "1m10s middleware-2 provisioning -> active"}));
  bench.callers.cancel_all();
}

TEST(AppRunner, ProvisionsAnotherForOneThatNeverIsHealthy) {
  ComputeBench bench({.active_max = 2,
                      .concurrency = 1,
                      .provisioning = 30s,
                      .idle_max = 10min,
                      .health = HealthConfig{
                          .protocol = Protocol::Http, .path = "/health", .interval = 20s, .unhealthy = 2}});
  bench.apps.health = {200, 503, 200, 503};
  bench.apps.takes = 10min;
  bench.call(2);
  bench.run_to(2min);
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "0s middleware-2  -> provisioning",
                   "50s middleware-2 provisioning -> gone", "50s middleware-3  -> provisioning",
                   "1m20s middleware-3 provisioning -> active"}));
  bench.callers.cancel_all();
}

}  // namespace
}  // namespace emulator::compute

#include "emulator/runner/run.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "emulator/runner/driver.h"
#include "emulator/runner/edge_services.h"
#include "emulator/runner/judge/difference.h"
#include "emulator/runner/judge/judge.h"
#include "emulator/runner/known_secrets.h"
#include "emulator/runner/log_checks.h"
#include "emulator/runner/mock_checks.h"
#include "emulator/runner/redacting_journal.h"
#include "emulator/sim/virtual_scheduler.h"
#include "middleware/kernel/check.h"
#include "middleware/live/loop.h"
#include "middleware/live/signals.h"
#include "middleware/live/stopwatch.h"
#include "middleware/live/worker_thread.h"

namespace emulator::runner {
namespace {

using hoplog::CheckRow;
using hoplog::Recorder;
using namespace std::chrono_literals;

judge::Limits limits_of(const Given& given) {
  judge::Limits limits{.invocations_max = 1, .bus_attempts_max = 1};
  const service::ServiceConfig& service = given.compute.middleware.service;
  for (const service::ApiConfig& api : service.apis) {
    int attempts = static_cast<int>(api.retry.attempts_max) + (api.auth ? 1 : 0);
    if (service::is_undone_at(service.flows, api.name)) attempts = std::max(attempts, service::kUndoAttempts);
    limits.apis.push_back(
        {.name = api.name, .attempts_max = attempts, .probes_max = api.breaker ? api.breaker->probes : 0});
  }
  for (const lambda::FunctionConfig& function : given.functions) {
    limits.invocations_max = std::max(limits.invocations_max, function.async.function_error_retries_max + 1);
  }
  for (const TopicGiven& topic : given.topics) {
    for (const SubscriptionGiven& subscription : topic.subscriptions) {
      limits.subscriptions.push_back({topic.name,
                                      place_of(subscription, given.compute.middleware.ingest.middleware),
                                      subscription.attempts_max});
    }
  }
  for (const queues::QueueConfig& queue : given.queues) {
    if (queue.redrive)
      limits.queues.push_back({.name = queue.name, .receives_max = queue.redrive->receives_max});
  }
  given.bus.for_each_target([&limits](const bus::RuleConfig&, const bus::TargetConfig& target) {
    limits.bus_attempts_max = std::max(limits.bus_attempts_max, target.retry.attempts_max + 1);
  });
  return limits;
}

/// When the last disturbance of the timeline is over; a fault without an end counts from its begin.
kernel::Duration last_fault(const Scenario& scenario) {
  kernel::Duration last{};
  for (const TimelineAction& action : scenario.timeline) {
    if (!action.publish) last = std::max(last, action.at + action.lasts.value_or(kernel::Duration{0}));
  }
  return last;
}

judge::Case case_of(const Scenario& scenario, std::vector<judge::Leak> leaks) {
  return {.expectations = scenario.expectations,
          .invariants = scenario.invariants,
          .limits = limits_of(scenario.given),
          .place = scenario.file + ":1",
          .last_fault = last_fault(scenario),
          .leaks = std::move(leaks),
          .hops_share = scenario.hops_share};
}

/// One run: the recorder around a world. The engine moves it.
struct Rehearsal {
  std::unique_ptr<KnownSecrets> secrets;
  std::unique_ptr<Recorder> recorder;
  std::unique_ptr<RedactingJournal> journal;         ///< to the recorder
  std::unique_ptr<metrics::HopMetrics> hop_metrics;  ///< before it, if somebody wants metrics
  std::unique_ptr<Network> network;
  std::unique_ptr<LogCounts> log_counts;
  std::unique_ptr<World> world;
  std::unique_ptr<Driver> driver;

  std::function<bool()> checks_are_settled;  ///< of mocks and alarms

  bool is_over() const { return driver->is_done() && recorder->all_ended() && checks_are_settled(); }
  Progress progress(kernel::Timestamp now, kernel::Duration end) const {
    return {.now = now,
            .timeline_end = end,
            .published = static_cast<std::int64_t>(recorder->counts().published),
            .in_flight = static_cast<std::int64_t>(recorder->counts().in_flight)};
  }
  void end_world() {
    driver.reset();
    world.reset();
    network.reset();
  }
};

struct Twin {
  std::string path;
  std::string digest;
};

/// An API that leads to the org is not for clients from outside.
void tell_served(const Network& network, const RunOptions& options) {
  for (const auto& [host, url] : network.urls()) {
    if (host == kSalesforceHost) {
      options.on_served(kSalesforceName, url);
    } else if (host != kSalesforceName) {
      options.on_served(host, url);
    }
  }
}

kernel::Result<Rehearsal> set_up(const Scenario& scenario, const RunOptions& options, const std::string& path,
                                 std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Worker& worker,
                                 std::unique_ptr<Network> network) {
  Rehearsal rehearsal;
  rehearsal.secrets = std::make_unique<KnownSecrets>(scenario.given);
  KnownSecrets& secrets = *rehearsal.secrets;
  for (const TimelineAction& action : scenario.timeline) {
    if (action.secret && action.secret->rotate)
      secrets.learn_stored(action.secret->of, *action.secret->rotate);
  }
  auto recorder = Recorder::open(scheduler, worker,
                                 {.path = path,
                                  .run = {.scenario = scenario.name,
                                          .file = scenario.file,
                                          .text = secrets.redacted(scenario.text),
                                          .seed = seed,
                                          .clock = options.clock.text,
                                          .version = options.version,
                                          .arguments = secrets.redacted(scenario.arguments)},
                                  .body_bytes_max = options.body_bytes_max,
                                  .hops_share = scenario.hops_share,
                                  .read_while_recording = options.until_stopped});
  if (!recorder) return std::unexpected(recorder.error());
  rehearsal.recorder = std::move(*recorder);
  rehearsal.journal = std::make_unique<RedactingJournal>(*rehearsal.recorder, secrets);
  if (wants_box_metrics(scenario))
    rehearsal.hop_metrics = std::make_unique<metrics::HopMetrics>(*rehearsal.journal, scheduler);
  metrics::HopMetrics* hop_metrics = rehearsal.hop_metrics.get();
  rehearsal.network = std::move(network);
  auto world = World::build(
      scenario.given, seed,
      {.scheduler = scheduler,
       .journal = hop_metrics != nullptr ? static_cast<kernel::Journal&>(*hop_metrics) : *rehearsal.journal,
       .network = *rehearsal.network,
       .edge_port = options.edge_port,
       .salesforce_port = options.salesforce_port,
       .version = options.version,
       .learn = [&secrets](const std::string& name,
                           std::string_view value) { secrets.learn_stored(name, value); },
       .hop_metrics = hop_metrics,
       .check_log_event = [journal = rehearsal.journal.get()](
                              std::string_view text,
                              const std::string& group) { journal->check_log_event(text, group); },
       .feeds_logs = options.until_stopped || wants_logs(scenario)});
  if (!world) return std::unexpected(world.error());
  rehearsal.world = std::move(*world);
  rehearsal.log_counts =
      std::make_unique<LogCounts>(scenario.log_expectations, rehearsal.world->logs(), scheduler);
  auto driver = Driver::prepare(scenario, *rehearsal.world, scheduler);
  if (!driver) {
    rehearsal.end_world();
    return std::unexpected(driver.error());
  }
  rehearsal.driver = std::move(*driver);
  rehearsal.checks_are_settled = [&scenario, world = rehearsal.world.get(), &scheduler,
                                  alarms = kernel::at(alarms_decided(scenario))] {
    return scheduler.now() >= alarms && mocks_are_settled(scenario, *world, scheduler.now());
  };
  if (options.on_served) tell_served(*rehearsal.network, options);
  rehearsal.driver->start();
  return rehearsal;
}

std::string verdict_of(const std::vector<CheckRow>& checks) {
  const auto has = [&checks](const char* verdict) {
    return std::ranges::any_of(checks, [verdict](const CheckRow& c) { return c.verdict == verdict; });
  };
  if (has("failed")) return "failed";
  return has("error") ? "error" : "passed";
}

kernel::Result<CheckRow> same_as(const Twin& twin, const std::string& digest, const hoplog::RunFile& file,
                                 const std::string& place) {
  CheckRow check{.name = "same_seed_same_run",
                 .kind = "invariant",
                 .verdict = "passed",
                 .expected = "digest " + twin.digest,
                 .found = digest,
                 .place = place};
  if (digest == twin.digest) return check;
  check.verdict = "failed";
  const auto other = hoplog::RunFile::open(twin.path);
  if (!other) return std::unexpected(other.error());
  const auto difference = judge::first_difference(file, **other);
  if (!difference) return std::unexpected(difference.error());
  if (*difference) {
    check.found = (*difference)->text;
    check.example_event = (*difference)->event;
    check.example_hop = static_cast<kernel::HopId>((*difference)->hop);
  }
  return check;
}

kernel::Result<RunResult> finish(Rehearsal& rehearsal, const Scenario& scenario, bool is_interrupted,
                                 const Twin* twin, const live::Stopwatch& stopwatch) {
  // What the mocks saw goes with the world.
  const std::vector<CheckRow> of_mocks = mock_checks(scenario, *rehearsal.world);
  const std::vector<CheckRow> of_logs = rehearsal.log_counts->checks();
  rehearsal.end_world();
  Recorder& recorder = *rehearsal.recorder;
  auto digest = recorder.seal();
  if (!digest) return std::unexpected(digest.error());
  RunResult result{.path = recorder.file().path(),
                   .verdict = "interrupted",
                   .digest = *digest,
                   .sealed_seconds = stopwatch.elapsed_seconds()};
  if (!is_interrupted) {
    const judge::Case judged = case_of(scenario, rehearsal.journal->leaks());
    std::vector<CheckRow> checks = judge::judge(judged, recorder.file());
    checks.insert(checks.end(), of_mocks.begin(), of_mocks.end());
    checks.insert(checks.end(), of_logs.begin(), of_logs.end());
    if (twin != nullptr) {
      auto same = same_as(*twin, *digest, recorder.file(), judged.place);
      if (!same) return std::unexpected(same.error());
      checks.push_back(std::move(*same));
    }
    for (CheckRow& check : checks) {
      // A query of the scenario's may name a secret, and its answer hold one.
      for (std::string* text : {&check.name, &check.expected, &check.found})
        *text = rehearsal.secrets->redacted(*text);
      if (auto added = recorder.add_check(check); !added) return std::unexpected(added.error());
    }
    result.verdict = verdict_of(checks);
  }
  if (auto closed = recorder.close({.verdict = result.verdict, .real_ms = stopwatch.elapsed_ms()}); !closed) {
    return std::unexpected(closed.error());
  }
  return result;
}

kernel::Result<RunResult> run_virtual(const Scenario& scenario, const RunOptions& options,
                                      const std::string& path, const Twin* twin) {
  constexpr std::uint64_t kProgressEvery = 1 << 14;
  if (const auto refused = refuse_virtual(scenario.given)) return std::unexpected(*refused);
  const live::Stopwatch stopwatch;
  const std::uint64_t seed = options.seed.value_or(scenario.seed);
  sim::VirtualScheduler scheduler(scenario.wall_start);
  live::WorkerThread worker;
  auto rehearsal = set_up(scenario, options, path, seed, scheduler, worker, memory_network(scheduler));
  if (!rehearsal) return std::unexpected(rehearsal.error());
  const kernel::Duration timeline_end = scenario.timeline_end();
  const kernel::Timestamp limit = kernel::at(timeline_end + scenario.limit);
  while (!rehearsal->is_over() && scheduler.now() < limit && scheduler.step()) {
    if (options.on_progress && scheduler.timers_run() % kProgressEvery == 0) {
      options.on_progress(rehearsal->progress(scheduler.now(), timeline_end));
    }
  }
  auto result = finish(*rehearsal, scenario, false, twin, stopwatch);
  if (result) result->timers = scheduler.timers_run();
  return result;
}

kernel::Result<RunResult> run_live(const Scenario& scenario, const RunOptions& options,
                                   const std::string& path) {
  const live::Stopwatch stopwatch;
  const std::uint64_t seed = options.seed.value_or(scenario.seed);
  live::Loop loop({.speed = options.clock.speed});
  bool is_interrupted = false;
  const live::StopSignals signals(loop, [&] {
    is_interrupted = true;
    loop.stop();
  });
  live::WorkerThread worker;
  auto network = socket_network(loop, options.ca_folder);
  if (!network) return std::unexpected(network.error());
  auto rehearsal = set_up(scenario, options, path, seed, loop, worker, std::move(*network));
  if (!rehearsal) return std::unexpected(rehearsal.error());
  const kernel::Duration timeline_end = scenario.timeline_end();
  const kernel::Timestamp limit = kernel::at(timeline_end + scenario.limit);

  // What was recorded reaches the file five times a second, so that a killed run keeps it.
  const auto period = kernel::Duration{static_cast<std::int64_t>(2e8 * options.clock.speed)};
  std::function<void()> flush = [&] {
    rehearsal->recorder->flush();
    if (options.on_progress) options.on_progress(rehearsal->progress(loop.now(), timeline_end));
    loop.call_at(loop.now() + period, [&flush] { flush(); });
  };
  loop.call_soon([&flush] { flush(); });
  kernel::Result<> ready;
  loop.call_soon([&] {
    if (options.on_ready) ready = options.on_ready();
    if (!ready) loop.stop();
  });
  loop.run_until([&] { return !options.until_stopped && (rehearsal->is_over() || loop.now() >= limit); });
  if (!ready) return std::unexpected(ready.error());
  // Stopping is how `up` ends: if nothing was under way, what happened is judged.
  const bool is_cut_off = is_interrupted && !(options.until_stopped && rehearsal->is_over());
  return finish(*rehearsal, scenario, is_cut_off, nullptr, stopwatch);
}

}  // namespace

kernel::Result<Clock> parse_clock(const std::string& text) {
  if (text == "virtual") return Clock{};
  if (text == "real") return Clock{.is_live = true, .speed = 1, .text = text};
  double speed = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), speed);
  if (text.starts_with('x') && error == std::errc{} && end == text.data() + text.size() && speed >= 0.01 &&
      speed <= 10'000) {
    return Clock{.is_live = true, .speed = speed, .text = text};
  }
  return kernel::invalid("--clock wants virtual, real, or a speed such as x60, found '" + text + "'");
}

std::string run_file_path(const Scenario& scenario, const RunOptions& options) {
  const std::uint64_t seed = options.seed.value_or(scenario.seed);
  std::string name = scenario.name + "." + std::to_string(seed);
  if (options.clock.is_live) name += "." + options.clock.text;
  return (std::filesystem::path(options.runs_folder) / (name + ".rrun.db")).string();
}

kernel::Result<RunResult> run_scenario(const Scenario& scenario, const RunOptions& options) {
  const kernel::CheckContext context(scenario.name + " seed " +
                                     std::to_string(options.seed.value_or(scenario.seed)));
  const std::string path = run_file_path(scenario, options);
  if (options.clock.is_live) return run_live(scenario, options, path);
  if (!options.verify) return run_virtual(scenario, options, path, nullptr);
  const std::string twin_path = path + ".twin";
  auto first = run_virtual(scenario, options, twin_path, nullptr);
  if (!first) return first;
  const Twin twin{twin_path, first->digest};
  auto second = run_virtual(scenario, options, path, &twin);
  std::error_code ignored;
  std::filesystem::remove(twin_path, ignored);
  return second;
}

}  // namespace emulator::runner

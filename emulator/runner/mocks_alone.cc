#include "emulator/runner/mocks_alone.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "emulator/runner/mock_admin.h"
#include "emulator/runner/mock_admin_json.h"
#include "emulator/runner/mock_checks.h"
#include "middleware/live/loop.h"
#include "middleware/live/signals.h"
#include "middleware/live/stopwatch.h"
#include "middleware/live/worker_thread.h"

namespace emulator::runner {
namespace {

using hoplog::Recorder;

/// The admin API with the health beside it.
class Front final : public kernel::HttpHandler {
 public:
  Front(MockAdmin& admin, kernel::Json health)
      : admin_(admin), health_(std::make_shared<const kernel::Json>(std::move(health))) {}

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
    const std::string_view path = kernel::path_of(request.target);
    if (path == "/_relayrig/health")
      return kernel::answered(
          {.response = request.method == "GET" ? json_answer(200, *health_) : wrong_method(request, "GET")});
    const bool is_admin = std::ranges::any_of(MockAdmin::paths(), [path](const std::string& root) {
      return path == root || path.starts_with(root + "/");
    });
    if (is_admin) return admin_.handle(std::move(request));
    return kernel::answered(
        {.response = kernel::problem(
             404, "not-found", "there is nothing at " + request.target + "; mocks have ports of their own")});
  }

 private:
  MockAdmin& admin_;
  std::shared_ptr<const kernel::Json> health_;
};

kernel::Json health_of(const MocksGiven& given, const std::string& version) {
  kernel::Json names = kernel::Json::array();
  for (const ApiGiven& api : given.apis) names.push_back(api.name);
  return {{"status", "ok"}, {"version", version}, {"mocks", std::move(names)}};
}

kernel::Result<> serve(ApiMocks& mocks, Front& front, Network& network, const MocksOptions& options) {
  if (auto served = mocks.serve(network, options.ports); !served) return served;
  if (auto served = network.serve(kAdminHost, front, Transport::Plain, options.admin_port); !served)
    return served;
  if (!options.on_served) return {};
  for (const auto& [host, url] : network.urls()) options.on_served(host, url);
  return {};
}

kernel::Result<RunResult> finish(Recorder& recorder, const std::vector<hoplog::CheckRow>& checks,
                                 const live::Stopwatch& stopwatch) {
  auto digest = recorder.seal();
  if (!digest) return std::unexpected(digest.error());
  RunResult result{.path = recorder.file().path(), .verdict = "passed", .digest = *digest};
  for (const hoplog::CheckRow& check : checks) {
    if (auto added = recorder.add_check(check); !added) return std::unexpected(added.error());
    if (check.verdict == "failed") result.verdict = "failed";
  }
  if (auto closed = recorder.close({.verdict = result.verdict, .real_ms = stopwatch.elapsed_ms()}); !closed)
    return std::unexpected(closed.error());
  return result;
}

}  // namespace

std::string mocks_run_file(const MocksGiven& given, const MocksOptions& options) {
  return (std::filesystem::path(options.runs_folder) /
          ("mocks." + std::to_string(given.seed) + ".real.rrun.db"))
      .string();
}

kernel::Result<RunResult> run_mocks(const MocksGiven& given, const MocksOptions& options) {
  const live::Stopwatch stopwatch;
  live::Loop loop;
  const live::StopSignals signals(loop, [&loop] { loop.stop(); });
  live::WorkerThread worker;
  auto recorder = Recorder::open(loop, worker,
                                 {.path = mocks_run_file(given, options),
                                  .run = {.scenario = "mocks",
                                          .file = {},
                                          .text = {},
                                          .seed = given.seed,
                                          .clock = "real",
                                          .version = options.version},
                                  .read_while_recording = true});
  if (!recorder) return std::unexpected(recorder.error());
  auto network = socket_network(loop, (std::filesystem::path(options.runs_folder) / "ca").string());
  if (!network) return std::unexpected(network.error());
  // All of them are in the run file; a service that runs for days must not grow.
  constexpr std::size_t kRowsMax = 10'000;
  ApiMocks mocks(given.apis, given.seed, loop, **recorder, (*network)->client(), kRowsMax);
  Doors doors(**network, **recorder, loop);
  MockAdmin admin(mocks, doors, given.apis, loop, **recorder);
  Front front(admin, health_of(given, options.version));
  for (const TimelineAction& line : given.faults) {
    if (line.fault) mocks.faults().add(*line.fault);
  }
  kernel::Result<> served = serve(mocks, front, **network, options);
  for (const TimelineAction& line : given.faults) {
    if (served && line.door) doors.set(*line.door);
  }

  const auto period = std::chrono::milliseconds{200};
  std::function<void()> flush = [&] {
    (*recorder)->flush();
    loop.call_at(loop.now() + period, [&flush] { flush(); });
  };
  if (served) {
    loop.call_soon([&] {
      flush();
      if (options.on_ready) served = options.on_ready();
      if (!served) loop.stop();
    });
    loop.run();
  }
  // Callers first.
  mocks.stop();
  doors.stop();
  (*network)->stop();
  if (!served) return std::unexpected(served.error());
  return finish(**recorder, complaint_checks(mocks.of_stubs(), "mocks"), stopwatch);
}

}  // namespace emulator::runner

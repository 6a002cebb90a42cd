#pragma once
// Runs one scenario on either clock and leaves a judged run file.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "emulator/hoplog/recorder.h"
#include "emulator/runner/scenario.h"

namespace emulator::runner {

/// "virtual", "real", or "x60": real, with the run's time passing sixty times as fast.
struct Clock {
  bool is_live = false;
  double speed = 1;
  std::string text = "virtual";
};
kernel::Result<Clock> parse_clock(const std::string& text);

struct Progress {
  kernel::Timestamp now;
  kernel::Duration timeline_end;
  std::int64_t published = 0;
  std::int64_t in_flight = 0;
};

struct RunOptions {
  Clock clock{};
  std::optional<std::uint64_t> seed{};                 ///< instead of the scenario's
  std::string runs_folder = "runs";                    ///< where run files go
  std::string ca_folder = "runs/ca";                   ///< certificate authority of live runs
  std::string version{};                               ///< of the program
  bool verify = false;                                 ///< virtual: run twice and compare
  bool until_stopped = false;                          ///< live: go on after the timeline, until Ctrl-C
  std::size_t body_bytes_max = 1024;                   ///< of each recorded request and response
  std::function<void(const Progress&)> on_progress{};  ///< every few thousand timers, or 200 ms live
  std::function<void(const std::string& host, const std::string& url)>
      on_served{};          ///< live: what listens where
  int edge_port = 0;        ///< live: where AWS clients are answered; 0: any free port
  int salesforce_port = 0;  ///< live: where clients of the org are answered; 0: any free port
  /// Live: everything is served and the loop runs. An error ends the run.
  std::function<kernel::Result<>()> on_ready{};
};

struct RunResult {
  std::string path;     ///< of the run file
  std::string verdict;  ///< "passed", "failed", "error", "interrupted"
  std::string digest;
  std::uint64_t timers = 0;   ///< virtual: timers run
  double sealed_seconds = 0;  ///< real time until every row was in the file and indexed; judging comes after
};

/// Errors are of the input (a data file) or of the machine (disk, port); a scenario that fails is a result.
kernel::Result<RunResult> run_scenario(const Scenario& scenario, const RunOptions& options);

/// "runs/payments_down.7.rrun.db"
std::string run_file_path(const Scenario& scenario, const RunOptions& options);

}  // namespace emulator::runner

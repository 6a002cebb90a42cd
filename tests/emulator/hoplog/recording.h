#pragma once
// A recorder in virtual time that writes in the caller's thread, in a folder of its own that goes with it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "emulator/hoplog/recorder.h"
#include "emulator/sim/virtual_scheduler.h"
#include "tests/support/outputs.h"

namespace emulator::hoplog {

class TempDir {
 public:
  TempDir() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("relayrig-hoplog-" + std::to_string(getpid()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(path_);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    support::expect_no_secrets_in_run_files(path_);
    std::filesystem::remove_all(path_);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline RunStart a_start() {
  return {.scenario = "a_short_outage",
          .file = "scenarios/a_short_outage.yaml",
          .text = "name: a_short_outage\n",
          .seed = 7,
          .clock = "virtual",
          .version = "0.1.0"};
}

class Recording {
 public:
  explicit Recording(RecorderConfig config = {}) {
    if (config.path.empty()) config.path = folder / "run.rrun.db";
    if (config.run.scenario.empty()) config.run = a_start();
    path = config.path;
    auto opened = Recorder::open(scheduler, worker, config);
    if (!opened) throw std::runtime_error(opened.error().text());
    recorder = std::move(*opened);
  }

  void advance(kernel::Duration by) { scheduler.run_until(scheduler.now() + by); }

  /// Seals, closes, and opens the file for reading.
  std::unique_ptr<RunFile> finished(const std::string& verdict = "passed") {
    const auto sealed = recorder->seal();
    EXPECT_TRUE(sealed.has_value());
    digest = sealed.value_or("");
    EXPECT_TRUE(recorder->close({.verdict = verdict, .real_ms = 410}).has_value());
    auto file = RunFile::open(path);
    EXPECT_TRUE(file.has_value());
    return std::move(*file);
  }

  TempDir folder;
  std::string path;
  sim::VirtualScheduler scheduler{*kernel::parse_wall_time("2026-01-05T09:00:00Z")};
  kernel::InlineWorker worker;
  std::unique_ptr<Recorder> recorder;
  std::string digest;
};

/// The answer as lines of values separated by '|', so that a test can be read.
inline std::string answer(const RunFile& file, std::string_view sql) {
  const auto table = file.query(sql);
  if (!table) return table.error().text();
  std::string text;
  for (const auto& row : table->rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : "|") + value_text(row[i]);
    text += "\n";
  }
  return text;
}

}  // namespace emulator::hoplog

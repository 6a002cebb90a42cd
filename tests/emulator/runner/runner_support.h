#pragma once
// A folder of its own for the files of a test, and what tests of whole runs share.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "emulator/runner/run.h"
#include "emulator/runner/scenario_file.h"
#include "tests/emulator/hoplog/recording.h"

namespace emulator::runner {

using hoplog::answer;
using hoplog::TempDir;

inline std::string put(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
  return path;
}

inline std::string without(std::string text, const std::string& part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part))
    text.erase(at, part.size());
  return text;
}

inline std::vector<Override> overrides_of(const std::vector<std::string>& texts) {
  std::vector<Override> all;
  for (const std::string& text : texts) all.push_back(*parse_override(text));
  return all;
}

inline std::string shipped(const std::string& name) {
  return RELAYRIG_SOURCE_DIR "/scenarios/" + name + ".yaml";
}

inline Scenario scenario_of(const std::string& path, const std::vector<std::string>& sets = {}) {
  auto scenario = read_scenario(path, overrides_of(sets));
  if (!scenario) throw std::runtime_error(scenario.error().text());
  return std::move(*scenario);
}

/// A run in a folder that goes with it. Its run file is looked through for secrets before.
struct Ran {
  explicit Ran(const Scenario& scenario, RunOptions options = {}) {
    for (const auto& [reference, value] : scenario.given.secrets) support::register_secret(value);
    options.runs_folder = folder / "runs";
    options.ca_folder = folder / "ca";
    auto ended = run_scenario(scenario, options);
    if (!ended) throw std::runtime_error(ended.error().text());
    result = std::move(*ended);
    file = std::move(*hoplog::RunFile::open(result.path));
  }
  std::string ask(const std::string& sql) const { return answer(*file, sql); }

  TempDir folder;
  RunResult result;
  std::unique_ptr<hoplog::RunFile> file;
};

}  // namespace emulator::runner

#pragma once
// Golden traces: schedules of calls in virtual time and what a policy made of them. They lie in vectors/
// beside this file; the environment variable RELAYRIG_VECTORS names another folder with files of the same
// schema, or one with such a folder named resilience in it. A folder of other vectors has no traces.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "middleware/kernel/json.h"
#include "middleware/kernel/time.h"

namespace core_tests {

using kernel::Json;

/// Another folder holds other traces: numbers of traces are asserted for ours only.
inline bool are_ours() { return std::getenv("RELAYRIG_VECTORS") == nullptr; }

/// The traces of one file; none, and a failed test, if it cannot be read.
inline Json traces_of(const std::string& file) {
  namespace fs = std::filesystem;
  fs::path folder =
      are_ours() ? RELAYRIG_SOURCE_DIR "/tests/middleware/core/vectors" : std::getenv("RELAYRIG_VECTORS");
  if (!are_ours() && fs::is_directory(folder) && !fs::exists(folder / file)) {
    folder /= "resilience";
    if (!fs::exists(folder / file)) return Json::array();
  }
  std::ifstream in(folder / file);
  std::stringstream text;
  text << in.rdbuf();
  auto json = kernel::parse_json(text.str());
  if (!json) {
    ADD_FAILURE() << folder / file << ": " << json.error().text();
    return Json::array();
  }
  return (*json)["traces"];
}

inline kernel::Duration millis(const Json& value) {
  return std::chrono::milliseconds{value.get<std::int64_t>()};
}

inline std::int64_t in_millis(kernel::Timestamp when) { return kernel::nanoseconds(when) / 1'000'000; }

}  // namespace core_tests

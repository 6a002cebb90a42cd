#pragma once
// Golden traces: schedules of calls in virtual time and what a policy made of them. They lie in vectors/
// beside this file; the environment variable RELAYRIG_VECTORS names another folder with files of the same
// schema, or one with such a folder named resilience in it. Files that it lacks have no traces then.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/time.h"

namespace core_tests {

using kernel::Json;

/// One trace; shared, because parameters of tests are copied. A failure names it and does not print it.
struct Trace {
  std::shared_ptr<const Json> json;
  const Json& operator*() const { return *json; }
  friend void PrintTo(const Trace& trace, std::ostream* out) {
    *out << trace.json->value("id", "") << ": " << trace.json->value("title", "");
  }
};

/// The traces of one file, each a test case. A file that cannot be read is one case that fails: see
/// trace_name(). A file that another folder does not have has none.
inline std::vector<Trace> traces_of(const std::string& file) {
  namespace fs = std::filesystem;
  const char* other = std::getenv("RELAYRIG_VECTORS");
  fs::path folder = other == nullptr ? RELAYRIG_SOURCE_DIR "/tests/middleware/core/vectors" : other;
  if (other != nullptr && !fs::exists(folder / file)) folder /= "resilience";
  if (other != nullptr && !fs::exists(folder / file)) return {};
  std::ifstream in(folder / file);
  std::stringstream text;
  text << in.rdbuf();
  const auto json = kernel::parse_json(text.str());
  if (!json || (*json)["traces"].empty())
    return {{std::make_shared<const Json>(Json{{"id", "unreadable-" + file}})}};
  std::vector<Trace> traces;
  for (const Json& trace : (*json)["traces"]) traces.push_back({std::make_shared<const Json>(trace)});
  return traces;
}

template <std::size_t N>
std::vector<Trace> traces_of(const char* const (&files)[N]) {
  std::vector<Trace> all;
  for (const char* file : files) {
    for (Trace& trace : traces_of(std::string(file))) all.push_back(std::move(trace));
  }
  return all;
}

/// "r4-br-18" as a name of a test: r4_br_18.
inline std::string trace_name(const testing::TestParamInfo<Trace>& info) {
  std::string name = (*info.param)["id"];
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

class VectorTest : public testing::TestWithParam<Trace> {};

/// Every trace of `files` as a case of its own, and one test that checks them all: the names of the cases are
/// known to ctest since the build, so only that one sees another folder's traces.
#define VECTORS_OF(Suite, check, files)                                                    \
  GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Suite);                                    \
  INSTANTIATE_TEST_SUITE_P(Trace, Suite, testing::ValuesIn(traces_of(files)), trace_name); \
  TEST(All##Suite, AreDecidedAsRecorded) {                                                 \
    for (const Trace& trace : traces_of(files)) {                                          \
      SCOPED_TRACE((*trace)["id"].get<std::string>());                                     \
      check(*trace);                                                                       \
    }                                                                                      \
  }

/// The text of a value whose keys stand in no order of their own.
inline std::string sorted_text(const Json& value) { return nlohmann::json::parse(value.dump()).dump(); }

inline kernel::Duration millis(const Json& value) {
  return std::chrono::milliseconds{value.get<std::int64_t>()};
}

inline std::int64_t in_millis(kernel::Timestamp when) { return kernel::nanoseconds(when) / 1'000'000; }

}  // namespace core_tests

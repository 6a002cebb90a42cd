#include "emulator/runner/mock_files.h"

#include <algorithm>
#include <filesystem>

#include "emulator/runner/compose.h"
#include "emulator/runner/given_shapes.h"
#include "emulator/runner/mock_given.h"
#include "emulator/runner/timeline_shape.h"
#include "middleware/config/suggest.h"

namespace emulator::runner {
namespace {

using config::Problems;
using config::Tree;

/// What stands on the command line has no place but that; its paths start from the working folder.
const config::Place kHere{.file = "command line"};

Tree scalar(const std::string& text) {
  Tree tree;
  tree.place = kHere;
  tree.kind = Tree::Kind::Scalar;
  tree.scalar = text;
  tree.quoted = true;
  return tree;
}

Tree map() {
  Tree tree;
  tree.place = kHere;
  tree.kind = Tree::Kind::Map;
  return tree;
}

}  // namespace

std::pair<std::string, std::string> mock_named(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals != std::string::npos) return {word.substr(0, equals), word.substr(equals + 1)};
  return {std::filesystem::path(word).stem().string(), word};
}

std::expected<std::vector<ApiGiven>, Problems> read_mocks(
    const std::vector<std::pair<std::string, std::string>>& files) {
  Problems problems;
  Tree apis = map();
  for (const auto& [name, file] : files) {
    if (apis.find(name) != nullptr) problems.add(kHere, "two mocks are named '" + name + "'");
    Tree api = map();
    api.entries.push_back({.key = "mock", .key_place = kHere, .value = scalar(file)});
    apis.entries.push_back({.key = name, .key_place = kHere, .value = std::move(api)});
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  Tree given = map();
  given.entries.push_back({.key = "apis", .key_place = kHere, .value = std::move(apis)});
  if (auto wrong = resolve_mocks(given)) return std::unexpected(std::move(*wrong));
  return config::read_from(*given.find("apis"), apis_shape());
}

std::expected<std::vector<TimelineAction>, Problems> read_faults(const std::string& path,
                                                                 const std::vector<ApiGiven>& apis) {
  auto lines = config::read_file(path, timeline_shape());
  if (!lines) return std::unexpected(std::move(lines.error()));
  std::vector<std::string> names;
  for (const ApiGiven& api : apis) names.push_back(api.name);
  Problems problems;
  for (const TimelineAction& line : *lines) {
    if (!line.fault && !line.door) {
      problems.add(line.place, "only lines with 'fault' are for mocks alone");
      continue;
    }
    const std::string& api = line.door ? line.door->api : line.fault->target;
    if (std::ranges::find(names, api) == names.end()) {
      problems.add(line.place, "the fault is of the api '" + api + "', which is not given" +
                                   config::did_you_mean_text(api, names));
    } else if (const auto wrong =
                   line.door ? door_problem(*line.door, apis) : fault_problem(*line.fault, apis)) {
      problems.add(line.place, *wrong);
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return lines;
}

}  // namespace emulator::runner

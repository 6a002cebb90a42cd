#include "emulator/runner/mock_file.h"

#include "emulator/runner/given_shapes.h"

namespace emulator::runner {

std::expected<ApiGiven, config::Problems> read_mock_file(std::string_view text, const std::string& name,
                                                         const std::string& file) {
  auto tree = config::read_tree(text, file);
  if (!tree) return std::unexpected(config::Problems(tree.error()));
  config::Tree apis{.place = tree->place,
                    .kind = config::Tree::Kind::Map,
                    .scalar = {},
                    .quoted = false,
                    .items = {},
                    .entries = {}};
  apis.entries.push_back({.key = name, .key_place = tree->place, .value = std::move(*tree)});
  auto read = config::read_from(apis, apis_shape());
  if (!read) return std::unexpected(std::move(read.error()));
  return std::move(read->front());
}

}  // namespace emulator::runner

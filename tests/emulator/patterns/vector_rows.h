#pragma once
// The rows of vectors/: what the public Event Ruler says about patterns and events. The environment variable
// RELAYRIG_VECTORS names another folder: one with a vectors.jsonl, or one above it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "middleware/kernel/json.h"

namespace patterns_tests {

/// Texts as they stand in the file: order, duplicate keys and numbers are part of the question.
struct Row {
  int line = 0;
  std::string pattern;
  std::string event;
  bool is_valid = false;
  bool is_match = false;
};

/// Another folder holds other rows: their number is asserted for ours only.
inline bool are_ours() { return std::getenv("RELAYRIG_VECTORS") == nullptr; }

/// Empty when RELAYRIG_VECTORS names a folder of other vectors; a test fails when there is no such folder.
inline std::string rows_file() {
  namespace fs = std::filesystem;
  if (are_ours()) return RELAYRIG_SOURCE_DIR "/tests/emulator/patterns/vectors/vectors.jsonl";
  const fs::path folder = std::getenv("RELAYRIG_VECTORS");
  if (!fs::is_directory(folder)) ADD_FAILURE() << "RELAYRIG_VECTORS: there is no folder " << folder;
  for (const fs::path& file : {folder / "vectors.jsonl", folder / "eventbridge-patterns" / "vectors.jsonl"}) {
    if (fs::exists(file)) return file.string();
  }
  return {};
}

inline std::vector<Row> rows() {
  std::vector<Row> all;
  std::ifstream in(rows_file());
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto json = kernel::parse_json(line);
    const auto pattern = kernel::json_slice(line, "/pattern");
    const auto event = kernel::json_slice(line, "/event");
    if (!json || !pattern || !event || !json->contains("valid")) {
      ADD_FAILURE() << rows_file() << ":" << number << " is no row";
      continue;
    }
    all.push_back({number, std::string(*pattern), std::string(*event), (*json)["valid"].get<bool>(),
                   json->value("match", false)});
  }
  return all;
}

}  // namespace patterns_tests

// The command `pattern`: what event patterns say about events, one verdict a row.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "emulator/cli/commands.h"
#include "emulator/patterns/pattern.h"
#include "middleware/kernel/json.h"

namespace emulator::cli {
namespace {

/// Texts as they stand in the row: the order of keys, duplicates and digits count.
struct Row {
  std::string pattern;
  std::string event;
};

kernel::Result<Row> row_of(const std::string& line) {
  const auto json = kernel::parse_json(line);
  if (!json) return kernel::invalid(json.error().message);
  if (!json->is_object()) return kernel::invalid(R"(wants a row such as {"pattern": ..., "event": ...})");
  for (const char* key : {"pattern", "event"}) {
    if (!json->contains(key)) return kernel::invalid(std::string("the row has no '") + key + "'");
  }
  if (!(*json)["event"].is_object()) return kernel::invalid("'event' wants an object");
  return Row{std::string(*kernel::json_slice(line, "/pattern")),
             std::string(*kernel::json_slice(line, "/event"))};
}

/// A verdict is one line, whatever the pattern holds.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
      line += c;
    } else {
      const std::string quoted = kernel::json_quoted({&c, 1});
      line += quoted.substr(1, quoted.size() - 2);
    }
  }
  return line;
}

std::string verdict(const Row& row, const patterns::Options& options) {
  const auto pattern = patterns::Pattern::compile(std::string_view(row.pattern), options);
  if (!pattern) return "invalid: " + on_one_line(pattern.error().message);
  return pattern->matches(std::string_view(row.event)) ? "match" : "no match";
}

int refuse(const std::string& place, const std::string& why) {
  std::cout.flush();
  std::cerr << "relayrig: " << place << ": " << why << '\n';
  return kInvalid;
}

}  // namespace

int pattern(const std::string& file, std::int64_t length_max) {
  std::ifstream opened;
  if (file != "-") {
    if (std::filesystem::is_directory(file)) return refuse(file, "is a folder");
    opened.open(file);
    if (!opened) return refuse(file, "cannot be read");
  }
  std::istream& in = file == "-" ? std::cin : opened;
  const std::string name = file == "-" ? "stdin" : file;
  const patterns::Options options{.refusal = "",
                                  .length_max = length_max > 0 ? static_cast<std::size_t>(length_max)
                                                               : std::numeric_limits<std::size_t>::max()};
  std::int64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto row = row_of(line);
    if (!row) return refuse(name + ":" + std::to_string(number), row.error().message);
    std::cout << verdict(*row, options) << '\n';
  }
  if (in.bad()) return refuse(name + ":" + std::to_string(number + 1), "cannot be read");
  return kPassed;
}

}  // namespace emulator::cli

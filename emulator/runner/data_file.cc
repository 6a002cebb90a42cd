#include "emulator/runner/data_file.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "middleware/config/reader.h"
#include "middleware/kernel/json.h"

namespace emulator::runner {
namespace {

using kernel::Json;

kernel::Result<Json> parse_object(const std::string& text, const std::string& place) {
  auto row = kernel::parse_json(text);
  if (!row) return kernel::invalid(row.error().message, place);
  if (!row->is_object()) return kernel::invalid("not a JSON object", place);
  return row;
}

}  // namespace

kernel::Result<DataFile> DataFile::of(const std::string& fields, const std::string& key_field) {
  const auto row = parse_object(fields, "fields");
  if (!row) return std::unexpected(row.error());
  DataFile file;
  const auto key = key_field.empty() ? row->end() : row->find(key_field);
  if (key == row->end() || !key->is_string()) {
    file.rows_.push_back({.head = kernel::json_text(*row), .key = {}, .tail = {}});
    return file;
  }
  // The key goes to the front, so that a row with another key is three pieces of text.
  Json rest = *row;
  rest.erase(key_field);
  std::string tail = "\"";
  const std::string others = kernel::json_text(rest);
  tail += others.size() > 2 ? "," + others.substr(1) : "}";
  file.rows_.push_back({.head = "{" + kernel::json_quoted(key_field) + ":\"",
                        .key = key->get<std::string>(),
                        .tail = std::move(tail)});
  return file;
}

kernel::Result<DataFile> DataFile::read(const std::string& path, const std::string& key_field,
                                        const std::string& replaced) {
  const auto text = config::file_text(path);
  if (!text) return std::unexpected(text.error());
  Json changes = Json::object();
  if (!replaced.empty()) {
    auto parsed = parse_object(replaced, "fields");
    if (!parsed) return std::unexpected(parsed.error());
    changes = std::move(*parsed);
  }
  DataFile file;
  std::istringstream lines(*text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto row = parse_object(line, path + ":" + std::to_string(number));
    if (!row) return std::unexpected(row.error());
    for (const auto& [field, value] : changes.items()) (*row)[field] = value;
    auto one = of(kernel::json_text(*row), key_field);
    if (!one) return one;
    file.rows_.push_back(std::move(one->rows_.front()));
  }
  if (file.rows_.empty()) return kernel::invalid("the file holds no rows", path);
  return file;
}

DataFile::Row DataFile::row(std::int64_t index) const {
  const Stored& stored = rows_[static_cast<std::size_t>(index % size())];
  if (stored.tail.empty()) return {stored.head, {}};
  std::string key = stored.key;
  if (const std::int64_t round = index / size(); round > 0) key += "-" + std::to_string(round + 1);
  const std::string quoted = kernel::json_quoted(key);
  return {stored.head + quoted.substr(1, quoted.size() - 2) + stored.tail, std::move(key)};
}

}  // namespace emulator::runner

#include "emulator/report/table.h"

#include <fmt/format.h>

#include <cmath>

#include "emulator/report/text.h"
#include "middleware/kernel/json.h"

namespace emulator::report {
namespace {

using hoplog::Table;
using hoplog::Value;

constexpr std::size_t kCellColumnsMax = 100;

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

std::string trimmed_line(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string aligned(const Table& table) {
  std::vector<std::size_t> widths;
  for (const std::string& name : table.columns) widths.push_back(columns_of(name));
  std::vector<std::vector<std::string>> cells;
  std::vector<bool> is_numeric(table.columns.size(), !table.rows.empty());
  for (const auto& row : table.rows) {
    auto& line = cells.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.push_back(one_line(hoplog::value_text(row[i]), kCellColumnsMax));
      widths[i] = std::max(widths[i], columns_of(line.back()));
      if (!is_number(row[i]) && !std::holds_alternative<std::monostate>(row[i])) is_numeric[i] = false;
    }
  }
  const auto line_of = [&](const std::vector<std::string>& values) {
    std::string line;
    for (std::size_t i = 0; i < values.size(); ++i) {
      line += (i == 0 ? "" : "  ") +
              (is_numeric[i] ? padded_left(values[i], widths[i]) : padded(values[i], widths[i]));
    }
    return trimmed_line(std::move(line));
  };
  std::string text = line_of(table.columns);
  std::vector<std::string> rule;
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  text += line_of(rule);
  for (const auto& line : cells) text += line_of(line);
  return text;
}

std::string json_value(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return "null";
  if (const auto* text = std::get_if<std::string>(&value)) return kernel::json_quoted(clean_utf8(*text));
  if (const auto* real = std::get_if<double>(&value); real != nullptr && !std::isfinite(*real)) return "null";
  return hoplog::value_text(value);
}

std::string json_object(const Table& table, const std::vector<Value>& row) {
  std::string text = "{";
  for (std::size_t i = 0; i < row.size(); ++i) {
    text += (i == 0 ? "" : ",") + kernel::json_quoted(table.columns[i]) + ":" + json_value(row[i]);
  }
  return text + "}";
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv(const Table& table) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    text += (i == 0 ? "" : ",") + csv_cell(table.columns[i]);
  text += "\r\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      text += (i == 0 ? "" : ",") + csv_cell(clean_utf8(hoplog::value_text(row[i])));
    text += "\r\n";
  }
  return text;
}

}  // namespace

kernel::Result<TableFormat> parse_table_format(std::string_view name) {
  if (name == "pretty" || name == "text") return TableFormat::Text;
  if (name == "json") return TableFormat::Json;
  if (name == "ndjson") return TableFormat::Ndjson;
  if (name == "csv") return TableFormat::Csv;
  return kernel::invalid("'" + std::string(name) + "' is not a format of tables (pretty, json, ndjson, csv)");
}

std::string table_text(const Table& table, TableFormat format) {
  std::string text;
  switch (format) {
    case TableFormat::Text:
      return aligned(table);
    case TableFormat::Csv:
      return csv(table);
    case TableFormat::Ndjson:
      for (const auto& row : table.rows) text += json_object(table, row) + "\n";
      return text;
    case TableFormat::Json:
      for (const auto& row : table.rows) text += (text.empty() ? "\n  " : ",\n  ") + json_object(table, row);
      return "[" + text + (text.empty() ? "]\n" : "\n]\n");
  }
  return text;
}

}  // namespace emulator::report

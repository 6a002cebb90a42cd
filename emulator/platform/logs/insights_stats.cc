// stats count(*) as calls, pct(took, 95) by bin(5m), route
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "emulator/platform/logs/comparison.h"
#include "emulator/platform/logs/insights_commands.h"
#include "emulator/platform/logs/insights_expression.h"

namespace emulator::logs {
namespace {

constexpr std::string_view kAggregates[] = {"count", "count_distinct", "sum",   "avg", "min", "max",
                                            "pct",   "earliest",       "latest"};

struct Column {
  std::string function{};
  std::optional<InsightsExpression> of{};  ///< nothing: count(*)
  double percentile = 0;
  std::string name{};
};

struct GroupBy {
  InsightsExpression expression;
  std::string name;
};

using Group = std::vector<const InsightsRow*>;

std::optional<std::string> of_numbers(const Column& column, std::vector<double> numbers) {
  if (numbers.empty()) return std::nullopt;
  if (column.function == "min") return number_text(std::ranges::min(numbers));
  if (column.function == "max") return number_text(std::ranges::max(numbers));
  if (column.function == "pct") {
    std::ranges::sort(numbers);
    const auto rank =
        static_cast<std::size_t>(std::ceil(column.percentile * static_cast<double>(numbers.size()) / 100));
    return number_text(numbers[std::max<std::size_t>(rank, 1) - 1]);
  }
  double sum = 0;
  for (const double number : numbers) sum += number;
  return number_text(column.function == "sum" ? sum : sum / static_cast<double>(numbers.size()));
}

/// The value in the oldest or newest row that has one. Rows come the newest first, but may have been sorted.
std::optional<std::string> at_an_end(const Column& column, const Group& group) {
  std::optional<std::pair<std::string, std::string>> best;
  for (const InsightsRow* row : group) {
    auto value = text_of(column.of->value_in(*row));
    auto time = row->field("@timestamp");
    if (!value || !time) continue;
    const bool is_better = !best || (column.function == "latest" ? *time > best->first : *time < best->first);
    if (is_better) best.emplace(std::move(*time), std::move(*value));
  }
  if (!best) return std::nullopt;
  return best->second;
}

std::optional<std::string> value_of(const Column& column, const Group& group) {
  if (!column.of) return std::to_string(group.size());
  if (column.function == "earliest" || column.function == "latest") return at_an_end(column, group);
  std::vector<double> numbers;
  std::set<std::string> distinct;
  std::int64_t count = 0;
  for (const InsightsRow* row : group) {
    const InsightsValue value = column.of->value_in(*row);
    if (!value) continue;
    ++count;
    if (column.function == "count_distinct") distinct.insert(*text_of(value));
    if (const auto number = number_of(value)) numbers.push_back(*number);
  }
  if (column.function == "count") return std::to_string(count);
  if (column.function == "count_distinct") return std::to_string(distinct.size());
  return of_numbers(column, std::move(numbers));
}

class Stats final : public InsightsCommand {
 public:
  void apply(InsightsTable& table) const override {
    std::vector<std::vector<std::optional<std::string>>> order;
    std::map<std::vector<std::optional<std::string>>, Group> groups;
    for (const InsightsRow& row : table.rows) {
      std::vector<std::optional<std::string>> key;
      for (const GroupBy& one : by) key.push_back(text_of(one.expression.value_in(row)));
      const auto [at, is_new] = groups.try_emplace(key);
      if (is_new) order.push_back(key);
      at->second.push_back(&row);
    }
    // Of no rows at all there is still a count.
    if (by.empty() && order.empty()) order.emplace_back();
    std::vector<InsightsRow> rows;
    for (const auto& key : order) {
      InsightsRow row;
      for (std::size_t i = 0; i < by.size(); ++i) row.set(by[i].name, key[i]);
      for (const Column& column : columns) row.set(column.name, value_of(column, groups[key]));
      rows.push_back(std::move(row));
    }
    table.rows = std::move(rows);
    table.shown.clear();
    for (const GroupBy& one : by) table.shown.push_back(one.name);
    for (const Column& column : columns) table.shown.push_back(column.name);
  }

  std::vector<Column> columns{};
  std::vector<GroupBy> by{};
};

kernel::Result<std::string> read_name(Scanner& in, std::string otherwise) {
  return in.accept_word("as") ? read_field_name(in) : kernel::Result<std::string>(std::move(otherwise));
}

kernel::Result<Column> read_column(Scanner& in) {
  in.skip_spaces();
  const std::size_t begin = in.place();
  auto function = read_field_name(in);
  if (!function) return std::unexpected(function.error());
  if (std::ranges::find(kAggregates, *function) == std::end(kAggregates))
    return in.failed("the function " + *function + " is not emulated in stats");
  Column column{.function = std::move(*function)};
  if (!in.accept("(")) return in.failed("'(' is missing");
  const bool counts_all = column.function == "count" && (in.accept("*") || in.rest().starts_with(")"));
  if (!counts_all) {
    auto of = read_expression(in);
    if (!of) return std::unexpected(of.error());
    column.of = std::move(*of);
  }
  if (column.function == "pct") {
    if (!in.accept(",")) return in.failed("pct wants a field and a percentile");
    in.skip_spaces();
    const auto percentile = number_in(in.until(") \t"));
    if (!percentile || *percentile < 0 || *percentile > 100)
      return in.failed("pct wants a percentile from 0 to 100");
    column.percentile = *percentile;
  }
  if (!in.accept(")")) return in.failed("')' is missing");
  auto name = read_name(in, std::string(in.since(begin)));
  if (!name) return std::unexpected(name.error());
  column.name = std::move(*name);
  return column;
}

}  // namespace

ReadCommand read_stats(Scanner& in) {
  auto stats = std::make_shared<Stats>();
  do {
    auto column = read_column(in);
    if (!column) return std::unexpected(column.error());
    stats->columns.push_back(std::move(*column));
  } while (in.accept(","));
  if (!in.accept_word("by")) return stats;
  do {
    auto expression = read_expression(in);
    if (!expression) return std::unexpected(expression.error());
    const bool is_field = expression->kind == InsightsExpression::Kind::Field;
    auto name = read_name(in, is_field ? expression->name : expression->text);
    if (!name) return std::unexpected(name.error());
    stats->by.push_back({std::move(*expression), std::move(*name)});
  } while (in.accept(","));
  return stats;
}

}  // namespace emulator::logs

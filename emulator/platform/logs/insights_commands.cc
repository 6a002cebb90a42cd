#include "emulator/platform/logs/insights_commands.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>

#include "emulator/platform/logs/comparison.h"
#include "emulator/platform/logs/insights_expression.h"

namespace emulator::logs {
namespace {

/// `status`, or `duration / 1000 as seconds`.
struct Shown {
  InsightsExpression expression;
  std::string name;
};

kernel::Result<std::vector<Shown>> read_shown(Scanner& in) {
  std::vector<Shown> all;
  do {
    auto expression = read_expression(in);
    if (!expression) return std::unexpected(expression.error());
    Shown shown{.expression = std::move(*expression), .name = {}};
    const bool is_field = shown.expression.kind == InsightsExpression::Kind::Field;
    shown.name = is_field ? shown.expression.name : shown.expression.text;
    if (in.accept_word("as")) {
      auto name = read_field_name(in);
      if (!name) return std::unexpected(name.error());
      shown.name = std::move(*name);
    }
    all.push_back(std::move(shown));
  } while (in.accept(","));
  return all;
}

class Fields final : public InsightsCommand {
 public:
  Fields(std::vector<Shown> fields, bool replaces) : fields_(std::move(fields)), replaces_(replaces) {}

  void apply(InsightsTable& table) const override {
    if (replaces_) table.shown.clear();
    for (const Shown& field : fields_) {
      if (std::ranges::find(table.shown, field.name) == table.shown.end()) table.shown.push_back(field.name);
      const bool is_itself =
          field.expression.kind == InsightsExpression::Kind::Field && field.expression.name == field.name;
      if (is_itself) continue;
      for (InsightsRow& row : table.rows) row.set(field.name, text_of(field.expression.value_in(row)));
    }
  }

 private:
  std::vector<Shown> fields_;
  bool replaces_;
};

class Filter final : public InsightsCommand {
 public:
  explicit Filter(InsightsExpression condition) : condition_(std::move(condition)) {}
  void apply(InsightsTable& table) const override {
    std::erase_if(table.rows, [this](const InsightsRow& row) { return !is_true(condition_.value_in(row)); });
    table.matched = std::ssize(table.rows);
  }

 private:
  InsightsExpression condition_;
};

class Sort final : public InsightsCommand {
 public:
  struct Key {
    InsightsExpression expression;
    bool descends = false;
  };
  explicit Sort(std::vector<Key> keys) : keys_(std::move(keys)) {}

  void apply(InsightsTable& table) const override {
    // Rows that are alike stay as they stand.
    std::vector<std::size_t> order(table.rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
      for (const Key& key : keys_) {
        const int found = order_of(key, table.rows[a], table.rows[b]);
        if (found != 0) return found < 0;
      }
      return a < b;
    });
    std::vector<InsightsRow> sorted;
    for (const std::size_t index : order) sorted.push_back(std::move(table.rows[index]));
    table.rows = std::move(sorted);
  }

 private:
  /// Less than 0: `a` comes first.
  static int order_of(const Key& key, const InsightsRow& a, const InsightsRow& b) {
    const InsightsValue left = key.expression.value_in(a);
    const InsightsValue right = key.expression.value_in(b);
    if (!left || !right) return static_cast<int>(!left) - static_cast<int>(!right);
    const auto x = number_of(left);
    const auto y = number_of(right);
    int order = 0;
    if (x && y) {
      order = *x < *y ? -1 : *x > *y ? 1 : 0;
    } else {
      const auto texts = *text_of(left) <=> *text_of(right);
      order = texts < 0 ? -1 : texts > 0 ? 1 : 0;
    }
    return key.descends ? -order : order;
  }

  std::vector<Key> keys_;
};

class Limit final : public InsightsCommand {
 public:
  explicit Limit(std::size_t rows) : rows_(rows) {}
  void apply(InsightsTable& table) const override {
    if (table.rows.size() > rows_) table.rows.resize(rows_);
  }

 private:
  std::size_t rows_;
};

/// Of rows with the same values only the first stays.
class Dedup final : public InsightsCommand {
 public:
  explicit Dedup(std::vector<std::string> fields) : fields_(std::move(fields)) {}
  void apply(InsightsTable& table) const override {
    std::set<std::vector<std::string>> seen;
    std::erase_if(table.rows, [&](const InsightsRow& row) {
      std::vector<std::string> values;
      for (const std::string& field : fields_) values.push_back(row.field(field).value_or(""));
      return !seen.insert(std::move(values)).second;
    });
  }

 private:
  std::vector<std::string> fields_;
};

}  // namespace

ReadCommand read_fields(Scanner& in) {
  auto fields = read_shown(in);
  if (!fields) return std::unexpected(fields.error());
  return std::make_shared<const Fields>(std::move(*fields), false);
}

ReadCommand read_display(Scanner& in) {
  auto fields = read_shown(in);
  if (!fields) return std::unexpected(fields.error());
  return std::make_shared<const Fields>(std::move(*fields), true);
}

ReadCommand read_filter(Scanner& in) {
  auto condition = read_expression(in);
  if (!condition) return std::unexpected(condition.error());
  return std::make_shared<const Filter>(std::move(*condition));
}

ReadCommand read_sort(Scanner& in) {
  std::vector<Sort::Key> keys;
  do {
    auto expression = read_expression(in);
    if (!expression) return std::unexpected(expression.error());
    // Without a direction the largest comes last.
    const bool descends = in.accept_word("desc");
    if (!descends) in.accept_word("asc");
    keys.push_back({std::move(*expression), descends});
  } while (in.accept(","));
  return std::make_shared<const Sort>(std::move(keys));
}

ReadCommand read_limit(Scanner& in) {
  in.skip_spaces();
  const std::size_t begin = in.place();
  while (in.peek() >= '0' && in.peek() <= '9') in.step();
  const std::string_view digits = in.since(begin);
  std::size_t rows = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rows);
  if (error != std::errc{} || rows < 1 || rows > 10'000)
    return in.failed("limit wants a number from 1 to 10000");
  return std::make_shared<const Limit>(rows);
}

ReadCommand read_dedup(Scanner& in) {
  std::vector<std::string> fields;
  do {
    auto field = read_field_name(in);
    if (!field) return std::unexpected(field.error());
    fields.push_back(std::move(*field));
  } while (in.accept(","));
  return std::make_shared<const Dedup>(std::move(fields));
}

}  // namespace emulator::logs

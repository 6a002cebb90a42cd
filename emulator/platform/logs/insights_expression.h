#pragma once
// Expressions of Logs Insights: `status >= 500 and @message like /timeout/`, `bin(5m)`, `duration / 1000`.
//
// Source: facts/aws-platform 4.5. ASSUMPTION: a text that is a number counts as one; a comparison with a
// field that is not there does not hold, != neither.
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "emulator/platform/logs/insights_row.h"
#include "emulator/platform/logs/regex.h"
#include "emulator/platform/logs/scanner.h"
#include "middleware/kernel/result.h"
#include "middleware/kernel/time.h"

namespace emulator::logs {

/// Nothing: there is no value.
using InsightsValue = std::optional<std::variant<bool, double, std::string>>;

std::optional<double> number_of(const InsightsValue& value);
std::optional<std::string> text_of(const InsightsValue& value);
bool is_true(const InsightsValue& value);

struct InsightsExpression {
  enum class Kind : std::uint8_t {
    Constant,
    Field,     ///< `name`
    Operator,  ///< `name`: and or not = != < <= > >= + - * / %
    Like,      ///< parts[0] holds the text of parts[1], or fits `regex`
    In,        ///< parts[0] is one of the others
    Function,  ///< `name`
    Bin,       ///< the time of parts[0], rounded down to `period`
  };
  Kind kind = Kind::Constant;
  std::string name{};
  InsightsValue constant{};
  std::vector<InsightsExpression> parts{};
  std::optional<Regex> regex{};
  kernel::Duration period{};
  std::string text{};  ///< as written

  InsightsValue value_in(const InsightsRow& row) const;
};

/// Reads as much as is one expression. Errors name the place, as Scanner::failed does.
kernel::Result<InsightsExpression> read_expression(Scanner& in);
/// `name`, `@name`, `a.b.0`, or any characters between backticks.
kernel::Result<std::string> read_field_name(Scanner& in);
/// Between quotes of either kind.
kernel::Result<std::string> read_text(Scanner& in);
/// Between slashes.
kernel::Result<Regex> read_regex(Scanner& in);
bool is_at_text(Scanner& in);

}  // namespace emulator::logs

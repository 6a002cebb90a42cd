#include "emulator/platform/metrics/metric_math.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace emulator::metrics {
namespace {

/// a: 1 2 3, b: 10 - 0, gaps: - 5 -.
std::string calculated(const char* text) {
  const std::map<std::string, Points> series = {
      {"a", {1, 2, 3}}, {"b", {10, std::nullopt, 0}}, {"gaps", {std::nullopt, 5, std::nullopt}}};
  const auto math = MetricMath::parse(text);
  if (!math) return math.error().message;
  std::string line;
  for (const auto& point :
       math->calculate(3, [&](const std::string& id) -> const Points& { return series.at(id); })) {
    if (!line.empty()) line += " ";
    line += point ? std::to_string(*point).substr(0, std::to_string(*point).find('.') + 3) : "-";
  }
  return line;
}

TEST(MetricMath, Calculates) {
  const std::pair<const char*, const char*> cases[] = {
      {"a", "1.00 2.00 3.00"},
      {"2", "2.00 2.00 2.00"},
      {"a + 1", "2.00 3.00 4.00"},
      {"a+b", "11.00 - 3.00"},
      {"1 + 2 * 3", "7.00 7.00 7.00"},
      {"(1 + 2) * 3", "9.00 9.00 9.00"},
      {"10 - 2 - 3", "5.00 5.00 5.00"},
      {"-a", "-1.00 -2.00 -3.00"},
      {"100 * a / b", "10.00 - -"},
      {"SUM(a)", "6.00 6.00 6.00"},
      {"a / SUM(a) * 6", "1.00 2.00 3.00"},
      {"AVG(a)", "2.00 2.00 2.00"},
      {"MIN(b)", "0.00 0.00 0.00"},
      {"MAX(b)", "10.00 10.00 10.00"},
      {"SUM([a, b])", "11.00 2.00 3.00"},
      {"AVG([a, b])", "5.50 2.00 1.50"},
      {"FILL(gaps, 0)", "0.00 5.00 0.00"},
      {"FILL(gaps, a)", "1.00 5.00 3.00"},
      {"FILL(gaps, REPEAT)", "- 5.00 5.00"},
      {"IF(a > 1, a, 0)", "0.00 2.00 3.00"},
      {"IF(a >= 2, a)", "- 2.00 3.00"},
      {"IF(b == 0, 1, 2)", "2.00 - 1.00"},
      {"ABS(-a)", "1.00 2.00 3.00"},
      {"CEIL(a / 2)", "1.00 1.00 2.00"},
      {"FLOOR(a / 2)", "0.00 1.00 1.00"},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(calculated(text), line) << text;
}

TEST(MetricMath, SaysWhereItIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "position 1: a number, an id or a function is expected, but the expression ends"},
      {"a +", "position 4: a number, an id or a function is expected, but the expression ends"},
      {"a b", "position 3: an operator or the end is expected"},
      {"(a", "position 3: ')' is expected"},
      {"a + $", "position 5: '$' is not expected here"},
      {"Errors", "position 1: 'Errors' is no id: ids begin with a small letter"},
      {"1 + RATE(a)",
       "position 5: the function RATE is not emulated; there are SUM, AVG, MIN, MAX, ABS, CEIL, FLOOR, FILL "
       "and "
       "IF"},
      {"FILL(a)", "position 8: FILL has the wrong number of arguments"},
      {"SUM(a, b)", "position 10: SUM has the wrong number of arguments"},
  };
  for (const auto& [text, problem] : cases) EXPECT_EQ(calculated(text), problem) << text;
}

TEST(MetricMath, NamesItsIdsOnce) {
  const auto math = MetricMath::parse("m1 / (m1 + SUM([m2, m3]))");
  ASSERT_TRUE(math);
  EXPECT_EQ(math->ids(), (std::vector<std::string>{"m1", "m2", "m3"}));
}

TEST(MetricMath, RefusesToNestWithoutEnd) {
  EXPECT_FALSE(MetricMath::parse(std::string(5000, '(') + "1"));
  EXPECT_FALSE(MetricMath::parse(std::string(5000, '-') + "1"));
}

}  // namespace
}  // namespace emulator::metrics

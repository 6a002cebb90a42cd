#include "emulator/platform/metrics/evaluate.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace emulator::metrics {
namespace {

/// "0 - X": ok, missing, breaching.
std::vector<Point> points_of(std::string_view text) {
  std::vector<Point> points;
  for (const char c : text) {
    if (c == '0') points.push_back(Point::Ok);
    if (c == 'X') points.push_back(Point::Breaching);
    if (c == '-') points.push_back(Point::Missing);
  }
  return points;
}

/// One word for each treatment, in the order of the tables.
std::string row_of(const char* points, Counts counts) {
  std::string row;
  for (const Missing missing :
       {Missing::Missing, Missing::Ignore, Missing::Breaching, Missing::NotBreaching}) {
    const Evaluation found = evaluate(points_of(points), counts, missing, State::InsufficientData);
    if (!row.empty()) row += " | ";
    row += found.is_kept ? "keep" : std::string(to_text(found.state));
  }
  return row;
}

struct Row {
  const char* points;
  const char* states;  ///< missing | ignore | breaching | notBreaching
};

TEST(Evaluate, GivesTheTableOfThreeOutOfThree) {
  const Row rows[] = {{"0 - X - X", "OK | OK | OK | OK"},
                      {"0 - - - -", "OK | OK | OK | OK"},
                      {"- - - - -", "INSUFFICIENT_DATA | keep | ALARM | OK"},
                      {"0 X X - X", "ALARM | ALARM | ALARM | ALARM"},
                      {"- - X - -", "ALARM | keep | ALARM | OK"}};
  for (const Row& row : rows) EXPECT_EQ(row_of(row.points, {3, 3}), row.states) << row.points;
}

TEST(Evaluate, GivesTheTableOfTwoOutOfThree) {
  const Row rows[] = {{"0 - X - X", "ALARM | ALARM | ALARM | ALARM"},
                      {"0 0 X 0 X", "ALARM | ALARM | ALARM | ALARM"},
                      {"0 - X - -", "OK | OK | ALARM | OK"},
                      {"- - - - 0", "OK | OK | ALARM | OK"},
                      {"- - - X -", "ALARM | keep | ALARM | OK"}};
  for (const Row& row : rows) EXPECT_EQ(row_of(row.points, {2, 3}), row.states) << row.points;
}

TEST(Evaluate, WaitsWhenABreachIsTooYoungToDecide) {
  EXPECT_EQ(row_of("- - - - X", {3, 3}), "keep | keep | ALARM | OK");
}

TEST(Evaluate, LooksAtTheNewestRealPointsOnly) {
  EXPECT_EQ(row_of("X X 0 0 0", {1, 3}), "OK | OK | OK | OK");
  EXPECT_EQ(row_of("X 0 - 0 0", {1, 3}), "OK | OK | OK | OK");
  EXPECT_EQ(row_of("0 X - 0 0", {1, 3}), "ALARM | ALARM | ALARM | ALARM");
}

TEST(Evaluate, KeepsTheStateThatThereIs) {
  for (const State current : {State::Ok, State::Alarm, State::InsufficientData}) {
    const Evaluation found = evaluate(points_of("- - -"), {1, 1}, Missing::Ignore, current);
    EXPECT_EQ(found, (Evaluation{.state = current, .is_kept = true}));
  }
}

TEST(Evaluate, SaysHowManyPointsItFilledIn) {
  EXPECT_EQ(evaluate(points_of("- - - - X"), {3, 3}, Missing::Breaching, State::Ok),
            (Evaluation{.state = State::Alarm, .real = 1, .filled = 2}));
  EXPECT_EQ(evaluate(points_of("- - - - -"), {2, 3}, Missing::Missing, State::Ok),
            (Evaluation{.state = State::InsufficientData, .real = 0, .filled = 3}));
}

TEST(EvaluationRange, IsLongerThanThePeriods) {
  const std::pair<std::size_t, std::size_t> cases[] = {{1, 3}, {3, 5}, {6, 8}, {9, 12}, {30, 40}};
  for (const auto& [periods, range] : cases) EXPECT_EQ(evaluation_range(periods), range);
}

}  // namespace
}  // namespace emulator::metrics

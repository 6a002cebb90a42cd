#include "emulator/platform/metrics/alarm_rule.h"

#include <gtest/gtest.h>

#include <map>

namespace emulator::metrics {
namespace {

/// `a` is in ALARM, `o` is OK, everything else knows nothing.
bool holds(const char* text) {
  const auto rule = AlarmRule::parse(text);
  EXPECT_TRUE(rule) << text << ": " << (rule ? "" : rule.error().message);
  if (!rule) return false;
  return rule->holds([](const std::string& name) {
    if (name == "a") return State::Alarm;
    return name == "o" ? State::Ok : State::InsufficientData;
  });
}

TEST(AlarmRule, SaysWhenItHolds) {
  const std::pair<const char*, bool> cases[] = {
      {"TRUE", true},
      {"FALSE", false},
      {"ALARM(a)", true},
      {"ALARM(o)", false},
      {"OK(o)", true},
      {"INSUFFICIENT_DATA(i)", true},
      {"NOT ALARM(a)", false},
      {"NOT NOT ALARM(a)", true},
      {"ALARM(a) AND OK(o)", true},
      {"ALARM(o) OR ALARM(a)", true},
      {"TRUE OR FALSE AND FALSE", true},
      {"(TRUE OR FALSE) AND FALSE", false},
      {"NOT FALSE AND FALSE", false},
      {"NOT (FALSE AND FALSE)", true},
      {"ALARM(\"a\")", true},
      {"ALARM('a')", true},
      {" ALARM ( a ) \n AND\tNOT(FALSE)", true},
      {"ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a)", true},
      {"ALARM(\"with space (and brackets)\")", false},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(holds(text), expected) << text;
}

TEST(AlarmRule, NamesItsAlarmsOnce) {
  const auto rule = AlarmRule::parse("ALARM(b) AND (OK(a) OR NOT ALARM(b)) OR OK(\"c d\")");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->alarms(), (std::vector<std::string>{"b", "a", "c d"}));
}

TEST(AlarmRule, SaysWhereItIsWrong) {
  constexpr const char* kWanted =
      "ALARM(...), OK(...), INSUFFICIENT_DATA(...), TRUE, FALSE, NOT or '(' is expected";
  const std::pair<std::string, std::string> cases[] = {
      {"", "position 1: " + std::string(kWanted) + ", but the rule ends"},
      {"ALARM(a) AND", "position 13: " + std::string(kWanted) + ", but the rule ends"},
      {"ALARM(a) XOR OK(b)", "position 10: 'AND', 'OR' or the end is expected, found 'XOR'"},
      {"ALARM a", "position 7: '(' is expected, found 'a'"},
      {"ALARM()", "position 7: the name of an alarm is expected, found ')'"},
      {"ALARM(a b)", "position 9: ')' is expected, found 'b'"},
      {"ALARM(\"a)", "position 10: the quote that ends the name is expected, but the rule ends"},
      {"(ALARM(a)", "position 10: ')' is expected, but the rule ends"},
      {"alarm(a)", "position 1: " + std::string(kWanted) + ", found 'alarm'"},
      {"TRUE FALSE", "position 6: 'AND', 'OR' or the end is expected, found 'FALSE'"},
  };
  for (const auto& [text, problem] : cases) {
    const auto rule = AlarmRule::parse(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().message, problem) << text;
  }
}

TEST(AlarmRule, RefusesToNestWithoutEnd) {
  EXPECT_TRUE(AlarmRule::parse(std::string(40, '(') + "TRUE" + std::string(40, ')')));
  EXPECT_FALSE(AlarmRule::parse(std::string(5000, '(') + "TRUE" + std::string(5000, ')')));
  std::string nots;
  for (int i = 0; i < 2000; ++i) nots += "NOT ";
  EXPECT_FALSE(AlarmRule::parse(nots + "TRUE"));
}

}  // namespace
}  // namespace emulator::metrics

#include "emulator/salesforce/filter.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace emulator::salesforce {
namespace {

// facts/salesforce 6.1.
TEST(Filter, AcceptsWhatItSays) {
  const kernel::Json payload = *kernel::parse_json(
      R"({"City__c":"London","Amount__c":12.5,"Express__c":true,"Note__c":null,"Due__c":"2026-01-05",
          "ChangeEventHeader":{"changeType":"UPDATE"}})");
  const std::pair<const char*, bool> cases[] = {
      {"City__c = 'London'", true},
      {"City__c = 'london'", true},
      {"City__c='Paris'", false},
      {"City__c != 'Paris'", true},
      {"Amount__c > 12", true},
      {"Amount__c <= 12.5", true},
      {"Amount__c < 12.5", false},
      {"Amount__c >= 13", false},
      {"Amount__c > 'a'", false},
      {"Express__c = true", true},
      {"Express__c != TRUE", false},
      {"Note__c = null", true},
      {"Missing__c = null", true},
      {"Missing__c != null", false},
      {"Due__c > 2025-12-31", true},
      {"City__c LIKE 'Lon%'", true},
      {"City__c like '_ondon'", true},
      {"City__c LIKE 'on%'", false},
      {"City__c IN ('Paris', 'London')", true},
      {"City__c NOT IN ('Paris', 'London')", false},
      {"ChangeEventHeader.changeType != 'UPDATE'", false},
      {"City__c = 'Paris' OR Amount__c > 1 AND Express__c = false", false},
      {"(City__c = 'London' OR Amount__c > 100) AND Express__c = true", true},
      {"NOT City__c = 'Paris'", true},
      {"NOT (City__c = 'London')", false},
  };
  for (const auto& [text, is_accepted] : cases) {
    const auto filter = Filter::parse(text);
    ASSERT_TRUE(filter) << text << ": " << filter.error().message;
    EXPECT_EQ(filter->accepts(payload), is_accepted) << text;
  }
}

TEST(Filter, SaysWhereItCannotBeRead) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "at 1: wants a field"},
      {"City__c", "at 8: wants an operator"},
      {"City__c = London", "at 11: wants a value"},
      {"City__c = 'London", "at 18: wants a closing quote"},
      {"City__c = 'a' City__c = 'b'", "at 15: wants AND, OR or the end"},
      {"(City__c = 'a'", "at 15: wants )"},
      {"City__c IN 'a'", "at 12: wants ("},
      {"City__c NOT 'a'", "at 12: wants IN"},
      {"'a' = City__c", "at 1: wants a field"},
  };
  for (const auto& [text, message] : cases) {
    const auto filter = Filter::parse(text);
    ASSERT_FALSE(filter) << text;
    EXPECT_EQ(filter.error().message, message) << text;
  }
}

}  // namespace
}  // namespace emulator::salesforce

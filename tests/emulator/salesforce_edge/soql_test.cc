#include "emulator/salesforce_edge/soql.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace salesforce_edge_tests {
namespace {

using emulator::salesforce_edge::parse_soql;
using kernel::Json;

TEST(Soql, ReadsWhatClientsAsk) {
  const auto soql = parse_soql(
      "select Id, Status FROM EventRelayFeedback where EventRelayConfigId='7k2' ORDER BY Id desc, Status "
      "LIMIT 5 OFFSET 2");
  ASSERT_TRUE(soql) << soql.error().message;
  EXPECT_EQ(soql->fields, (std::vector<std::string>{"Id", "Status"}));
  EXPECT_EQ(soql->from, "EventRelayFeedback");
  ASSERT_EQ(soql->order.size(), 2U);
  EXPECT_TRUE(soql->order[0].is_descending);
  EXPECT_FALSE(soql->order[1].is_descending);
  EXPECT_EQ(soql->limit, 5);
  EXPECT_EQ(soql->offset, 2);
  EXPECT_TRUE(parse_soql("SELECT COUNT() FROM Account")->fields.empty());
}

TEST(Soql, DecidesWhichRowsFit) {
  struct Case {
    const char* where;
    bool is_held;
  };
  const Case cases[] = {
      {"Name = 'acme'", true},
      {"Name != 'ACME'", false},
      {"Name = 'it\\'s'", false},
      {"Amount > 4 AND Amount <= 5", true},
      {"Amount < 5", false},
      {"Amount = 5.0", true},
      {"Name LIKE 'A%e'", true},
      {"Name LIKE '_cme'", true},
      {"Name LIKE 'cme'", false},
      {"Name IN ('x', 'Acme')", true},
      {"Name NOT IN ('x', 'Acme')", false},
      {"NOT Name = 'x'", true},
      {"Missing = null", true},
      {"Missing != null", false},
      {"Missing > 1", false},
      {"Active = TRUE", true},
      {"Due >= 2026-01-01 AND Due < 2026-02-01T00:00:00Z", true},
      {"Name = 'x' OR Amount = 5 AND Active = true", true},
      {"(Name = 'x' OR Amount = 5) AND Active = false", false},
  };
  const Json row = {{"Name", "Acme"}, {"Amount", 5}, {"Active", true}, {"Due", "2026-01-15"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.where);
    const auto soql = parse_soql(std::string("SELECT Id FROM X WHERE ") + c.where);
    ASSERT_TRUE(soql) << soql.error().message;
    EXPECT_EQ(holds(*soql->where, row), c.is_held);
  }
}

TEST(Soql, NamesTheTokenThatIsWrong) {
  struct Case {
    const char* text;
    const char* token;
  };
  const Case cases[] = {
      {"", "<EOF>"},
      {"UPDATE x", "UPDATE"},
      {"SELECT FROM x", "x"},
      {"SELECT Id FROM x WHERE", "<EOF>"},
      {"SELECT Id FROM x WHERE a ~ 1", "~"},
      {"SELECT Id FROM x WHERE a = b", "b"},
      {"SELECT Id FROM x WHERE a = 'b", "'"},
      {"SELECT Id FROM x WHERE a IN 'b'", "'"},
      {"SELECT Id FROM x WHERE (a = 1", "<EOF>"},
      {"SELECT Id FROM x LIMIT many", "many"},
      {"SELECT Id FROM x GROUP BY y", "GROUP"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto soql = parse_soql(c.text);
    ASSERT_FALSE(soql);
    EXPECT_EQ(soql.error().message, std::string("unexpected token: '") + c.token + "'");
  }
  EXPECT_FALSE(parse_soql("SELECT Id FROM x WHERE " + std::string(10'000, '(')));
}

}  // namespace
}  // namespace salesforce_edge_tests

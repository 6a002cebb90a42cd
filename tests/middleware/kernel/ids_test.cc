#include "middleware/kernel/ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace kernel {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kDns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

TEST(Uuid5, HasTheVectorsOfTheRfc) {
  EXPECT_EQ(uuid5(kDns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_EQ(uuid5(kDns, "python.org"), "886313e1-3b8a-5372-9b90-0c9aee199e5d");
  EXPECT_EQ(uuid5("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "python.org"), uuid5(kDns, "python.org"));
}

TEST(Uuid5, KeepsNamespacesApartThatAreNoUuid) {
  const char* spaces[] = {"order-a",
                          "order-q",
                          "order-A",
                          "ORDER-A",
                          "",
                          "-",
                          "0",
                          "a very long event id, longer than 32 characters: 1",
                          "a very long event id, longer than 32 characters: 2",
                          "00000000-0000-0000-0000-000000000000"};
  std::set<std::string> ids;
  for (const char* space : spaces) ids.insert(uuid5(space, "charge"));
  EXPECT_EQ(ids.size(), std::size(spaces));
}

TEST(Uuid4, HasItsVersionAndVariant) {
  Random random(1, "ids");
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = uuid4(random);
    ASSERT_EQ(id.size(), 36U);
    EXPECT_EQ(id[14], '4');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef-"), std::string::npos);
    EXPECT_EQ(uuid_of_trace_id(trace_id_of(id)), id);
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1000U);
  Random again(1, "ids");
  EXPECT_TRUE(ids.contains(uuid4(again))) << "the same seed gives the same ids";
}

TEST(TraceId, IsAUuidWithoutDashes) {
  EXPECT_EQ(trace_id_of("2ed6657d-e927-568b-95e1-2665a8aea6a2"), "2ed6657de927568b95e12665a8aea6a2");
  const char* bad[] = {"", "2ed6657de927568b95e12665a8aea6a", "2ed6657de927568b95e12665a8aea6a22",
                       "2ED6657DE927568B95E12665A8AEA6A2", "2ed6657de927568b95e12665a8aea6ag"};
  for (const char* text : bad) EXPECT_EQ(uuid_of_trace_id(text), "") << text;
}

TEST(SalesforceId, EndsWithItsCheckCharacters) {
  struct Case {
    const char* id15;
    const char* check;
  };
  const Case cases[] = {
      {"001ZM000001n4n5", "YAA"}, {"000000000000000", "AAA"}, {"AAAAAAAAAAAAAAA", "555"},
      {"aaaaaaaaaaaaaaa", "AAA"}, {"Aaaaaaaaaaaaaaa", "BAA"}, {"aaaaAaaaaaaaaaa", "QAA"},
      {"aaaaaaaaaaaaaaA", "AAQ"},
  };
  for (const Case& c : cases) EXPECT_EQ(salesforce_checksum(c.id15), c.check) << c.id15;
}

TEST(SalesforceId, CountsInBase62) {
  EXPECT_EQ(salesforce_id("00D", 0).substr(0, 15), "00D000000000000");
  EXPECT_EQ(salesforce_id("00D", 61).substr(0, 15), "00D00000000000z");
  EXPECT_EQ(salesforce_id("00D", 62).substr(0, 15), "00D000000000010");
  EXPECT_EQ(salesforce_id("801", 10).size(), 18U);
  EXPECT_NE(salesforce_id("801", 10), salesforce_id("801", 36)) << "A and a";
  EXPECT_NE(salesforce_id("801", 10).substr(15), salesforce_id("801", 36).substr(15));
  EXPECT_EQ(salesforce_id("00D", ~0ULL).size(), 18U);
}

TEST(Ulid, SortsByTime) {
  Random random(1, "ulids");
  std::vector<std::string> ids;
  for (const Duration since :
       {Duration{0}, Duration{1ms}, Duration{31ms}, Duration{32ms}, Duration{1h}, Duration{24h * 365 * 56}}) {
    ids.push_back(ulid(WallTime{since}, random));
    EXPECT_EQ(ids.back().size(), 26U);
    EXPECT_EQ(ids.back().find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos);
  }
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  // The specification's own example: 1469918176385 ms.
  EXPECT_EQ(ulid(WallTime{1469918176385ms}, random).substr(0, 10), "01ARYZ6S41");
}

TEST(Hex16, HasLeadingNoughts) {
  EXPECT_EQ(hex16(0), "0000000000000000");
  EXPECT_EQ(hex16(0x1234abcd), "000000001234abcd");
  EXPECT_EQ(hex16(~0ULL), "ffffffffffffffff");
}

}  // namespace
}  // namespace kernel

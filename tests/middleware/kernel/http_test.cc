#include "middleware/kernel/http.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/json.h"

namespace kernel {
namespace {

std::string text(const Headers& headers) {
  std::string all;
  for (const auto& [name, value] : headers) all += name + "=" + value + ";";
  return all;
}

TEST(Headers, CompareNamesWithoutCaseAndKeepTheirOrder) {
  Headers headers = {{"Content-Type", "a"}, {"X-Many", "1"}, {"x-many", "2"}};
  EXPECT_EQ(headers.get("content-type"), "a");
  EXPECT_EQ(headers.get("X-MANY"), "1") << "the first";
  EXPECT_EQ(headers.get("none"), "");
  EXPECT_TRUE(headers.has("CONTENT-TYPE"));
  EXPECT_FALSE(headers.has("Content"));
  headers.add("X-Many", "3");
  EXPECT_EQ(text(headers), "Content-Type=a;X-Many=1;x-many=2;X-Many=3;");
  headers.set("x-MANY", "only");
  EXPECT_EQ(text(headers), "Content-Type=a;x-MANY=only;");
  headers.set("content-type", std::string(headers.get("Content-Type")) + "b");
  EXPECT_EQ(text(headers), "x-MANY=only;content-type=ab;");
  headers.remove("X-many");
  EXPECT_EQ(headers.size(), 1U);
  headers.add("Empty", "");
  EXPECT_TRUE(headers.has("empty"));
}

TEST(Headers, CompareLettersOnlyWithoutCase) {
  EXPECT_TRUE(equal_without_case("aZ-[", "Az-["));
  EXPECT_FALSE(equal_without_case("[", "{"));
  EXPECT_FALSE(equal_without_case("a", "ab"));
}

TEST(Problem, IsJsonWhateverItsDetailHolds) {
  const HttpResponse response = problem(422, "refused", "a \"quote\"\nand \\ more");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
  const auto json = parse_json(response.body);
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["type"], "urn:relayrig:problem:refused");
  EXPECT_EQ((*json)["status"], 422);
  EXPECT_EQ((*json)["detail"], "a \"quote\"\nand \\ more");
}

TEST(Traceparent, CarriesEventAndHopThereAndBack) {
  constexpr const char* kEvent = "2ed6657d-e927-568b-95e1-2665a8aea6a2";
  for (const HopId hop : {HopId{1}, HopId{0x1234abcd}, ~HopId{0}}) {
    const auto context = parse_traceparent(traceparent(kEvent, hop));
    ASSERT_TRUE(context);
    EXPECT_EQ(context->event, kEvent);
    EXPECT_EQ(context->hop, hop);
  }
  EXPECT_EQ(traceparent(kEvent, 255), "00-2ed6657de927568b95e12665a8aea6a2-00000000000000ff-01");
  EXPECT_EQ(traceparent("", 1), "00-00000000000000000000000000000001-0000000000000001-01");
}

TEST(Traceparent, IsIgnoredWhenMalformed) {
  const char* cases[] = {
      "",
      "00",
      "00-2ed6657de927568b95e12665a8aea6a2-0000000000000001",
      "00-2ed6657de927568b95e12665a8aea6a2-0000000000000001-0",
      "00-2ed6657de927568b95e12665a8aea6a2-0000000000000001-011",
      "00-2ed6657de927568b95e12665a8aea6a2-0000000000000001-01-x",
      "ff-2ed6657de927568b95e12665a8aea6a2-0000000000000001-01",
      "00_2ed6657de927568b95e12665a8aea6a2-0000000000000001-01",
      "00-2ed6657de927568b95e12665a8aea6a2_0000000000000001-01",
      "00-2ed6657de927568b95e12665a8aea6a2-0000000000000001_01",
      "00-2ED6657DE927568B95E12665A8AEA6A2-0000000000000001-01",
      "00-2ed6657de927568b95e12665a8aea6ag-0000000000000001-01",
      "00-2ed6657de927568b95e12665a8aea6a2-000000000000000A-01",
      "00-2ed6657de927568b95e12665a8aea6a2-00000000000000 1-01",
      "00-2ed6657de927568b95e12665a8aea6a2-0000000000000000-01",
  };
  for (const char* header : cases) EXPECT_FALSE(parse_traceparent(header)) << header;
}

}  // namespace
}  // namespace kernel

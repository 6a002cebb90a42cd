#include "middleware/service/parcels.h"

#include <gtest/gtest.h>

namespace service {
namespace {

TEST(Parcels, AreAsFewAsFirstFitMakesThem) {
  struct Case {
    const char* name;
    const char* input;
    const char* answer;
  };
  const Case cases[] = {
      {"nothing", R"({"lines":[],"quantity_max":5})", R"({"parcels":[],"count":0})"},
      {"one", R"({"lines":[{"sku":"A","quantity":2,"price":1.10}],"quantity_max":5})",
       R"({"parcels":[{"number":1,"quantity":2,"lines":[{"sku":"A","quantity":2,"price":1.1}]}],"count":1})"},
      {"the largest first, into the first with room",
       R"({"lines":[{"q":"a","quantity":2},{"q":"b","quantity":4},{"q":"c","quantity":3},{"q":"d","quantity":1}],"quantity_max":5})",
       R"({"parcels":[{"number":1,"quantity":5,"lines":[{"q":"b","quantity":4},{"q":"d","quantity":1}]},)"
       R"({"number":2,"quantity":5,"lines":[{"q":"c","quantity":3},{"q":"a","quantity":2}]}],"count":2})"},
  };
  for (const Case& c : cases) EXPECT_EQ(pack(c.input).value_or("refused"), c.answer) << c.name;
}

TEST(Parcels, AreRefusedWhereTheyCannotBe) {
  struct Case {
    const char* input;
    const char* error;
  };
  const Case cases[] = {
      {"null", "parcels wants an object with lines and quantity_max"},
      {R"({"quantity_max":5})", "'lines' is no list"},
      {R"({"lines":[]})", "'quantity_max' is no whole number of at least 1"},
      {R"({"lines":[],"quantity_max":0})", "'quantity_max' is no whole number of at least 1"},
      {R"({"lines":[{"quantity":1},{"sku":"A"}],"quantity_max":5})", "line 1 has no quantity of at least 1"},
      {R"({"lines":[{"quantity":1.5}],"quantity_max":5})", "line 0 has no quantity of at least 1"},
      {R"({"lines":[{"quantity":6}],"quantity_max":5})", "line 0 has a quantity of 6, above 5"},
  };
  for (const Case& c : cases) {
    const auto packed = pack(c.input);
    ASSERT_FALSE(packed) << c.input;
    EXPECT_EQ(packed.error(), c.error);
  }
}

}  // namespace
}  // namespace service

#include "tests/emulator/platform/logs/logs_support.h"

namespace logs_tests {
namespace {

MetricFilter filter_of(std::string pattern, MetricTransformation made) {
  if (made.space.empty()) made.space = "Orders";
  if (made.metric.empty()) made.metric = "errors";
  return {.name = "f", .group = "app", .pattern = std::move(pattern), .transformation = std::move(made)};
}

TEST(MetricFilters, MakeNumbersOfEventsThatFit) {
  struct Case {
    const char* name;
    MetricFilter filter;
    std::vector<std::string> numbers;
  };
  const Case cases[] = {
      {"one each",
       filter_of("ERROR", {.unit = "Count"}),
       {"Orders/errors 1.000000 Count at 1", "Orders/errors 1.000000 Count at 2"}},
      {"a number of its own",
       filter_of("ERROR", {.value = "2.5"}),
       {"Orders/errors 2.500000 None at 1", "Orders/errors 2.500000 None at 2"}},
      {"a member",
       filter_of("{ $.ms > 0 }", {.metric = "took", .value = "$.ms", .unit = "Milliseconds"}),
       {"Orders/took 512.000000 Milliseconds at 2"}},
      {"by a dimension",
       filter_of("{ $.ms > 0 }",
                 {.value = "$.ms", .dimensions = {{"Route", "$.route"}, {"Level", "$.level"}}}),
       {"Orders/errors{Level=ERROR}{Route=/pay} 512.000000 None at 2"}},
      {"a dimension that is not there",
       filter_of("{ $.ms > 0 }", {.value = "1", .dimensions = {{"Route", "$.nothing"}}}),
       {}},
      {"no number", filter_of("{ $.level = ERROR }", {.value = "$.route"}), {}},
      {"a field",
       filter_of("[level, code, text]", {.value = "$code"}),
       {"Orders/errors 17.000000 None at 1"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Rig rig;
    ASSERT_TRUE(rig.logs.create_group("app", {}));
    ASSERT_EQ(refused(rig.logs.put_metric_filter(c.filter)), "");
    rig.run_until(1s);
    rig.say("ERROR 17 stock");
    rig.say("INFO");
    rig.run_until(2s);
    rig.say(R"({"level":"ERROR","ms":512,"route":"/pay"})");
    rig.say("ERROR elsewhere", "else");
    EXPECT_EQ(rig.numbers.all, c.numbers);
  }
}

TEST(MetricFilters, GiveTheirDefaultForAMinuteWithoutAMatch) {
  Rig rig;
  ASSERT_TRUE(rig.logs.create_group("app", {}));
  ASSERT_TRUE(rig.logs.put_metric_filter(filter_of("ERROR", {.default_value = 0})));
  const std::int64_t second =
      std::chrono::floor<std::chrono::seconds>(support::kWallStart).time_since_epoch().count();
  rig.logs.end_minute(second);  // no event: no number
  rig.run_until(61s);
  rig.say("fine");
  rig.logs.end_minute(second + 60);
  rig.run_until(121s);
  rig.say("fine");
  rig.say("ERROR");
  rig.logs.end_minute(second + 120);
  EXPECT_EQ(rig.numbers.all, (std::vector<std::string>{"Orders/errors 0.000000 None at 60",
                                                       "Orders/errors 1.000000 None at 121"}));
}

TEST(MetricFilters, AreRefusedWhenTheyCannotBe) {
  Rig rig;
  ASSERT_TRUE(rig.logs.create_group("app", {}));
  struct Case {
    MetricFilter filter;
    const char* answer;
  };
  const Case cases[] = {
      {filter_of("{ $.a", {}),
       "400 InvalidParameterException: Invalid filter pattern: a comparison such as = or NOT EXISTS is "
       "missing "
       "at character 6"},
      {filter_of("ERROR", {.value = "$.a"}),
       "400 InvalidParameterException: Invalid metric transformation: metricValue '$.a' is neither a number "
       "nor "
       "a field of the pattern"},
      {filter_of("{ $.a = 1 }", {.default_value = 0, .dimensions = {{"A", "$.a"}}}),
       "400 InvalidParameterException: Invalid metric transformation: dimensions and default value are "
       "mutually "
       "exclusive properties."},
      {filter_of("ERROR", {.dimensions = {{"A", "$.a"}}}),
       "400 InvalidParameterException: Invalid metric transformation: the dimension 'A' is no field of the "
       "pattern"},
      {filter_of("ERROR", {.space = "AWS/Mine"}),
       "400 InvalidParameterException: The metric namespace must not begin with AWS/"},
      {filter_of("ERROR", {.unit = "Apples"}),
       "400 InvalidParameterException: 1 validation error detected: Value 'Apples' at "
       "'metricTransformations.1.member.unit' failed to satisfy constraint: Member must satisfy enum value "
       "set: "
       "the units of CloudWatch"},
  };
  for (const Case& c : cases) EXPECT_EQ(refused(rig.logs.put_metric_filter(c.filter)), c.answer);
  MetricFilter elsewhere = filter_of("ERROR", {});
  elsewhere.group = "else";
  EXPECT_EQ(refused(rig.logs.put_metric_filter(elsewhere)),
            "400 ResourceNotFoundException: The specified log group does not exist.");
}

TEST(MetricFilters, AreReplacedListedAndRemoved) {
  Rig rig;
  for (const char* group : {"a", "a-b"}) {
    ASSERT_TRUE(rig.logs.create_group(group, {}));
    for (const char* name : {"two", "one"}) {
      MetricFilter filter = filter_of("ERROR", {});
      filter.group = group;
      filter.name = name;
      ASSERT_TRUE(rig.logs.put_metric_filter(filter));
    }
  }
  const auto listed = [&rig](const FiltersRequest& request) {
    const auto page = rig.logs.metric_filters(request);
    if (!page) return refused(page);
    std::string all;
    for (const MetricFilter& filter : page->items)
      all += filter.group + "/" + filter.name + "/" + filter.pattern + " ";
    return all + (page->next.empty() ? "" : "...");
  };
  MetricFilter changed = filter_of("WARN", {});
  changed.group = "a";
  changed.name = "one";
  ASSERT_TRUE(rig.logs.put_metric_filter(changed));
  EXPECT_EQ(listed({}), "a/one/WARN a/two/ERROR a-b/one/ERROR a-b/two/ERROR ");
  EXPECT_EQ(listed({.limit = 2}), "a/one/WARN a/two/ERROR ...");
  EXPECT_EQ(listed({.limit = 2, .token = rig.logs.metric_filters({.limit = 2})->next}),
            "a-b/one/ERROR a-b/two/ERROR ");
  EXPECT_EQ(listed({.group = "a-b", .prefix = "o"}), "a-b/one/ERROR ");
  EXPECT_EQ(listed({.space = "Orders", .metric = "other"}), "");
  EXPECT_EQ(rig.logs.groups({})->items[0].metric_filters, 2);
  EXPECT_EQ(refused(rig.logs.delete_metric_filter("a", "one")), "");
  EXPECT_EQ(refused(rig.logs.delete_metric_filter("a", "one")),
            "400 ResourceNotFoundException: The specified metric filter does not exist.");
}

TEST(MetricFilters, AreTriedOutOnMessages) {
  Rig rig;
  const auto matches = rig.logs.test_metric_filter("[..., status = 5*]", {"a 200", "b c 503"});
  ASSERT_TRUE(matches);
  ASSERT_EQ(matches->size(), 1U);
  EXPECT_EQ((*matches)[0].number, 2);
  EXPECT_EQ((*matches)[0].values,
            (std::vector<std::pair<std::string, std::string>>{{"$1", "b"}, {"$2", "c"}, {"$status", "503"}}));
}

}  // namespace
}  // namespace logs_tests

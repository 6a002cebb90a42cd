#include "emulator/platform/metrics/cloudwatch.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/emulator/metrics/metrics_support.h"

namespace emulator::metrics {
namespace {

std::string refusal(const Answer<>& answer) {
  return answer ? "taken" : answer.error().code + ": " + answer.error().message;
}

TEST(PutMetricData, RefusesWhatIsWrong) {
  const Datum good{.id = make_metric_id("Shop", "errors"), .values = {{1}}};
  const auto with = [&good](auto change) {
    Datum datum = good;
    change(datum);
    return datum;
  };
  const std::pair<Datum, const char*> cases[] = {
      {good, "taken"},
      {with([](Datum& d) { d.id.space = ""; }), "InvalidParameterValue"},
      {with([](Datum& d) { d.id.space = ":x"; }), "InvalidParameterValue"},
      {with([](Datum& d) { d.id.space = "AWS/Lambda"; }),
       "InvalidParameterValue: The value AWS/ for parameter Namespace is invalid."},
      {with([](Datum& d) { d.id.name = std::string(256, 'x'); }), "InvalidParameterValue"},
      {with([](Datum& d) { d.values.clear(); }), "MissingParameter"},
      {with([](Datum& d) { d.values.assign(150, {1}); }), "taken"},
      {with([](Datum& d) { d.values.assign(151, {1}); }), "InvalidParameterValue"},
      {with([](Datum& d) { d.values = {{std::numeric_limits<double>::infinity()}}; }),
       "InvalidParameterValue"},
      {with([](Datum& d) { d.values = {{std::numeric_limits<double>::quiet_NaN()}}; }),
       "InvalidParameterValue"},
      {with([](Datum& d) { d.values = {{0x1p360}}; }), "taken"},
      {with([](Datum& d) { d.values = {{0x1p361}}; }), "InvalidParameterValue"},
      {with([](Datum& d) { d.values = {{1, -1}}; }), "InvalidParameterValue"},
      {with([](Datum& d) { d.set = StatisticSet{.samples = 1, .sum = 1, .minimum = 2, .maximum = 1}; }),
       "InvalidParameterValue"},
      {with([](Datum& d) { d.resolution = 10; }), "InvalidParameterValue"},
      {with([](Datum& d) { d.id.dimensions.assign(31, {"a", "b"}); }), "InvalidParameterValue"},
      {with([](Datum& d) { d.id.dimensions = {{"a", "1"}, {"a", "2"}}; }), "InvalidParameterValue"},
      {with([](Datum& d) { d.id.dimensions = {{"a", ""}}; }), "InvalidParameterValue"},
      {with([](Datum& d) { d.at = monday() - 14 * 24h; }), "taken"},
      {with([](Datum& d) { d.at = monday() - 14 * 24h - 1s; }), "InvalidParameterValue"},
      {with([](Datum& d) { d.at = monday() + 2h; }), "taken"},
      {with([](Datum& d) { d.at = monday() + 2h + 1s; }), "InvalidParameterValue"},
  };
  for (const auto& [datum, expected] : cases) {
    MetricsBench bench;
    const std::string found = refusal(bench.watch.put_metric_data({datum}));
    EXPECT_TRUE(found.starts_with(expected)) << found << " is not " << expected;
    EXPECT_EQ(bench.watch.store().all().empty(), found != "taken");
  }
}

TEST(PutMetricData, IsTakenAsAWholeOrNotAtAll) {
  MetricsBench bench;
  EXPECT_FALSE(bench.watch.put_metric_data({{.id = make_metric_id("Shop", "a"), .values = {{1}}},
                                            {.id = make_metric_id("Shop", ""), .values = {{1}}}}));
  EXPECT_TRUE(bench.watch.store().all().empty());
}

TEST(PutMetricAlarm, RefusesWhatIsWrong) {
  const auto with = [](auto change) {
    MetricAlarm alarm = MetricsBench::many_errors();
    change(alarm);
    return alarm;
  };
  const std::pair<MetricAlarm, const char*> cases[] = {
      {with([](MetricAlarm&) {}), "taken"},
      {with([](MetricAlarm& a) { a.name = ""; }), "ValidationError"},
      {with([](MetricAlarm& a) { a.metric->period = 15; }), "ValidationError"},
      {with([](MetricAlarm& a) { a.metric->period = 5; }), "ValidationError"},
      {with([](MetricAlarm& a) { a.metric->period = 30; }), "taken"},
      {with([](MetricAlarm& a) { a.evaluation_periods = 0; }), "ValidationError"},
      {with([](MetricAlarm& a) { a.evaluation_periods = 1440; }), "taken"},
      {with([](MetricAlarm& a) { a.evaluation_periods = 1441; }), "ValidationError"},
      {with([](MetricAlarm& a) { a.metric->period = 3600, a.evaluation_periods = 168; }), "taken"},
      {with([](MetricAlarm& a) { a.metric->period = 3600, a.evaluation_periods = 169; }), "ValidationError"},
      {with([](MetricAlarm& a) { a.datapoints_to_alarm = 2; }), "ValidationError"},
      {with([](MetricAlarm& a) { a.metric->stat = "Median"; }), "InvalidParameterValue"},
      {with([](MetricAlarm& a) { a.metric.reset(); }), "MissingParameter"},
      {with([](MetricAlarm& a) { a.queries = {{.id = "a", .expression = "1"}}; }),
       "InvalidParameterCombination"},
      {with([](MetricAlarm& a) { a.alarm_actions.assign(6, kTopic); }), "ValidationError"},
      {with([](MetricAlarm& a) {
         a.metric.reset();
         a.queries = {{.id = "a", .expression = "1"}, {.id = "b", .expression = "2"}};
       }),
       "ValidationError: Exactly one element of the metrics list should return data."},
      {with([](MetricAlarm& a) {
         a.metric.reset();
         a.queries = {{.id = "a", .expression = "b"}, {.id = "b", .expression = "a", .returns_data = false}};
       }),
       "ValidationError: Error in expression: query 'a': the expression names itself"},
      {with([](MetricAlarm& a) {
         a.metric.reset();
         a.queries = {{.id = "a", .expression = "c"}};
       }),
       "ValidationError: Error in expression: query 'a': there is no id 'c'"},
      {with([](MetricAlarm& a) { a.warm_up = WarmUp{.minutes = 0}; }), "ValidationError"},
  };
  for (const auto& [alarm, expected] : cases) {
    MetricsBench bench;
    const std::string found = refusal(bench.watch.alarms().put_metric_alarm(alarm));
    EXPECT_TRUE(found.starts_with(expected)) << found << " is not " << expected;
  }
}

TEST(LogLines, BecomeMetrics) {
  MetricsBench bench;
  bench.make(MetricsBench::many_errors());
  const std::string line =
      R"({"_aws":{"Timestamp":1767603605000,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"errors"}]}]},"errors":6})";
  bench.watch.read_log_line(line, "ingest");
  bench.watch.read_log_line("hello", "ingest");
  bench.run_to(1min);
  EXPECT_EQ(bench.changes(), Lines{"1m many-errors INSUFFICIENT_DATA -> ALARM"});
}

TEST(LogLines, ThatAreWrongAreCountedAndSaid) {
  MetricsBench bench;
  bench.watch.read_log_line(R"({"_aws":{"Timestamp":1,"CloudWatchMetrics":1}})", "ingest");
  bench.watch.read_log_line(
      R"({"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"m"}]}]},"m":1})",
      "ingest");
  const std::int64_t now = monday().time_since_epoch() / 1s;
  EXPECT_EQ(bench.watch.store()
                .aggregate(make_metric_id("AWS/Logs", "EMFValidationErrors"), "", now, now + 60, false)
                .sum(),
            2);
  EXPECT_EQ(bench.watch.store().all().size(), 1U);
  ASSERT_EQ(bench.journal.logs.size(), 2U);
  EXPECT_EQ(
      bench.journal.logs[0],
      "0s cloudwatch: a line of ingest in the embedded metric format was dropped: CloudWatchMetrics is no "
      "array");
}

TEST(Gauges, AreReadBeforeAlarmsLook) {
  MetricsBench bench;
  Lines asked;
  bench.watch.each_minute([&](std::int64_t second) {
    asked.push_back(kernel::duration_text(bench.scheduler.now().time_since_epoch()));
    bench.watch.store()
        .series(make_metric_id("Shop", "errors"), "Count")
        .bucket_at(second, 60)
        .add(asked.size() == 2 ? 6 : 1, 1);
  });
  bench.make(MetricsBench::many_errors());
  bench.run_to(3min);
  EXPECT_EQ(asked, (Lines{"1m", "2m", "3m"}));
  EXPECT_EQ(bench.changes(), (Lines{"1m many-errors INSUFFICIENT_DATA -> OK", "2m many-errors OK -> ALARM",
                                    "3m many-errors ALARM -> OK"}));
}

TEST(Clock, DoesNotGoWithoutNeed) {
  MetricsBench bench;
  bench.put(1);
  EXPECT_FALSE(bench.scheduler.step()) << "numbers alone need none";
  bench.make(MetricsBench::many_errors());
  EXPECT_TRUE(bench.scheduler.step());
  ASSERT_TRUE(bench.watch.alarms().delete_alarms({"many-errors"}));
  EXPECT_TRUE(bench.scheduler.step());
  EXPECT_FALSE(bench.scheduler.step()) << "the last alarm is gone";
}

}  // namespace
}  // namespace emulator::metrics

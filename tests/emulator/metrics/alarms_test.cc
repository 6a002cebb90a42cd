#include "emulator/platform/metrics/alarms.h"

#include <gtest/gtest.h>

#include "tests/emulator/metrics/metrics_support.h"

namespace emulator::metrics {
namespace {

TEST(Alarm, ChangesAtTheEndOfTheMinuteThatSaysSo) {
  MetricsBench bench;
  bench.make(MetricsBench::many_errors());
  bench.put_at(0s, 1);
  bench.put_at(70s, 3);
  bench.put_at(80s, 3);
  bench.put_at(150s, 5);
  bench.run_to(200s);
  EXPECT_EQ(bench.changes(), (Lines{"1m many-errors INSUFFICIENT_DATA -> OK", "2m many-errors OK -> ALARM",
                                    "3m many-errors ALARM -> OK"}));
  EXPECT_EQ(bench.journal.metrics[1], R"(2m Shop errors {"statistic":"Sum"})");
}

TEST(Alarm, MinutesAreThoseOfTheCalendar) {
  MetricsBench bench;
  bench.run_to(90s);
  bench.make(MetricsBench::many_errors());
  bench.put(6);
  bench.run_to(10min);
  EXPECT_EQ(bench.changes().front(), "2m many-errors INSUFFICIENT_DATA -> ALARM")
      << "what was put before it counts";
}

TEST(Alarm, ANumberOfTheVeryMinuteBelongsToTheNext) {
  MetricsBench bench;
  bench.make(MetricsBench::many_errors());
  bench.put_at(1min, 6);
  bench.run_to(10min);
  EXPECT_EQ(bench.changes().front(), "2m many-errors INSUFFICIENT_DATA -> ALARM");
}

TEST(Alarm, OfLongPeriodsLooksEveryMinute) {
  MetricsBench bench;
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.metric->period = 300;
  bench.make(alarm);
  bench.put_at(7min + 30s, 6);
  bench.run_to(30min);
  EXPECT_EQ(bench.changes(), (Lines{"8m many-errors INSUFFICIENT_DATA -> ALARM",
                                    "23m many-errors ALARM -> INSUFFICIENT_DATA"}))
      << "a window of five minutes slides; three of them are looked at";
}

TEST(Alarm, OfTenSecondsLooksEveryTenSeconds) {
  MetricsBench bench;
  bench.make(MetricsBench::many_errors());
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.name = "fast";
  alarm.metric->period = 10;
  bench.make(alarm);
  bench.scheduler.call_at(kernel::at(13s), [&bench] {
    ASSERT_TRUE(bench.watch.put_metric_data(
        {{.id = make_metric_id("Shop", "errors"), .values = {{6}}, .unit = "Count", .resolution = 1}}));
  });
  bench.run_to(70s);
  EXPECT_EQ(bench.changes(),
            (Lines{"20s fast INSUFFICIENT_DATA -> ALARM", "50s fast ALARM -> INSUFFICIENT_DATA",
                   "1m many-errors INSUFFICIENT_DATA -> ALARM"}));
}

TEST(Alarm, OldPointsDecideForAWhileAfterTheMetricStops) {
  MetricsBench bench;
  bench.make(MetricsBench::many_errors());
  bench.put_at(0s, 6);
  bench.run_to(10min);
  EXPECT_EQ(bench.changes(),
            (Lines{"1m many-errors INSUFFICIENT_DATA -> ALARM", "4m many-errors ALARM -> INSUFFICIENT_DATA"}))
      << "three minutes are fetched for one";
}

TEST(Alarm, TreatsMissingPointsAsItSays) {
  struct Case {
    Missing missing;
    Lines changes;
  };
  const Case cases[] = {
      {Missing::Breaching, {"1m a INSUFFICIENT_DATA -> ALARM"}},
      {Missing::NotBreaching, {"1m a INSUFFICIENT_DATA -> OK"}},
      {Missing::Ignore, {}},
      {Missing::Missing, {}},
  };
  for (const Case& c : cases) {
    MetricsBench bench;
    MetricAlarm alarm = MetricsBench::many_errors();
    alarm.name = "a";
    alarm.missing = c.missing;
    bench.make(alarm);
    bench.run_to(5min);
    EXPECT_EQ(bench.changes(), c.changes) << to_text(c.missing);
  }
}

TEST(Alarm, MOutOfNNeedNotFollowEachOther) {
  MetricsBench bench;
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.evaluation_periods = 3;
  alarm.datapoints_to_alarm = 2;
  bench.make(alarm);
  for (const auto& [minute, value] : {std::pair{0, 1}, {1, 6}, {2, 1}, {3, 7}, {4, 1}, {5, 1}})
    bench.put_at(minute * 1min, value);
  bench.run_to(6min);
  EXPECT_EQ(bench.changes(), (Lines{"1m many-errors INSUFFICIENT_DATA -> OK", "4m many-errors OK -> ALARM",
                                    "5m many-errors ALARM -> OK"}))
      << "at 5m two of 2..4 are below";
}

TEST(Alarm, SaysWhy) {
  MetricsBench bench;
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.threshold = 5.5;
  bench.make(alarm);
  EXPECT_EQ(bench.alarm().state.reason, "Unchecked: Initial alarm creation");
  bench.put_at(0s, 21.5);
  bench.put_at(1min, 0);
  bench.run_to(1min);
  EXPECT_EQ(
      bench.alarm().state.reason,
      "Threshold Crossed: 1 datapoint [21.5 (05/01/26 09:00:00)] was greater than the threshold (5.5).");
  EXPECT_EQ(bench.alarm().state.reason_data,
            R"({"version":"1.0","queryDate":"2026-01-05T09:01:00.000+0000",)"
            R"("startDate":"2026-01-05T09:00:00.000+0000","statistic":"Sum","period":60,)"
            R"("recentDatapoints":[21.5],"threshold":5.5,"evaluatedDatapoints":[)"
            R"({"timestamp":"2026-01-05T09:00:00.000+0000","sampleCount":1.0,"value":21.5}]})");
  bench.run_to(2min);
  EXPECT_EQ(
      bench.alarm().state.reason,
      "Threshold Crossed: 1 datapoint [0.0 (05/01/26 09:01:00)] was not greater than the threshold (5.5).");
  bench.run_to(5min);
  EXPECT_EQ(bench.alarm().state.reason, "Insufficient Data: 1 datapoint was unknown.");
}

TEST(Alarm, SaysWhyOfSeveralPoints) {
  MetricsBench bench;
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.evaluation_periods = 3;
  alarm.datapoints_to_alarm = 2;
  alarm.threshold = 5;
  bench.make(alarm);
  bench.put_at(0s, 1);
  bench.put_at(1min, 8);
  bench.put_at(2min, 9);
  bench.run_to(3min);
  EXPECT_EQ(bench.alarm().state.reason,
            "Threshold Crossed: 2 out of the last 3 datapoints [9.0 (05/01/26 09:02:00), 8.0 (05/01/26 "
            "09:01:00)] were greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM "
            "transition).");
}

TEST(Alarm, SaysWhatItFilledIn) {
  MetricsBench bench;
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.evaluation_periods = 2;
  alarm.missing = Missing::Breaching;
  bench.make(alarm);
  bench.run_to(1min);
  EXPECT_EQ(bench.alarm().state.reason,
            "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were "
            "treated as [Breaching].");
}

TEST(Alarm, OfAPercentileWithFewSamplesCanBeToldToWait) {
  for (const bool waits : {false, true}) {
    MetricsBench bench;
    MetricAlarm alarm = MetricsBench::many_errors();
    alarm.metric->stat = "p90";
    alarm.low_sample_percentile = waits ? "ignore" : "evaluate";
    bench.make(alarm);
    for (int i = 0; i < 99; ++i) bench.put_at(10s, 6);
    for (int i = 0; i < 100; ++i) bench.put_at(70s, 6);
    bench.run_to(3min);
    EXPECT_EQ(bench.changes(), Lines{waits ? "2m many-errors INSUFFICIENT_DATA -> ALARM"
                                           : "1m many-errors INSUFFICIENT_DATA -> ALARM"})
        << "p90 wants 100 samples";
  }
}

TEST(Alarm, WarmsUp) {
  for (const bool waits : {true, false}) {
    MetricsBench bench;
    MetricAlarm alarm = MetricsBench::many_errors();
    alarm.evaluation_periods = 2;
    alarm.warm_up = WarmUp{.minutes = 5, .waits_for_end = waits};
    bench.make(alarm);
    for (int i = 0; i < 10; ++i) bench.put_at(i * 1min, 6);
    bench.run_to(10min);
    EXPECT_EQ(bench.changes(), Lines{waits ? "5m many-errors INSUFFICIENT_DATA -> ALARM"
                                           : "2m many-errors INSUFFICIENT_DATA -> ALARM"});
  }
}

TEST(Alarm, CalculatesWithMetrics) {
  MetricsBench bench;
  MetricAlarm alarm;
  alarm.name = "error-rate";
  alarm.queries = {{.id = "rate", .expression = "100 * errors / calls"},
                   {.id = "errors",
                    .stat = MetricStat{.metric = make_metric_id("Shop", "errors"), .stat = "Sum"},
                    .returns_data = false},
                   {.id = "calls",
                    .stat = MetricStat{.metric = make_metric_id("Shop", "errors"), .stat = "SampleCount"},
                    .returns_data = false}};
  alarm.threshold = 50;
  alarm.comparison = Comparison::GreaterOrEqual;
  bench.make(alarm);
  for (const double value : {0.0, 0.0, 1.0}) bench.put_at(0s, value);
  for (const double value : {0.0, 1.0}) bench.put_at(1min, value);
  bench.run_to(2min);
  EXPECT_EQ(bench.changes(), (Lines{"1m error-rate INSUFFICIENT_DATA -> OK", "2m error-rate OK -> ALARM"}));
}

TEST(Alarm, UpdatedKeepsItsStateAndDropsTheRest) {
  MetricsBench bench;
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.description = "first";
  bench.make(alarm);
  bench.put_at(0s, 6);
  bench.run_to(1min);
  alarm.description.clear();
  alarm.threshold = 7;
  bench.make(alarm);
  EXPECT_EQ(bench.alarm().state.state, State::Alarm);
  EXPECT_EQ(bench.alarm().base().description, "");
  bench.run_to(2min);
  EXPECT_EQ(bench.changes().back(), "2m many-errors ALARM -> OK") << "by the same point";
}

TEST(Alarm, DeletedLooksNoMore) {
  MetricsBench bench;
  bench.make(MetricsBench::many_errors());
  ASSERT_TRUE(bench.watch.alarms().delete_alarms({"many-errors", "unknown"}));
  bench.put_at(0s, 6);
  bench.run_to(5min);
  EXPECT_EQ(bench.changes(), Lines{});
  EXPECT_TRUE(bench.watch.alarms().describe_alarms().empty());
}

TEST(Alarm, SetByHandStandsUntilTheNextMinute) {
  MetricsBench bench;
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.alarm_actions = {kTopic};
  bench.make(alarm);
  bench.put_at(0s, 1);
  bench.put_at(1min, 1);
  bench.run_to(90s);
  ASSERT_TRUE(bench.watch.alarms().set_alarm_state(
      {.alarm = "many-errors", .state = State::Alarm, .reason = "testing", .reason_data = R"({"a":1})"}));
  EXPECT_EQ(bench.alarm().state.reason, "testing");
  EXPECT_EQ(bench.topics.published.size(), 1U);
  bench.run_to(2min);
  EXPECT_EQ(bench.changes().back(), "2m many-errors ALARM -> OK");
  const auto unknown = bench.watch.alarms().set_alarm_state({.alarm = "unknown"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code + std::to_string(unknown.error().status) + unknown.error().message,
            "ResourceNotFound404");
}

TEST(Alarm, HasAHistory) {
  MetricsBench bench;
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.alarm_actions = {kTopic, "arn:aws:sns:us-east-1:123456789012:gone"};
  bench.make(alarm);
  bench.put_at(0s, 6);
  bench.run_to(1min);
  Lines lines;
  for (const HistoryItem& item : bench.watch.alarms().history("many-errors"))
    lines.push_back(kernel::iso_seconds(item.at).substr(11) + " " + item.type + ": " + item.summary);
  EXPECT_EQ(lines,
            (Lines{"09:01:00Z Action: Failed to execute action arn:aws:sns:us-east-1:123456789012:gone. "
                   "Received error: \"Topic does not exist\"",
                   "09:01:00Z Action: Successfully executed action " + kTopic,
                   "09:01:00Z StateUpdate: Alarm updated from INSUFFICIENT_DATA to ALARM",
                   "09:00:00Z ConfigurationUpdate: Alarm \"many-errors\" created"}));
  const std::string data = bench.watch.alarms().history("")[2].data;
  EXPECT_EQ(kernel::json_text_at(*kernel::parse_json(data), "/oldState/stateValue"), "INSUFFICIENT_DATA");
  EXPECT_EQ(kernel::json_text_at(*kernel::parse_json(data), "/newState/stateReasonData/period"), "60");
  EXPECT_EQ(bench.journal.logs.size(), 1U) << "what failed is in the record";
}

TEST(Composite, FollowsItsAlarms) {
  MetricsBench bench;
  bench.make(MetricsBench::many_errors());
  bench.make_composite("inner", "ALARM(\"many-errors\")");
  bench.make_composite("a-outer", "ALARM(inner) AND NOT INSUFFICIENT_DATA(many-errors)");
  EXPECT_EQ(bench.changes(),
            (Lines{"0s inner INSUFFICIENT_DATA -> OK", "0s a-outer INSUFFICIENT_DATA -> OK"}));
  bench.put_at(0s, 6);
  bench.put_at(1min, 1);
  bench.run_to(2min);
  EXPECT_EQ(
      Lines(bench.changes().begin() + 2, bench.changes().end()),
      (Lines{"1m many-errors INSUFFICIENT_DATA -> ALARM", "1m inner OK -> ALARM", "1m a-outer OK -> ALARM",
             "2m many-errors ALARM -> OK", "2m inner ALARM -> OK", "2m a-outer ALARM -> OK"}));
  EXPECT_EQ(bench.alarm("inner").state.reason,
            "arn:aws:cloudwatch:us-east-1:123456789012:alarm:many-errors transitioned to OK at Monday 05 "
            "January, 2026 09:02:00 UTC");
}

TEST(Composite, RefusesRulesThatCannotBe) {
  MetricsBench bench;
  bench.make(MetricsBench::many_errors());
  bench.make_composite("one", "ALARM(many-errors)");
  bench.make_composite("two", "ALARM(one)");
  const std::pair<const char*, const char*> cases[] = {
      {"ALARM(", "Invalid AlarmRule: position 7: the name of an alarm is expected, but the rule ends"},
      {"ALARM(nobody)", "AlarmRule must not contain alarms that do not exist: [nobody]"},
      {"ALARM(one)", "AlarmRule must not depend on the alarm itself: one"},
      {"ALARM(two)", "AlarmRule must not depend on the alarm itself: two"},
  };
  for (const auto& [rule, problem] : cases) {
    CompositeAlarm alarm;
    alarm.name = "one";
    alarm.rule = rule;
    const auto made = bench.watch.alarms().put_composite_alarm(alarm);
    ASSERT_FALSE(made) << rule;
    EXPECT_EQ(made.error().message, problem);
  }
  EXPECT_FALSE(bench.watch.alarms().delete_alarms({"many-errors"})) << "one depends on it";
  EXPECT_TRUE(bench.watch.alarms().delete_alarms({"many-errors", "one", "two"}));
}

}  // namespace
}  // namespace emulator::metrics

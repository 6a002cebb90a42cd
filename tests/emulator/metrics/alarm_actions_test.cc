#include "emulator/platform/metrics/alarm_actions.h"

#include <gtest/gtest.h>

#include "tests/emulator/metrics/metrics_support.h"

namespace emulator::metrics {
namespace {

MetricAlarm alarm_with(std::vector<std::string> alarm_actions, std::vector<std::string> ok_actions = {}) {
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.alarm_actions = std::move(alarm_actions);
  alarm.ok_actions = std::move(ok_actions);
  return alarm;
}

TEST(Actions, HappenOnAChangeOnly) {
  MetricsBench bench;
  bench.make(alarm_with({kTopic}));
  for (int i = 0; i < 5; ++i) bench.put_at(i * 1min, 6);
  bench.run_to(5min);
  ASSERT_EQ(bench.topics.published.size(), 1U);
  EXPECT_EQ(bench.topics.published[0].topic_arn, kTopic);
  EXPECT_EQ(bench.topics.published[0].message.subject, R"x(ALARM: "many-errors" in US East (N. Virginia))x");
  const RecordingJournal::Event& event = bench.journal.events.at(0);
  EXPECT_EQ(event.kind + " " + event.channel, "CloudWatch alarm " + kTopic);
  EXPECT_EQ(bench.topics.published[0].cause.event_uuid, event.uuid);
}

TEST(Actions, TellATopicEverything) {
  MetricsBench bench;
  MetricAlarm alarm = alarm_with({kTopic}, {kFunction});
  alarm.description = "too many errors";
  alarm.metric->metric.dimensions = {{"shop", "one"}};
  bench.make(alarm);
  ASSERT_TRUE(bench.watch.put_metric_data(
      {{.id = make_metric_id("Shop", "errors", {{"shop", "one"}}), .values = {{6}}, .unit = "Count"}}));
  bench.run_to(1min);
  EXPECT_EQ(
      bench.topics.published.at(0).message.message,
      R"({"AlarmName":"many-errors","AlarmDescription":"too many errors","AWSAccountId":"123456789012",)"
      R"("AlarmConfigurationUpdatedTimestamp":"2026-01-05T09:00:00.000+0000","NewStateValue":"ALARM",)"
      R"("NewStateReason":"Threshold Crossed: 1 datapoint [6.0 (05/01/26 09:00:00)] was greater than the threshold (5.0).",)"
      R"x("StateChangeTime":"2026-01-05T09:01:00.000+0000","Region":"US East (N. Virginia)",)x"
      R"("AlarmArn":"arn:aws:cloudwatch:us-east-1:123456789012:alarm:many-errors",)"
      R"("OldStateValue":"INSUFFICIENT_DATA","OKActions":["arn:aws:lambda:us-east-1:123456789012:function:onAlarm"],)"
      R"("AlarmActions":["arn:aws:sns:us-east-1:123456789012:alarms"],"InsufficientDataActions":[],)"
      R"("ActionExecutedAfterMuteWindow":false,"Trigger":{"MetricName":"errors","Namespace":"Shop",)"
      R"("StatisticType":"Statistic","Statistic":"SUM","Unit":null,"Dimensions":[{"value":"one","name":"shop"}],)"
      R"("Period":60,"EvaluationPeriods":1,"ComparisonOperator":"GreaterThanThreshold","Threshold":5.0,)"
      R"("TreatMissingData":"missing","EvaluateLowSampleCountPercentile":""}})");
}

TEST(Actions, InvokeAFunction) {
  MetricsBench bench;
  bench.make(alarm_with({kFunction}));
  bench.put(6);
  bench.run_to(1min);
  ASSERT_EQ(bench.functions.invoked.size(), 1U);
  EXPECT_EQ(bench.functions.invoked[0].first, "onAlarm");
  const auto payload = kernel::parse_json(bench.functions.invoked[0].second);
  ASSERT_TRUE(payload);
  const std::pair<const char*, const char*> cases[] = {
      {"/source", "aws.cloudwatch"},
      {"/alarmArn", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:many-errors"},
      {"/accountId", "123456789012"},
      {"/time", "2026-01-05T09:01:00.000+0000"},
      {"/region", "us-east-1"},
      {"/alarmData/alarmName", "many-errors"},
      {"/alarmData/state/value", "ALARM"},
      {"/alarmData/state/timestamp", "2026-01-05T09:01:00.000+0000"},
      {"/alarmData/previousState/value", "INSUFFICIENT_DATA"},
      {"/alarmData/previousState/reason", "Unchecked: Initial alarm creation"},
      {"/alarmData/configuration/metrics",
       R"([{"id":"m1","metricStat":{"metric":{"namespace":"Shop","name":"errors","dimensions":{}},"period":60,"stat":"Sum"},"returnData":true}])"},
  };
  for (const auto& [place, value] : cases) EXPECT_EQ(kernel::json_text_at(*payload, place), value) << place;
}

TEST(Actions, AnEventIsToldOfEveryChange) {
  MetricsBench bench;
  MetricAlarm alarm = MetricsBench::many_errors();
  alarm.actions_enabled = false;
  bench.make(alarm);
  bench.put_at(0s, 6);
  bench.put_at(1min, 1);
  bench.run_to(2min);
  ASSERT_EQ(bench.events.told.size(), 2U) << "also without actions";
  EXPECT_EQ(bench.events.told[0].first, "arn:aws:cloudwatch:us-east-1:123456789012:alarm:many-errors");
  const auto detail = kernel::parse_json(bench.events.told[1].second);
  ASSERT_TRUE(detail);
  EXPECT_EQ(kernel::json_text_at(*detail, "/state/value"), "OK");
  EXPECT_EQ(kernel::json_text_at(*detail, "/previousState/value"), "ALARM");
  const std::string data = kernel::json_text_at(*detail, "/state/reasonData");
  EXPECT_EQ(kernel::json_text_at(*kernel::parse_json(data), "/period"), "60") << "JSON inside a text";
}

TEST(Actions, ThatAreDisabledDoNotHappen) {
  MetricsBench bench;
  bench.make(alarm_with({kTopic, kPolicy}));
  ASSERT_TRUE(bench.watch.alarms().enable_actions({"many-errors"}, false));
  bench.put_at(0s, 6);
  bench.put_at(1min, 1);
  bench.put_at(2min, 6);
  bench.run_to(150s);
  EXPECT_TRUE(bench.topics.published.empty());
  EXPECT_TRUE(bench.scaling.told.empty());
  ASSERT_TRUE(bench.watch.alarms().enable_actions({"many-errors"}, true));
  bench.run_to(3min);
  EXPECT_EQ(bench.topics.published.size(), 1U);
}

TEST(Actions, OfScalingAreRepeatedEveryMinute) {
  MetricsBench bench;
  bench.make(alarm_with({kPolicy}));
  bench.put_at(0s, 6);
  bench.put_at(1min, 7);
  bench.put_at(2min, 1);
  bench.run_to(3min);
  EXPECT_EQ(bench.scaling.told, (Lines{"1m many-errors ALARM 6", "2m many-errors ALARM 7"}));
}

TEST(Actions, OfACompositeNameTheAlarmsThatBroughtItAbout) {
  MetricsBench bench;
  bench.make(MetricsBench::many_errors());
  CompositeAlarm alarm;
  alarm.name = "whole";
  alarm.rule = "ALARM(many-errors)";
  alarm.alarm_actions = {kTopic};
  ASSERT_TRUE(bench.watch.alarms().put_composite_alarm(alarm));
  bench.put(6);
  bench.run_to(1min);
  ASSERT_EQ(bench.topics.published.size(), 1U);
  const auto message = kernel::parse_json(bench.topics.published[0].message.message);
  ASSERT_TRUE(message);
  EXPECT_EQ(kernel::json_text_at(*message, "/AlarmRule"), "ALARM(many-errors)");
  EXPECT_EQ(
      kernel::json_text_at(*message, "/TriggeringChildren"),
      R"([{"Arn":"arn:aws:cloudwatch:us-east-1:123456789012:alarm:many-errors","State":{"Value":"ALARM",)"
      R"("Timestamp":"2026-01-05T09:01:00.000+0000"}}])");
}

TEST(Actions, ThatNobodyCanCarryOutAreRefused) {
  MetricsBench bench;
  for (const char* action : {"arn:aws:automate:us-east-1:ec2:stop", "alarms", "arn:aws:sns:us-east-1", "",
                             "arn:aws:lambda:us-east-1:123456789012:layer:x"}) {
    const auto made = bench.watch.alarms().put_metric_alarm(alarm_with({action}));
    ASSERT_FALSE(made) << action;
    EXPECT_EQ(made.error().code, "ValidationError");
    EXPECT_NE(made.error().message.find("Invalid arn syntax: " + std::string(action)), std::string::npos);
  }
}

}  // namespace
}  // namespace emulator::metrics

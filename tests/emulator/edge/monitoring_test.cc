#include "emulator/edge/monitoring.h"

#include "emulator/edge/cbor.h"
#include "emulator/platform/metrics/cloudwatch.h"
#include "middleware/kernel/base64.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

using emulator::RecordingJournal;
using emulator::edge::cbor_of;
using emulator::edge::read_cbor;

constexpr const char* kTarget = "GraniteServiceVersion20100801.";

/// CloudWatch in virtual time, asked in its three protocols.
struct MonitoringRig {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  RecordingJournal journal{scheduler};
  emulator::metrics::CloudWatch watch{{}, 1, scheduler, journal, {}};
  emulator::edge::Edge edge{{}, 1, scheduler, journal};

  MonitoringRig() {
    edge.add(std::make_unique<emulator::edge::Monitoring>(watch, watch.reader(), watch.alarms()));
  }

  HttpResponse send(HttpRequest request) {
    return support::run(scheduler, edge.handle(std::move(request))).response;
  }
  HttpResponse send_json(std::string_view operation, const Json& input) {
    return send(js_json("monitoring", kTarget + std::string(operation), kernel::json_text(input), "1.0"));
  }
  Json json(std::string_view operation, const Json& input) {
    const std::string body = send_json(operation, input).body;
    return body.empty() ? Json::object() : Json::parse(body);
  }
  HttpResponse send_cbor(const std::string& operation, const std::string& body) {
    return send({.method = "POST",
                 .host = "127.0.0.1:4570",
                 .target = "/service/GraniteServiceVersion20100801/operation/" + operation,
                 .headers = {{"smithy-protocol", "rpc-v2-cbor"},
                             {"content-type", "application/cbor"},
                             {"authorization", signed_for("monitoring")}},
                 .body = body});
  }
  std::string form(const std::string& fields) {
    return send(boto_form("monitoring", "Version=2010-08-01&" + fields)).body;
  }
  double now() const {
    return static_cast<double>(scheduler.wall_now().time_since_epoch() / std::chrono::seconds{1});
  }
  void put(double value) {
    EXPECT_EQ(send_json("PutMetricData", {{"Namespace", "Shop"},
                                          {"MetricData", {{{"MetricName", "errors"}, {"Value", value}}}}})
                  .status,
              200);
  }
  Json alarm(const std::string& name = "a") {
    return {{"AlarmName", name},   {"MetricName", "errors"},
            {"Namespace", "Shop"}, {"Statistic", "Sum"},
            {"Period", 60},        {"EvaluationPeriods", 1},
            {"Threshold", 1.0},    {"ComparisonOperator", "GreaterThanThreshold"}};
  }
};

TEST(Monitoring, PutsAndGetsInJson) {
  MonitoringRig rig;
  rig.put(1);
  rig.put(2);
  const Json data = rig.json(
      "GetMetricData",
      {{"StartTime", rig.now() - 60},
       {"EndTime", rig.now() + 120},
       {"MetricDataQueries",
        {{{"Id", "sum"},
          {"MetricStat",
           {{"Metric", {{"Namespace", "Shop"}, {"MetricName", "errors"}}}, {"Period", 60}, {"Stat", "Sum"}}},
          {"ReturnData", false}},
         {{"Id", "twice"}, {"Expression", "2 * sum"}, {"Label", "Twice"}}}}});
  EXPECT_EQ(data.dump(), R"({"MetricDataResults":[{"Id":"twice","Label":"Twice","Timestamps":[)" +
                             Json(rig.now()).dump() +
                             R"(],"Values":[6.0],"StatusCode":"Complete"}],"Messages":[]})");
}

TEST(Monitoring, StatisticsAreOfPeriods) {
  MonitoringRig rig;
  for (const double value : {1.0, 3.0}) rig.put(value);
  const Json got = rig.json("GetMetricStatistics", {{"Namespace", "Shop"},
                                                    {"MetricName", "errors"},
                                                    {"StartTime", rig.now()},
                                                    {"EndTime", rig.now() + 60},
                                                    {"Period", 60},
                                                    {"Statistics", {"Sum", "Average"}},
                                                    {"ExtendedStatistics", {"p100"}}});
  EXPECT_EQ(got["Label"], "errors");
  ASSERT_EQ(got["Datapoints"].size(), 1U);
  EXPECT_EQ(got["Datapoints"][0]["Sum"], 4.0);
  EXPECT_EQ(got["Datapoints"][0]["Average"], 2.0);
  EXPECT_EQ(got["Datapoints"][0]["ExtendedStatistics"]["p100"], 3.0);
  EXPECT_EQ(got["Datapoints"][0]["Unit"], "None");
}

TEST(Monitoring, SpeaksForms) {
  MonitoringRig rig;
  EXPECT_EQ(rig.form("Action=PutMetricData&Namespace=Shop&MetricData.member.1.MetricName=errors"
                     "&MetricData.member.1.Values.member.1=1.5&MetricData.member.1.Counts.member.1=2"
                     "&MetricData.member.1.Dimensions.member.1.Name=shop"
                     "&MetricData.member.1.Dimensions.member.1.Value=one")
                .find("Error"),
            std::string::npos);
  const std::string listed = rig.form("Action=ListMetrics");
  EXPECT_NE(listed.find("<ListMetricsResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"
                        "<ListMetricsResult><Metrics><member><Namespace>Shop</Namespace><MetricName>errors"
                        "</MetricName><Dimensions><member><Name>shop</Name><Value>one</Value></member>"
                        "</Dimensions></member></Metrics></ListMetricsResult>"),
            std::string::npos)
      << listed;
  const std::string start = kernel::iso_seconds(rig.scheduler.wall_now());
  const std::string end = kernel::iso_seconds(rig.scheduler.wall_now() + std::chrono::minutes{1});
  const std::string points = rig.form(
      "Action=GetMetricStatistics&Namespace=Shop&MetricName=errors&Period=60"
      "&Dimensions.member.1.Name=shop&Dimensions.member.1.Value=one"
      "&StartTime=" +
      start + "&EndTime=" + end + "&Statistics.member.1=Sum&ExtendedStatistics.member.1=p50");
  EXPECT_NE(points.find("<Sum>3.0</Sum><ExtendedStatistics><entry><key>p50</key><value>1.5</value></entry>"
                        "</ExtendedStatistics><Unit>None</Unit>"),
            std::string::npos)
      << points;
  EXPECT_NE(points.find("<Timestamp>" + kernel::iso_millis(rig.scheduler.wall_now()) + "</Timestamp>"),
            std::string::npos)
      << points;
}

TEST(Monitoring, SpeaksCbor) {
  MonitoringRig rig;
  const HttpResponse put = rig.send_cbor(
      "PutMetricData",
      cbor_of({{"Namespace", "Shop"},
               {"MetricData", {{{"MetricName", "errors"}, {"Value", 2}, {"Timestamp", rig.now()}}}}}));
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.body, "\xA0");
  EXPECT_EQ(header(put, "smithy-protocol"), "rpc-v2-cbor");
  EXPECT_EQ(header(put, "content-type"), "application/cbor");
  const HttpResponse listed = rig.send_cbor("ListMetrics", "\xA0");
  EXPECT_EQ(read_cbor(listed.body)->dump(),
            R"({"Metrics":[{"Namespace":"Shop","MetricName":"errors","Dimensions":[]}]})");
  const HttpResponse refused = rig.send_cbor(
      "SetAlarmState", cbor_of({{"AlarmName", "none"}, {"StateValue", "OK"}, {"StateReason", "r"}}));
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(header(refused, "x-amzn-query-error"), "ResourceNotFound;Sender");
  EXPECT_EQ((*read_cbor(refused.body))["__type"], "ResourceNotFound");
  EXPECT_EQ(rig.send_cbor("ListMetrics", "\xFF").status, 400);
}

TEST(Monitoring, ErrorsHaveBothNames) {
  MonitoringRig rig;
  const HttpResponse refused =
      rig.send_json("SetAlarmState", {{"AlarmName", "a"}, {"StateValue", "RED"}, {"StateReason", "r"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(header(refused, "x-amzn-query-error"), "ValidationError;Sender");
  EXPECT_EQ(
      refused.body,
      R"({"__type":"ValidationException","message":"1 validation error detected: Value 'RED' at 'stateValue' )"
      R"(failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"})");
  const Json both = rig.json(
      "PutMetricData",
      {{"Namespace", "Shop"}, {"MetricData", {{{"MetricName", "errors"}, {"Value", 1}, {"Values", {1}}}}}});
  EXPECT_EQ(both["__type"], "InvalidParameterCombinationException");
  EXPECT_EQ(
      both["message"],
      "The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and "
      "you have specified both.");
  EXPECT_NE(rig.form("Action=SetAlarmState&AlarmName=none&StateValue=OK&StateReason=r")
                .find("<Code>ResourceNotFound</Code>"),
            std::string::npos);
}

TEST(Monitoring, DescribesWhatWasPut) {
  MonitoringRig rig;
  EXPECT_EQ(rig.send_json("PutMetricAlarm", rig.alarm()).status, 200);
  EXPECT_EQ(rig.send_json("PutCompositeAlarm", {{"AlarmName", "both"}, {"AlarmRule", "ALARM(a)"}}).status,
            200);
  const Json shown = rig.json("DescribeAlarms", Json::object());
  EXPECT_TRUE(shown["CompositeAlarms"].empty()) << "who names no type sees none";
  ASSERT_EQ(shown["MetricAlarms"].size(), 1U);
  const Json expected = {{"AlarmName", "a"},
                         {"AlarmArn", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"},
                         {"AlarmConfigurationUpdatedTimestamp", rig.now()},
                         {"ActionsEnabled", true},
                         {"OKActions", Json::array()},
                         {"AlarmActions", Json::array()},
                         {"InsufficientDataActions", Json::array()},
                         {"StateValue", "INSUFFICIENT_DATA"},
                         {"StateReason", "Unchecked: Initial alarm creation"},
                         {"StateUpdatedTimestamp", rig.now()},
                         {"StateTransitionedTimestamp", rig.now()},
                         {"Dimensions", Json::array()},
                         {"MetricName", "errors"},
                         {"Namespace", "Shop"},
                         {"Statistic", "Sum"},
                         {"Period", 60},
                         {"EvaluationPeriods", 1},
                         {"Threshold", 1.0},
                         {"ComparisonOperator", "GreaterThanThreshold"}};
  EXPECT_EQ(shown["MetricAlarms"][0], expected);
  const Json composites = rig.json("DescribeAlarms", {{"AlarmTypes", {"CompositeAlarm"}}});
  ASSERT_EQ(composites["CompositeAlarms"].size(), 1U);
  EXPECT_EQ(composites["CompositeAlarms"][0]["AlarmRule"], "ALARM(a)");
  EXPECT_EQ(composites["CompositeAlarms"][0]["StateValue"], "OK");
}

TEST(Monitoring, TurnsPages) {
  MonitoringRig rig;
  for (const char* name : {"a", "b", "c"})
    EXPECT_EQ(rig.send_json("PutMetricAlarm", rig.alarm(name)).status, 200);
  const Json first = rig.json("DescribeAlarms", {{"MaxRecords", 2}});
  ASSERT_EQ(first["MetricAlarms"].size(), 2U);
  const Json second = rig.json("DescribeAlarms", {{"MaxRecords", 2}, {"NextToken", first["NextToken"]}});
  ASSERT_EQ(second["MetricAlarms"].size(), 1U);
  EXPECT_EQ(second["MetricAlarms"][0]["AlarmName"], "c");
  EXPECT_FALSE(second.contains("NextToken"));
  EXPECT_EQ(rig.json("DescribeAlarms", {{"NextToken", "?"}})["__type"], "InvalidNextToken");
}

TEST(Monitoring, AnAlarmGoesOffAndHasAHistory) {
  MonitoringRig rig;
  EXPECT_EQ(rig.send_json("PutMetricAlarm", rig.alarm()).status, 200);
  rig.put(2);
  rig.scheduler.run_until(kernel::at(std::chrono::minutes{1}));
  EXPECT_EQ(rig.json("DescribeAlarms", {{"StateValue", "ALARM"}})["MetricAlarms"].size(), 1U);
  const Json history =
      rig.json("DescribeAlarmHistory", {{"AlarmName", "a"}, {"HistoryItemType", "StateUpdate"}});
  ASSERT_EQ(history["AlarmHistoryItems"].size(), 1U);
  EXPECT_EQ(history["AlarmHistoryItems"][0]["HistorySummary"],
            "Alarm updated from INSUFFICIENT_DATA to ALARM");
}

TEST(Monitoring, UnpacksWhatClientsCompress) {
  MonitoringRig rig;
  // {"Namespace":"Shop","MetricData":[{"MetricName":"errors","Value":1}]}
  const std::string packed = *kernel::from_base64(
      "H4sIAAAAAAACA6tW8kvMTS0uSExOVbJSCs7IL1DSUfJNLSnKTHZJLElUsoquhnJB6oBKUouK8ouKgYrCEnNKgQKGtbG1ADxwPNdFAA"
      "AA");
  HttpRequest request = js_json("monitoring", kTarget + std::string("PutMetricData"), packed, "1.0");
  request.headers.set("content-encoding", "gzip");
  EXPECT_EQ(rig.send(request).status, 200);
  EXPECT_EQ(rig.json("ListMetrics", Json::object())["Metrics"].size(), 1U);
  request.body.pop_back();
  EXPECT_EQ(rig.send(request).status, 400);
}

TEST(Monitoring, RefusesByNameWhatIsNotEmulated) {
  MonitoringRig rig;
  EXPECT_EQ(rig.json("PutDashboard", Json::object())["message"],
            "CloudWatch PutDashboard is not emulated by relayrig");
  Json alarm = rig.alarm();
  alarm["ThresholdMetricId"] = "ad1";
  EXPECT_EQ(rig.json("PutMetricAlarm", alarm)["message"],
            "CloudWatch PutMetricAlarm: the parameter ThresholdMetricId is not emulated by relayrig");
}

TEST(Cbor, ReadsWhatClientsWrite) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "{}"},
      {std::string("\xA1\x61v\xF9\x3C\x00", 6), R"({"v":1.0})"},          // half
      {std::string("\xA1\x61v\xFA\x3F\x80\x00\x00", 8), R"({"v":1.0})"},  // single
      {std::string("\xA1\x61v\x01", 4), R"({"v":1})"},
      {std::string("\xBF\x61v\x9F\x01\x02\xFF\xFF", 8), R"({"v":[1,2]})"},  // indefinite lengths
      {std::string("\xA1\x61t\xC1\xFB\x41\xDA\x56\x84\x34\x00\x00\x00", 13), R"({"t":1767510224.0})"},
  };
  for (const auto& [bytes, json] : cases) {
    const auto read = read_cbor(bytes);
    ASSERT_TRUE(read) << json;
    EXPECT_EQ(read->dump(), json);
  }
  EXPECT_FALSE(read_cbor("\x01"));
  EXPECT_FALSE(read_cbor("\xA1"));
}

TEST(Cbor, WritesTimesUnderTheirTag) {
  EXPECT_EQ(cbor_of({{"Timestamps", {1.0}}}),
            std::string("\xA1\x6ATimestamps\x81\xC1\xFB\x3F\xF0\0\0\0\0\0\0", 23));
  EXPECT_EQ(cbor_of({{"n", -1}, {"b", true}, {"gone", nullptr}}), "\xA2\x61n\x20\x61\x62\xF5");
  EXPECT_EQ(cbor_of({{"n", 300}}), std::string("\xA1\x61n\x19\x01\x2C", 6));
}

}  // namespace
}  // namespace edge_tests

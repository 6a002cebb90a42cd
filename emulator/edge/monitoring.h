#pragma once
// The wire side of CloudWatch: JSON 1.0, CBOR and query forms in front of the ports of the metrics box. All
// three are needed: clients in use today differ.
//
// Source: facts/aws-platform 4.1, 4.2. Anomaly detection, dashboards, streams, mute rules, PromQL and
// entities are refused by name.
#include "emulator/edge/members.h"
#include "emulator/edge/service.h"
#include "emulator/platform/metrics/alarm_ports.h"
#include "emulator/platform/metrics/query_ports.h"

namespace emulator::edge {

class Monitoring final : public AwsService {
 public:
  /// The references outlive the service.
  Monitoring(metrics::MetricSink& sink, metrics::MetricReader& reader, metrics::AlarmsApi& alarms)
      : sink_(sink), reader_(reader), alarms_(alarms) {}

  std::string_view name() const override { return "monitoring"; }
  const Dialect* dialect() const override;
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  // monitoring.cc
  AwsResult put_metric_data(const AwsCall& call);
  AwsResult list_metrics(const AwsCall& call);
  AwsResult get_metric_data(const AwsCall& call);
  AwsResult get_metric_statistics(const AwsCall& call);
  // monitoring_alarms.cc
  AwsResult put_metric_alarm(const AwsCall& call);
  AwsResult put_composite_alarm(const AwsCall& call);
  AwsResult set_alarm_state(const AwsCall& call);
  AwsResult delete_alarms(const AwsCall& call);
  AwsResult enable_alarm_actions(const AwsCall& call);
  AwsResult disable_alarm_actions(const AwsCall& call);
  AwsResult switch_actions(const AwsCall& call, bool enabled);
  AwsResult tag_resource(const AwsCall& call);
  AwsResult untag_resource(const AwsCall& call);
  // monitoring_describe.cc
  AwsResult describe_alarms(const AwsCall& call);
  AwsResult describe_alarm_history(const AwsCall& call);
  AwsResult list_tags_for_resource(const AwsCall& call);

  metrics::MetricSink& sink_;
  metrics::MetricReader& reader_;
  metrics::AlarmsApi& alarms_;
};

/// How CloudWatch words what is wrong with a parameter.
extern const MemberErrors kMonitoringErrors;
AwsError error_of(const metrics::ApiError& error);
AwsResult done_or(const metrics::Answer<>& answer);

/// Epoch seconds, or ISO 8601 where the client reads XML.
kernel::Json time_json(const AwsCall& call, kernel::WallTime time);

/// The number behind a NextToken, 0 without one; a problem is noted.
std::size_t page_begin(Members& in);

// Parts of inputs that several operations have.
std::vector<metrics::Dimension> dimensions_in(Members& in, std::string_view name);
std::vector<metrics::MetricQuery> queries_in(Members& in, std::string_view name);
kernel::Json dimensions_json(const std::vector<metrics::Dimension>& dimensions);

}  // namespace emulator::edge

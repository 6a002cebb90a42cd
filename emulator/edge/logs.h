#pragma once
// The wire side of CloudWatch Logs: JSON 1.1 in front of platform/logs/ports.h.
//
// Source: facts/aws-platform 4.5. Errors have `__type` and the header x-amzn-ErrorType. Subscription filters,
// exports, encryption, data protection and all else that the service does are refused by name.
#include "emulator/edge/members.h"
#include "emulator/edge/service.h"
#include "emulator/platform/access/ports.h"
#include "emulator/platform/logs/ports.h"

namespace emulator::edge {

class Logs final : public AwsService {
 public:
  /// Both outlive the service.
  Logs(logs::LogsApi& logs, access::Admission& admission) : logs_(logs), admission_(admission) {}

  std::string_view name() const override { return "logs"; }
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  // logs.cc
  AwsResult create_log_group(const AwsCall& call);
  AwsResult delete_log_group(const AwsCall& call);
  AwsResult create_log_stream(const AwsCall& call);
  AwsResult delete_log_stream(const AwsCall& call);
  AwsResult put_retention_policy(const AwsCall& call);
  AwsResult delete_retention_policy(const AwsCall& call);
  AwsResult tag(const AwsCall& call);
  AwsResult untag(const AwsCall& call);
  AwsResult list_tags(const AwsCall& call);
  AwsResult put_log_events(const AwsCall& call);
  // logs_reads.cc
  AwsResult describe_log_groups(const AwsCall& call);
  AwsResult describe_log_streams(const AwsCall& call);
  AwsResult get_log_events(const AwsCall& call);
  AwsResult filter_log_events(const AwsCall& call);
  AwsResult start_query(const AwsCall& call);
  AwsResult get_query_results(const AwsCall& call);
  AwsResult stop_query(const AwsCall& call);
  AwsResult describe_queries(const AwsCall& call);
  // logs_filters.cc
  AwsResult put_metric_filter(const AwsCall& call);
  AwsResult delete_metric_filter(const AwsCall& call);
  AwsResult describe_metric_filters(const AwsCall& call);
  AwsResult test_metric_filter(const AwsCall& call);

  logs::LogsApi& logs_;
  access::Admission& admission_;
};

/// How CloudWatch Logs words what is wrong with a parameter of a call.
extern const MemberErrors kLogsErrors;
AwsError logs_error(const access::Refusal& refusal);
/// The group that a call names: by logGroupName, or by logGroupIdentifier.
std::string group_named(Members& in);
/// The answer of an operation without a result.
AwsResult nothing_or(const logs::Answer<>& answer);

}  // namespace emulator::edge

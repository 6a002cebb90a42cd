#include "emulator/edge/logs.h"

#include <array>
#include <nlohmann/json.hpp>

#include "emulator/edge/box_errors.h"

namespace emulator::edge {
namespace {

using kernel::Json;

AwsError missing(std::string_view member) { return null_error("InvalidParameterException", member); }

/// Newer calls name a resource by its ARN, the older ones by the group's name.
std::string tagged_group(Members& in) {
  if (!in.has("resourceArn")) return in.required_text("logGroupName");
  return std::string(logs::group_in(in.required_text("resourceArn")));
}

std::vector<std::string> resources_of(const AwsCall& call) {
  std::vector<std::string> names;
  for (const char* member : {"logGroupName", "logGroupIdentifier", "resourceArn"}) {
    const auto found = call.input->find(member);
    if (found != call.input->end() && found->is_string())
      names.emplace_back(logs::group_in(found->get_ref<const std::string&>()));
  }
  return names;
}

std::vector<logs::InputEvent> events_in(Members& in) {
  std::vector<logs::InputEvent> events;
  const Json* list = in.array("logEvents");
  if (list == nullptr) in.fail(missing("logEvents"));
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const std::string path = "logEvents." + std::to_string(i + 1);
    Members event(in, (*list)[i], path);
    const auto time = event.integer("timestamp");
    if (!time) in.fail(missing(path + ".timestamp"));
    events.push_back({time.value_or(0), event.text("message").value_or(std::string{})});
  }
  return events;
}

}  // namespace

const MemberErrors kLogsErrors{
    .title = "CloudWatch Logs", .missing = missing, .mistyped = serialization_error};

AwsError logs_error(const access::Refusal& refusal) {
  AwsError error{.code = refusal.code, .message = refusal.message, .status = refusal.status};
  // A query that cannot be read is malformed, whyever: clients look for that.
  if (error.code != "MalformedQueryException") error = told_by_box(std::move(error));
  error.headers.set("x-amzn-ErrorType", error.code);
  return error;
}

std::string group_named(Members& in) {
  if (!in.has("logGroupIdentifier")) return in.required_text("logGroupName");
  return std::string(logs::group_in(in.required_text("logGroupIdentifier")));
}

AwsResult nothing_or(const logs::Answer<>& answer) {
  if (!answer) return std::unexpected(logs_error(answer.error()));
  return AwsReply{};
}

kernel::Task<AwsResult> Logs::call(AwsCall call) {
  using Line = Operation<Logs>;
  static constexpr std::array kOperations = {
      Line{"PutLogEvents", &Logs::put_log_events},
      Line{"GetLogEvents", &Logs::get_log_events},
      Line{"FilterLogEvents", &Logs::filter_log_events},
      Line{"CreateLogGroup", &Logs::create_log_group},
      Line{"DeleteLogGroup", &Logs::delete_log_group},
      Line{"DescribeLogGroups", &Logs::describe_log_groups},
      Line{"CreateLogStream", &Logs::create_log_stream},
      Line{"DeleteLogStream", &Logs::delete_log_stream},
      Line{"DescribeLogStreams", &Logs::describe_log_streams},
      Line{"PutRetentionPolicy", &Logs::put_retention_policy},
      Line{"DeleteRetentionPolicy", &Logs::delete_retention_policy},
      Line{"TagResource", &Logs::tag},
      Line{"TagLogGroup", &Logs::tag},
      Line{"UntagResource", &Logs::untag},
      Line{"UntagLogGroup", &Logs::untag},
      Line{"ListTagsForResource", &Logs::list_tags},
      Line{"ListTagsLogGroup", &Logs::list_tags},
      Line{"PutMetricFilter", &Logs::put_metric_filter},
      Line{"DeleteMetricFilter", &Logs::delete_metric_filter},
      Line{"DescribeMetricFilters", &Logs::describe_metric_filters},
      Line{"TestMetricFilter", &Logs::test_metric_filter},
      Line{"StartQuery", &Logs::start_query},
      Line{"GetQueryResults", &Logs::get_query_results},
      Line{"StopQuery", &Logs::stop_query},
      Line{"DescribeQueries", &Logs::describe_queries},
  };
  auto admitting = admission_.admit(call.identity.operation, resources_of(call), call.hop);
  const auto admitted = co_await std::move(admitting);
  if (!admitted) co_return std::unexpected(logs_error(admitted.error()));
  co_return co_await run_operation<Logs>(*this, kOperations, std::move(call));
}

AwsResult Logs::create_log_group(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = in.required_text("logGroupName");
  const logs::Tags tags = in.text_map("tags");
  const std::string kind = in.text_or_empty("logGroupClass");
  if (!kind.empty() && kind != "STANDARD") in.fail(not_emulated("CloudWatch Logs' log group class " + kind));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.create_group(group, tags));
}

AwsResult Logs::delete_log_group(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = in.required_text("logGroupName");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.delete_group(group));
}

AwsResult Logs::create_log_stream(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = in.required_text("logGroupName");
  const std::string stream = in.required_text("logStreamName");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.create_stream(group, stream));
}

AwsResult Logs::delete_log_stream(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = in.required_text("logGroupName");
  const std::string stream = in.required_text("logStreamName");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.delete_stream(group, stream));
}

AwsResult Logs::put_retention_policy(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = in.required_text("logGroupName");
  const auto days = in.integer("retentionInDays");
  if (!days) in.fail(missing("retentionInDays"));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.retain(group, *days));
}

AwsResult Logs::delete_retention_policy(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = in.required_text("logGroupName");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.retain(group, std::nullopt));
}

AwsResult Logs::tag(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = tagged_group(in);
  const logs::Tags tags = in.text_map("tags");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.tag(group, tags));
}

AwsResult Logs::untag(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const char* member = in.has("resourceArn") ? "tagKeys" : "tags";
  const std::string group = tagged_group(in);
  const std::vector<std::string> keys = in.texts(member);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.untag(group, keys));
}

AwsResult Logs::list_tags(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = tagged_group(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto tags = logs_.tags(group);
  if (!tags) return std::unexpected(logs_error(tags.error()));
  Json map = Json::object();
  for (const auto& [key, value] : *tags) map[key] = value;
  return reply_with({{"tags", map}});
}

AwsResult Logs::put_log_events(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = in.required_text("logGroupName");
  const std::string stream = in.required_text("logStreamName");
  // Every token is taken, as the service does since 2023.
  in.ignore("sequenceToken");
  std::vector<logs::InputEvent> events = events_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto put = logs_.put(group, stream, std::move(events));
  if (!put) return std::unexpected(logs_error(put.error()));
  Json output = {{"nextSequenceToken", put->next_token}};
  if (put->rejected.is_empty()) return reply_with(std::move(output));
  Json rejected = Json::object();
  if (put->rejected.too_new_from) rejected["tooNewLogEventStartIndex"] = *put->rejected.too_new_from;
  if (put->rejected.too_old_until) rejected["tooOldLogEventEndIndex"] = *put->rejected.too_old_until;
  if (put->rejected.expired_until) rejected["expiredLogEventEndIndex"] = *put->rejected.expired_until;
  output["rejectedLogEventsInfo"] = std::move(rejected);
  return reply_with(std::move(output));
}

}  // namespace emulator::edge

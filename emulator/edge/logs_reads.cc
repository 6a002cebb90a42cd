#include <nlohmann/json.hpp>

#include "emulator/edge/logs.h"

namespace emulator::edge {
namespace {

using kernel::Json;

Json group_json(const logs::GroupInfo& group) {
  const std::string arn = logs::group_arn(group.name);
  Json json = {{"logGroupName", group.name}, {"creationTime", group.created}};
  if (group.retention_days) json["retentionInDays"] = *group.retention_days;
  json["metricFilterCount"] = group.metric_filters;
  json["arn"] = arn + ":*";
  json["storedBytes"] = group.stored_bytes;
  json["logGroupClass"] = "STANDARD";
  json["logGroupArn"] = arn;
  return json;
}

Json stream_json(const std::string& group, const logs::StreamInfo& stream) {
  Json json = {{"logStreamName", stream.name}, {"creationTime", stream.created}};
  if (stream.first_event) json["firstEventTimestamp"] = *stream.first_event;
  if (stream.last_event) json["lastEventTimestamp"] = *stream.last_event;
  if (stream.last_ingested) json["lastIngestionTime"] = *stream.last_ingested;
  json["arn"] = logs::stream_arn(group, stream.name);
  json["storedBytes"] = 0;  // of streams the service says 0, since 2019
  return json;
}

/// The value of an enumeration, or the default when there is none.
template <class E>
std::optional<E> one_of(Members& in, const char* member,
                        std::initializer_list<std::pair<std::string_view, E>> values) {
  const auto text = in.text(member);
  if (!text) return std::nullopt;
  std::string all;
  for (const auto& [name, value] : values) {
    if (*text == name) return value;
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  in.fail(logs_error({"InvalidParameterException", "1 validation error detected: Value '" + *text + "' at '" +
                                                       member +
                                                       "' failed to satisfy constraint: Member must satisfy "
                                                       "enum value set: [" +
                                                       all + "]"}));
  return std::nullopt;
}

/// The groups of a query: one by name, or several by names or ARNs.
std::vector<std::string> groups_in(Members& in) {
  std::vector<std::string> groups;
  const int ways = static_cast<int>(in.has("logGroupName")) + static_cast<int>(in.has("logGroupNames")) +
                   static_cast<int>(in.has("logGroupIdentifiers"));
  if (ways > 1)
    in.fail(logs_error({"InvalidParameterException",
                        "Only one of logGroupName, logGroupNames and logGroupIdentifiers may be given."}));
  if (auto name = in.text("logGroupName")) groups.push_back(std::move(*name));
  for (std::string& name : in.texts("logGroupNames")) groups.push_back(std::move(name));
  for (const std::string& name : in.texts("logGroupIdentifiers")) groups.emplace_back(logs::group_in(name));
  return groups;
}

template <class T, class Write>
AwsResult paged(const logs::Answer<logs::Page<T>>& page, const char* list, Write write) {
  if (!page) return std::unexpected(logs_error(page.error()));
  Json output = {{list, Json::array()}};
  for (const T& item : page->items) output[list].push_back(write(item));
  if (!page->next.empty()) output["nextToken"] = page->next;
  return reply_with(std::move(output));
}

}  // namespace

AwsResult Logs::describe_log_groups(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const logs::GroupsRequest request{.prefix = in.text_or_empty("logGroupNamePrefix"),
                                    .pattern = in.text_or_empty("logGroupNamePattern"),
                                    .limit = in.integer("limit").value_or(50),
                                    .token = in.text_or_empty("nextToken")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return paged(logs_.groups(request), "logGroups", group_json);
}

AwsResult Logs::describe_log_streams(const AwsCall& call) {
  Members in(call, kLogsErrors);
  using Order = logs::StreamOrder;
  const auto order =
      one_of<Order>(in, "orderBy", {{"LogStreamName", Order::Name}, {"LastEventTime", Order::LastEventTime}});
  const logs::StreamsRequest request{.group = group_named(in),
                                     .prefix = in.text_or_empty("logStreamNamePrefix"),
                                     .order = order.value_or(Order::Name),
                                     .descending = in.boolean("descending").value_or(false),
                                     .limit = in.integer("limit").value_or(50),
                                     .token = in.text_or_empty("nextToken")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return paged(logs_.streams(request), "logStreams",
               [&request](const logs::StreamInfo& stream) { return stream_json(request.group, stream); });
}

AwsResult Logs::get_log_events(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const logs::GetRequest request{.group = group_named(in),
                                 .stream = in.required_text("logStreamName"),
                                 .from = in.integer("startTime"),
                                 .until = in.integer("endTime"),
                                 .limit = in.integer("limit").value_or(10'000),
                                 .from_head = in.boolean("startFromHead").value_or(false),
                                 .token = in.text_or_empty("nextToken")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = logs_.get(request);
  if (!page) return std::unexpected(logs_error(page.error()));
  Json output = {
      {"events", Json::array()}, {"nextForwardToken", page->forward}, {"nextBackwardToken", page->backward}};
  for (const logs::SeenEvent& event : page->events) {
    output["events"].push_back(
        {{"timestamp", event.key.timestamp}, {"message", event.message}, {"ingestionTime", event.ingested}});
  }
  return reply_with(std::move(output));
}

AwsResult Logs::filter_log_events(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const logs::FilterRequest request{.group = group_named(in),
                                    .streams = in.texts("logStreamNames"),
                                    .stream_prefix = in.text_or_empty("logStreamNamePrefix"),
                                    .from = in.integer("startTime"),
                                    .until = in.integer("endTime"),
                                    .pattern = in.text_or_empty("filterPattern"),
                                    .limit = in.integer("limit").value_or(10'000),
                                    .token = in.text_or_empty("nextToken")};
  // Events of several streams always come in the order of time, whatever it says.
  in.ignore("interleaved");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = logs_.filter(request);
  if (!page) return std::unexpected(logs_error(page.error()));
  Json output = {{"events", Json::array()}, {"searchedLogStreams", Json::array()}};
  for (const logs::SeenEvent& event : page->events) {
    output["events"].push_back({{"logStreamName", event.stream},
                                {"timestamp", event.key.timestamp},
                                {"message", event.message},
                                {"ingestionTime", event.ingested},
                                {"eventId", event.id()}});
  }
  if (!page->next.empty()) output["nextToken"] = page->next;
  return reply_with(std::move(output));
}

AwsResult Logs::start_query(const AwsCall& call) {
  Members in(call, kLogsErrors);
  logs::QueryRequest request{.groups = groups_in(in), .text = in.required_text("queryString")};
  const auto from = in.integer("startTime");
  const auto until = in.integer("endTime");
  request.limit = in.integer("limit").value_or(10'000);
  if (!from) in.fail(null_error("InvalidParameterException", "startTime"));
  if (!until) in.fail(null_error("InvalidParameterException", "endTime"));
  const std::string language = in.text_or_empty("queryLanguage");
  if (!language.empty() && language != "CWLI")
    in.fail(not_emulated("CloudWatch Logs' query language " + language));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  request.from = *from;
  request.until = *until;
  const auto id = logs_.start_query(request);
  if (!id) return std::unexpected(logs_error(id.error()));
  return reply_with({{"queryId", *id}});
}

AwsResult Logs::get_query_results(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string id = in.required_text("queryId");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto result = logs_.query_result(id);
  if (!result) return std::unexpected(logs_error(result.error()));
  Json rows = Json::array();
  for (const logs::QueryRow& row : result->rows) {
    Json fields = Json::array();
    for (const auto& [field, value] : row) fields.push_back({{"field", field}, {"value", value}});
    rows.push_back(std::move(fields));
  }
  const auto number = [](std::int64_t count) { return static_cast<double>(count); };
  return reply_with({{"queryLanguage", "CWLI"},
                     {"results", std::move(rows)},
                     {"statistics",
                      {{"recordsMatched", number(result->statistics.matched)},
                       {"recordsScanned", number(result->statistics.scanned)},
                       {"bytesScanned", number(result->statistics.bytes)}}},
                     {"status", to_text(result->status)}});
}

AwsResult Logs::stop_query(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string id = in.required_text("queryId");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto stopped = logs_.stop_query(id);
  if (!stopped) return std::unexpected(logs_error(stopped.error()));
  return reply_with({{"success", true}});
}

AwsResult Logs::describe_queries(const AwsCall& call) {
  Members in(call, kLogsErrors);
  using Status = logs::QueryStatus;
  const logs::QueriesRequest request{
      .group = in.text_or_empty("logGroupName"),
      .status = one_of<Status>(
          in, "status",
          {{"Running", Status::Running}, {"Complete", Status::Complete}, {"Cancelled", Status::Cancelled}}),
      .limit = in.integer("maxResults").value_or(1000),
      .token = in.text_or_empty("nextToken")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return paged(logs_.queries(request), "queries", [](const logs::QueryInfo& query) {
    return Json{{"queryId", query.id},
                {"queryString", query.text},
                {"status", to_text(query.status)},
                {"createTime", query.created},
                {"logGroupName", query.group}};
  });
}

}  // namespace emulator::edge

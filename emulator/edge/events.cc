#include "emulator/edge/events.h"

#include <array>
#include <nlohmann/json.hpp>

#include "emulator/edge/box_errors.h"
#include "emulator/patterns/pattern.h"

namespace emulator::edge {
namespace {

using kernel::Json;

AwsError missing(std::string_view member) { return null_error("ValidationException", member); }

Json bus_json(const bus::EventBusInfo& info) {
  Json json = {{"Name", info.name}, {"Arn", info.arn}};
  add_text(json, "Description", info.description);
  json["CreationTime"] = epoch_seconds(info.created);
  json["LastModifiedTime"] = epoch_seconds(info.modified);
  return json;
}

Json source_json(const bus::EventSourceInfo& info) {
  Json json = {{"Arn", info.arn},
               {"CreatedBy", info.created_by},
               {"CreationTime", epoch_seconds(info.created)},
               {"Name", info.name},
               {"State", info.state == bus::SourceState::Active ? "ACTIVE" : "PENDING"}};
  if (info.expires) json["ExpirationTime"] = epoch_seconds(*info.expires);
  return json;
}

}  // namespace

const MemberErrors kEventsErrors{.title = "EventBridge", .missing = missing, .mistyped = serialization_error};

AwsError error_of(const bus::ApiError& error) {
  return told_by_box({.code = error.code, .message = error.message, .status = error.status});
}

bus::ListRequest list_request(Members& in) {
  return {.name_prefix = in.text_or_empty("NamePrefix"),
          .next_token = in.text_or_empty("NextToken"),
          .limit = in.integer("Limit")};
}

void add_text(Json& to, const char* name, const std::string& text) {
  if (!text.empty()) to[name] = text;
}

kernel::Task<AwsResult> Events::call(AwsCall call) {
  static constexpr std::array kOperations = {
      Operation<Events>{"PutEvents", &Events::put_events},
      Operation<Events>{"TestEventPattern", &Events::test_event_pattern},
      Operation<Events>{"CreateEventBus", &Events::create_event_bus},
      Operation<Events>{"DescribeEventBus", &Events::describe_event_bus},
      Operation<Events>{"ListEventBuses", &Events::list_event_buses},
      Operation<Events>{"DeleteEventBus", &Events::delete_event_bus},
      Operation<Events>{"DescribeEventSource", &Events::describe_event_source},
      Operation<Events>{"ListEventSources", &Events::list_event_sources},
      Operation<Events>{"PutRule", &Events::put_rule},
      Operation<Events>{"DescribeRule", &Events::describe_rule},
      Operation<Events>{"ListRules", &Events::list_rules},
      Operation<Events>{"EnableRule", &Events::enable_rule},
      Operation<Events>{"DisableRule", &Events::disable_rule},
      Operation<Events>{"DeleteRule", &Events::delete_rule},
      Operation<Events>{"PutTargets", &Events::put_targets},
      Operation<Events>{"ListTargetsByRule", &Events::list_targets_by_rule},
      Operation<Events>{"RemoveTargets", &Events::remove_targets},
      Operation<Events>{"ListRuleNamesByTarget", &Events::list_rule_names_by_target},
      Operation<Events>{"CreateArchive", &Events::create_archive},
      Operation<Events>{"DescribeArchive", &Events::describe_archive},
      Operation<Events>{"ListArchives", &Events::list_archives},
      Operation<Events>{"UpdateArchive", &Events::update_archive},
      Operation<Events>{"DeleteArchive", &Events::delete_archive},
      Operation<Events>{"StartReplay", &Events::start_replay},
      Operation<Events>{"DescribeReplay", &Events::describe_replay},
      Operation<Events>{"ListReplays", &Events::list_replays},
      Operation<Events>{"CancelReplay", &Events::cancel_replay},
  };
  return run_operation<Events>(*this, kOperations, std::move(call));
}

AwsResult Events::put_events(const AwsCall& call) {
  Members in(call, kEventsErrors);
  bus::PutEventsRequest request{.entries = {}, .cause = call.hop};
  const Json* entries = in.array("Entries");
  if (!in.has("Entries")) in.fail(missing("entries"));
  for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i) {
    Members entry(in, (*entries)[i], "Entries." + std::to_string(i + 1));
    request.entries.push_back({.time = entry.time("Time"),
                               .source = entry.text_or_empty("Source"),
                               .detail_type = entry.text_or_empty("DetailType"),
                               .detail = entry.text_or_empty("Detail"),
                               .resources = entry.texts("Resources"),
                               .event_bus = entry.text_or_empty("EventBusName"),
                               .trace_header = entry.text_or_empty("TraceHeader")});
  }
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto results = ports_.sink.put_events(std::move(request));
  if (!results) return std::unexpected(error_of(results.error()));
  Json list = Json::array();
  std::int64_t failed = 0;
  for (const bus::EntryResult& result : *results) {
    if (result.accepted()) {
      list.push_back({{"EventId", result.event_id}});
    } else {
      list.push_back({{"ErrorCode", result.error_code}, {"ErrorMessage", result.error_message}});
      ++failed;
    }
  }
  return reply_with({{"FailedEntryCount", failed}, {"Entries", list}});
}

AwsResult Events::test_event_pattern(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string text = in.required_text("EventPattern");
  const std::string event = in.required_text("Event");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto pattern = patterns::Pattern::compile(text);
  if (!pattern) {
    return std::unexpected(AwsError{.code = "InvalidEventPatternException",
                                    .message = patterns::service_text(pattern.error(), text)});
  }
  const auto json = kernel::parse_json(event);
  if (!json || !json->is_object()) {
    return std::unexpected(
        AwsError{.code = "ValidationException", .message = "Parameter Event is not valid."});
  }
  return reply_with({{"Result", pattern->matches(event)}});
}

AwsResult Events::create_event_bus(const AwsCall& call) {
  Members in(call, kEventsErrors);
  bus::CreateEventBusRequest request{.name = in.required_text("Name"),
                                     .event_source_name = in.text_or_empty("EventSourceName"),
                                     .description = in.text_or_empty("Description")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto made = ports_.buses.create_event_bus(std::move(request));
  if (!made) return std::unexpected(error_of(made.error()));
  Json output = {{"EventBusArn", made->arn}};
  add_text(output, "Description", made->description);
  return reply_with(std::move(output));
}

AwsResult Events::describe_event_bus(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string bus = in.text_or_empty("Name");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.buses.describe_event_bus(bus);
  if (!info) return std::unexpected(error_of(info.error()));
  return reply_with(bus_json(*info));
}

AwsResult Events::list_event_buses(const AwsCall& call) {
  Members in(call, kEventsErrors);
  bus::ListRequest request = list_request(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = ports_.buses.list_event_buses(std::move(request));
  if (!page) return std::unexpected(error_of(page.error()));
  Json output = {{"EventBuses", Json::array()}};
  for (const bus::EventBusInfo& info : page->items) output["EventBuses"].push_back(bus_json(info));
  add_text(output, "NextToken", page->next_token);
  return reply_with(std::move(output));
}

AwsResult Events::delete_event_bus(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string bus = in.required_text("Name");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (const auto deleted = ports_.buses.delete_event_bus(bus); !deleted)
    return std::unexpected(error_of(deleted.error()));
  return AwsReply{};
}

AwsResult Events::describe_event_source(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string source = in.required_text("Name");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.buses.describe_event_source(source);
  if (!info) return std::unexpected(error_of(info.error()));
  return reply_with(source_json(*info));
}

AwsResult Events::list_event_sources(const AwsCall& call) {
  Members in(call, kEventsErrors);
  bus::ListRequest request = list_request(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = ports_.buses.list_event_sources(std::move(request));
  if (!page) return std::unexpected(error_of(page.error()));
  Json output = {{"EventSources", Json::array()}};
  for (const bus::EventSourceInfo& info : page->items) output["EventSources"].push_back(source_json(info));
  add_text(output, "NextToken", page->next_token);
  return reply_with(std::move(output));
}

}  // namespace emulator::edge

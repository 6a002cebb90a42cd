#include <nlohmann/json.hpp>

#include "emulator/edge/events.h"

namespace emulator::edge {
namespace {

using kernel::Json;

/// As lists show it.
Json archive_json(const bus::ArchiveInfo& info) {
  return {{"ArchiveName", info.name},
          {"EventSourceArn", info.event_source_arn},
          {"State", info.state},
          {"RetentionDays", info.retention_days},
          {"SizeBytes", info.size_bytes},
          {"EventCount", info.event_count},
          {"CreationTime", epoch_seconds(info.created)}};
}

Json made_json(const bus::ArchiveInfo& info) {
  return {{"ArchiveArn", info.arn}, {"State", info.state}, {"CreationTime", epoch_seconds(info.created)}};
}

/// As lists show it.
Json replay_json(const bus::ReplayInfo& info) {
  Json json = {{"ReplayName", info.request.name},
               {"EventSourceArn", info.request.event_source_arn},
               {"State", to_text(info.state)},
               {"EventStartTime", epoch_seconds(info.request.from)},
               {"EventEndTime", epoch_seconds(info.request.to)}};
  if (info.last_replayed) json["EventLastReplayedTime"] = epoch_seconds(*info.last_replayed);
  json["ReplayStartTime"] = epoch_seconds(info.started);
  if (info.ended) json["ReplayEndTime"] = epoch_seconds(*info.ended);
  return json;
}

/// A time that must be there.
kernel::WallTime required_time(Members& in, const char* member) {
  const auto time = in.time(member);
  if (!in.has(member)) in.fail(kEventsErrors.missing(member));
  return time.value_or(kernel::WallTime{});
}

bus::StartReplayRequest replay_request(Members& in) {
  bus::StartReplayRequest request{.name = in.required_text("ReplayName"),
                                  .event_source_arn = in.required_text("EventSourceArn"),
                                  .destination_arn = {},
                                  .from = required_time(in, "EventStartTime"),
                                  .to = required_time(in, "EventEndTime"),
                                  .description = in.text_or_empty("Description")};
  if (const Json* structure = in.object("Destination")) {
    Members destination(in, *structure, "Destination");
    request.destination_arn = destination.required_text("Arn");
    request.rule_arns = destination.texts("FilterArns");
  } else {
    in.fail(kEventsErrors.missing("destination"));
  }
  return request;
}

}  // namespace

AwsResult Events::create_archive(const AwsCall& call) {
  Members in(call, kEventsErrors);
  bus::CreateArchiveRequest request{.name = in.required_text("ArchiveName"),
                                    .event_source_arn = in.required_text("EventSourceArn"),
                                    .event_pattern = in.text_or_empty("EventPattern"),
                                    .retention_days = in.integer("RetentionDays").value_or(0),
                                    .description = in.text_or_empty("Description")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto made = ports_.archives.create_archive(std::move(request));
  if (!made) return std::unexpected(error_of(made.error()));
  return reply_with(made_json(*made));
}

AwsResult Events::describe_archive(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string archive = in.required_text("ArchiveName");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.archives.describe_archive(archive);
  if (!info) return std::unexpected(error_of(info.error()));
  Json output = archive_json(*info);
  output["ArchiveArn"] = info->arn;
  add_text(output, "Description", info->description);
  add_text(output, "EventPattern", info->event_pattern);
  return reply_with(std::move(output));
}

AwsResult Events::list_archives(const AwsCall& call) {
  Members in(call, kEventsErrors);
  bus::ListRequest request = list_request(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = ports_.archives.list_archives(std::move(request));
  if (!page) return std::unexpected(error_of(page.error()));
  Json output = {{"Archives", Json::array()}};
  for (const bus::ArchiveInfo& info : page->items) output["Archives"].push_back(archive_json(info));
  add_text(output, "NextToken", page->next_token);
  return reply_with(std::move(output));
}

AwsResult Events::update_archive(const AwsCall& call) {
  Members in(call, kEventsErrors);
  bus::UpdateArchiveRequest request{.name = in.required_text("ArchiveName"),
                                    .event_pattern = in.text("EventPattern"),
                                    .retention_days = in.integer("RetentionDays"),
                                    .description = in.text("Description")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto updated = ports_.archives.update_archive(std::move(request));
  if (!updated) return std::unexpected(error_of(updated.error()));
  return reply_with(made_json(*updated));
}

AwsResult Events::delete_archive(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string archive = in.required_text("ArchiveName");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (const auto deleted = ports_.archives.delete_archive(archive); !deleted)
    return std::unexpected(error_of(deleted.error()));
  return AwsReply{};
}

AwsResult Events::start_replay(const AwsCall& call) {
  Members in(call, kEventsErrors);
  bus::StartReplayRequest request = replay_request(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto started = ports_.archives.start_replay(std::move(request));
  if (!started) return std::unexpected(error_of(started.error()));
  return reply_with({{"ReplayArn", started->arn},
                     {"State", to_text(started->state)},
                     {"ReplayStartTime", epoch_seconds(started->started)}});
}

AwsResult Events::describe_replay(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string replay = in.required_text("ReplayName");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.archives.describe_replay(replay);
  if (!info) return std::unexpected(error_of(info.error()));
  Json output = replay_json(*info);
  output["ReplayArn"] = info->arn;
  output["Destination"] = {{"Arn", info->request.destination_arn}};
  if (!info->request.rule_arns.empty()) output["Destination"]["FilterArns"] = info->request.rule_arns;
  add_text(output, "Description", info->request.description);
  return reply_with(std::move(output));
}

AwsResult Events::list_replays(const AwsCall& call) {
  Members in(call, kEventsErrors);
  bus::ListRequest request = list_request(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = ports_.archives.list_replays(std::move(request));
  if (!page) return std::unexpected(error_of(page.error()));
  Json output = {{"Replays", Json::array()}};
  for (const bus::ReplayInfo& info : page->items) output["Replays"].push_back(replay_json(info));
  add_text(output, "NextToken", page->next_token);
  return reply_with(std::move(output));
}

AwsResult Events::cancel_replay(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string replay = in.required_text("ReplayName");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto cancelled = ports_.archives.cancel_replay(replay);
  if (!cancelled) return std::unexpected(error_of(cancelled.error()));
  return reply_with({{"ReplayArn", cancelled->arn}, {"State", to_text(cancelled->state)}});
}

}  // namespace emulator::edge

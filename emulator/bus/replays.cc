// Sending again what an archive holds.
#include <algorithm>
#include <chrono>

#include "emulator/bus/archives.h"
#include "emulator/bus/errors.h"
#include "emulator/bus/page.h"
#include "middleware/kernel/random.h"

namespace emulator::bus {
namespace {

using kernel::Task;

constexpr std::size_t kReplayNameMax = 64;

bool is_over(ReplayState state) { return state == ReplayState::Completed || state == ReplayState::Cancelled; }

ApiError replay_not_found(const std::string& replay) {
  return not_found("Replay " + replay + " does not exist.");
}

}  // namespace

std::string_view to_text(ReplayState state) {
  switch (state) {
    case ReplayState::Starting:
      return "STARTING";
    case ReplayState::Running:
      return "RUNNING";
    case ReplayState::Completed:
      return "COMPLETED";
    case ReplayState::Cancelling:
      return "CANCELLING";
    case ReplayState::Cancelled:
      return "CANCELLED";
  }
  return "unknown";
}

std::optional<ApiError> ArchiveKeeper::check_replay(const StartReplayRequest& request) const {
  if (auto error = check_name(request.name, {.place = "replayName", .size_max = kReplayNameMax}))
    return error;
  // ASSUMPTION: the order of these checks.
  const auto archive_name = name_in_arn(request.event_source_arn, "archive/");
  const auto archive = archives_.find(archive_name.value_or(""));
  if (archive == archives_.end()) {
    return bad_parameter(
        "EventSourceArn",
        "Archive " + std::string(archive_name.value_or(request.event_source_arn)) + " does not exist.");
  }
  if (!name_in_arn(request.destination_arn, "event-bus/")) {
    return bad_parameter("Destination.Arn", "Must contain an event bus ARN.");
  }
  if (request.destination_arn != archive->second.info.event_source_arn) {
    return bad_parameter("Destination.Arn", "Cross event bus replay is not permitted.");
  }
  if (request.from >= request.to) {
    return bad_parameter("EventEndTime", "EventStartTime must be before EventEndTime.");
  }
  if (replays_.contains(request.name)) return already_exists("Replay " + request.name + " already exists.");
  const auto active = std::ranges::count_if(replays_, [](const auto& r) { return !is_over(r.second.state); });
  if (std::cmp_greater_equal(active, config_.active_max)) return limit_exceeded();
  return std::nullopt;
}

ApiResult<ReplayInfo> ArchiveKeeper::start_replay(StartReplayRequest request) {
  if (auto error = check_replay(request)) {
    const std::string message = "replay " + request.name + " was refused: " + error->message;
    journal_.log({.level = kernel::LogLevel::Error, .source = "bus", .message = message});
    return std::unexpected(std::move(*error));
  }
  const std::string name = request.name;
  ReplayInfo& replay = replays_[name];
  replay = {.request = std::move(request), .arn = replay_arn(name), .started = scheduler_.wall_now()};
  journal_.transition({.kind = "replay", .subject = name, .to = to_text(replay.state), .why = "asked for"});
  const ReplayInfo begun = replay;
  running_.spawn(run(name));
  return begun;
}

ApiResult<ReplayInfo> ArchiveKeeper::describe_replay(const std::string& replay) {
  const auto found = replays_.find(replay);
  if (found == replays_.end()) return std::unexpected(replay_not_found(replay));
  return found->second;
}

ApiResult<Page<ReplayInfo>> ArchiveKeeper::list_replays(ListRequest request) {
  const std::vector<std::pair<std::string, ReplayInfo>> named(replays_.begin(), replays_.end());
  return page_of(named, request);
}

ApiResult<ReplayInfo> ArchiveKeeper::cancel_replay(const std::string& replay) {
  const auto found = replays_.find(replay);
  if (found == replays_.end()) return std::unexpected(replay_not_found(replay));
  const ReplayState state = found->second.state;
  if (state != ReplayState::Starting && state != ReplayState::Running) {
    return std::unexpected(ApiError{"IllegalStatusException",
                                    "Replay " + replay + " is not in a valid state for this operation."});
  }
  move_to(found->second, ReplayState::Cancelling, "asked for");
  return found->second;
}

void ArchiveKeeper::move_to(ReplayInfo& replay, ReplayState state, std::string_view why) {
  journal_.transition({.kind = "replay",
                       .subject = replay.request.name,
                       .from = to_text(replay.state),
                       .to = to_text(state),
                       .why = why});
  replay.state = state;
  if (!is_over(state)) return;
  replay.ended = scheduler_.wall_now();
  ended_.notify_all();
}

std::vector<ArchiveKeeper::Slice> ArchiveKeeper::slices_of(const ReplayInfo& replay) {
  std::map<kernel::WallTime, Slice> slices;
  const auto name = name_in_arn(replay.request.event_source_arn, "archive/");
  const auto archive = archives_.find(name.value_or(""));
  if (archive == archives_.end()) return {};
  drop_expired(archive->second);
  for (const Kept& kept : archive->second.events) {
    if (kept.event_time < replay.request.from || kept.event_time > replay.request.to) continue;
    slices[std::chrono::floor<std::chrono::minutes>(kept.event_time)].push_back(kept);
  }
  std::vector<Slice> shuffled;
  for (const auto& [minute, slice] : slices) {
    std::multimap<std::uint64_t, const Kept*> by_luck;
    for (const Kept& kept : slice) {
      by_luck.emplace(kernel::draw_bits({seed_, replay.request.name, kept.event->id, 1, "replay order"}),
                      &kept);
    }
    Slice& order = shuffled.emplace_back();
    for (const auto& [luck, kept] : by_luck) order.push_back(*kept);
  }
  return shuffled;
}

Task<void> ArchiveKeeper::run(std::string name) {
  ReplayInfo& replay = replays_.at(name);
  co_await kernel::sleep_until(scheduler_, scheduler_.now() + config_.start_wait);
  if (replay.state == ReplayState::Starting) move_to(replay, ReplayState::Running, "it has started");
  // What is archived from here on is not of this replay.
  const std::vector<Slice> slices = slices_of(replay);
  for (const Slice& slice : slices) {
    if (replay.state == ReplayState::Cancelling) break;
    for (const Kept& kept : slice) {
      outlet_.replay(*kept.event, replay);
      replay.last_replayed = std::max(replay.last_replayed.value_or(kept.event_time), kept.event_time);
    }
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + config_.slice_wait);
  }
  const bool is_cancelled = replay.state == ReplayState::Cancelling;
  move_to(replay, is_cancelled ? ReplayState::Cancelled : ReplayState::Completed,
          is_cancelled ? "the slice under way is over" : "everything was sent");
}

Task<void> ArchiveKeeper::until_ended(std::string name) {
  while (true) {
    const auto found = replays_.find(name);
    if (found == replays_.end() || is_over(found->second.state)) co_return;
    co_await ended_.wait();
  }
}

}  // namespace emulator::bus

// What is kept, and for how long.
#include "emulator/bus/archives.h"

#include "emulator/bus/envelope.h"
#include "emulator/bus/errors.h"
#include "emulator/bus/page.h"
#include "middleware/kernel/check.h"

namespace emulator::bus {
namespace {

constexpr std::size_t kArchiveNameMax = 48;

ApiError archive_not_found(const std::string& archive) {
  return not_found("Archive " + archive + " does not exist.");
}

std::optional<ApiError> check_retention(std::int64_t days) {
  if (days >= 0) return std::nullopt;
  return constraint(std::to_string(days), "retentionDays",
                    "Member must have value greater than or equal to 0");
}

}  // namespace

ArchiveKeeper::ArchiveKeeper(ReplayConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
                             kernel::Journal& journal, Registry& registry, ReplayOutlet& outlet)
    : config_(config),
      seed_(seed),
      scheduler_(scheduler),
      journal_(journal),
      registry_(registry),
      outlet_(outlet),
      ended_(scheduler) {}

ApiResult<ArchiveInfo> ArchiveKeeper::create_archive(CreateArchiveRequest request) {
  if (auto error = check_name(request.name, {.place = "archiveName", .size_max = kArchiveNameMax})) {
    return std::unexpected(*error);
  }
  if (auto error = check_retention(request.retention_days)) return std::unexpected(*error);
  if (archives_.contains(request.name)) {
    return std::unexpected(already_exists("Archive " + request.name + " already exists."));
  }
  const auto bus = name_in_arn(request.event_source_arn, "event-bus/");
  // ASSUMPTION: the text.
  if (!bus) return std::unexpected(bad_parameter("EventSourceArn", "Must contain an event bus ARN."));
  auto put = registry_.put_archive_rule(request.name, std::string(*bus), request.event_pattern);
  if (!put) return std::unexpected(put.error());

  ArchiveInfo info{.name = request.name,
                   .arn = archive_arn(request.name),
                   .event_source_arn = std::move(request.event_source_arn),
                   .event_pattern = std::move(request.event_pattern),
                   .description = std::move(request.description),
                   .retention_days = request.retention_days,
                   .created = scheduler_.wall_now()};
  archives_[request.name] = {.info = info};
  return info;
}

ApiResult<ArchiveInfo> ArchiveKeeper::describe_archive(const std::string& archive) {
  const auto found = archives_.find(archive);
  if (found == archives_.end()) return std::unexpected(archive_not_found(archive));
  drop_expired(found->second);
  return found->second.info;
}

ApiResult<Page<ArchiveInfo>> ArchiveKeeper::list_archives(ListRequest request) {
  std::vector<std::pair<std::string, ArchiveInfo>> named;
  for (auto& [name, archive] : archives_) {
    drop_expired(archive);
    named.emplace_back(name, archive.info);
  }
  return page_of(std::move(named), request);
}

ApiResult<ArchiveInfo> ArchiveKeeper::update_archive(UpdateArchiveRequest request) {
  const auto found = archives_.find(request.name);
  if (found == archives_.end()) return std::unexpected(archive_not_found(request.name));
  ArchiveInfo& info = found->second.info;
  if (request.retention_days) {
    if (auto error = check_retention(*request.retention_days)) return std::unexpected(*error);
  }
  if (request.event_pattern) {
    const std::string bus(*name_in_arn(info.event_source_arn, "event-bus/"));
    auto put = registry_.put_archive_rule(request.name, bus, *request.event_pattern);
    if (!put) return std::unexpected(put.error());
    info.event_pattern = std::move(*request.event_pattern);
  }
  if (request.retention_days) info.retention_days = *request.retention_days;
  if (request.description) info.description = std::move(*request.description);
  drop_expired(found->second);
  return info;
}

ApiResult<> ArchiveKeeper::delete_archive(const std::string& archive) {
  const auto found = archives_.find(archive);
  if (found == archives_.end()) return std::unexpected(archive_not_found(archive));
  const std::string bus(*name_in_arn(found->second.info.event_source_arn, "event-bus/"));
  registry_.delete_archive_rule(archive, bus);
  // A replay that runs has taken its events already.
  archives_.erase(found);
  return {};
}

void ArchiveKeeper::store(std::string_view archive, const BusEventPtr& event) {
  const auto found = archives_.find(archive);
  CHECK(found != archives_.end());
  const auto time = kernel::parse_wall_time(parts_of(*event->envelope).time);
  CHECK(time.has_value());
  drop_expired(found->second);
  found->second.events.push_back({.event_time = *time, .stored_at = scheduler_.wall_now(), .event = event});
  found->second.info.event_count += 1;
  found->second.info.size_bytes += static_cast<std::int64_t>(event->envelope->size());
}

void ArchiveKeeper::drop_expired(Archive& archive) const {
  if (archive.info.retention_days == 0) return;
  const kernel::WallTime oldest = scheduler_.wall_now() - std::chrono::days{1} * archive.info.retention_days;
  while (!archive.events.empty() && archive.events.front().stored_at <= oldest) {
    archive.info.event_count -= 1;
    archive.info.size_bytes -= static_cast<std::int64_t>(archive.events.front().event->envelope->size());
    archive.events.pop_front();
  }
}

}  // namespace emulator::bus

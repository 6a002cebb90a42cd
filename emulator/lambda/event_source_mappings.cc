#include "emulator/lambda/event_source_mappings.h"

#include <algorithm>

#include "emulator/lambda/invocation_record.h"
#include "middleware/kernel/ids.h"

namespace emulator::lambda {
namespace {

MappingError not_found() {
  return {404, "ResourceNotFoundException", "The resource you requested does not exist."};
}

}  // namespace

EventSourceMappings::EventSourceMappings(std::uint64_t seed, MappingSurroundings around)
    : around_(around), ids_(seed, "event source mapping ids") {}

std::optional<MappingError> EventSourceMappings::refuse_here(const MappingConfig& config) const {
  return refuse(config, around_.functions.timeout_of(config.function), around_.queues.source(config.queue));
}

EventSourceMappings::Entry* EventSourceMappings::entry_of(std::string_view uuid) {
  const auto found =
      std::ranges::find(entries_, uuid, [](const Entry& entry) { return std::string_view(entry.info.uuid); });
  return found == entries_.end() ? nullptr : &*found;
}

void EventSourceMappings::forget_ended() {
  const auto has_ended = [](const auto& mapping) { return mapping->in_progress() == 0; };
  std::erase_if(removed_, has_ended);
  for (Entry& entry : entries_) std::erase_if(entry.retired, has_ended);
}

void EventSourceMappings::start(Entry& entry) {
  entry.info.state = entry.info.config.is_enabled ? "Enabled" : "Disabled";
  entry.info.modified_at = around_.scheduler.wall_now();
  entry.mapping = std::make_unique<EventSourceMapping>(entry.info.config, around_);
  if (entry.info.config.is_enabled) entry.mapping->enable();
}

MappingAnswer<MappingInfo> EventSourceMappings::create(MappingConfig config) {
  forget_ended();
  if (auto error = refuse_here(config)) return std::unexpected(std::move(*error));
  for (const Entry& entry : entries_) {
    if (entry.info.config.function != config.function || entry.info.config.queue != config.queue) continue;
    return std::unexpected(
        MappingError{409, "ResourceConflictException",
                     "An event source mapping with SQS arn (\" " + queues::queue_arn(config.queue) +
                         " \") and function (\" " + config.function +
                         " \") already exists. Please update or delete the existing mapping with UUID " +
                         entry.info.uuid});
  }
  Entry& entry =
      entries_.emplace_back(Entry{.info = {.uuid = kernel::uuid4(ids_), .config = std::move(config)}});
  start(entry);
  return entry.info;
}

MappingAnswer<MappingInfo> EventSourceMappings::update(std::string_view uuid, const MappingChange& change) {
  forget_ended();
  Entry* entry = entry_of(uuid);
  if (entry == nullptr) return std::unexpected(not_found());
  MappingConfig config = entry->info.config;
  if (change.batch_max) config.batch_max = *change.batch_max;
  if (change.window) config.window = *change.window;
  if (change.reports_failures) config.reports_failures = *change.reports_failures;
  if (change.concurrency_max) config.concurrency_max = *change.concurrency_max;
  if (change.is_enabled) config.is_enabled = *change.is_enabled;
  if (auto error = refuse_here(config)) return std::unexpected(std::move(*error));
  entry->mapping->disable();
  entry->retired.push_back(std::move(entry->mapping));
  entry->info.config = std::move(config);
  start(*entry);
  return entry->info;
}

MappingAnswer<MappingInfo> EventSourceMappings::remove(std::string_view uuid) {
  forget_ended();
  Entry* entry = entry_of(uuid);
  if (entry == nullptr) return std::unexpected(not_found());
  entry->mapping->disable();
  MappingInfo info = entry->info;
  info.state = "Deleting";
  removed_.push_back(std::move(entry->mapping));
  std::ranges::move(entry->retired, std::back_inserter(removed_));
  std::erase_if(entries_, [uuid](const Entry& e) { return e.info.uuid == uuid; });
  return info;
}

MappingAnswer<MappingInfo> EventSourceMappings::find(std::string_view uuid) const {
  for (const Entry& entry : entries_) {
    if (entry.info.uuid == uuid) return entry.info;
  }
  return std::unexpected(not_found());
}

std::vector<MappingInfo> EventSourceMappings::list(std::string_view function, std::string_view queue) const {
  std::vector<MappingInfo> some;
  for (const Entry& entry : entries_) {
    if (!function.empty() && entry.info.config.function != function) continue;
    if (!queue.empty() && entry.info.config.queue != queue) continue;
    some.push_back(entry.info);
  }
  return some;
}

}  // namespace emulator::lambda

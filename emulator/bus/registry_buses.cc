// Buses and partner event sources.
#include "emulator/bus/errors.h"
#include "emulator/bus/page.h"
#include "emulator/bus/registry.h"

namespace emulator::bus {
namespace {

constexpr std::size_t kBusNameMax = 256;
constexpr std::string_view kPartnerPrefix = "aws.partner/";
// ASSUMPTION: exactly two weeks; after that the source is gone.
constexpr kernel::Duration kPendingMax = std::chrono::days{14};

bool is_over(const EventSourceInfo& source, kernel::WallTime now) {
  return source.expires && *source.expires <= now;
}

}  // namespace

Registry::Registry(Limits limits, DeliveryRetryConfig retry, kernel::Scheduler& scheduler,
                   kernel::Journal& journal)
    : limits_(limits), retry_(retry), scheduler_(scheduler), journal_(journal) {
  const kernel::WallTime now = scheduler.wall_now();
  const std::string name(kDefaultBus);
  buses_[name].info = {.name = name, .arn = bus_arn(name), .created = now, .modified = now};
}

EventBus* Registry::find_bus(std::string_view name_or_arn) {
  const auto found = buses_.find(bus_name(name_or_arn));
  return found == buses_.end() ? nullptr : &found->second;
}

const EventBus* Registry::bus(std::string_view name_or_arn) const {
  const auto found = buses_.find(bus_name(name_or_arn));
  return found == buses_.end() ? nullptr : &found->second;
}

const EventSourceInfo* Registry::source(std::string_view name) const {
  const auto found = sources_.find(name);
  return found == sources_.end() || is_over(found->second, scheduler_.wall_now()) ? nullptr : &found->second;
}

void Registry::create_event_source(const std::string& name) {
  if (source(name) != nullptr) return;
  const std::string partner = name.substr(0, name.find('/', kPartnerPrefix.size()));
  sources_[name] = {.name = name,
                    .arn = source_arn(name),
                    .created_by = partner,
                    .created = scheduler_.wall_now(),
                    .expires = scheduler_.wall_now() + kPendingMax};
  journal_.transition(
      {.kind = "event source", .subject = name, .to = "PENDING", .why = "made by the partner"});
}

ApiResult<EventBusInfo> Registry::create_event_bus(CreateEventBusRequest request) {
  const bool is_partner = request.name.starts_with(kPartnerPrefix);
  if (auto error =
          check_name(request.name, {.place = "name", .size_max = kBusNameMax, .has_slashes = is_partner})) {
    return std::unexpected(*error);
  }
  if (buses_.contains(request.name)) {
    return std::unexpected(already_exists("Event bus " + request.name + " already exists."));
  }
  // ASSUMPTION: the texts of the next two.
  if (is_partner != !request.event_source_name.empty() ||
      (is_partner && request.name != request.event_source_name)) {
    return std::unexpected(
        bad_parameter("EventSourceName", "A partner event bus has the name of its event source."));
  }
  if (is_partner && source(request.name) == nullptr) {
    return std::unexpected(not_found("Event source " + request.name + " does not exist."));
  }
  if (std::cmp_greater_equal(buses_.size(), limits_.buses_max)) return std::unexpected(limit_exceeded());
  if (is_partner) {
    EventSourceInfo& associated = sources_.at(request.name);
    associated.state = SourceState::Active;
    associated.expires.reset();
    journal_.transition({.kind = "event source",
                         .subject = request.name,
                         .from = "PENDING",
                         .to = "ACTIVE",
                         .why = "a bus was made for it"});
  }
  const kernel::WallTime now = scheduler_.wall_now();
  EventBusInfo info{.name = request.name,
                    .arn = bus_arn(request.name),
                    .description = std::move(request.description),
                    .event_source = std::move(request.event_source_name),
                    .created = now,
                    .modified = now};
  buses_[request.name].info = info;
  return info;
}

ApiResult<EventBusInfo> Registry::describe_event_bus(const std::string& name_or_arn) {
  const EventBus* found = bus(name_or_arn);
  if (found == nullptr) return std::unexpected(bus_not_found(bus_name(name_or_arn)));
  return found->info;
}

ApiResult<Page<EventBusInfo>> Registry::list_event_buses(ListRequest request) {
  std::vector<std::pair<std::string, EventBusInfo>> named;
  for (const auto& [name, bus] : buses_) named.emplace_back(name, bus.info);
  return page_of(std::move(named), request);
}

ApiResult<> Registry::delete_event_bus(const std::string& name_or_arn) {
  const std::string name(bus_name(name_or_arn));
  if (name == kDefaultBus) return std::unexpected(validation("Cannot delete event bus default."));
  const EventBus* found = bus(name);
  if (found == nullptr) return {};
  // ASSUMPTION: the text; the service asks for the rules to be deleted first.
  if (!found->rules.empty()) {
    return std::unexpected(validation("Cannot delete event bus " + name + " since it has rules."));
  }
  if (const auto source = sources_.find(name); source != sources_.end()) {
    source->second.state = SourceState::Pending;
    source->second.expires = scheduler_.wall_now() + kPendingMax;
    journal_.transition({.kind = "event source",
                         .subject = name,
                         .from = "ACTIVE",
                         .to = "PENDING",
                         .why = "its bus was deleted"});
  }
  buses_.erase(name);
  return {};
}

ApiResult<EventSourceInfo> Registry::describe_event_source(const std::string& name) {
  const EventSourceInfo* found = source(name);
  // ASSUMPTION: the text.
  if (found == nullptr) return std::unexpected(not_found("Event source " + name + " does not exist."));
  return *found;
}

ApiResult<Page<EventSourceInfo>> Registry::list_event_sources(ListRequest request) {
  std::vector<std::pair<std::string, EventSourceInfo>> named;
  for (const auto& [name, info] : sources_) {
    if (!is_over(info, scheduler_.wall_now())) named.emplace_back(name, info);
  }
  return page_of(std::move(named), request);
}

}  // namespace emulator::bus

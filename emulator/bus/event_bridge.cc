#include "emulator/bus/event_bridge.h"

#include <algorithm>

#include "emulator/bus/put_events.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"

namespace emulator::bus {
namespace {

using kernel::End;
using kernel::Outcome;
using kernel::Stage;
using kernel::Task;

/// Whether the replay is for that rule.
bool is_for(const ReplayInfo& replay, const Rule& rule) {
  const auto& arns = replay.request.rule_arns;
  return arns.empty() || std::ranges::find(arns, rule.arn) != arns.end();
}

/// The envelope's fields, all that patterns can ask for beside the detail.
std::vector<patterns::Attribute> attributes_of(const EnvelopeFields& fields, const ReplayInfo* replay) {
  using patterns::Scalar;
  std::vector<patterns::Attribute> attributes;
  attributes.reserve(8 + fields.resources.size());
  attributes.push_back({"detail-type", Scalar::of_text(fields.detail_type)});
  attributes.push_back({"source", Scalar::of_text(fields.source)});
  attributes.push_back({"account", Scalar::of_text(kAccount)});
  attributes.push_back({"region", Scalar::of_text(kRegion)});
  attributes.push_back({"id", Scalar::of_text(fields.id)});
  attributes.push_back({"time", Scalar::of_text(fields.time)});
  attributes.push_back({"version", Scalar::of_text("0")});
  for (const std::string& resource : fields.resources) {
    attributes.push_back({"resources", Scalar::of_text(resource)});
  }
  if (replay != nullptr) attributes.push_back({"replay-name", Scalar::of_text(replay->request.name)});
  return attributes;
}

}  // namespace

EventBridge::EventBridge(EventBridgeConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
                         kernel::Journal& journal, Outlets outlets)
    : config_(std::move(config)),
      scheduler_(scheduler),
      journal_(journal),
      ids_(seed, "eventbridge ids"),
      calls_(config_.puts_per_second),
      entries_(config_.entries_per_second),
      registry_(config_.limits, config_.retry, scheduler, journal),
      archives_(config_.replay, seed, scheduler, journal, registry_, *this),
      deliveries_(seed, scheduler, journal, outlets, *this),
      faults_(seed, scheduler, journal, deliveries_) {}

Task<std::vector<EntryResult>> EventBridge::put_partner_events(std::vector<PartnerEntry> entries) {
  CHECK(entries.size() <= 20);
  std::vector<EntryResult> results;
  results.reserve(entries.size());
  for (const PartnerEntry& entry : entries) {
    const EventSourceInfo* source = registry_.source(entry.source);
    // ASSUMPTION: the code and text of this failure.
    if (source == nullptr) {
      results.push_back({.error_code = "ResourceNotFoundException",
                         .error_message = "Event source " + entry.source + " does not exist."});
      continue;
    }
    if (!is_good_detail(entry.detail)) {
      results.push_back({.error_code = "MalformedDetail", .error_message = "Detail is malformed."});
      continue;
    }
    results.push_back({.event_id = kernel::uuid4(ids_)});
    const std::string time = kernel::iso_seconds(entry.time);
    Arriving arriving{.fields = {.id = results.back().event_id,
                                 .detail_type = entry.detail_type,
                                 .source = entry.source,
                                 .time = time,
                                 .detail = entry.detail},
                      .event_uuid = entry.event_uuid,
                      .cause = entry.cause,
                      .ingested = scheduler_.wall_now()};
    EventBus* bus = registry_.find_bus(entry.source);
    if (bus == nullptr) {
      // The partner is told nothing of it.
      drop(arriving, Outcome::Rejected, End::Lost, "the event source is pending: it has no event bus");
    } else {
      arrive(*bus, std::move(arriving));
    }
  }
  co_return results;
}

ApiError EventBridge::refuse_call(const PutEventsRequest& request, ApiError error) {
  kernel::point_hop(journal_,
                    {.stage = Stage::Publish,
                     .parent = request.cause,
                     .from = request.caller,
                     .to = "bus",
                     .operation = "PutEvents"},
                    {.outcome = error.code == "ThrottlingException" ? Outcome::Throttled : Outcome::Rejected,
                     .status = error.status,
                     .error = error.message});
  return error;
}

ApiResult<std::vector<EntryResult>> EventBridge::put_events(PutEventsRequest request) {
  if (!calls_.take(scheduler_.now())) {
    return std::unexpected(refuse_call(request, {"ThrottlingException", "Rate exceeded"}));
  }
  if (auto error = check_call(request, config_.put_bytes_limit)) {
    return std::unexpected(refuse_call(request, std::move(*error)));
  }
  std::vector<EntryResult> results;
  for (const PutEventsEntry& entry : request.entries) results.push_back(put_entry(entry, request));
  return results;
}

void EventBridge::put_service_event(const PutEventsEntry& entry, const std::string& caller) {
  static_cast<void>(put_entry(entry, {.entries = {}, .caller = caller}, Origin::Service));
}

EntryResult EventBridge::put_entry(const PutEventsEntry& entry, const PutEventsRequest& request,
                                   Origin origin) {
  const std::string id = kernel::uuid4(ids_);
  const kernel::PublishedEvent published{
      .uuid = id, .channel = bus_name(entry.event_bus), .kind = entry.detail_type, .payload = entry.detail};
  const kernel::HopStart hop{.stage = Stage::Publish,
                             .event = id,
                             .parent = request.cause,
                             .from = request.caller,
                             .to = "bus",
                             .operation = "PutEvents"};
  std::optional<EntryFailure> failure;
  if (origin == Origin::Client) failure = check_entry(entry);
  if (origin == Origin::Client && !failure && !entries_.take(scheduler_.now())) {
    failure = EntryFailure{"ThrottlingException", "Rate exceeded"};
  }
  if (failure) {
    journal_.rejected(published, "bus: " + std::string(failure->code));
    kernel::point_hop(
        journal_, hop,
        {.outcome = failure->code == "ThrottlingException" ? Outcome::Throttled : Outcome::Rejected,
         .status = 200,
         .error = failure->message});
    return {.error_code = std::string(failure->code), .error_message = std::move(failure->message)};
  }
  journal_.published(published);
  const kernel::HopId cause = kernel::point_hop(
      journal_, hop, {.status = 200, .bytes_sent = entry_size(entry), .request = entry.trace_header});
  const std::string time = kernel::iso_seconds(entry.time.value_or(scheduler_.wall_now()));
  Arriving arriving{.fields = {.id = id,
                               .detail_type = entry.detail_type,
                               .source = entry.source,
                               .time = time,
                               .resources = entry.resources,
                               .detail = entry.detail},
                    .event_uuid = id,
                    .cause = cause,
                    .ingested = scheduler_.wall_now(),
                    .trace_header = entry.trace_header};
  EventBus* bus = registry_.find_bus(entry.event_bus);
  if (bus == nullptr) {
    // The service answers with an event id all the same.
    drop(arriving, Outcome::Rejected, End::Lost,
         "event bus " + std::string(bus_name(entry.event_bus)) + " does not exist");
  } else {
    arrive(*bus, std::move(arriving));
  }
  return {.event_id = id};
}

void EventBridge::forward(std::string_view bus, const BusEvent& event, kernel::HopId cause) {
  EventBus* to = registry_.find_bus(bus);
  CHECK(to != nullptr);
  const EnvelopeParts parts = parts_of(*event.envelope);
  // ASSUMPTION: it keeps its id and everything else.
  arrive(*to, {.fields = parts.fields(),
               .event_uuid = event.event_uuid,
               .cause = cause,
               .ingested = scheduler_.wall_now(),
               .envelope = *event.envelope,
               .trace_header = event.trace_header,
               .is_forwarded = true});
}

void EventBridge::replay(const BusEvent& event, const ReplayInfo& replay) {
  EventBus* bus = registry_.find_bus(replay.request.destination_arn);
  const std::string& name = replay.request.name;
  if (bus == nullptr) {
    // It can go only after its archive; the replay had taken its events by then.
    const std::string message = "replay " + name + " has no event bus left to send to";
    return journal_.log(
        {.level = kernel::LogLevel::Warn, .source = "bus", .message = message, .event = event.event_uuid});
  }
  journal_.branched(event.event_uuid, 1);
  const std::string archive(name_in_arn(replay.request.event_source_arn, "archive/").value_or(""));
  const std::string from = "archive " + archive;
  const kernel::HopId cause =
      kernel::point_hop(journal_,
                        {.stage = Stage::Bus,
                         .event = event.event_uuid,
                         .parent = event.cause,
                         .from = from,
                         .to = "bus",
                         .operation = name},
                        {.bytes_sent = static_cast<std::int64_t>(event.envelope->size())});
  const EnvelopeParts parts = parts_of(*event.envelope);
  arrive(*bus, {.fields = parts.fields(),
                .event_uuid = event.event_uuid,
                .cause = cause,
                .ingested = scheduler_.wall_now(),
                .envelope = with_replay_name(*event.envelope, name),
                .trace_header = event.trace_header,
                .replay = &replay});
}

void EventBridge::arrive(EventBus& bus, Arriving arriving) {
  const EnvelopeFields& fields = arriving.fields;
  const std::vector<patterns::Attribute> attributes = attributes_of(arriving.fields, arriving.replay);
  const patterns::Event question{.attributes = attributes, .json = fields.detail, .json_path = "detail"};
  std::vector<TargetPtr> targets;
  bool is_delivered = false;
  for (const patterns::PatternSet::Id id : bus.patterns.matching(question)) {
    const Rule* rule = bus.live[id];
    if (arriving.replay != nullptr && !is_for(*arriving.replay, *rule)) continue;
    targets.insert(targets.end(), rule->targets.begin(), rule->targets.end());
    is_delivered = is_delivered || rule->managed_by.empty();
  }
  if (!targets.empty()) {
    auto event = std::make_shared<BusEvent>();
    event->event_uuid = arriving.event_uuid;
    event->id = fields.id;
    event->envelope = std::make_shared<const std::string>(
        arriving.envelope.empty() ? envelope_text(fields) : std::move(arriving.envelope));
    event->trace_header = arriving.trace_header;
    if (arriving.replay != nullptr) event->replay_name = arriving.replay->request.name;
    event->ingested = arriving.ingested;
    event->accepted_at = scheduler_.now();
    event->cause = arriving.cause;
    event->is_forwarded = arriving.is_forwarded;
    dispatch(event, targets);
  }
  if (!is_delivered) drop(arriving, Outcome::Filtered, End::Filtered, "no rule matched");
}

void EventBridge::dispatch(const BusEventPtr& event, const std::vector<TargetPtr>& targets) {
  int deliveries = 0;
  for (const TargetPtr& target : targets) {
    const auto* archive = std::get_if<ArchiveTarget>(&target->destination);
    if (archive == nullptr) {
      ++deliveries;
      continue;
    }
    const std::string to = "archive " + archive->archive;
    kernel::point_hop(journal_,
                      {.stage = Stage::Bus,
                       .event = event->event_uuid,
                       .parent = event->cause,
                       .from = "bus",
                       .to = to,
                       .operation = target->rule_name},
                      {.bytes_sent = static_cast<std::int64_t>(event->envelope->size())});
    archives_.store(archive->archive, event);
  }
  if (deliveries > 1) journal_.branched(event->event_uuid, deliveries - 1);
  for (const TargetPtr& target : targets) {
    if (!std::holds_alternative<ArchiveTarget>(target->destination)) faults_.deliver(event, target);
  }
}

void EventBridge::drop(const Arriving& arriving, Outcome outcome, End end, const std::string& why) {
  kernel::point_hop(
      journal_, {.stage = Stage::Bus, .event = arriving.event_uuid, .parent = arriving.cause, .from = "bus"},
      {.outcome = outcome, .error = why});
  journal_.ended(arriving.event_uuid, end, "bus: " + why);
}

}  // namespace emulator::bus

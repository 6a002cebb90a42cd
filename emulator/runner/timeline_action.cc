// From a line of the timeline to what it does.
#include <nlohmann/json.hpp>

#include "emulator/runner/given_shapes.h"
#include "emulator/runner/timeline_line.h"

namespace emulator::runner {
namespace {

using kernel::Duration;
using mocks::CountPer;

/// What a line does to deliveries of the bus.
kernel::Result<bus::DeliveryFault> delivery_fault(const LineText& line) {
  using Kind = bus::DeliveryFault::Kind;
  const Kind kind = line.reorder ? Kind::Reorder : Kind::Duplicate;
  const std::string verb = line.reorder ? "reorder" : "duplicate";
  if (kind == Kind::Reorder && line.by == Duration::zero()) return kernel::invalid("'by' wants more than 0s");
  bus::DeliveryFault fault{.kind = kind,
                           .name = line.name.value_or(verb + "@" + std::to_string(line.place.line)),
                           .from = kernel::at(line.at),
                           .until = {},
                           .times = line.times,
                           .share = line.share.value_or(1),
                           .by = line.by.value_or(line.reorder ? std::chrono::seconds{1} : Duration::zero())};
  if (line.lasts) fault.until = kernel::at(line.at + *line.lasts);
  if (!line.times && !line.lasts && !line.share) fault.times = 1;
  return fault;
}

kernel::Result<DoorAction> door_of(const LineText& line) {
  const FaultOnly& only = line.only;
  const bool narrows = only.method || !only.header.empty() || only.stub || only.key || !only.attempts.empty();
  const bool counts = line.when.ramp || line.when.burst || line.when.total || line.when.fires;
  for (const auto& [key, is_there] :
       {std::pair{"times", line.times.has_value()}, std::pair{"skip", line.skip != 0},
        std::pair{"every", line.every != 1}, std::pair{"share", line.share.has_value()},
        std::pair{"per", line.per != CountPer::Run}, std::pair{"path", line.path.has_value()},
        std::pair{"delay", line.delay.has_value()}, std::pair{"twice", line.is_twice},
        std::pair{"slow", line.slow.has_value()}, std::pair{"keep_alive", line.keep_alive.has_value()},
        std::pair{"place", line.where != mocks::Place::Before}, std::pair{"only", narrows},
        std::pair{"when", counts}}) {
    if (is_there)
      return kernel::invalid("'" + std::string(key) +
                             "' does not go with 'connect': a connection is no request" +
                             (counts ? "; of 'when' it takes flap" : ""));
  }
  if (line.when.flap && !line.lasts) return kernel::invalid("'connect' with flap needs 'for'");
  DoorAction door{.name = line.name.value_or(*line.fault + "@" + std::to_string(line.place.line)),
                  .api = *line.fault,
                  .door = *line.connect,
                  .flap = line.when.flap,
                  .from = kernel::at(line.at)};
  if (line.lasts) door.until = door.from + *line.lasts;
  return door;
}

kernel::Result<> check_duplicate(const LineText& line) {
  if (!line.duplicate || *line.duplicate == "bus") return {};
  for (const auto& [key, is_there] :
       {std::pair{"for", line.lasts.has_value()}, std::pair{"share", line.share.has_value()},
        std::pair{"name", line.name.has_value()}, std::pair{"by", line.by.has_value()}}) {
    if (is_there) return kernel::invalid("'" + std::string(key) + "' goes with 'duplicate: bus' only");
  }
  return {};
}

}  // namespace

kernel::Result<TimelineAction> to_action(const LineText& line) {
  TimelineAction action{.place = line.place, .at = line.at, .lasts = line.lasts};
  action.relay = line.relay;
  action.throttle = line.throttle;
  action.crash = line.crash;
  action.deploy = line.deploy;
  action.store = line.store;
  if (auto checked = check_duplicate(line); !checked) return std::unexpected(checked.error());
  if (line.reorder || line.duplicate == "bus") {
    auto fault = delivery_fault(line);
    if (!fault) return std::unexpected(fault.error());
    action.deliveries = std::move(*fault);
  } else if (line.duplicate == "salesforce") {
    action.org_fault = {OrgFault::Duplicate, line.times.value_or(1)};
  } else if (line.duplicate) {
    action.duplicate = line.times.value_or(1);
    if (*line.duplicate != "relay") action.duplicates_at = *line.duplicate;
  }
  if (line.lose) action.org_fault = {OrgFault::Lose, line.times.value_or(1)};
  if (line.gap) action.org_fault = {OrgFault::Gap, line.times.value_or(1)};
  for (const std::optional<OrgFault>& fault : {line.expire_tokens, line.drop_sessions}) {
    if (fault) action.org_fault = {*fault, 1};
  }
  if (line.change) {
    action.change = {
        .steps = *line.change, .origin = line.origin.value_or(""), .is_rolled_back = line.is_rolled_back};
  }
  if (line.subscribe) {
    if (!line.lasts) return kernel::invalid("'subscribe' needs 'for'");
    action.subscribe = SubscribeAction{.channel = *line.subscribe,
                                       .name = line.name.value_or(*line.subscribe),
                                       .replay = line.replay_from.value_or(-1),
                                       .after_loss = line.after_loss.value_or(subscriber::AfterLoss::Resume)};
  }
  action.disconnect = line.disconnect;
  action.secret = line.secret;
  if (action.secret) action.secret->name = "secret@" + std::to_string(line.place.line);
  if (line.disconnect && !line.lasts) return kernel::invalid("'disconnect' needs 'for'");
  if (line.replay) {
    action.replay = {.archive = *line.replay,
                     .name = line.name.value_or("replay-" + std::to_string(line.place.line)),
                     .window = line.window,
                     .rules = line.rules};
  }
  if (line.publish) {
    PublishAction publish{
        .api_name = *line.publish, .from = line.from.value_or(""), .skip = line.skip, .count = line.count};
    if (line.fields) publish.fields = kernel::json_text(*line.fields);
    if (line.fields && !line.fields->is_object()) return kernel::invalid("'fields' wants a map");
    if (line.rate) publish.per_second = line.rate->per_second;
    if (!line.from && !line.fields) return kernel::invalid("'publish' needs 'from' or 'fields'");
    if (line.lasts && !line.rate) return kernel::invalid("'publish' with 'for' needs 'rate'");
    action.publish = std::move(publish);
  }
  if (line.connect) {
    auto door = door_of(line);
    if (!door) return std::unexpected(door.error());
    action.door = std::move(*door);
  } else if (line.fault) {
    const bool is_sent = line.slow || line.keep_alive;
    if (!line.respond && !line.delay && !line.damage && !line.is_twice && !is_sent)
      return kernel::invalid(
          "'fault' needs 'respond', 'connect', 'delay', 'damage', 'twice', 'slow' or 'keep_alive'");
    if (is_sent && line.respond && line.respond->ending != kernel::Ending::Complete)
      return kernel::invalid("'slow' and 'keep_alive' are for answers that come whole");
    mocks::FaultRule rule{.name = line.name.value_or(*line.fault + "@" + std::to_string(line.place.line)),
                          .target = *line.fault};
    rule.path_prefix = line.path;
    rule.from = kernel::at(line.at);
    if (line.lasts) rule.until = kernel::at(line.at + *line.lasts);
    rule.count_per = line.per;
    rule.skip = line.skip;
    rule.times = line.times;
    rule.every = line.every;
    rule.share = line.share.value_or(1);
    rule.place = line.where;
    if (line.respond) rule.effect = *line.respond;
    rule.effect.pace = line.slow.value_or(kernel::Pace{});
    rule.effect.afterwards = line.keep_alive.value_or(kernel::Afterwards::Kept);
    rule.effect.delay = line.delay;
    rule.effect.damage = line.damage;
    rule.effect.executes_twice = line.is_twice;
    narrow(rule, line.only, line.when);
    action.fault = std::move(rule);
  }
  return action;
}

}  // namespace emulator::runner

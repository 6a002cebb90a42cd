#include "emulator/runner/timeline_shape.h"

#include <nlohmann/json.hpp>

#include "emulator/runner/as_written.h"
#include "emulator/runner/fault_when_shapes.h"
#include "emulator/runner/given_shapes.h"
#include "emulator/runner/timeline_parts.h"

namespace emulator::runner {
namespace {

using config::choice;
using config::duration;
using config::integer;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using kernel::Duration;
using mocks::CountPer;
using mocks::FaultEffect;

/// One line as written; to_action sorts it out.
struct LineText {
  config::Place place{};
  Duration at{};
  std::optional<Duration> lasts{};
  // publish
  std::optional<std::string> publish{};
  std::optional<std::string> from{};
  std::optional<kernel::Json> fields{};
  std::optional<std::int64_t> count{};
  std::optional<config::Rate> rate{};
  // fault
  std::optional<std::string> fault{};
  std::optional<std::string> name{};
  mocks::Place where = mocks::Place::Before;
  std::optional<std::int64_t> times{};
  std::int64_t skip = 0;
  std::int64_t every = 1;
  std::optional<double> share{};
  CountPer per = CountPer::Run;
  std::optional<std::string> path{};
  std::optional<FaultEffect> respond{};
  std::optional<kernel::Door> connect{};
  std::optional<mocks::LatencyLaw> delay{};
  FaultOnly only{};
  FaultWhen when{};
  std::optional<mocks::Damage> damage{};
  bool is_twice = false;
  // platform
  std::optional<RelayVerb> relay{};
  std::optional<std::string> throttle{};
  std::optional<std::string> crash{};
  std::optional<StoreFault> store{};
  std::optional<std::string> duplicate{};
  std::optional<int> reorder{};
  std::optional<Duration> by{};
  // replay
  std::optional<std::string> replay{};
  // the org
  std::optional<std::vector<ChangeStep>> change{};
  std::optional<std::string> origin{};
  bool is_rolled_back = false;
  std::optional<OrgFault> lose{};
  std::optional<OrgFault> gap{};
  std::optional<OrgFault> expire_tokens{};
  std::optional<OrgFault> drop_sessions{};
  // a streaming client
  std::optional<std::string> subscribe{};
  std::optional<std::int64_t> replay_from{};
  std::optional<subscriber::AfterLoss> after_loss{};
  std::optional<std::string> disconnect{};
  std::optional<judge::Window> window{};
  std::vector<std::string> rules{};
};

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
        std::pair{"place", line.where != mocks::Place::Before}, std::pair{"only", narrows},
        std::pair{"when", counts}}) {
    if (is_there)
      return kernel::invalid("'" + std::string(key) +
                             "' does not go with 'connect': a connection is no request" +
                             (counts ? "; of 'when' it takes flap" : ""));
  }
  if (line.when.flap && !line.lasts) return kernel::invalid("'connect' with flap needs 'for'");
  return DoorAction{.name = line.name.value_or(*line.fault + "@" + std::to_string(line.place.line)),
                    .api = *line.fault,
                    .door = *line.connect,
                    .flap = line.when.flap};
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

kernel::Result<TimelineAction> to_action(const LineText& line) {
  TimelineAction action{.place = line.place, .at = line.at, .lasts = line.lasts};
  action.relay = line.relay;
  action.throttle = line.throttle;
  action.crash = line.crash;
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
    if (!line.respond && !line.delay && !line.damage && !line.is_twice)
      return kernel::invalid("'fault' needs 'respond', 'connect', 'delay', 'damage' or 'twice'");
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
    rule.effect.delay = line.delay;
    rule.effect.damage = line.damage;
    rule.effect.executes_twice = line.is_twice;
    narrow(rule, line.only, line.when);
    action.fault = std::move(rule);
  }
  return action;
}

}  // namespace

Shape<TimelineAction> timeline_line_shape() {
  const auto line =
      object<LineText>("a line of the timeline", "Something that happens at a time of the run.")
          .required("at", &LineText::at, duration(), "When, from the start.")
          .optional("for", &LineText::lasts, duration(std::chrono::milliseconds{1}),
                    "How long; a fault without it stays.")
          .optional("publish", &LineText::publish, non_empty_text(), "Publish events of this API name.")
          .optional("from", &LineText::from, non_empty_text(),
                    "JSON Lines file with their fields, from this file's folder; it is read in a circle.")
          .optional("fields", &LineText::fields, config::json(),
                    "Their fields; with 'from', these replace what the file says.")
          .optional("count", &LineText::count, integer(1, 100'000'000),
                    "How many; the whole file, or 1, when neither this nor 'for' is said.")
          .optional("rate", &LineText::rate, config::rate(), "How fast; all at once when absent.")
          .optional("fault", &LineText::fault, non_empty_text(), "An API misbehaves.")
          .optional("name", &LineText::name, non_empty_text(),
                    "Of the fault; names its draws. Of a replay: its replay-name.")
          .optional("place", &LineText::where,
                    choice<mocks::Place>({{"before", mocks::Place::Before}, {"after", mocks::Place::After}}),
                    "Before its effect (nothing was done) or after it (done, and the answer lost).")
          .optional("times", &LineText::times, integer(1, 1'000'000'000),
                    "Only so many requests; of duplicate: so many events, or deliveries.")
          .optional("skip", &LineText::skip, integer(0, 1'000'000'000),
                    "Leave the first so many requests alone; of publish: the first so many rows.")
          .optional("every", &LineText::every, integer(1, 1'000'000'000), "Only each nth request.")
          .optional("share", &LineText::share, config::share(), "Only this share, drawn by seed.")
          .optional("per", &LineText::per,
                    choice<CountPer>({{"run", CountPer::Run},
                                      {"event", CountPer::Event},
                                      {"business_key", CountPer::BusinessKey}}),
                    "What times, skip, every and share count in.")
          .optional("path", &LineText::path, non_empty_text(), "Only requests whose path starts so.")
          .optional("respond", &LineText::respond, respond_shape(), "What the caller gets instead.")
          .optional("connect", &LineText::connect, door_shape(), "What is found by who connects.")
          .optional("delay", &LineText::delay, latency_shape(), "Added to the answer's own time.")
          .optional("damage", &LineText::damage, damage_shape(), "The true answer, made wrong.")
          .optional("twice", &LineText::is_twice, config::boolean(),
                    "The effect happens twice, and one answer is sent.")
          .optional("only", &LineText::only, fault_only_shape(), "Which requests of the API.")
          .optional("when", &LineText::when, fault_when_shape(),
                    "When it fires, beyond window, counts and share.")
          .optional("relay", &LineText::relay,
                    choice<RelayVerb>({{"pause", RelayVerb::Pause},
                                       {"run", RelayVerb::Run},
                                       {"stop", RelayVerb::Stop},
                                       {"lose_position", RelayVerb::LosePosition}}),
                    "Move the relay; pause and stop with 'for' run again after it. lose_position: it is in "
                    "ERROR, for so long, and its ReplayRecovery decides where it goes on.")
          .optional(
              "throttle", &LineText::throttle, non_empty_text(),
              "A function has no concurrency, the bus cannot invoke, or it refuses what the relay sends.")
          .optional(
              "crash", &LineText::crash, non_empty_text(),
              "An instance, middleware-1, or all of the middleware dies at once and is back after 'for'.")
          .optional("store", &LineText::store, store_fault_shape(), "Of all instances: it is gone, or slow.")
          .optional("duplicate", &LineText::duplicate, non_empty_text(),
                    "relay, or a topic: it sends the next event, or 'times' events, twice. bus: it makes "
                    "deliveries twice. salesforce: it stores events twice.")
          .optional("reorder", &LineText::reorder, choice<int>({{"bus", 0}}),
                    "The bus holds deliveries back, so that later ones overtake them.")
          .optional("by", &LineText::by, duration(),
                    "How long a delivery is held, or how much later the second one comes.")
          .optional("replay", &LineText::replay, non_empty_text(), "Send the events of an archive again.")
          .optional("window", &LineText::window, window_shape(), "Those of this time.")
          .optional("change", &LineText::change, config::list_of(change_step_shape(), 1),
                    "A transaction in the org; its records give change events.")
          .optional("origin", &LineText::origin, non_empty_text(), "changeOrigin of its change events.")
          .optional("roll_back", &LineText::is_rolled_back, config::boolean(), "It is undone at its end.")
          .optional("lose", &LineText::lose, choice<OrgFault>({{"salesforce", OrgFault::Lose}}),
                    "The org accepts the next event, or 'times' events, and never stores it.")
          .optional("gap", &LineText::gap, choice<OrgFault>({{"salesforce", OrgFault::Gap}}),
                    "The next change event, or 'times' of them, comes without its fields.")
          .optional("expire_tokens", &LineText::expire_tokens,
                    choice<OrgFault>({{"salesforce", OrgFault::ExpireTokens}}),
                    "Every access token of the org is dead from now on.")
          .optional("drop_sessions", &LineText::drop_sessions,
                    choice<OrgFault>({{"salesforce", OrgFault::DropSessions}}),
                    "Every streaming session of the org is lost.")
          .optional("subscribe", &LineText::subscribe, non_empty_text(),
                    "A program of its own subscribes to this channel over CometD: /event/NAME, /data/NAME.")
          .optional("replay_from", &LineText::replay_from, choice<std::int64_t>({{"new", -1}, {"all", -2}}),
                    "What it asks for at first: replay id -1 or -2.")
          .optional(
              "after_loss", &LineText::after_loss,
              choice<subscriber::AfterLoss>({{"resume", subscriber::AfterLoss::Resume},
                                             {"restart", subscriber::AfterLoss::Restart},
                                             {"forget", subscriber::AfterLoss::Forget}}),
              "What it asks for when its session was lost: what comes after the last event that it saw, "
              "what it asked for at first, or nothing.")
          .optional("disconnect", &LineText::disconnect, non_empty_text(),
                    "The network of this subscriber is gone.")
          .optional("rules", &LineText::rules, config::list_of(non_empty_text(), 1), "To these rules only.")
          .exactly_one_of({"publish", "fault", "relay", "throttle", "crash", "store", "duplicate", "reorder",
                           "replay", "change", "lose", "gap", "expire_tokens", "drop_sessions", "subscribe",
                           "disconnect"})
          .requires_key("crash", {"for"})
          .requires_key("store", {"for"})
          .requires_key("from", {"publish"})
          .requires_key("fields", {"publish"})
          .requires_key("count", {"publish"})
          .requires_key("rate", {"publish"})
          .requires_one_of("name", {"fault", "duplicate", "reorder", "replay", "subscribe"})
          .requires_key("replay_from", {"subscribe"})
          .requires_key("after_loss", {"subscribe"})
          .requires_key("place", {"fault"})
          .requires_one_of("times", {"fault", "duplicate", "reorder", "lose", "gap"})
          .requires_one_of("skip", {"fault", "publish"})
          .requires_key("every", {"fault"})
          .requires_one_of("share", {"fault", "duplicate", "reorder"})
          .requires_key("per", {"fault"})
          .requires_key("path", {"fault"})
          .requires_key("respond", {"fault"})
          .requires_key("connect", {"fault"})
          .requires_key("delay", {"fault"})
          .requires_key("damage", {"fault"})
          .requires_key("twice", {"fault"})
          .requires_key("only", {"fault"})
          .requires_key("when", {"fault"})
          .requires_one_of("for", {"publish", "fault", "relay", "throttle", "crash", "store", "duplicate",
                                   "reorder", "subscribe", "disconnect"})
          .requires_one_of("by", {"duplicate", "reorder"})
          .requires_key("origin", {"change"})
          .requires_key("roll_back", {"change"})
          .requires_key("window", {"replay"})
          .requires_key("rules", {"replay"})
          .at_most_one_of({"count", "for"})
          .at_most_one_of({"respond", "damage", "connect"})
          .place(&LineText::place)
          .done();
  return as_written(mapped<TimelineAction>(line, to_action),
                    [](TimelineAction& action, config::JsonPtr written) {
                      if (action.fault) action.fault->written = std::move(written);
                    });
}

Shape<std::vector<TimelineAction>> timeline_shape() { return config::list_of(timeline_line_shape()); }

}  // namespace emulator::runner

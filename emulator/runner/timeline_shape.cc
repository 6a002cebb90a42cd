#include "emulator/runner/timeline_shape.h"

#include <nlohmann/json.hpp>

#include "emulator/runner/as_written.h"
#include "emulator/runner/given_shapes.h"
#include "emulator/runner/timeline_line.h"
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
using mocks::FaultEffect;

Shape<DeployAction> deploy_shape() {
  return object<DeployAction>("a deployment")
      .optional("fails", &DeployAction::fails, config::boolean(),
                "The new version never listens on its port; the old one goes on.")
      .done();
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
          .optional("per", &LineText::per, count_per_shape(), "What times, skip, every and share count in.")
          .optional("path", &LineText::path, non_empty_text(), "Only requests whose path starts so.")
          .optional("respond", &LineText::respond, respond_shape(), "What the caller gets instead.")
          .optional("connect", &LineText::connect, door_shape(), "What is found by who connects.")
          .optional("delay", &LineText::delay, latency_shape(), "Added to the answer's own time.")
          .optional("damage", &LineText::damage, damage_shape(), "The true answer, made wrong.")
          .optional("twice", &LineText::is_twice, config::boolean(),
                    "The effect happens twice, and one answer is sent.")
          .optional("slow", &LineText::slow, pace_shape(), "The answer takes so long on its way.")
          .optional("keep_alive", &LineText::keep_alive, afterwards_shape(),
                    "The connection does not stay open behind the answer, which does not say so.")
          .optional("only", &LineText::only, fault_only_shape(), "Which requests of the API.")
          .optional("when", &LineText::when, fault_when_shape(),
                    "When it fires, beyond window, counts and share.")
          .optional("relay", &LineText::relay, relay_verb_shape(),
                    "Move the relay; pause and stop with 'for' run again after it. lose_position: it is in "
                    "ERROR, for so long, and its ReplayRecovery decides where it goes on.")
          .optional(
              "throttle", &LineText::throttle, non_empty_text(),
              "A function has no concurrency, the bus cannot invoke, or it refuses what the relay sends.")
          .optional(
              "crash", &LineText::crash, non_empty_text(),
              "An instance, middleware-1, or all of the middleware dies at once and is back after 'for'.")
          .optional("deploy", &LineText::deploy, deploy_shape(),
                    "A new version of the middleware: new instances beside the old ones, which serve until "
                    "the new ones are healthy.")
          .optional("store", &LineText::store, store_fault_shape(), "Of all instances: it is gone, or slow.")
          .optional("duplicate", &LineText::duplicate, non_empty_text(),
                    "relay, or a topic: it sends the next event, or 'times' events, twice. bus: it makes "
                    "deliveries twice. salesforce: it stores events twice.")
          .optional("reorder", &LineText::reorder, choice<int>({{"bus", 0}}),
                    "The bus holds deliveries back, so that later ones overtake them.")
          .optional("by", &LineText::by, duration(),
                    "How long a delivery is held, or how much later the second one comes.")
          .optional("secret", &LineText::secret, secret_line_shape(),
                    "A secret is rotated, or not to be read.")
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
          .optional("after_loss", &LineText::after_loss, after_loss_shape(),
                    "What it asks for when its session was lost: what comes after the last event that it "
                    "saw, what it asked for at first, or nothing.")
          .optional("disconnect", &LineText::disconnect, non_empty_text(),
                    "The network of this subscriber is gone.")
          .optional("rules", &LineText::rules, config::list_of(non_empty_text(), 1), "To these rules only.")
          .exactly_one_of({"publish", "fault", "relay", "throttle", "crash", "deploy", "store", "duplicate",
                           "reorder", "replay", "change", "lose", "gap", "expire_tokens", "drop_sessions",
                           "subscribe", "disconnect", "secret"})
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
          .requires_key("slow", {"fault"})
          .requires_key("keep_alive", {"fault"})
          .requires_key("only", {"fault"})
          .requires_key("when", {"fault"})
          .requires_one_of("for", {"publish", "fault", "relay", "throttle", "crash", "store", "duplicate",
                                   "reorder", "subscribe", "disconnect", "secret"})
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
                      if (action.door) action.door->written = written;
                      if (action.fault) action.fault->written = std::move(written);
                    });
}

Shape<std::vector<TimelineAction>> timeline_shape() { return config::list_of(timeline_line_shape()); }

}  // namespace emulator::runner

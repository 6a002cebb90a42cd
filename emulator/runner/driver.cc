#include "emulator/runner/driver.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "emulator/compute/scaled_service.h"
#include "emulator/runner/edge_services.h"
#include "emulator/runner/shared_store.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/url.h"
#include "middleware/kernel/wait.h"

namespace emulator::runner {
namespace {

using kernel::Task;

std::string key_field_of(const Given& given, const std::string& api_name) {
  for (const auto& [name, definition] : given.salesforce.events) {
    if (name == api_name) return definition.key;
  }
  return {};
}

/// As the first user of the first app, who are called relayrig where nobody declared any.
std::string login_form(const salesforce::OrgConfig& org) {
  salesforce::User user{.username = "relayrig", .password = "relayrig"};
  if (!org.users.empty()) user = org.users.front();
  salesforce::ConnectedApp app{.name = "relayrig", .consumer_key = "relayrig", .consumer_secret = "relayrig"};
  if (!org.apps.empty()) app = org.apps.front();
  return "grant_type=password&client_id=" + kernel::percent_encoded(app.consumer_key) +
         "&client_secret=" + kernel::percent_encoded(app.consumer_secret) +
         "&username=" + kernel::percent_encoded(user.username) +
         "&password=" + kernel::percent_encoded(user.password + user.security_token);
}

/// How many events a line publishes: said, or what fits into its time, or the whole file once.
std::int64_t count_of(const TimelineAction& action, const DataFile& data) {
  if (action.publish->count) return *action.publish->count;
  if (!action.lasts) return std::max<std::int64_t>(0, data.size() - action.publish->skip);
  return std::llround(
      std::floor(static_cast<double>(action.lasts->count()) * 1e-9 * *action.publish->per_second + 1e-9));
}

}  // namespace

kernel::Result<std::unique_ptr<Driver>> Driver::prepare(const Scenario& scenario, World& world,
                                                        kernel::Scheduler& scheduler) {
  std::unique_ptr<Driver> driver(new Driver(scenario, world, scheduler));
  for (const TimelineAction& action : scenario.timeline) {
    if (!action.publish) {
      driver->data_.emplace_back();
      continue;
    }
    const PublishAction& publish = *action.publish;
    const std::string key = key_field_of(scenario.given, publish.api_name);
    auto data = publish.from.empty() ? DataFile::of(publish.fields, key)
                                     : DataFile::read(publish.from, key, publish.fields);
    if (!data) return std::unexpected(data.error());
    driver->data_.push_back(std::move(*data));
  }
  return driver;
}

void Driver::start() {
  for (std::size_t i = 0; i < scenario_.timeline.size(); ++i) {
    const TimelineAction& action = scenario_.timeline[i];
    // Rules know their own window and need no timer.
    if (action.fault) {
      world_.faults().add(*action.fault);
      ++begun_;
      continue;
    }
    if (action.deliveries) {
      world_.bus().faults().add(*action.deliveries);
      ++begun_;
      continue;
    }
    lines_.spawn(play(action, &data_[i]));
  }
}

Task<void> Driver::play(const TimelineAction& action, const DataFile* data) {
  co_await kernel::sleep_until(scheduler_, kernel::at(action.at));
  ++begun_;
  if (action.publish) co_await publish(action, *data);
  if (action.door) {
    world_.doors().set(*action.door);
    if (action.door->until) co_await kernel::sleep_until(scheduler_, *action.door->until);
  }
  if (action.secret) {
    std::optional<kernel::Timestamp> until;
    if (action.lasts) until = kernel::at(action.at + *action.lasts);
    co_await world_.vaults().hold(*action.secret, until);
  }
  if (action.relay) co_await move_relay(action);
  if (action.throttle) co_await throttle(action);
  if (action.crash) world_.crash(*action.crash, *action.lasts);
  if (action.deploy) co_await deploy(*action.deploy);
  if (action.store) co_await fail_store(action);
  if (action.replay) co_await replay(*action.replay);
  if (action.subscribe) co_await subscribe(action);
  if (action.disconnect) disconnect(*action.disconnect, kernel::at(action.at + *action.lasts));
  if (action.change) change(*action.change);
  if (action.org_fault) fail(action.org_fault->first, action.org_fault->second);
  if (action.duplicate && action.duplicates_at.empty()) world_.relay().duplicate_next(*action.duplicate);
  if (!action.duplicates_at.empty()) world_.topics().duplicate_next(action.duplicates_at, *action.duplicate);
}

Task<void> Driver::subscribe(const TimelineAction& action) {
  subscriber::StreamingClient client({.name = action.subscribe->name,
                                      .channel = action.subscribe->channel,
                                      .host = kSalesforceHost,
                                      .login = login_form(scenario_.given.salesforce),
                                      .replay = action.subscribe->replay,
                                      .after_loss = action.subscribe->after_loss},
                                     scheduler_, world_.client(), world_.journal());
  subscribers_.push_back(&client);
  co_await client.run(kernel::at(action.at + *action.lasts));
  std::erase(subscribers_, &client);
}

void Driver::disconnect(const std::string& name, kernel::Timestamp until) {
  for (subscriber::StreamingClient* client : subscribers_) {
    if (client->name() == name) client->go_away(until);
  }
}

Task<void> Driver::publish(const TimelineAction& action, const DataFile& data) {
  const std::int64_t count = count_of(action, data);
  const kernel::Timestamp start = kernel::at(action.at);
  for (std::int64_t i = 0; i < count; ++i) {
    if (action.publish->per_second) {
      const double seconds = static_cast<double>(i) / *action.publish->per_second;
      co_await kernel::sleep_until(scheduler_, start + kernel::Duration{std::llround(seconds * 1e9)});
    }
    const DataFile::Row row = data.row(action.publish->skip + i);
    // A refusal is recorded by the org as the event's end.
    if (action.publish->api_name == "ChangeEvents") {
      world_.org().capture_or_log(row.fields);
      continue;
    }
    static_cast<void>(world_.org().publish(action.publish->api_name, row.fields, row.key));
  }
}

Task<void> Driver::move_relay(const TimelineAction& action) {
  using relay::AdminState;
  if (*action.relay == RelayVerb::LosePosition) {
    world_.relay().lose_position(action.lasts.value_or(kernel::Duration{0}));
    co_return;
  }
  AdminState state = AdminState::Run;
  if (*action.relay == RelayVerb::Pause) state = AdminState::Pause;
  if (*action.relay == RelayVerb::Stop) state = AdminState::Stop;
  world_.relay().set_state(state, "by the timeline");
  if (!action.lasts || state == AdminState::Run) co_return;
  co_await kernel::sleep_until(scheduler_, kernel::at(action.at + *action.lasts));
  world_.relay().set_state(AdminState::Run, "by the timeline");
}

void Driver::set_throttled(const std::string& target, bool is_throttled) {
  if (target == "bus") return world_.bus().throttle(is_throttled);
  if (target == "relay") return world_.relay().throttle(is_throttled);
  world_.lambda().throttle(target, is_throttled, "by the timeline");
}

Task<void> Driver::throttle(const TimelineAction& action) {
  set_throttled(*action.throttle, true);
  if (!action.lasts) co_return;
  co_await kernel::sleep_until(scheduler_, kernel::at(action.at + *action.lasts));
  set_throttled(*action.throttle, false);
}

Task<void> Driver::deploy(const DeployAction& action) {
  if (compute::ScaledService* tasks = world_.compute().scaled())
    co_return co_await tasks->deploy(action.fails);
  const auto begun = world_.services().deploy_own(!action.fails);
  if (begun) co_return co_await world_.services().until_settled();
  world_.journal().log({.level = kernel::LogLevel::Warn,
                        .source = "app-runner",
                        .message = "deployment refused: " + begun.error().message});
}

Task<void> Driver::fail_store(const TimelineAction& action) {
  world_.shared_store().begin(*action.store);
  co_await kernel::sleep_until(scheduler_, kernel::at(action.at + *action.lasts));
  world_.shared_store().end();
}

void Driver::fail(OrgFault fault, std::int64_t times) {
  switch (fault) {
    case OrgFault::Lose:
      return world_.org().lose_next(times);
    case OrgFault::Duplicate:
      return world_.org().store_twice_next(times);
    case OrgFault::Gap:
      return world_.org().gap_next(times);
    case OrgFault::ExpireTokens:
      return world_.salesforce_edge().expire_tokens();
    case OrgFault::DropSessions:
      world_.salesforce_edge().drop_sessions();
      return;
  }
}

void Driver::change(const ChangeAction& action) {
  using Verb = ChangeStep::Verb;
  salesforce::Org& org = world_.org();
  const auto transaction = org.begin({.change_origin = action.origin});
  // A refusal is in the record's log; an event that is refused ends as rejected.
  const auto note = [&org](const auto& result) {
    if (!result) org.log_refusal(result.error());
  };
  for (const ChangeStep& step : action.steps) {
    const kernel::Json fields = *kernel::parse_json(step.fields);
    if (step.verb == Verb::Publish) note(transaction->publish(step.entity, step.fields));
    if (step.verb == Verb::Create) {
      for (std::int64_t i = 0; i < step.count; ++i) note(transaction->create(step.entity, fields));
    }
    if (step.verb == Verb::Publish || step.verb == Verb::Create) continue;
    const bool is_deleted = step.verb == Verb::Undelete;
    for (const std::string& id : org.matching(step.entity, *kernel::parse_json(step.where), is_deleted)) {
      if (step.verb == Verb::Update) note(transaction->update(step.entity, id, fields));
      if (step.verb == Verb::Delete) note(transaction->remove(step.entity, id));
      if (step.verb == Verb::Undelete) note(transaction->undelete(step.entity, id));
    }
  }
  if (action.is_rolled_back) {
    transaction->roll_back();
  } else {
    transaction->commit();
  }
}

Task<void> Driver::replay(const ReplayAction& action) {
  bus::ArchiveKeeper& archives = world_.bus().archives();
  const auto archive = archives.describe_archive(action.archive);
  CHECK_THAT(archive.has_value(), action.archive);
  const kernel::WallTime now = scheduler_.wall_now();
  // Events carry whole seconds.
  const auto start = std::chrono::floor<std::chrono::seconds>(now - scheduler_.now().time_since_epoch());
  bus::StartReplayRequest request{.name = action.name,
                                  .event_source_arn = archive->arn,
                                  .destination_arn = archive->event_source_arn,
                                  .from = start,
                                  .to = now};
  if (action.window) {
    request.from = start + action.window->from;
    request.to = start + *action.window->until;
  }
  const std::string bus(bus::bus_name(archive->event_source_arn));
  for (const std::string& rule : action.rules) request.rule_arns.push_back(bus::rule_arn(bus, rule));
  // A refusal is in the record's log.
  static_cast<void>(archives.start_replay(std::move(request)));
  co_await archives.until_ended(action.name);
}

}  // namespace emulator::runner

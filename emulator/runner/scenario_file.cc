#include "emulator/runner/scenario_file.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "emulator/arn/arn.h"
#include "emulator/runner/compose.h"
#include "emulator/runner/function_problems.h"
#include "emulator/runner/given_shapes.h"
#include "emulator/runner/mock_given.h"
#include "emulator/runner/named_queues.h"
#include "emulator/runner/process_instances.h"
#include "emulator/runner/record_shape.h"
#include "emulator/runner/timeline_shape.h"
#include "middleware/config/suggest.h"

namespace emulator::runner {
namespace {

using config::Problems;
using config::Shape;
namespace fs = std::filesystem;

struct ScenarioText : Scenario {
  std::string use{};
};

/// Ten in the morning of a working day, so that nothing depends on the day a run is made.
constexpr kernel::WallTime kWallStart =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 5} + std::chrono::hours{10};

Shape<ScenarioText> scenario_shape() {
  const auto name = config::mapped<std::string>(
      config::non_empty_text(), [](const std::string& text) -> kernel::Result<std::string> {
        const bool plain = std::ranges::all_of(text, [](char c) {
          return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
        });
        if (plain) return text;
        return kernel::invalid("a name has letters, digits, _ and - only: it names files");
      });
  return config::object<ScenarioText>("a scenario",
                                      "One rehearsal: what is given, what happens, what is expected.")
      .required("name", &ScenarioText::name, name, "Says the claim: an_outage_loses_nothing.")
      .optional("why", &ScenarioText::why, config::text(), "Why the claim matters.")
      .optional("tags", &ScenarioText::tags, config::list_of(config::non_empty_text()),
                "To select scenarios by.")
      .optional("seed", &ScenarioText::seed, config::integer(0), "Of all luck.")
      .optional("start", &ScenarioText::wall_start, config::wall_time(),
                "Calendar time at which a virtual run starts; 2026-01-05T10:00:00Z when absent.")
      .optional("limit", &ScenarioText::limit, config::duration(std::chrono::seconds{1}),
                "The run is cut off so long after the timeline's end.")
      .optional("use", &ScenarioText::use, config::non_empty_text(),
                "File with a deployment; 'given' changes what it says.")
      .required("given", &ScenarioText::given, given_shape(), "The deployment.")
      .required("timeline", &ScenarioText::timeline, timeline_shape(), "What happens when.")
      .optional(
          "expect",
          [](ScenarioText& out, Expectations all) {
            out.expectations = std::move(all.of_run);
            out.mock_expectations = std::move(all.of_mocks);
            out.log_expectations = std::move(all.of_logs);
          },
          all_expectations_shape(), "What must be true of the run, beside the invariants.")
      .optional("invariants", &ScenarioText::invariants, invariants_shape(),
                "Those that are switched off or tuned.")
      .optional("record", &ScenarioText::hops_share, record_shape(), "What the run file leaves out.")
      .done();
}

template <class T, class Name>
std::vector<std::string> names(const std::vector<T>& things, Name name) {
  std::vector<std::string> result;
  for (const T& thing : things) result.push_back(thing.*name);
  return result;
}

/// What the keys of a scenario say of each other.
class CrossCheck {
 public:
  CrossCheck(const Scenario& scenario, const config::Tree& tree, Problems& problems)
      : scenario_(scenario), tree_(tree), problems_(problems) {}

  void run() {
    const Given& given = scenario_.given;
    apis_ = names(given.apis, &ApiGiven::name);
    check_mocks();
    functions_ = names(given.functions, &lambda::FunctionConfig::name);
    queues_ = names(given.queues, &queues::QueueConfig::name);
    topics_ = names(given.topics, &TopicGiven::name);
    const config::Place whole = tree_.find("given")->place;
    for (const service::ApiConfig& api : given.compute.middleware.service.apis) {
      known(api.name, apis_, "the middleware calls the api", whole);
      check_secrets(api, whole);
    }
    for (const ingest::Destination& destination : given.compute.middleware.ingest.destinations) {
      if (!destination.url.empty()) known(destination.name, apis_, "a route leads to the destination", whole);
    }
    std::vector<std::string> buses = names(given.bus.buses, &bus::BusConfig::name);
    buses.emplace_back(bus::kDefaultBus);
    given.bus.for_each_target([&](const bus::RuleConfig& rule, const bus::TargetConfig& target) {
      const auto to = bus::destination_of(target.spec.arn);
      if (!to || target.is_by_arn) return;
      if (const auto* function = std::get_if<bus::LambdaTarget>(&*to))
        known(function->function, functions_, "rule '" + rule.name + "' has the target function", whole);
      if (const auto* event_bus = std::get_if<bus::BusTarget>(&*to))
        known(event_bus->bus, buses, "rule '" + rule.name + "' has the target bus", whole);
      const auto* topic = std::get_if<bus::TopicTarget>(&*to);
      if (topic == nullptr) return;
      const std::string what = "rule '" + rule.name + "' has the target topic";
      known(topic->topic, topics_, what, whole);
      if (topic->topic.ends_with(".fifo")) {
        problems_.add(whole, what + " '" + topic->topic + "': a rule has no message group to publish with");
      }
    });
    for (const TopicGiven& topic : given.topics) {
      for (const SubscriptionGiven& subscription : topic.subscriptions) check(subscription, topic);
    }
    for (const std::string& problem : function_problems(given)) problems_.add(whole, problem);
    if (const auto problem = refuse_queues(given)) problems_.add(whole, *problem);
    for (const auto& [place, problem] : alarm_problems(scenario_)) problems_.add(place, problem);
    for (const auto& [place, problem] : log_problems(scenario_)) problems_.add(place, problem);
    for (const TimelineAction& action : scenario_.timeline) check(action);
    for (const judge::Expectation& expectation : scenario_.expectations) check(expectation);
  }

 private:
  void known(const std::string& name, const std::vector<std::string>& all, const std::string& what,
             const config::Place& place) {
    if (std::ranges::find(all, name) != all.end()) return;
    problems_.add(place, what + " '" + name + "', which is not given" + config::did_you_mean_text(name, all));
  }

  void check_secrets(const service::ApiConfig& api, const config::Place& whole) {
    if (!api.auth) return;
    std::vector<std::string> secrets;
    for (const auto& [reference, value] : scenario_.given.secrets) secrets.push_back(reference);
    for (const std::string& reference : service::references_of(*api.auth))
      known(reference, secrets, "the middleware shows the api '" + api.name + "' the secret", whole);
  }

  void check(const SubscriptionGiven& subscription, const TopicGiven& topic) {
    if (subscription.protocol == "lambda")
      known(subscription.name, functions_, "topic '" + topic.name + "' has the subscribed function",
            subscription.place);
    if (subscription.protocol != "https") return;
    const std::string name = make_arn("sns", topic.name);
    const auto& taken = scenario_.given.compute.middleware.sns.topics;
    if (std::ranges::find(taken, name) == taken.end()) {
      problems_.add(subscription.place,
                    "the middleware does not take messages of this topic: its file has no '" + name +
                        "' in 'sns.topics'");
    }
  }

  void check(const TimelineAction& action) {
    if (action.replay) check(*action.replay, action.place);
    if (!action.duplicates_at.empty())
      known(action.duplicates_at, topics_, "the topic that sends twice is", action.place);
    if (action.fault) {
      known(action.fault->target, apis_, "the fault is of the api", action.place);
      if (const auto problem = fault_problem(*action.fault, scenario_.given.apis))
        problems_.add(action.place, *problem);
    }
    if (action.door) {
      known(action.door->api, apis_, "the fault is of the api", action.place);
      if (const auto problem = door_problem(*action.door, scenario_.given.apis))
        problems_.add(action.place, *problem);
    }
    if (action.throttle && *action.throttle != "bus" && *action.throttle != "relay")
      known(*action.throttle, functions_, "the throttled function is", action.place);
    if (action.crash) {
      std::vector<std::string> instances{"middleware"};
      const auto deployments =
          std::ranges::count_if(scenario_.timeline, [](const auto& line) { return line.deploy.has_value(); });
      // Each version has its own.
      for (std::int64_t i = 1; i <= scenario_.given.compute.instances_max() * (1 + deployments); ++i)
        instances.push_back(compute::instance_name(i));
      known(*action.crash, instances, "the crash is of the instance", action.place);
    }
    if (auto wrong = secret_problem(action, scenario_.given)) problems_.add(action.place, *wrong);
    check_store_fault(action.store, scenario_.given.compute.middleware, action.place, problems_);
    if (action.change) check(*action.change, action.place);
    if (action.disconnect) {
      std::vector<std::string> subscribers;
      for (const TimelineAction& other : scenario_.timeline) {
        if (other.subscribe) subscribers.push_back(other.subscribe->name);
      }
      known(*action.disconnect, subscribers, "the subscriber is", action.place);
    }
    if (action.publish && !action.publish->from.empty()) {
      std::error_code ignored;
      if (!fs::is_regular_file(action.publish->from, ignored))
        problems_.add(action.place, "there is no file " + action.publish->from);
    }
  }

  void check_mocks() {
    for (const MockExpectation& expectation : scenario_.mock_expectations) {
      const auto problem = expectation_problem(expectation, scenario_.given.apis);
      if (problem) problems_.add(expectation.place, *problem);
    }
  }

  void check(const ChangeAction& change, const config::Place& place) {
    std::vector<std::string> objects;
    for (const auto& [name, object] : scenario_.given.salesforce.objects) objects.push_back(name);
    for (const ChangeStep& step : change.steps) {
      if (step.verb != ChangeStep::Verb::Publish) known(step.entity, objects, "the changed object is", place);
    }
  }

  void check(const ReplayAction& replay, const config::Place& place) {
    std::vector<std::string> archives;
    std::vector<std::string> rules;
    const auto add = [&](const bus::BusConfig& bus) {
      for (const bus::ArchiveConfig& archive : bus.archives) archives.push_back(archive.name);
      for (const bus::RuleConfig& rule : bus.rules) rules.push_back(rule.name);
    };
    add(scenario_.given.bus.partner);
    for (const bus::BusConfig& bus : scenario_.given.bus.buses) add(bus);
    known(replay.archive, archives, "the replay is of the archive", place);
    for (const std::string& rule : replay.rules) known(rule, rules, "the replay is for the rule", place);
    const auto same = std::ranges::count_if(scenario_.timeline, [&replay](const TimelineAction& other) {
      return other.replay && other.replay->name == replay.name;
    });
    if (same > 1) problems_.add(place, "two replays are named '" + replay.name + "'");
  }

  void check(const judge::Expectation& expectation) {
    const config::Place place{.file = expectation.place};
    if (const auto* change = std::get_if<judge::BreakerChange>(&expectation.what))
      known(change->breaker, apis_, "the breaker is of the api", place);
    if (const auto* openings = std::get_if<judge::BreakerOpenings>(&expectation.what))
      known(openings->breaker, apis_, "the breaker is of the api", place);
    if (const auto* depth = std::get_if<judge::QueueDepth>(&expectation.what))
      known(depth->queue, queues_, "the queue is", place);
    if (const auto* count = std::get_if<judge::HopCount>(&expectation.what)) check(*count, place);
    if (scenario_.hops_share < 1 && counts_hops(expectation))
      problems_.add(place, "it counts hops, and 'record' leaves some out: ask for effects or ends");
  }

  /// "No hop of" what is not there would hold for ever.
  void check(const judge::HopCount& count, const config::Place& place) {
    const auto value = [&count](std::string_view column) {
      const auto found = std::ranges::find(count.equal, column, &std::pair<std::string, std::string>::first);
      return found == count.equal.end() ? std::string{} : found->second;
    };
    if (value("stage") == "api" && !value("target").empty())
      known(value("target"), apis_, "the hops are of the api", place);
    if (value("fault").empty()) return;
    std::vector<std::string> faults;
    for (const TimelineAction& action : scenario_.timeline) {
      if (action.fault) faults.push_back(action.fault->name);
      if (action.deliveries) faults.push_back(action.deliveries->name);
      if (action.door) faults.push_back(action.door->name);
    }
    known(value("fault"), faults, "the hops are of the fault", place);
  }

  const Scenario& scenario_;
  const config::Tree& tree_;
  Problems& problems_;
  std::vector<std::string> apis_;
  std::vector<std::string> functions_;
  std::vector<std::string> queues_;
  std::vector<std::string> topics_;
};

}  // namespace

kernel::Duration Scenario::timeline_end() const {
  kernel::Duration end{};
  for (const TimelineAction& action : timeline) {
    kernel::Duration over = action.at + action.lasts.value_or(kernel::Duration{0});
    if (action.publish && action.publish->per_second && action.publish->count) {
      over =
          action.at + kernel::Duration{static_cast<std::int64_t>(static_cast<double>(*action.publish->count) /
                                                                 *action.publish->per_second * 1e9)};
    }
    end = std::max(end, over);
  }
  return end;
}

kernel::Result<Override> parse_override(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return kernel::invalid("--set wants KEY.KEY=VALUE, found '" + text + "'");
  return Override{text.substr(0, equals), text.substr(equals + 1)};
}

std::expected<Scenario, Problems> read_scenario(const std::string& path,
                                                const std::vector<Override>& overrides) {
  const auto tree = compose(path, overrides);
  if (!tree) return std::unexpected(tree.error());
  auto text = config::read_from(*tree, scenario_shape());
  if (!text) return std::unexpected(text.error());
  Scenario scenario = std::move(static_cast<Scenario&>(*text));
  scenario.file = path;
  for (const Override& change : overrides) {
    scenario.arguments +=
        (scenario.arguments.empty() ? "--set '" : " --set '") + change.path + "=" + change.value + "'";
  }
  scenario.text = *config::file_text(path);
  if (scenario.wall_start == kernel::WallTime{}) scenario.wall_start = kWallStart;
  for (TimelineAction& action : scenario.timeline) {
    if (action.publish && !action.publish->from.empty())
      action.publish->from = beside(action.place, action.publish->from);
  }
  keep_deployment_file(*tree, scenario.given.compute);
  add_named_queues(scenario.given);
  Problems problems;
  CrossCheck(scenario, *tree, problems).run();
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return scenario;
}

Scenario empty_scenario() {
  Scenario scenario;
  scenario.name = "empty_rig";
  scenario.why = "What there is, clients made.";
  scenario.wall_start = kWallStart;
  return scenario;
}

kernel::Json scenario_schema() {
  kernel::Json schema = config::schema_document(
      *scenario_shape(), "https://relayrig.dev/schema/scenario-1.json", "relayrig scenario");
  // With `use`, what a deployment must have may stand in the other file.
  const kernel::Json whole = {
      {"required", {"bus", "lambda", "compute", "apis"}},
      {"properties", {{"bus", {{"required", {"rules"}}}}, {"compute", {{"required", {"middleware"}}}}}}};
  schema["required"] = {"name", "timeline"};
  schema["if"] = {{"required", {"use"}}};
  schema["else"] = {{"required", {"given"}}, {"properties", {{"given", whole}}}};
  return schema;
}

}  // namespace emulator::runner

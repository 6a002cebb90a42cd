// The shape of `given.bus`.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/runner/given_shapes.h"

namespace emulator::runner {
namespace {

using config::choice;
using config::duration;
using config::integer;
using config::list_of;
using config::map_of;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using kernel::Duration;
using namespace std::chrono_literals;

struct RetryText : bus::DeliveryRetryConfig {};

struct TargetText {
  std::string id{};
  std::optional<std::string> lambda{};
  std::optional<std::string> queue{};
  std::optional<std::string> topic{};
  std::optional<std::string> bus{};
  std::optional<std::string> arn{};
  std::string message_group{};
  std::optional<kernel::Json> input{};
  std::optional<std::string> input_path{};
  std::optional<bus::InputTransformerSpec> input_transformer{};
  std::optional<RetryText> retry{};
  std::optional<std::string> dead_letter{};
};

struct RuleText {
  std::string name{};
  std::string pattern{};
  bool is_enabled = true;
  std::optional<TargetText> target{};
  std::vector<TargetText> targets{};
  std::optional<RetryText> retry{};
  std::optional<std::string> dead_letter{};
};

struct ArchiveText {
  std::string pattern{};
  Duration retention{};
};

struct BusText {
  std::vector<RuleText> rules{};
  MapOf<ArchiveText> archives{};
};

struct LimitsText : bus::Limits {
  std::int64_t put_bytes = 1'048'576;
  std::optional<config::Rate> put_calls = config::Rate{10'000};
  std::optional<config::Rate> put_entries{};
};

struct EventBridgeText : BusText {
  bool is_associated = true;
  MapOf<BusText> buses{};
  LimitsText limits{};
  RetryText retry{};
  bus::ReplayConfig replay{};
};

/// A pattern stays text; it is compiled here for the place of the error.
Shape<std::string> pattern_shape() {
  return mapped<std::string>(config::json(),
                             [](const kernel::Json& value) -> kernel::Result<std::string> {
                               std::string text = kernel::json_text(value);
                               // The place of the pattern in the file is said; the engine's place counts in a
                               // text that nobody wrote.
                               if (auto pattern = patterns::Pattern::compile(text); !pattern)
                                 return kernel::invalid(pattern.error().message);
                               return text;
                             },
                             {.wants = "an event pattern", .description = "An EventBridge event pattern."});
}

Shape<RetryText> retry_shape() {
  return object<RetryText>("a retry policy", "How often and how long a target is tried.")
      .optional("attempts", &RetryText::attempts_max, integer(0, 185), "Retries.")
      .optional("age", &RetryText::event_age_max, duration(1min, 24h), "Oldest event that is tried again.")
      .optional("base", &RetryText::base, duration(1ms), "First wait; doubles, with jitter.")
      .optional("wait_max", &RetryText::wait_max, duration(1ms), "Longest wait.")
      .optional("jitter", &RetryText::jitter, config::share(), "Up to this share of a wait is taken away.")
      .done();
}

Shape<TargetText> target_shape() {
  using Spec = bus::InputTransformerSpec;
  const auto transformer =
      object<Spec>("an input transformer", "Values of the event, put into a template.")
          .optional("paths", &Spec::paths, map_of(non_empty_text()), "Variables, and where they stand.")
          .required("template", &Spec::text, non_empty_text(), "With the variables as <name>.")
          .done();
  return object<TargetText>("a target", "Who gets the events.")
      .optional("id", &TargetText::id, non_empty_text(), "target-1, target-2, ... when absent.")
      .optional("lambda", &TargetText::lambda, non_empty_text(), "A function, invoked asynchronously.")
      .optional("queue", &TargetText::queue, non_empty_text(), "A queue.")
      .optional("bus", &TargetText::bus, non_empty_text(), "Another event bus.")
      .optional("arn", &TargetText::arn, non_empty_text(), "One of these; it need not be there.")
      .optional("topic", &TargetText::topic, non_empty_text(), "A topic of given.topics.")
      .optional("message_group", &TargetText::message_group, non_empty_text(), "Of a FIFO queue.")
      .optional("input", &TargetText::input, config::json(), "What it gets instead of the event.")
      .optional("input_path", &TargetText::input_path, non_empty_text(), "The part of the event it gets.")
      .optional("input_transformer", &TargetText::input_transformer, transformer, "What is made for it.")
      .optional("retry", &TargetText::retry, retry_shape(), "When it refuses; the rule's when absent.")
      .optional("dead_letter", &TargetText::dead_letter, non_empty_text(), "The rule's when absent.")
      .exactly_one_of({"lambda", "queue", "topic", "bus", "arn"})
      .at_most_one_of({"input", "input_path", "input_transformer"})
      .requires_one_of("message_group", {"queue", "arn"})
      .done();
}

Shape<std::vector<RuleText>> rules_shape() {
  return list_of(
      object<RuleText>("a rule", "Which events go where.")
          .optional("name", &RuleText::name, non_empty_text(), "rule-1, rule-2, ... when absent.")
          .required("pattern", &RuleText::pattern, pattern_shape(), "Which events.")
          .optional("state", &RuleText::is_enabled, choice<bool>({{"ENABLED", true}, {"DISABLED", false}}),
                    "A disabled rule matches nothing.")
          .optional("target", &RuleText::target, target_shape(), "Where to.")
          .optional("targets", &RuleText::targets, list_of(target_shape(), 1), "Where to, all of them.")
          .optional("retry", &RuleText::retry, retry_shape(), "When a target refuses.")
          .optional("dead_letter", &RuleText::dead_letter, non_empty_text(),
                    "Queue for events that are given up.")
          .exactly_one_of({"target", "targets"})
          .done());
}

Shape<MapOf<ArchiveText>> archives_shape() {
  return map_of(
      object<ArchiveText>("an archive", "Keeps events of the bus, for replays.")
          .optional("pattern", &ArchiveText::pattern, pattern_shape(), "Which; every event when absent.")
          .optional("retention", &ArchiveText::retention, duration(), "Whole days; 0s: for ever.")
          .check("retention",
                 [](const ArchiveText& text) -> std::optional<std::string> {
                   if (text.retention % 24h == 0s) return std::nullopt;
                   return "'retention' of an archive wants whole days";
                 })
          .done());
}

Shape<LimitsText> limits_shape() {
  return object<LimitsText>("limits", "The service's quotas.")
      .optional("buses", &LimitsText::buses_max, integer(1, 1'000'000), "Event buses.")
      .optional("rules", &LimitsText::rules_max, integer(1, 1'000'000), "Rules of a bus.")
      .optional("targets", &LimitsText::targets_max, integer(1, 1'000'000), "Targets of a rule.")
      .optional("put_bytes", &LimitsText::put_bytes, config::size(), "One PutEvents call stays below.")
      .optional("put_calls", &LimitsText::put_calls, config::rate(), "Calls of PutEvents.")
      .optional("put_entries", &LimitsText::put_entries, config::rate(),
                "Entries of PutEvents; single entries fail above it.")
      .done();
}

kernel::Result<bus::TargetConfig> target_config(const TargetText& text, const RuleText& rule,
                                                const RetryText& retry, std::size_t number) {
  bus::TargetConfig config{.spec = {}, .retry = text.retry.value_or(rule.retry.value_or(retry))};
  bus::TargetSpec& spec = config.spec;
  spec.id = text.id.empty() ? "target-" + std::to_string(number) : text.id;
  if (text.lambda) spec.arn = bus::function_arn(*text.lambda);
  if (text.queue) spec.arn = bus::queue_arn(*text.queue);
  if (text.topic) spec.arn = bus::topic_arn(*text.topic);
  if (text.bus) spec.arn = bus::bus_arn(*text.bus);
  if (text.arn) spec.arn = *text.arn;
  config.is_by_arn = text.arn.has_value();
  if (text.input) spec.input = kernel::json_text(*text.input);
  spec.input_path = text.input_path;
  spec.input_transformer = text.input_transformer;
  spec.message_group_id = text.message_group;
  if (text.retry || rule.retry) {
    // For those who ask the control plane, which counts in whole seconds.
    spec.retry_attempts = config.retry.attempts_max;
    if (config.retry.event_age_max % 1s == 0s) spec.event_age_seconds = config.retry.event_age_max / 1s;
  }
  const std::string dead_letter = text.dead_letter.value_or(rule.dead_letter.value_or(""));
  if (!dead_letter.empty()) spec.dead_letter_arn = bus::queue_arn(dead_letter);
  const auto checked = bus::compile_target(spec, config.retry, {});
  if (!checked) return kernel::invalid(checked.error().message);
  return config;
}

kernel::Result<bus::BusConfig> bus_config(const BusText& text, const std::string& name,
                                          const RetryText& retry) {
  bus::BusConfig config{.name = name};
  for (const RuleText& rule : text.rules) {
    bus::RuleConfig& made = config.rules.emplace_back(
        bus::RuleConfig{.name = rule.name, .pattern = rule.pattern, .is_enabled = rule.is_enabled});
    if (made.name.empty()) made.name = "rule-" + std::to_string(config.rules.size());
    const std::vector<TargetText> targets = rule.target ? std::vector{*rule.target} : rule.targets;
    for (const TargetText& target : targets) {
      auto checked = target_config(target, rule, retry, made.targets.size() + 1);
      if (!checked) return kernel::invalid("rule '" + made.name + "': " + checked.error().message);
      // Over the API the later one takes the place of the first; here that is a mistake.
      const auto has_its_id = [&checked](const bus::TargetConfig& other) {
        return other.spec.id == checked->spec.id;
      };
      if (std::ranges::any_of(made.targets, has_its_id))
        return kernel::invalid("rule '" + made.name + "': two targets have the id '" + checked->spec.id +
                               "'");
      made.targets.push_back(std::move(*checked));
    }
    if (std::ranges::count(config.rules, made.name, &bus::RuleConfig::name) > 1)
      return kernel::invalid("two rules of one bus have the name '" + made.name + "'");
  }
  for (const auto& [archive, of] : text.archives) {
    config.archives.push_back(
        {.name = archive, .pattern = of.pattern, .retention_days = of.retention / Duration{24h}});
  }
  return config;
}

kernel::Result<bus::EventBridgeConfig> event_bridge_config(const EventBridgeText& text) {
  const LimitsText& limits = text.limits;
  bus::EventBridgeConfig config{.is_partner_associated = text.is_associated,
                                .limits = limits,
                                .put_bytes_limit = limits.put_bytes,
                                .retry = text.retry,
                                .replay = text.replay};
  if (limits.put_calls) config.puts_per_second = limits.put_calls->per_second;
  if (limits.put_entries) config.entries_per_second = limits.put_entries->per_second;
  auto partner = bus_config(text, "", text.retry);
  if (!partner) return std::unexpected(partner.error());
  config.partner = std::move(*partner);
  for (const auto& [name, of] : text.buses) {
    auto made = bus_config(of, name, text.retry);
    if (!made) return kernel::invalid("bus '" + name + "': " + made.error().message);
    config.buses.push_back(std::move(*made));
  }
  return config;
}

}  // namespace

Shape<bus::EventBridgeConfig> bus_shape() {
  const auto one = object<BusText>("an event bus", "An event bus of its own.")
                       .optional("rules", &BusText::rules, rules_shape(), "All that match an event get it.")
                       .optional("archives", &BusText::archives, archives_shape(), "Archives by name.")
                       .done();
  const auto replay =
      object<bus::ReplayConfig>("replays", "How replays of archives go on.")
          .optional("starts_after", &bus::ReplayConfig::start_wait, duration(), "How long one is STARTING.")
          .optional("minute_takes", &bus::ReplayConfig::slice_wait, duration(),
                    "How long the events of a minute take.")
          .optional("active", &bus::ReplayConfig::active_max, integer(1, 1000), "At most so many at once.")
          .done();
  const auto shape =
      object<EventBridgeText>("the bus", "EventBridge: the partner event bus of the relay, and others.")
          .optional("rules", &EventBridgeText::rules, rules_shape(),
                    "Of the partner bus. All that match an event get it.")
          .optional("archives", &EventBridgeText::archives, archives_shape(), "Of the partner bus, by name.")
          .optional("association", &EventBridgeText::is_associated,
                    choice<bool>({{"active", true}, {"pending", false}}),
                    "pending: nobody made a bus for the relay's event source.")
          .optional("buses", &EventBridgeText::buses, map_of(one), "Other buses by name; there is 'default'.")
          .optional("retry", &EventBridgeText::retry, retry_shape(), "Of targets that say nothing else.")
          .optional("limits", &EventBridgeText::limits, limits_shape(), "The service's quotas.")
          .optional("replay", &EventBridgeText::replay, replay, "How replays go on.")
          .done();
  return mapped<bus::EventBridgeConfig>(shape, event_bridge_config);
}

}  // namespace emulator::runner

// The shapes of `expect` and `invariants`.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/runner/given_shapes.h"
#include "emulator/runner/timeline_shape.h"
#include "middleware/config/suggest.h"

namespace emulator::runner {
namespace {

using config::choice;
using config::duration;
using config::integer;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using judge::Window;
using kernel::Duration;

const std::initializer_list<std::pair<const char*, std::string>> kEnds = {
    {"delivered", "delivered"}, {"dead_lettered", "dead_lettered"}, {"expired", "expired"},
    {"filtered", "filtered"},   {"rejected", "rejected"},           {"lost", "lost"}};

struct HopsText {
  std::optional<std::string> api{};
  std::optional<std::string> stage{};
  std::optional<std::string> from{};
  std::optional<std::string> to{};
  std::optional<std::string> operation{};
  std::optional<std::string> outcome{};
  std::optional<std::int64_t> status{};
  std::optional<std::int64_t> attempt{};
  std::optional<std::string> fault{};
  Window between{};
};

struct ExpectText {
  config::Place place{};
  std::optional<std::string> every{};
  std::optional<std::string> ends{};
  std::optional<Duration> within{};
  Window published{};
  std::optional<HopsText> hops{};
  std::optional<std::string> breaker{};
  std::optional<Duration> opens_within{};
  std::optional<Duration> closes_within{};
  std::optional<Duration> of{};
  std::optional<std::string> queue{};
  std::optional<std::string> sql{};
  std::optional<std::string> alarm{};
  std::optional<std::string> goes{};
  std::optional<Duration> at{};
  std::optional<std::int64_t> at_most{};
  std::optional<std::int64_t> at_least{};
  std::optional<std::int64_t> equals{};
};

judge::HopCount hop_count(const HopsText& text, const judge::Bounds& bounds) {
  judge::HopCount count{.between = text.between, .bounds = bounds};
  const auto add = [&count](const char* column, const std::optional<std::string>& value) {
    if (value) count.equal.emplace_back(column, *value);
  };
  if (text.api) {
    count.equal.emplace_back("stage", "api");
    count.equal.emplace_back("target", *text.api);
  }
  add("stage", text.stage);
  add("source", text.from);
  add("target", text.to);
  add("operation", text.operation);
  add("outcome", text.outcome);
  add("fault", text.fault);
  if (text.status) count.equal.emplace_back("status", std::to_string(*text.status));
  if (text.attempt) count.equal.emplace_back("attempt", std::to_string(*text.attempt));
  return count;
}

kernel::Result<judge::Expectation> to_alarm_change(const ExpectText& text, judge::Bounds bounds) {
  if (!text.goes) return kernel::invalid("'alarm' needs 'goes'");
  if (text.at && (text.within || text.of)) return kernel::invalid("'at' takes no 'within' and 'of'");
  judge::Window window;
  judge::Expectation result{.place = text.place.text(),
                            .name = "alarm " + *text.alarm + " goes " + *text.goes,
                            .what = judge::SqlNumber{}};
  if (text.at) {
    window = {.from = *text.at, .until = *text.at + Duration{1}};
    result.name += " at " + kernel::duration_text(*text.at);
  }
  if (text.of) window.from = *text.of;
  if (text.within) window.until = window.from + *text.within + Duration{1};
  if (text.within) result.name += " within " + kernel::duration_text(*text.within);
  if (text.of) result.name += " of " + kernel::duration_text(*text.of);
  if (text.at_most || text.at_least || text.equals) {
    result.name += " " + bounds.text() + " times";
  } else {
    bounds.at_least = 1;
  }
  result.what = judge::AlarmChange{*text.alarm, *text.goes, window, bounds};
  return result;
}

kernel::Result<judge::Expectation> to_expectation(const ExpectText& text) {
  judge::Expectation result{.place = text.place.text(), .name = {}, .what = judge::SqlNumber{}};
  const judge::Bounds bounds{.at_most = text.at_most, .at_least = text.at_least, .equals = text.equals};
  if (text.alarm) return to_alarm_change(text, bounds);
  const bool has_bounds = text.at_most || text.at_least || text.equals;
  if (text.every) {
    if (!text.ends) return kernel::invalid("'every' needs 'ends'");
    if (has_bounds) return kernel::invalid("'every' takes no at_most, at_least or equals");
    result.name = "every " + *text.every + " ends " + *text.ends;
    if (text.within) result.name += " within " + kernel::duration_text(*text.within);
    result.what = judge::EveryEvent{*text.every, *text.ends, text.within, text.published};
    return result;
  }
  if (text.breaker && (text.opens_within || text.closes_within)) {
    if (has_bounds)
      return kernel::invalid("'opens_within' and 'closes_within' take no at_most, at_least or equals");
    const Duration within = text.opens_within ? *text.opens_within : *text.closes_within;
    const Duration of = text.of.value_or(Duration{0});
    result.name = "breaker " + *text.breaker + (text.opens_within ? " opens" : " closes") + " within " +
                  kernel::duration_text(within) + " of " + kernel::duration_text(of);
    result.what = judge::BreakerChange{*text.breaker, text.opens_within ? "open" : "closed", of, within};
    return result;
  }
  if (!has_bounds) return kernel::invalid("needs at_most, at_least or equals");
  if (text.breaker) {
    result.name = "breaker " + *text.breaker + " opens " + bounds.text() + " times";
    result.what = judge::BreakerOpenings{*text.breaker, bounds};
  } else if (text.hops) {
    judge::HopCount count = hop_count(*text.hops, bounds);
    if (count.equal.empty()) return kernel::invalid("'hops' names nothing to count");
    result.name = "hops";
    for (const auto& [column, value] : count.equal)
      result.name.append(" ").append(column).append("=").append(value);
    result.name += ": " + bounds.text();
    result.what = std::move(count);
  } else if (text.ends) {
    result.name = *text.ends + " events: " + bounds.text();
    result.what = judge::EndCount{*text.ends, bounds};
  } else if (text.queue) {
    result.name = "queue " + *text.queue + " holds " + bounds.text();
    result.what = judge::QueueDepth{*text.queue, bounds};
  } else {
    result.name = text.sql->substr(0, 60) + ": " + bounds.text();
    result.what = judge::SqlNumber{*text.sql, bounds};
  }
  return result;
}

struct InvariantText {
  std::optional<std::string> off{};
  std::optional<Duration> within{};
  std::optional<std::int64_t> calls_max{};
};

}  // namespace

Shape<Window> window_shape() {
  return mapped<Window>(config::list_of(duration(), 2),
                        [](const std::vector<Duration>& ends) -> kernel::Result<Window> {
                          if (ends.size() != 2 || ends[1] <= ends[0])
                            return kernel::invalid("wants two times, the later one last");
                          return Window{.from = ends[0], .until = ends[1]};
                        });
}

Shape<judge::Expectation> expectation_shape() {
  const auto hops =
      object<HopsText>("hops", "Which hops are counted; all that is said must hold.")
          .optional("api", &HopsText::api, non_empty_text(), "Attempts on the wire to this API.")
          .optional("stage", &HopsText::stage,
                    choice<std::string>({{"publish", "publish"},
                                         {"relay", "relay"},
                                         {"bus", "bus"},
                                         {"topic", "topic"},
                                         {"queue", "queue"},
                                         {"invoke", "invoke"},
                                         {"compute", "compute"},
                                         {"step", "step"},
                                         {"api", "api"},
                                         {"callback", "callback"}}),
                    "Boundary.")
          .optional("from", &HopsText::from, non_empty_text(), "Who crossed.")
          .optional("to", &HopsText::to, non_empty_text(), "Where to.")
          .optional("operation", &HopsText::operation, non_empty_text(), "Step, rule, or method and path.")
          .optional("outcome", &HopsText::outcome, non_empty_text(), "As in the run file.")
          .optional("status", &HopsText::status, integer(0, 999), "HTTP status.")
          .optional("attempt", &HopsText::attempt, integer(1), "1, 2, ...")
          .optional("fault", &HopsText::fault, non_empty_text(), "Touched by this fault.")
          .optional("between", &HopsText::between, window_shape(), "Begun in this time.")
          .done();
  const auto expectation =
      object<ExpectText>("an expectation", "What must be true of the run.")
          .optional("every", &ExpectText::every, non_empty_text(),
                    "event, or an API name: every such event ...")
          .optional("ends", &ExpectText::ends, choice<std::string>(kEnds),
                    "... ends so; without 'every': how many events end so.")
          .optional("within", &ExpectText::within, duration(), "... so soon after it was published.")
          .optional("published", &ExpectText::published, window_shape(),
                    "Only events published in this time.")
          .optional("hops", &ExpectText::hops, hops, "How many hops.")
          .optional("breaker", &ExpectText::breaker, non_empty_text(), "The breaker of an API.")
          .optional("opens_within", &ExpectText::opens_within, duration(), "It opens so soon after 'of'.")
          .optional("closes_within", &ExpectText::closes_within, duration(), "It closes so soon after 'of'.")
          .optional("of", &ExpectText::of, duration(), "A time of the run.")
          .optional("queue", &ExpectText::queue, non_empty_text(), "Messages that a queue got.")
          .optional("sql", &ExpectText::sql, non_empty_text(), "First number of a query of the run file.")
          .optional("alarm", &ExpectText::alarm, non_empty_text(), "An alarm changes its state.")
          .optional("goes", &ExpectText::goes,
                    choice<std::string>(
                        {{"OK", "OK"}, {"ALARM", "ALARM"}, {"INSUFFICIENT_DATA", "INSUFFICIENT_DATA"}}),
                    "The state that it changes to.")
          .optional("at", &ExpectText::at, duration(), "Exactly then.")
          .optional("at_most", &ExpectText::at_most, integer(), "")
          .optional("at_least", &ExpectText::at_least, integer(), "")
          .optional("equals", &ExpectText::equals, integer(), "")
          .at_most_one_of({"every", "hops", "breaker", "queue", "sql", "alarm"})
          .at_most_one_of({"opens_within", "closes_within"})
          .requires_one_of("within", {"every", "alarm"})
          .requires_key("published", {"every"})
          .requires_key("opens_within", {"breaker"})
          .requires_key("closes_within", {"breaker"})
          .requires_one_of("of", {"opens_within", "closes_within", "alarm"})
          .requires_key("goes", {"alarm"})
          .requires_key("at", {"alarm"})
          .place(&ExpectText::place)
          .check([](const ExpectText& text) -> std::optional<std::string> {
            if (text.every || text.hops || text.breaker || text.queue || text.sql || text.ends || text.alarm)
              return std::nullopt;
            return "an expectation needs one of every, ends, hops, breaker, queue, sql, alarm";
          })
          .done();
  return mapped<judge::Expectation>(expectation, to_expectation);
}

Shape<judge::InvariantSettings> invariants_shape() {
  const auto one =
      object<InvariantText>("an invariant")
          .optional("off", &InvariantText::off, non_empty_text(), "Why it need not hold here.")
          .optional("within", &InvariantText::within, duration(), "recovers: how long after the last fault.")
          .optional("calls", &InvariantText::calls_max, integer(1),
                    "attempts_bounded: calls that one event may cause in all.")
          .done();
  const config::KeyRule known = {.refuses = [](const std::string& key) -> std::optional<std::string> {
    if (std::ranges::find(judge::kInvariants, key) != std::end(judge::kInvariants)) return std::nullopt;
    const std::vector<std::string> names(std::begin(judge::kInvariants), std::end(judge::kInvariants));
    return "unknown invariant '" + key + "'" + config::did_you_mean_text(key, names);
  }};
  return mapped<judge::InvariantSettings>(
      config::map_of(one, known),
      [](const config::MapOf<InvariantText>& entries) -> kernel::Result<judge::InvariantSettings> {
        judge::InvariantSettings settings;
        for (const auto& [name, text] : entries) {
          if (text.off) settings.off.emplace_back(name, *text.off);
          if (text.within && name != "recovers") return kernel::invalid("'within' belongs to recovers");
          if (text.calls_max && name != "attempts_bounded")
            return kernel::invalid("'calls' belongs to attempts_bounded");
          if (text.within) settings.recovers_within = text.within;
          if (text.calls_max) settings.calls_max = text.calls_max;
        }
        return settings;
      });
}

}  // namespace emulator::runner

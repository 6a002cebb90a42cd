#include "emulator/runner/fault_when_shapes.h"

#include <nlohmann/json.hpp>

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
using mocks::Burst;
using mocks::Damage;
using mocks::Fired;
using mocks::Flap;
using mocks::Ramp;

Shape<Ramp> ramp_shape() {
  return object<Ramp>("a ramp", "A share that moves, and stays where it ends.")
      .required("from", &Ramp::from, config::share(), "At the fault's start.")
      .required("to", &Ramp::to, config::share(), "At the end of the ramp.")
      .required("over", &Ramp::over, duration(std::chrono::milliseconds{1}), "How long it moves.")
      .optional("exponential", &Ramp::is_exponential, config::boolean(),
                "By equal factors; both ends above 0%.")
      .check([](const Ramp& ramp) -> std::optional<std::string> {
        if (!ramp.is_exponential || (ramp.from > 0 && ramp.to > 0)) return std::nullopt;
        return "an exponential ramp needs both ends above 0%";
      })
      .done();
}

Shape<std::vector<Fired>> fires_shape() {
  const auto by_key =
      object<Fired>("a request", "The nth of a key.")
          .required("key", &Fired::key, non_empty_text(), "Event or business key, as 'per' says.")
          .required("n", &Fired::n, integer(1), "1, 2, ...")
          .done();
  const auto by_number = mapped<Fired>(integer(1), [](std::int64_t n) -> kernel::Result<Fired> {
    return Fired{.key = {}, .n = static_cast<std::uint64_t>(n)};
  });
  return config::list_of(config::either<Fired>({.scalar = by_number, .map = by_key}), 1);
}

}  // namespace

Shape<FaultOnly> fault_only_shape() {
  return object<FaultOnly>("a selection", "Which requests of the API; all that is said must hold.")
      .optional("method", &FaultOnly::method, non_empty_text(), "HTTP method.")
      .optional("header", &FaultOnly::header,
                mapped<config::MapOf<std::string>>(
                    config::map_of(config::text()),
                    [](const config::MapOf<std::string>& map) -> kernel::Result<config::MapOf<std::string>> {
                      if (map.size() == 1) return map;
                      return kernel::invalid("wants one header");
                    }),
                "One header and its value; \"\": any value.")
      .optional("stub", &FaultOnly::stub, non_empty_text(), "Requests that this stub answers.")
      .optional("key", &FaultOnly::key, non_empty_text(), "Of this business key.")
      .optional("attempts", &FaultOnly::attempts,
                mapped<std::vector<std::int64_t>>(
                    config::list_of(integer(1), 2),
                    [](const std::vector<std::int64_t>& ends) -> kernel::Result<std::vector<std::int64_t>> {
                      if (ends.size() == 2 && ends[0] <= ends[1]) return ends;
                      return kernel::invalid("wants two numbers, the larger one last");
                    }),
                "[1, 2]: the first two requests of one business key.")
      .done();
}

Shape<FaultWhen> fault_when_shape() {
  const auto burst = object<Burst>("a burst", "Good and bad times, moved by each request.")
                         .required("begins", &Burst::begins, config::share(), "A good time turns bad.")
                         .required("ends", &Burst::ends, config::share(), "A bad time turns good.")
                         .optional("in_bad", &Burst::in_bad, config::share(), "Fires in bad times.")
                         .optional("in_good", &Burst::in_good, config::share(), "Fires in good times.")
                         .done();
  const auto flap =
      object<Flap>("flapping", "Down, up, and again.")
          .required("down", &Flap::down, duration(std::chrono::milliseconds{1}), "It fires.")
          .required("up", &Flap::up, duration(std::chrono::milliseconds{1}), "It does not.")
          .optional("offset", &Flap::offset, duration(), "Before it is down for the first time.")
          .done();
  return object<FaultWhen>("a schedule", "When the fault fires.")
      .optional("ramp", &FaultWhen::ramp, ramp_shape(), "A share that moves.")
      .optional("burst", &FaultWhen::burst, burst, "Faults come together.")
      .optional("flap", &FaultWhen::flap, flap, "Only while it is down.")
      .optional("total", &FaultWhen::total, integer(1), "It fires so often in the whole run.")
      .optional("fires", &FaultWhen::fires, fires_shape(),
                "Just these requests: what a run's faults table says that fired.")
      .at_most_one_of({"ramp", "burst", "fires"})
      .at_most_one_of({"total", "fires"})
      .done();
}

Shape<Damage> damage_shape() {
  return choice<Damage>({{"cut_json", Damage::CutJson},
                         {"trailing_comma", Damage::TrailingComma},
                         {"bom", Damage::Bom},
                         {"nan", Damage::Nan},
                         {"duplicate_key", Damage::DuplicateKey},
                         {"invalid_utf8", Damage::InvalidUtf8},
                         {"concatenated", Damage::Concatenated},
                         {"html", Damage::Html},
                         {"empty_body", Damage::EmptyBody},
                         {"wrong_type", Damage::WrongType},
                         {"error_in_body", Damage::ErrorInBody}});
}

Shape<kernel::Pace> pace_shape() {
  struct Text {
    std::optional<Duration> head{};
    std::optional<Duration> body{};
  };
  const auto time = duration(std::chrono::milliseconds{1}, kernel::ShortTime::kMax);
  const auto text = object<Text>("a slow answer", "It is sent byte by byte, evenly over these times.")
                        .optional("head", &Text::head, time, "Status line and headers.")
                        .optional("body", &Text::body, time, "The body, behind the head.")
                        .done();
  return mapped<kernel::Pace>(text, [](const Text& times) -> kernel::Result<kernel::Pace> {
    if (!times.head && !times.body) return kernel::invalid("wants head, body or both: {body: 10s}");
    return kernel::Pace{.head = kernel::ShortTime(times.head.value_or(Duration::zero())),
                        .body = kernel::ShortTime(times.body.value_or(Duration::zero()))};
  });
}

Shape<kernel::Afterwards> afterwards_shape() {
  return choice<kernel::Afterwards>({{"closed", kernel::Afterwards::Closed},
                                     {"closed_at_next", kernel::Afterwards::ClosedAtNext},
                                     {"reset_at_next", kernel::Afterwards::ResetAtNext}});
}

void narrow(mocks::FaultRule& rule, const FaultOnly& only, const FaultWhen& when) {
  rule.method = only.method;
  if (!only.header.empty()) rule.header = only.header.front();
  rule.stub = only.stub;
  rule.key = only.key;
  if (!only.attempts.empty()) {
    rule.attempt_min = only.attempts[0];
    rule.attempt_max = only.attempts[1];
  }
  rule.ramp = when.ramp;
  rule.burst = when.burst;
  rule.flap = when.flap;
  rule.total_max = when.total;
  rule.fires = when.fires;
}

}  // namespace emulator::runner

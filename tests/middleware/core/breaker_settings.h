#pragma once
// The settings of a recorded breaker as rules of ours.
#include <optional>
#include <string>
#include <utility>

#include "middleware/core/breaker_rules.h"
#include "tests/middleware/core/vectors.h"

namespace core_tests {

inline std::variant<core::TimeWindow, core::CountWindow, core::ConsecutiveFailures> trip_of(
    const Json& trip) {
  if (trip["kind"] == "consecutive") return core::ConsecutiveFailures{trip["failures"]};
  const Json& window = trip["window"];
  if (window["kind"] == "count") return core::CountWindow{window["size"]};
  core::TimeWindow time{.length = millis(window["length_ms"]), .bucket = millis(window["bucket_ms"])};
  // `exact`: results are dropped when strictly older than the length, so the bucket that is exactly as old
  // counts.
  if (window["align"] == "exact") time.length += time.bucket;
  time.starts_at_results = window["align"] == "lazy";
  if (window["align"] == "epoch") time.offset = std::chrono::milliseconds{1'700'000'000'000};
  return time;
}

/// One of a knob's names, the first being our rule.
template <class T>
T knob(const Json& knobs, const char* name, std::initializer_list<std::pair<const char*, T>> values) {
  const std::string value = knobs.value(name, std::string(values.begin()->first));
  for (const auto& [text, meant] : values) {
    if (value == text) return meant;
  }
  ADD_FAILURE() << "the knob " << name << " has no value " << value;
  return values.begin()->second;
}

inline core::BreakerVariant variant_of(const Json& knobs) {
  using core::HalfOpenDecision, core::IgnoredResult, core::LateResults, core::WindowOnClose;
  core::BreakerVariant variant;
  variant.trips_above_only = knob<bool>(knobs, "rate_compare", {{"ge", false}, {"gt", true}});
  variant.opens_up_after_only = knob<bool>(knobs, "open_boundary", {{"ge", false}, {"gt", true}});
  variant.half_open_by_timer = knob<bool>(knobs, "half_open_by", {{"call", false}, {"timer", true}});
  variant.only_bad_results_trip =
      knob<bool>(knobs, "evaluate_on", {{"every_result", false}, {"bad_results", true}});
  variant.counts_starts =
      knob<bool>(knobs, "denominator", {{"results", false}, {"starts_and_rejections", true}});
  variant.late_results = knob<LateResults>(knobs, "late_results",
                                           {{"drop", LateResults::Drop},
                                            {"current_state", LateResults::CurrentState},
                                            {"admission_state", LateResults::AdmissionState}});
  variant.window_on_close = knob<WindowOnClose>(knobs, "window_on_close",
                                                {{"clear", WindowOnClose::Clear},
                                                 {"clear_keep_probe", WindowOnClose::ClearButKeepProbe},
                                                 {"keep", WindowOnClose::Keep}});
  variant.excess_waits = knob<bool>(knobs, "half_open_excess", {{"reject", false}, {"wait", true}});
  variant.half_open_decision = knob<HalfOpenDecision>(knobs, "half_open_decision",
                                                      {{"rate", HalfOpenDecision::Rate},
                                                       {"first_result", HalfOpenDecision::FirstResult},
                                                       {"full_round", HalfOpenDecision::FullRound}});
  variant.ignored_result = knob<IgnoredResult>(knobs, "ignored_result",
                                               {{"release", IgnoredResult::GiveBack},
                                                {"success", IgnoredResult::Success},
                                                {"closes", IgnoredResult::Closes}});
  variant.failures_are_never_slow =
      knob<bool>(knobs, "slow_failures", {{"count", false}, {"not_slow", true}});
  variant.late_probe_closes_open = knobs.value("late_probe_closes_open", false);
  variant.warm_up = std::chrono::milliseconds{knobs.value("warm_up_ms", 0)};
  return variant;
}

inline core::BreakerRules rules_of(const Json& settings, bool with_knobs) {
  const Json& trip = settings["trip"];
  core::BreakerRules rules{
      .trip = trip_of(trip), .failed_percent = std::nullopt, .slow_percent = std::nullopt};
  if (trip["kind"] == "rate") {
    rules.calls_min = std::max<std::int64_t>(1, trip["min_calls"]);
    if (trip["failure_rate_pct"].is_number())
      rules.failed_percent = trip["failure_rate_pct"].get<std::int64_t>();
    if (trip["slow"].is_object()) {
      rules.slow_percent = trip["slow"]["rate_pct"].get<std::int64_t>();
      rules.slow_above = millis(trip["slow"]["threshold_ms"]);
    }
  }
  rules.open_for.clear();
  for (const Json& open : settings["open_ms"]) rules.open_for.push_back(millis(open));
  const Json& half_open = settings["half_open"];
  rules.probes = half_open["permitted"];
  rules.half_open_max = millis(half_open["max_wait_ms"]);
  rules.half_open_max_closes = half_open.value("max_wait_to", "open") == "closed";
  if (with_knobs && settings.contains("knobs")) rules.variant = variant_of(settings["knobs"]);
  return rules;
}

}  // namespace core_tests

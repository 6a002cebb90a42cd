#include "middleware/service/metrics.h"

#include <algorithm>
#include <charconv>

namespace service {
namespace {

using kernel::Outcome;
using kernel::Stage;

constexpr std::string_view kPrefix = "relayrig_";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + escaped(value) + '"';
}

std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string line(std::string_view name, std::string_view labels, const std::string& value) {
  std::string text(kPrefix);
  text += name;
  if (!labels.empty()) text.append("{").append(labels).append("}");
  return text + " " + value + "\n";
}

std::string type_line(std::string_view name, std::string_view type) {
  return "# TYPE " + std::string(kPrefix) + std::string(name) + " " + std::string(type) + "\n";
}

std::string join(std::string_view labels, std::string_view more) {
  return labels.empty() ? std::string(more) : std::string(labels) + "," + std::string(more);
}

}  // namespace

kernel::HopId Metrics::open(const kernel::HopStart& start) {
  const kernel::HopId hop = next_.open(start);
  open_.emplace(hop, Open{.stage = start.stage,
                          .to = std::string(start.to),
                          .attempt = start.attempt,
                          .since = scheduler_.now()});
  return hop;
}

void Metrics::close(kernel::HopId hop, const kernel::HopEnd& end) {
  if (const auto found = open_.find(hop); found != open_.end()) {
    const Open start = std::move(found->second);
    open_.erase(found);
    const kernel::Duration took = scheduler_.now() - start.since;
    if (start.stage == Stage::Api) {
      count_attempt(start, end, took);
    } else if (start.stage == Stage::Step) {
      count_call(start, end, took);
    } else if (start.stage == Stage::Callback) {
      count("callbacks_total", join(label("dependency", start.to), label("outcome", to_text(end.outcome))));
    } else if (start.stage == Stage::Compute) {
      count("requests_total", label("status", std::to_string(end.status)));
      observe("request_duration_ms", {}, took);
      if (!end.error.empty()) count("problems_total", label("reason", end.error));
    }
  }
  next_.close(hop, end);
}

void Metrics::count_attempt(const Open& hop, const kernel::HopEnd& end, kernel::Duration took) {
  const std::string dependency = label("dependency", hop.to);
  count("calls_total", join(dependency, label("result", to_text(end.outcome))));
  observe("call_duration_ms", join(dependency, label("outcome", to_text(end.outcome))), took);
  if (end.outcome == Outcome::Timeout) count("timeouts_total", dependency);
  if (hop.call == nullptr) return;
  if (hop.attempt > 1) count("retries_total", join(dependency, label("class", hop.call->retry_of)));
  if (hop.call->delay_next) {
    observe("retry_delay_ms", join(dependency, label("source", hop.call->delay_source)),
            *hop.call->delay_next);
  }
}

void Metrics::count_call(const Open& hop, const kernel::HopEnd& end, kernel::Duration took) {
  const std::string dependency = label("dependency", hop.to);
  const std::string outcome = join(dependency, label("outcome", to_text(end.outcome)));
  count("logical_calls_total", outcome);
  observe("logical_call_duration_ms", dependency, took);
  if (hop.call == nullptr) return;
  if (!hop.call->gave_up.empty())
    count("gave_up_total", join(dependency, label("reason", hop.call->gave_up)));
  if (!hop.call->is_undo) return;
  count("saga_undos_total", outcome);
  count("saga_undo_attempts_total", dependency, static_cast<std::uint64_t>(hop.call->attempts));
}

void Metrics::observe(std::string_view name, Labels labels, kernel::Duration took) {
  Histogram& histogram = histograms_[{std::string(name), std::move(labels)}];
  const double milliseconds = static_cast<double>(took.count()) / 1e6;
  for (std::size_t i = 0; i < kBoundsMs.size(); ++i) {
    if (milliseconds <= static_cast<double>(kBoundsMs[i])) ++histogram.at_most[i];
  }
  ++histogram.count;
  histogram.sum_ms += milliseconds;
}

void Metrics::note(kernel::HopId hop, const CallNote& call) {
  if (const auto found = open_.find(hop); found != open_.end())
    found->second.call = std::make_unique<CallNote>(call);
  if (notes_ != nullptr) notes_->note(hop, call);
}

void Metrics::transition(const kernel::Transition& transition) {
  if (transition.kind == "breaker") {
    count("breaker_transitions_total",
          join(label("dependency", transition.subject),
               join(label("from", transition.from), label("to", transition.to))));
  }
  next_.transition(transition);
}

std::string Metrics::text(const std::vector<Gauge>& gauges) const {
  std::string page;
  std::string_view last;
  std::multimap<std::string_view, const Gauge*> by_name;  // of one name in the order of the list
  for (const Gauge& gauge : gauges) by_name.emplace(gauge.name, &gauge);
  for (const auto& [its_name, each] : by_name) {
    const Gauge& gauge = *each;
    if (gauge.name != last) page += type_line(gauge.name, gauge.only_grows ? "counter" : "gauge");
    last = gauge.name;
    std::string labels = gauge.dependency.empty() ? "" : label("dependency", gauge.dependency);
    for (const auto& [name, value] : gauge.labels) labels = join(labels, label(name, value));
    page += line(gauge.name, labels, number(gauge.value));
  }
  for (const auto& [key, value] : counters_) {
    if (key.first != last) page += type_line(key.first, "counter");
    last = key.first;
    page += line(key.first, key.second, std::to_string(value));
  }
  for (const auto& [key, histogram] : histograms_) {
    const auto& [name, labels] = key;
    if (name != last) page += type_line(name, "histogram");
    last = name;
    for (std::size_t i = 0; i < kBoundsMs.size(); ++i) {
      page += line(name + "_bucket", join(labels, label("le", std::to_string(kBoundsMs[i]))),
                   std::to_string(histogram.at_most[i]));
    }
    page += line(name + "_bucket", join(labels, label("le", "+Inf")), std::to_string(histogram.count));
    page += line(name + "_sum", labels, number(histogram.sum_ms));
    page += line(name + "_count", labels, std::to_string(histogram.count));
  }
  return page;
}

}  // namespace service

#include "emulator/report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "emulator/report/text.h"
#include "middleware/kernel/time.h"

namespace emulator::report {
namespace {

constexpr std::string_view kBetween = " · ";
constexpr std::size_t kLineColumnsMax = 160;
constexpr std::size_t kBreakersMax = 3;

std::string labelled(std::string_view label, std::string_view rest) {
  return "  " + padded(label, 9) + " " + std::string(rest) + "\n";
}

std::string upper(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string real_time(std::int64_t real_ms) {
  if (real_ms >= 60'000) return kernel::duration_for_people(std::chrono::milliseconds{real_ms});
  return fmt::format("{:.2f} s", static_cast<double>(real_ms) / 1000);
}

std::string head_line(const RunReport& run, Look look) {
  const std::string span = kernel::duration_for_people(kernel::Duration{run.virtual_ns});
  const std::string time = run.clock == "virtual"
                               ? fmt::format("{} of virtual time in {}", span, real_time(run.real_ms))
                               : fmt::format("{} on the {} clock", span, run.clock);
  return fmt::format(
      "{}    seed {}    {}    {}\n", coloured(run.scenario, Colour::Bold, look.colour), run.seed, time,
      coloured(upper(run.verdict), run.has_passed() ? Colour::Green : Colour::Red, look.colour));
}

std::string events_line(const RunReport& run) {
  std::string line = fmt::format("{} published", run.published);
  for (const auto& [end, count] : run.ends) {
    const bool is_always_said = end == "delivered" || end == "dead_lettered" || end == "lost";
    if (!is_always_said && count == 0) continue;
    std::string word = end;
    std::ranges::replace(word, '_', '-');
    line += fmt::format("{}{} {}", kBetween, count, word);
  }
  if (run.ended_again > 0) line += fmt::format("{}{} ended twice", kBetween, run.ended_again);
  return line;
}

/// The number that `attempts_bounded` allowed: the first in its expectation.
std::string allowed_calls(const RunReport& run) {
  for (const Check& check : run.checks) {
    if (check.name != "attempts_bounded") continue;
    const std::size_t begin = check.expected.find_first_of("0123456789");
    if (begin == std::string::npos) return "";
    return check.expected.substr(begin, check.expected.find_first_not_of("0123456789", begin) - begin);
  }
  return "";
}

std::string calls_line(const RunReport& run) {
  std::string line;
  for (const Layer& layer : run.layers) {
    line += fmt::format("{}{} {}", line.empty() ? "" : kBetween, layer.name, layer.calls);
  }
  if (run.hops_share < 1) return line + fmt::format("    one event caused {:.1f} calls", run.calls_per_event);
  if (run.calls_per_event_max == 0) return line.empty() ? "none" : line;
  line += fmt::format("    one event caused {:.1f} calls, at most {}", run.calls_per_event,
                      run.calls_per_event_max);
  const std::string allowed = allowed_calls(run);
  return allowed.empty() ? line : line + " (allowed " + allowed + ")";
}

std::string checks_line(const RunReport& run) {
  std::string line;
  for (const std::string_view kind : {"invariant", "expectation"}) {
    std::int64_t all = 0;
    std::int64_t passed = 0;
    std::int64_t off = 0;
    for (const Check& check : run.checks) {
      if (check.kind != kind) continue;
      all += check.verdict != "off" ? 1 : 0;
      off += check.verdict == "off" ? 1 : 0;
      passed += check.verdict == "passed" ? 1 : 0;
    }
    line += fmt::format("{}{} of {} {}s", line.empty() ? "" : kBetween, passed, all, kind);
    if (off > 0) line += fmt::format(" ({} off)", off);
  }
  return line;
}

std::string state_word(const BreakerChange& change) {
  const bool from_half_open = change.from.starts_with("half");
  if (change.to == "open" && from_half_open) return "probe failed";
  std::string word = change.to;
  std::ranges::replace(word, '_', '-');
  return word;
}

std::string hop_text(const HopLine& hop) {
  std::string text = fmt::format("{}  {}", padded_left(moment_text(hop.start_ns), 9), padded(hop.stage, 7));
  for (const std::string_view part : {std::string_view{hop.target}, std::string_view{hop.operation}}) {
    if (!part.empty()) text += " " + std::string(part);
  }
  if (hop.attempt > 1) text += fmt::format("  attempt {}", hop.attempt);
  text += "  " + hop.outcome;
  if (hop.status != 0) text += fmt::format(" {}", hop.status);
  if (!hop.error.empty()) text += ": " + hop.error;
  return one_line(text, kLineColumnsMax);
}

std::string faults_text(const Scene& scene) {
  constexpr std::size_t kFaultsMax = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(scene.faults.size(), kFaultsMax); ++i) {
    text += fmt::format("{}{} (fired {})", text.empty() ? "" : kBetween, scene.faults[i].rule,
                        scene.faults[i].fired);
  }
  if (scene.faults.size() > kFaultsMax)
    text += fmt::format("{}{} more", kBetween, scene.faults.size() - kFaultsMax);
  return one_line(text.empty() ? "none was active" : text, kLineColumnsMax);
}

std::string broken_title(const RunReport& run, const Check& broken) {
  std::string title = broken.place + "  " + broken.kind + " " + broken.name;
  std::string others;
  // Invariants first: their names say most.
  for (const char* kind : {"invariant", "expectation"}) {
    for (const Check& check : run.checks) {
      if (!check.is_broken() || &check == &broken || check.kind != kind) continue;
      others += (others.empty() ? "" : ", ") + check.name;
    }
  }
  if (!others.empty()) title += "  (also broken: " + others + ")";
  return one_line(title, kLineColumnsMax);
}

}  // namespace

std::vector<std::string> breaker_lines(const RunReport& run) {
  constexpr std::string_view kArrow = " ── ";
  std::vector<std::string> lines;
  for (auto change = run.breakers.begin(); change != run.breakers.end();) {
    const BreakerChange& first = *change;
    std::vector<std::string> states = {first.from.empty() ? "closed" : first.from};
    for (; change != run.breakers.end() && change->breaker == first.breaker && change->owner == first.owner;
         ++change) {
      // Half-open is the question; the next state is the answer, unless the run ended before it came.
      const bool is_answered = change->to.starts_with("half") && std::next(change) != run.breakers.end() &&
                               std::next(change)->breaker == first.breaker &&
                               std::next(change)->owner == first.owner;
      if (is_answered) continue;
      states.push_back(kernel::duration_for_people(kernel::Duration{change->at_ns}) + " " +
                       state_word(*change));
    }
    if (states.size() > 5) {
      states.erase(states.begin() + 3, states.end() - 1);
      states.insert(states.begin() + 3, "…");
    }
    const std::string owner = first.owner.empty() ? "" : " (" + first.owner + ")";
    lines.push_back(fmt::format("{}{}  {}", first.breaker, owner, fmt::join(states, kArrow)));
  }
  return lines;
}

std::string reproduce_command(const RunReport& run) {
  std::string command = "relayrig run " + shell_word(run.file.empty() ? run.scenario : run.file);
  command += fmt::format(" --seed {}", run.seed);
  if (run.clock != "virtual") command += " --clock " + run.clock;
  if (!run.arguments.empty()) command += " " + run.arguments;
  return command;
}

std::string passed_text(const RunReport& run, Look look) {
  std::string text = head_line(run, look);
  text += labelled("events", events_line(run));
  text += labelled("calls", calls_line(run));
  const std::vector<std::string> breakers = breaker_lines(run);
  for (std::size_t i = 0; i < std::min(breakers.size(), kBreakersMax); ++i) {
    text += labelled(i == 0 ? "breaker" : "", breakers[i]);
  }
  if (breakers.size() > kBreakersMax)
    text += labelled("", fmt::format("{} more breakers", breakers.size() - kBreakersMax));
  text += labelled("checks", checks_line(run));
  return text + labelled("run file", run.path);
}

std::string failed_text(const RunReport& run, Look look) {
  std::string text = head_line(run, look);
  if (const Check* broken = run.first_broken()) {
    text += "  " + coloured(broken_title(run, *broken), Colour::Bold, look.colour) + "\n";
    text +=
        "    " +
        coloured("- expected  " + one_line(broken->expected, kLineColumnsMax), Colour::Green, look.colour) +
        "\n";
    text += "    " +
            coloured("+ found     " + one_line(broken->found, kLineColumnsMax), Colour::Red, look.colour) +
            "\n";
    for (const HopLine& hop : run.scene.before) {
      text += "    " + coloured("  " + hop_text(hop), Colour::Faint, look.colour) + "\n";
    }
    if (run.scene.bad_hop) {
      text += "    " + coloured("> " + hop_text(*run.scene.bad_hop), Colour::Yellow, look.colour) + "\n";
      text += labelled("faults", faults_text(run.scene));
    }
  } else {
    text += labelled("events", events_line(run));
    text += labelled("checks", checks_line(run));
    text += labelled("run file", run.path);
  }
  return text + labelled("reproduce", reproduce_command(run));
}

std::string summary_text(const RunReport& run, Look look) {
  return run.has_passed() ? passed_text(run, look) : failed_text(run, look);
}

}  // namespace emulator::report

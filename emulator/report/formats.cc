#include "emulator/report/formats.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "emulator/report/text.h"
#include "middleware/kernel/json.h"

namespace emulator::report {
namespace {

using kernel::Json;

constexpr std::pair<std::string_view, Format> kFormats[] = {
    {"pretty", Format::Pretty}, {"json", Format::Json}, {"ndjson", Format::Ndjson},
    {"junit", Format::Junit},   {"tap", Format::Tap},   {"github", Format::Github}};

Json check_json(const Check& check) {
  Json json = {{"kind", check.kind},         {"name", check.name},   {"verdict", check.verdict},
               {"expected", check.expected}, {"found", check.found}, {"place", check.place}};
  if (!check.example_event.empty()) json["example_event"] = check.example_event;
  if (check.example_hop != 0) json["example_hop"] = check.example_hop;
  return json;
}

Json run_json(const RunReport& run) {
  Json json = {{"scenario", run.scenario}, {"file", run.file},
               {"seed", run.seed},         {"clock", run.clock},
               {"verdict", run.verdict},   {"digest", run.digest},
               {"version", run.version},   {"virtual_ns", run.virtual_ns},
               {"real_ms", run.real_ms}};
  json["events"] = {{"published", run.published}};
  for (const auto& [end, count] : run.ends) json["events"][end] = count;
  json["calls"] = Json::object();
  for (const Layer& layer : run.layers) json["calls"][layer.name] = layer.calls;
  json["calls_per_event"] = {{"mean", run.calls_per_event}};
  if (run.hops_share < 1) {
    json["hops_recorded"] = run.hops_share;
  } else {
    json["calls_per_event"]["max"] = run.calls_per_event_max;
  }
  json["checks"] = Json::array();
  for (const Check& check : run.checks) json["checks"].push_back(check_json(check));
  json["reproduce"] = reproduce_command(run);
  json["run_file"] = run.path;
  return json;
}

/// TAP reads '#' as the start of a directive.
std::string tap_description(std::string_view text) {
  std::string out;
  for (const char c : one_line(text, 200))
    out += c == '#' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out;
}

std::string github_value(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : clean_utf8(text)) {
    const bool is_special = c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
    out += is_special ? fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)))
                      : std::string(1, c);
  }
  return out;
}

std::string github_error(std::string_view place, std::string_view title, std::string_view message) {
  const Place at = parse_place(place);
  std::string text = "::error ";
  if (!at.file.empty()) text += "file=" + github_value(at.file, true) + ",";
  if (at.line > 0) text += fmt::format("line={},", at.line);
  return text + "title=" + github_value(title, true) + "::" + github_value(message, false) + "\n";
}

}  // namespace

Place parse_place(std::string_view place) {
  // From the right: a path may contain a colon.
  Place parsed{.file = std::string(place)};
  for (int i = 0; i < 2; ++i) {
    const std::size_t colon = parsed.file.rfind(':');
    if (colon == std::string::npos) break;
    int number = 0;
    const char* end = parsed.file.data() + parsed.file.size();
    const auto [stop, error] = std::from_chars(parsed.file.data() + colon + 1, end, number);
    if (error != std::errc{} || stop != end) break;
    parsed.line = number;
    parsed.file.resize(colon);
  }
  return parsed;
}

kernel::Result<Format> parse_format(std::string_view name) {
  std::string names;
  for (const auto& [word, format] : kFormats) {
    if (word == name) return format;
    names += (names.empty() ? "" : ", ") + std::string(word);
  }
  return kernel::invalid("'" + std::string(name) + "' is not a format (" + names + ")");
}

std::string json_report_text(std::span<const RunReport> runs, bool is_lines) {
  std::string text;
  for (const RunReport& run : runs) {
    const std::string separator = is_lines ? "" : text.empty() ? "\n" : ",\n";
    text += separator + kernel::json_text(run_json(run)) + (is_lines ? "\n" : "");
  }
  return is_lines ? text : "[" + text + (text.empty() ? "]\n" : "\n]\n");
}

std::string tap_text(std::span<const RunReport> runs) {
  std::string body;
  int number = 0;
  const auto line = [&](bool is_ok, const RunReport& run, std::string_view what) {
    body += fmt::format("{} {} - {}\n", is_ok ? "ok" : "not ok", ++number,
                        tap_description(fmt::format("{} seed {}: {}", run.scenario, run.seed, what)));
  };
  for (const RunReport& run : runs) {
    for (const Check& check : run.checks) {
      line(!check.is_broken(), run, check.kind + " " + check.name);
      if (check.verdict == "off") body.insert(body.size() - 1, " # SKIP switched off");
      if (!check.is_broken()) continue;
      body += fmt::format("  ---\n  expected: {}\n  found: {}\n  at: {}\n  reproduce: {}\n  ...\n",
                          kernel::json_quoted(clean_utf8(check.expected)),
                          kernel::json_quoted(clean_utf8(check.found)),
                          kernel::json_quoted(clean_utf8(check.place)),
                          kernel::json_quoted(clean_utf8(reproduce_command(run))));
    }
    if (run.checks.empty() || (!run.has_passed() && run.first_broken() == nullptr)) {
      line(run.has_passed(), run, "run is " + run.verdict);
    }
  }
  return fmt::format("TAP version 14\n1..{}\n{}", number, body);
}

std::string github_text(std::span<const RunReport> runs) {
  std::string text;
  for (const RunReport& run : runs) {
    const std::string title = fmt::format("{} seed {}", run.scenario, run.seed);
    for (const Check& check : run.checks) {
      if (!check.is_broken()) continue;
      text += github_error(check.place, title + ": " + check.name,
                           fmt::format("expected {}\nfound {}\nreproduce: {}", check.expected, check.found,
                                       reproduce_command(run)));
    }
    if (!run.has_passed() && run.first_broken() == nullptr) {
      text += github_error(run.file, title,
                           "the run is " + run.verdict + "\nreproduce: " + reproduce_command(run));
    }
  }
  return text;
}

std::string write_report(Format format, std::span<const RunReport> runs, Look look) {
  std::string text;
  switch (format) {
    case Format::Pretty:
      for (const RunReport& run : runs) text += summary_text(run, look);
      return text;
    case Format::Json:
      return json_report_text(runs, false);
    case Format::Ndjson:
      return json_report_text(runs, true);
    case Format::Junit:
      return junit_text(runs);
    case Format::Tap:
      return tap_text(runs);
    case Format::Github:
      return github_text(runs);
  }
  return text;
}

}  // namespace emulator::report

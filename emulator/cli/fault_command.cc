// The commands `fault list`, `set`, `lift` and `save`: faults of a rig that runs.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "emulator/cli/commands.h"
#include "emulator/cli/flow_text.h"
#include "emulator/cli/ready_file.h"
#include "middleware/config/reader.h"
#include "middleware/kernel/url.h"
#include "middleware/live/http_fetch.h"

namespace emulator::cli {
namespace {

using kernel::Json;

constexpr const char* kFaults = "/_relayrig/faults";

/// A rig's answer; an error is what it refuses, or that there is none.
kernel::Result<Json> ask(const Settings& settings, const std::string& ready_file,
                         const kernel::HttpRequest& request) {
  std::string url = local_url(settings.port);
  if (!ready_file.empty()) {
    auto ready = read_ready_file(ready_file);
    if (!ready) return std::unexpected(ready.error());
    url = std::move(ready->url);
  }
  const auto answer = live::fetch(url, request, std::chrono::seconds{30});
  if (!answer)
    return kernel::infrastructure("no rig answers (" + answer.error().message +
                                      "): start one with 'relayrig up' or 'relayrig mocks up'",
                                  url);
  if (answer->status == 204) return Json::object();
  auto json = kernel::parse_json(answer->body);
  if (!json || !json->is_object()) return kernel::infrastructure("what answers there is no rig", url);
  if (answer->status >= 400) return kernel::invalid(kernel::json_text_at(*json, "/detail"));
  return json;
}

/// What a line says beside what `fault list` has columns for.
std::string rest_of(const Json& line) {
  Json rest = Json::object();
  for (const auto& [key, value] : line.items()) {
    const bool has_column = key == "at" || key == "for" || key == "fault" || key == "name";
    if (!has_column) rest[key] = value;
  }
  return flow_text(rest);
}

/// Rows whose columns stand below each other.
std::string table_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text += std::string(widths[i] - row[i].size() + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

/// "payments respond=503 for=2m" as the lines of a map.
kernel::Result<std::string> body_of(const std::vector<std::string>& words) {
  if (words.size() == 1 && words[0].starts_with('{')) return words[0];
  if (words.empty()) return kernel::invalid("set wants an API and KEY=VALUE, one line, or --file");
  std::string body;
  for (const std::string& word : words) {
    if (body.empty()) {
      body = "fault: " + word + "\n";
      continue;
    }
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      return kernel::invalid("'" + word +
                             "' is no KEY=VALUE; or give one line: '{fault: payments, respond: 503}'");
    body += word.substr(0, equals) + ": " + word.substr(equals + 1) + "\n";
  }
  return body;
}

}  // namespace

int fault_list(const Settings& settings, const FaultArguments& arguments) {
  const auto answer = ask(settings, arguments.ready_file, {.target = kFaults});
  if (!answer) return complain(answer.error());
  const Json& faults = (*answer)["faults"];
  if (arguments.format == "json") {
    std::cout << faults.dump(2) << '\n';
    return kPassed;
  }
  std::vector<std::vector<std::string>> rows;
  for (const Json& fault : faults) {
    const std::string ends = fault.contains("ends_in") ? "ends in " + fault.value("ends_in", "") : "";
    rows.push_back({fault.value("name", ""), fault.value("api", ""), fault.value("state", ""),
                    "fired " + std::to_string(fault.value("fired", 0)), ends, rest_of(fault["line"])});
  }
  std::cout << table_of(rows);
  if (rows.empty()) std::cerr << "no faults\n";
  return kPassed;
}

int fault_set(const Settings& settings, const FaultArguments& arguments) {
  if (!arguments.file.empty() && !arguments.words.empty())
    return complain(kernel::Error{kernel::ErrorCode::Invalid, "set takes words or --file, not both", ""});
  kernel::Result<std::string> body =
      arguments.file.empty() ? body_of(arguments.words) : config::file_text(arguments.file);
  if (!body) return complain(body.error());
  const auto answer = ask(settings, arguments.ready_file,
                          {.method = "POST", .target = kFaults, .headers = {}, .body = std::move(*body)});
  if (!answer) return complain(answer.error());
  for (const Json& fault : (*answer)["faults"]) std::cout << fault.value("name", "") << '\n';
  return kPassed;
}

int fault_lift(const Settings& settings, const FaultArguments& arguments) {
  if (arguments.all) {
    const auto answer = ask(settings, arguments.ready_file, {.method = "DELETE", .target = kFaults});
    return answer ? static_cast<int>(kPassed) : complain(answer.error());
  }
  if (arguments.words.empty())
    return complain(kernel::Error{kernel::ErrorCode::Invalid, "lift wants names, or --all", ""});
  for (const std::string& name : arguments.words) {
    const auto answer =
        ask(settings, arguments.ready_file,
            {.method = "DELETE", .target = std::string(kFaults) + "/" + kernel::percent_encoded(name)});
    if (!answer) return complain(answer.error());
  }
  return kPassed;
}

int fault_save(const Settings& settings, const FaultArguments& arguments) {
  const auto answer = ask(settings, arguments.ready_file,
                          {.target = std::string(kFaults) + (arguments.all ? "?ended=true" : "")});
  if (!answer) return complain(answer.error());
  std::vector<Json> lines;
  if (arguments.all) lines = (*answer)["ended"].get<std::vector<Json>>();
  for (const Json& fault : (*answer)["faults"]) {
    if (arguments.all || fault.value("state", "") != "over") lines.push_back(fault["line"]);
  }
  for (const Json& line : lines) std::cout << "  - " << flow_text(line) << '\n';
  return kPassed;
}

}  // namespace emulator::cli

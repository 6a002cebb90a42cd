// The command `trigger`: publishes events into a running rig.
#include <iostream>
#include <nlohmann/json.hpp>

#include "emulator/cli/commands.h"
#include "emulator/cli/ready_file.h"
#include "emulator/runner/data_file.h"
#include "middleware/config/reader.h"
#include "middleware/kernel/json.h"
#include "middleware/live/http_fetch.h"

namespace emulator::cli {
namespace {

using kernel::Json;

kernel::Result<Json> events_in(const std::string& file) {
  if (file.empty()) return Json::array({Json::object()});
  const auto text = config::file_text(file);
  if (!text) return std::unexpected(text.error());
  auto whole = kernel::parse_json(*text);
  if (whole && whole->is_object()) return Json::array({std::move(*whole)});
  if (whole && whole->is_array()) {
    for (std::size_t i = 0; i < whole->size(); ++i) {
      if (!(*whole)[i].is_object())
        return kernel::invalid("not a JSON object", file + ": item " + std::to_string(i + 1));
    }
    return whole;
  }
  const auto rows = runner::DataFile::read(file, "", "");
  if (!rows) return std::unexpected(rows.error());
  Json events = Json::array();
  for (std::int64_t i = 0; i < rows->size(); ++i) events.push_back(*kernel::parse_json(rows->row(i).fields));
  return events;
}

kernel::Result<std::string> url_of(const Settings& settings, const std::string& ready_file) {
  if (ready_file.empty()) return local_url(salesforce_port_of(settings));
  auto ready = read_ready_file(ready_file);
  if (!ready) return std::unexpected(ready.error());
  return std::move(ready->salesforce_url);
}

kernel::Result<Json> publish(const std::string& url, const std::string& event, const Json& events) {
  const auto answer =
      live::fetch(url,
                  {.method = "POST",
                   .target = "/_relayrig/events/" + event,
                   .headers = {{"Content-Type", "application/json"}, {"User-Agent", "trigger"}},
                   .body = kernel::json_text(events)},
                  std::chrono::minutes{1});
  if (!answer)
    return kernel::infrastructure(
        "no rig answers (" + answer.error().message + "): start one with 'relayrig up'", url);
  auto results = kernel::parse_json(answer->body);
  if (answer->status != 200 || !results || !results->is_array())
    return kernel::infrastructure("what answers there is no rig", url);
  return results;
}

}  // namespace

int trigger(const Settings& settings, const TriggerArguments& arguments) {
  const auto events = events_in(arguments.file);
  if (!events) return complain(events.error());
  const auto url = url_of(settings, arguments.ready_file);
  if (!url) return complain(url.error());
  const auto results = publish(*url, arguments.event, *events);
  if (!results) return complain(results.error());
  int code = kPassed;
  for (std::size_t i = 0; i < results->size(); ++i) {
    const Json& result = (*results)[i];
    const std::string message = kernel::json_text_at(result, "/errors/0/message");
    if (result.value("success", false)) {
      std::cout << message << '\n';
      continue;
    }
    std::cerr << "relayrig: event " << i + 1
              << " is refused: " << kernel::json_text_at(result, "/errors/0/statusCode") << ": " << message
              << '\n';
    code = kFailed;
  }
  return code;
}

}  // namespace emulator::cli

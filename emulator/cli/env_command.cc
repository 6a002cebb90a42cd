#include <iostream>
#include <nlohmann/json.hpp>

#include "emulator/cli/commands.h"
#include "emulator/cli/ready_file.h"
#include "middleware/kernel/json.h"
#include "middleware/live/http_fetch.h"

namespace emulator::cli {
namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

kernel::Result<std::string> url_of(const Settings& settings, const std::string& ready_file) {
  if (ready_file.empty()) return "http://127.0.0.1:" + std::to_string(settings.port);
  auto ready = read_ready_file(ready_file);
  if (!ready) return std::unexpected(ready.error());
  return std::move(ready->url);
}

/// Asks the rig, so that nobody exports the address of something that is not there.
kernel::Result<kernel::Json> health_of(const std::string& url) {
  const auto answer = live::fetch(url, {.target = "/_relayrig/health"}, std::chrono::seconds{5});
  if (!answer)
    return kernel::infrastructure(
        "no rig answers (" + answer.error().message + "): start one with 'relayrig up'", url);
  auto health = kernel::parse_json(answer->body);
  if (answer->status != 200 || !health || !health->contains("region"))
    return kernel::infrastructure("what answers there is no rig", url);
  return health;
}

/// One variable for each service beside the one for all: where both are set, clients take the narrower.
/// Credentials are wanted by every client and looked at by nobody.
Variables variables_of(const std::string& url, const kernel::Json& health) {
  const std::string region = kernel::json_text_at(health, "/region");
  Variables variables = {{"AWS_ENDPOINT_URL", url}};
  for (const char* service : {"EVENTBRIDGE", "LAMBDA", "SNS", "SQS", "STS"})
    variables.emplace_back(std::string("AWS_ENDPOINT_URL_") + service, url);
  variables.insert(variables.end(), {{"AWS_REGION", region},
                                     {"AWS_DEFAULT_REGION", region},
                                     {"AWS_ACCESS_KEY_ID", "relayrig"},
                                     {"AWS_SECRET_ACCESS_KEY", "relayrig"},
                                     {"AWS_ACCOUNT_ID", kernel::json_text_at(health, "/account")},
                                     {"RELAYRIG_URL", url}});
  return variables;
}

}  // namespace

int env(const Settings& settings, const std::string& ready_file, const std::string& format) {
  const auto url = url_of(settings, ready_file);
  const auto health = url ? health_of(*url) : std::unexpected(url.error());
  if (!health) {
    std::cerr << "relayrig: " << health.error().text() << '\n';
    return exit_code_of(health.error());
  }
  const Variables variables = variables_of(*url, *health);
  if (format == "json") {
    kernel::Json json = kernel::Json::object();
    for (const auto& [name, value] : variables) json[name] = value;
    std::cout << json.dump(2) << '\n';
    return kPassed;
  }
  // No value needs quotes: URLs, names and digits.
  for (const auto& [name, value] : variables)
    std::cout << (format == "sh" ? "export " : "") << name << '=' << value << '\n';
  return kPassed;
}

}  // namespace emulator::cli

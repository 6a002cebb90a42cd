#include <iostream>
#include <nlohmann/json.hpp>

#include "emulator/cli/commands.h"
#include "emulator/cli/ready_file.h"
#include "middleware/kernel/json.h"
#include "middleware/live/http_fetch.h"

namespace emulator::cli {
namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

kernel::Result<ReadyFile> urls_of(const Settings& settings, const std::string& ready_file) {
  if (!ready_file.empty()) return read_ready_file(ready_file);
  return ReadyFile{.url = local_url(settings.port),
                   .salesforce_url = local_url(salesforce_port_of(settings))};
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

/// A rig that was started with ports of its own may have its org elsewhere: then nothing is said of it.
bool is_org(const std::string& url) {
  const auto answer = live::fetch(url, {.target = "/_relayrig/health"}, std::chrono::seconds{5});
  const auto health = answer ? kernel::parse_json(answer->body) : std::unexpected(answer.error());
  return health && health->contains("organization_id");
}

/// One variable for each service beside the one for all: where both are set, clients take the narrower.
/// Credentials are wanted by every client and looked at by nobody.
Variables variables_of(const ReadyFile& urls, const kernel::Json& health) {
  const std::string& url = urls.url;
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
  if (is_org(urls.salesforce_url)) variables.emplace_back("SALESFORCE_URL", urls.salesforce_url);
  return variables;
}

}  // namespace

int env(const Settings& settings, const std::string& ready_file, const std::string& format) {
  const auto urls = urls_of(settings, ready_file);
  const auto health = urls ? health_of(urls->url) : std::unexpected(urls.error());
  if (!health) {
    std::cerr << "relayrig: " << health.error().text() << '\n';
    return exit_code_of(health.error());
  }
  const Variables variables = variables_of(*urls, *health);
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

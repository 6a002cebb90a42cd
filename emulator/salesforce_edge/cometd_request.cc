#include "emulator/salesforce_edge/cometd_request.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/messages.h"

namespace emulator::salesforce_edge {

using kernel::HttpRequest;
using kernel::Json;

namespace {

constexpr std::string_view kRoot = "/cometd/";
constexpr std::string_view kMeta = "/meta/";

}  // namespace

int version_of(std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (!target.starts_with(kRoot)) return 0;
  target.remove_prefix(kRoot.size());
  const std::string_view version = target.substr(0, target.find('/'));
  int major = 0;
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), major);
  const bool is_version =
      error == std::errc{} && std::string_view(end, version.data() + version.size()) == ".0";
  return is_version && major > 0 && major < 1'000 ? major * 10 : 0;
}

std::optional<Json> messages_of(const std::string& body) {
  auto json = kernel::parse_json(body);
  if (!json) return std::nullopt;
  if (json->is_object()) return Json::array({std::move(*json)});
  if (!json->is_array() || json->empty()) return std::nullopt;
  if (!std::ranges::all_of(*json, [](const Json& message) { return message.is_object(); }))
    return std::nullopt;
  return std::move(*json);
}

std::string cookie_of(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (!kernel::equal_without_case(name, "Cookie")) continue;
    const std::string wanted = std::string(kCookieName) + "=";
    for (std::size_t at = value.find(wanted); at != std::string::npos; at = value.find(wanted, at + 1)) {
      if (at > 0 && value[at - 1] != ' ' && value[at - 1] != ';') continue;
      const std::size_t begin = at + wanted.size();
      return value.substr(begin, value.find(';', begin) - begin);
    }
  }
  return {};
}

std::vector<std::string> channels_of(const Json& message) {
  std::vector<std::string> channels;
  const auto found = message.find("subscription");
  if (found == message.end()) return channels;
  if (found->is_string()) channels.push_back(found->get<std::string>());
  if (!found->is_array()) return channels;
  for (const Json& channel : *found) {
    if (channel.is_string()) channels.push_back(channel.get<std::string>());
  }
  return channels;
}

std::string cometd_operation(const HttpRequest& request) {
  std::string text = "cometd";
  const auto messages = request.method == "POST" ? messages_of(request.body) : std::nullopt;
  if (!messages) return text + " " + request.method;
  for (const Json& message : *messages) {
    const std::string channel = text_member(message, "channel");
    text += " " + (channel.starts_with(kMeta) ? channel.substr(kMeta.size()) : channel);
  }
  return text;
}

std::string client_name(const HttpRequest& request) {
  const std::string_view agent = request.headers.get("User-Agent");
  return agent.empty() ? "client" : std::string(agent.substr(0, agent.find(' ')));
}

std::string invalid_replay_id(std::string_view replay_id) {
  return "400::The replayId {" + std::string(replay_id) +
         "} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay "
         "only new events.";
}

}  // namespace emulator::salesforce_edge

#include "emulator/salesforce_edge/messages.h"

#include <nlohmann/json.hpp>

#include "middleware/kernel/check.h"

namespace emulator::salesforce_edge {

using kernel::Json;

namespace {

constexpr int kVersionOfMilliseconds = 430;
constexpr int kVersionOfApiName = 550;

std::string_view reconnect_text(Reconnect reconnect) {
  switch (reconnect) {
    case Reconnect::Retry:
      return "retry";
    case Reconnect::Handshake:
      return "handshake";
    case Reconnect::None:
      return "none";
  }
  return "";
}

/// Whether it is a change of a record: those have neither EventUuid nor EventApiName.
bool is_change_event(const relay::StoredEvent& event) { return !event.api_name.ends_with("__e"); }

}  // namespace

std::string text_member(const Json& message, const char* name) {
  const auto found = message.find(name);
  return found != message.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

Json answer_to(const Json& message, std::string_view client_id, bool is_successful) {
  Json answer = Json::object();
  if (!client_id.empty()) answer["clientId"] = client_id;
  answer["channel"] = text_member(message, "channel");
  if (const auto id = message.find("id"); id != message.end()) answer["id"] = *id;
  if (const auto subscription = message.find("subscription"); subscription != message.end())
    answer["subscription"] = *subscription;
  answer["successful"] = is_successful;
  return answer;
}

Json refusal_of(const Json& message, std::string_view client_id, std::string_view error) {
  Json answer = answer_to(message, client_id, false);
  answer["error"] = error;
  return answer;
}

Json busy_answer(const Json& message, std::string_view client_id) {
  constexpr std::string_view kBusy = "503::Server is too busy. Please try your request again later.";
  const bool is_handshake = text_member(message, "channel") == kHandshake;
  Json refusal = refusal_of(message, client_id, is_handshake ? "403::Handshake denied" : kBusy);
  refusal["ext"] = {{"sfdc", {{"failureReason", kBusy}}}};
  refusal["advice"] = {{"interval", 1'000}, {"reconnect", is_handshake ? "handshake" : "retry"}};
  return refusal;
}

Json advice(Reconnect reconnect) { return {{"interval", 0}, {"reconnect", reconnect_text(reconnect)}}; }

Json event_message(std::string_view channel, const relay::StoredEvent& event, int version) {
  auto payload = kernel::parse_json(event.payload);
  CHECK_THAT(payload.has_value(), event.payload);
  if (version < kVersionOfMilliseconds && payload->contains("CreatedDate"))
    (*payload)["CreatedDate"] = kernel::iso_seconds(event.created);
  Json position = Json::object();
  if (!is_change_event(event)) position["EventUuid"] = event.uuid;
  position["replayId"] = event.replay_id;
  if (!is_change_event(event) && version >= kVersionOfApiName) position["EventApiName"] = event.api_name;
  return {{"channel", channel},
          {"data", {{"schema", event.schema_id}, {"payload", *std::move(payload)}, {"event", position}}}};
}

}  // namespace emulator::salesforce_edge

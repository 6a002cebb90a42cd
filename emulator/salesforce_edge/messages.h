#pragma once
// Bayeux messages as the streaming endpoint of Salesforce answers them.
//
// Source: facts/salesforce 4 and 4.1. Errors stand in `error` as "403::Unknown client", with `successful`
// false and, where the client has to do something about it, `advice`.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "emulator/relay/ports.h"
#include "middleware/kernel/json.h"

namespace emulator::salesforce_edge {

inline constexpr std::string_view kHandshake = "/meta/handshake";
inline constexpr std::string_view kConnect = "/meta/connect";
inline constexpr std::string_view kSubscribe = "/meta/subscribe";
inline constexpr std::string_view kUnsubscribe = "/meta/unsubscribe";
inline constexpr std::string_view kDisconnect = "/meta/disconnect";

enum class Reconnect : std::uint8_t { Retry, Handshake, None };

/// The beginning of an answer: channel, the client's id of the message, `clientId` unless it is "".
kernel::Json answer_to(const kernel::Json& message, std::string_view client_id, bool is_successful);

/// A refusal without advice.
kernel::Json refusal_of(const kernel::Json& message, std::string_view client_id, std::string_view error);

/// The service has no time. ASSUMPTION: beside which error this stands, and that one may try again.
kernel::Json busy_answer(const kernel::Json& message, std::string_view client_id);

/// {"interval": 0, "reconnect": "handshake"}
kernel::Json advice(Reconnect reconnect);

/// An event under the channel it was subscribed to.
/// `number` of the URI, 66.0 is 660: EventApiName is sent from 55.0 on, milliseconds from 43.0 on.
kernel::Json event_message(std::string_view channel, const relay::StoredEvent& event, int version);

/// The text at a member, or "".
std::string text_member(const kernel::Json& message, const char* name);

}  // namespace emulator::salesforce_edge

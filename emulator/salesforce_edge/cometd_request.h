#pragma once
// What stands in a request to the streaming endpoint, before anybody decides about it.
//
// Source: facts/salesforce 4.
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"

namespace emulator::salesforce_edge {

inline constexpr std::string_view kCookieName = "BAYEUX_BROWSER";

/// "/cometd/66.0/connect?x" is 660; 0 when it names no version. What follows the version is not looked at.
int version_of(std::string_view target);

/// The messages of a body, an array of objects; nothing when it holds none. One object stands for itself.
std::optional<kernel::Json> messages_of(const std::string& body);

/// The session cookie, or "".
std::string cookie_of(const kernel::HttpRequest& request);

/// `subscription`: one channel or several; those that are no texts are left out.
std::vector<std::string> channels_of(const kernel::Json& message);

/// What a request asks for, for the record: "cometd handshake", "cometd connect subscribe".
std::string cometd_operation(const kernel::HttpRequest& request);

/// The first product of the User-Agent: "faye/1.4.3"; "client" when it says nothing.
std::string client_name(const kernel::HttpRequest& request);

std::string invalid_replay_id(std::string_view replay_id);

}  // namespace emulator::salesforce_edge

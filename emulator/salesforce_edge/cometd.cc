#include "emulator/salesforce_edge/cometd.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/cometd_request.h"
#include "emulator/salesforce_edge/oauth.h"

namespace emulator::salesforce_edge {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Json;

namespace {

constexpr std::size_t kRequestBytesMax = 32'768;
constexpr int kVersionMin = 370;
constexpr std::string_view kInvalidToken = "401::Authentication invalid";

HttpResponse json_response(int status, const Json& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json;charset=UTF-8"}},
          .body = kernel::json_text(body)};
}

HttpResponse plain(int status, std::string text) {
  return {.status = status, .headers = {{"Content-Type", "text/plain"}}, .body = std::move(text)};
}

bool offers_long_polling(const Json& message) {
  const auto types = message.find("supportedConnectionTypes");
  return types != message.end() && types->is_array() &&
         std::ranges::find(*types, Json("long-polling")) != types->end();
}

std::string joined(const Json& types) {
  std::string text;
  for (const Json& type : types)
    text +=
        (text.empty() ? "" : ",") + (type.is_string() ? type.get<std::string>() : kernel::json_text(type));
  return text;
}

bool asks_for_no_wait(const Json& message) {
  const Json* timeout = kernel::json_at(message, "/advice/timeout");
  return timeout != nullptr && timeout->is_number() && timeout->get<double>() <= 0;
}

std::int64_t milliseconds(kernel::Duration duration) {
  return std::chrono::floor<std::chrono::milliseconds>(duration).count();
}

kernel::Task<bool> woken(SessionPtr session) {
  co_await session->wake_up.wait();
  co_return true;
}

}  // namespace

struct CometD::Exchange {
  const HttpRequest& request;
  std::optional<Grant> grant;  ///< nothing: the request has no valid token
  int version;
  bool is_alone;  ///< one message in the request
  Json answers = Json::array();
  std::string set_cookie{};
};

CometD::CometD(ClientsConfig config, OrgPorts org, Tokens& tokens, std::uint64_t seed,
               kernel::Scheduler& scheduler)
    : config_(std::move(config)),
      org_(org),
      tokens_(tokens),
      scheduler_(scheduler),
      sessions_(config_.session_timeout, seed, scheduler) {}

std::size_t CometD::drop_sessions() {
  const std::size_t count = sessions_.count();
  sessions_.drop_all();
  return count;
}

std::optional<HttpResponse> CometD::refuse_request(const HttpRequest& request) const {
  // Clients try a WebSocket first: it is refused at once, so that they go on with long polling.
  if (request.method != "POST") return plain(400, "Only long polling is emulated: POST wanted");
  if (request.body.size() > kRequestBytesMax) return plain(413, "Maximum Request Size Exceeded");
  const auto messages = messages_of(request.body);
  if (!messages) return plain(400, "The body wants a JSON array of messages");
  const int version = version_of(request.target);
  if (version >= kVersionMin) return std::nullopt;
  // ASSUMPTION: the status is a public fixture's, the second text is from memory.
  const std::string error = version == 0
                                ? "400::API version in the URI is mandatory. URI format: '/cometd/66.0'"
                                : "400::Unsupported API version. Use version 37.0 or later.";
  Json answers = Json::array();
  for (const Json& message : *messages) answers.push_back(refusal_of(message, "", error));
  return json_response(400, answers);
}

void CometD::handshake(Exchange& exchange, const Json& message) {
  std::string reason;
  const auto types = message.find("supportedConnectionTypes");
  if (!exchange.grant) {
    reason = token_of(exchange.request).empty() ? "401::Request requires authentication" : kInvalidToken;
  } else if (!offers_long_polling(message)) {
    Json refusal = refusal_of(
        message, "", "400::Invalid connection type {" + (types == message.end() ? "" : joined(*types)) + "}");
    refusal["advice"] = advice(Reconnect::None);
    exchange.answers.push_back(std::move(refusal));
    return;
  } else if (static_cast<std::int64_t>(sessions_.count()) >= org_.limits.streaming_clients_max()) {
    reason = "403::Organization concurrent user limit exceeded";
  } else if (org_.limits.is_delivery_limit_reached()) {
    reason = "403::Organization total events daily limit exceeded";
  }
  if (!reason.empty()) {
    Json refusal = refusal_of(message, "", "403::Handshake denied");
    refusal["ext"] = {{"sfdc", {{"failureReason", reason}}}, {"replay", true}};
    refusal["advice"] = {{"reconnect", "none"}};
    exchange.answers.push_back(std::move(refusal));
    return;
  }
  const SessionPtr session = sessions_.open(exchange.grant->user_id);
  exchange.set_cookie = std::string(kCookieName) + "=" + session->cookie() + "; Path=/; HttpOnly";
  Json answer = answer_to(message, session->id(), true);
  answer["version"] = "1.0";
  answer["minimumVersion"] = "1.0";
  answer["supportedConnectionTypes"] = {"long-polling"};
  answer["ext"] = {{"replay", true}, {"payload.format", true}};
  exchange.answers.push_back(std::move(answer));
}

SessionPtr CometD::session_of(Exchange& exchange, const Json& message) {
  const std::string id = text_member(message, "clientId");
  Json refusal;
  SessionPtr session;
  if (!exchange.grant) {
    refusal = refusal_of(message, id, kInvalidToken);
    refusal["advice"] = advice(Reconnect::None);
  } else if (id.empty() && text_member(message, "channel") != kConnect) {
    refusal = refusal_of(message, id, "403::Client has not completed handshake");
    refusal["advice"] = advice(Reconnect::Handshake);
  } else if (session = sessions_.find(id);
             session == nullptr || session->user_id() != exchange.grant->user_id) {
    refusal = refusal_of(message, id, "403::Unknown client");
    refusal["advice"] = advice(Reconnect::Handshake);
  } else if (config_.require_cookie && cookie_of(exchange.request) != session->cookie()) {
    refusal =
        refusal_of(message, id,
                   "400::Client " + id + " has established a session, but no BAYEUX_BROWSER cookie present");
    refusal["advice"] = advice(Reconnect::None);
  } else {
    return session;
  }
  exchange.answers.push_back(std::move(refusal));
  return nullptr;
}

SessionPtr CometD::begin_connect(Exchange& exchange, const Json& message) {
  const SessionPtr session = session_of(exchange, message);
  if (session == nullptr) return nullptr;
  const std::string type = text_member(message, "connectionType");
  if (type != "long-polling") {
    exchange.answers.push_back(
        refusal_of(message, session->id(), "400::Invalid connection type {" + type + "}"));
    return nullptr;
  }
  ++session->connects;
  session->wake_up.notify_all();
  sessions_.hold(*session);
  return session;
}

kernel::Task<bool> CometD::wait_for_events(SessionPtr session, kernel::Timestamp until) {
  const std::uint64_t number = session->connects;
  while (!session->is_lost && session->connects == number && !session->has_more() && scheduler_.now() < until)
    co_await kernel::with_deadline<bool>(scheduler_, until, woken(session));
  co_return session->connects == number;
}

void CometD::end_connect(Exchange& exchange, const Json& message, const SessionPtr& session) {
  constexpr std::size_t kEventsMax = 1'000;
  if (session->is_lost) {
    Json refusal = refusal_of(message, session->id(), "403::Unknown client");
    refusal["advice"] = advice(Reconnect::Handshake);
    exchange.answers.push_back(std::move(refusal));
    return;
  }
  for (const Session::Delivery& delivery : session->take(kEventsMax))
    exchange.answers.push_back(event_message(delivery.channel, *delivery.event, exchange.version));
  if (org_.limits.is_delivery_limit_reached()) {
    Json refusal = refusal_of(message, session->id(), "403::Organization total events daily limit exceeded");
    refusal["advice"] = advice(Reconnect::None);
    exchange.answers.push_back(std::move(refusal));
    sessions_.drop(session);
    return;
  }
  Json answer = answer_to(message, session->id(), true);
  if (session->connects == 1 || message.contains("advice")) {
    answer["advice"] = {{"interval", milliseconds(config_.connect_interval)},
                        {"multiple-clients", true},
                        {"reconnect", "retry"},
                        {"timeout", milliseconds(config_.connect_timeout)}};
  }
  exchange.answers.push_back(std::move(answer));
  sessions_.release(session);
}

kernel::Task<HttpReply> CometD::handle(HttpRequest request) {
  if (auto refusal = refuse_request(request)) co_return HttpReply{.response = std::move(*refusal)};
  const Json messages = *messages_of(request.body);
  const Grant* grant = tokens_.find(token_of(request));
  Exchange exchange{.request = request,
                    .grant = grant == nullptr ? std::nullopt : std::optional(*grant),
                    .version = version_of(request.target),
                    .is_alone = messages.size() == 1};
  for (const Json& message : messages) {
    if (scheduler_.now() < busy_until_) {
      exchange.answers.push_back(busy_answer(message, text_member(message, "clientId")));
      continue;
    }
    if (text_member(message, "channel") != kConnect) {
      answer_message(exchange, message);
      continue;
    }
    const SessionPtr session = begin_connect(exchange, message);
    if (session == nullptr) continue;
    bool is_newest = true;
    const bool is_held =
        exchange.is_alone && !asks_for_no_wait(message) && !org_.limits.is_delivery_limit_reached();
    if (is_held) is_newest = co_await wait_for_events(session, scheduler_.now() + config_.connect_timeout);
    // The client has given this one up: the events are the newer connect's.
    if (is_newest) {
      end_connect(exchange, message, session);
    } else {
      exchange.answers.push_back(answer_to(message, session->id(), true));
    }
  }
  HttpResponse response = json_response(200, exchange.answers);
  if (!exchange.set_cookie.empty()) response.headers.add("Set-Cookie", exchange.set_cookie);
  co_return HttpReply{.response = std::move(response)};
}

std::optional<std::string> CometD::subscribe_one(Exchange& exchange, const SessionPtr& session,
                                                 const std::string& channel, const Json& message) {
  if (!channel.starts_with('/')) return "400::Channel subscriptions must start with a leading '/'";
  if (channel.starts_with("/meta/")) return "403::Restricted channel";
  std::int64_t replay = salesforce::kReplayNew;
  const Json* positions = kernel::json_at(message, "/ext/replay");
  if (positions != nullptr && positions->is_object() && positions->contains(channel)) {
    const Json& position = (*positions)[channel];
    const bool is_too_large = position.is_number_unsigned() && position.get<std::uint64_t>() > INT64_MAX;
    if (!position.is_number_integer() || is_too_large) return invalid_replay_id(kernel::json_text(position));
    replay = position.get<std::int64_t>();
  }
  auto opened = org_.stream.open({.channel = channel,
                                  .replay = replay,
                                  .user_id = session->user_id(),
                                  .name = client_name(exchange.request),
                                  .listener = session.get()});
  if (!opened) return opened.error().message;
  session->add(std::move(*opened));
  return std::nullopt;
}

void CometD::subscribe(Exchange& exchange, const Json& message) {
  const SessionPtr session = session_of(exchange, message);
  if (session == nullptr) return;
  const auto refuse = [&](const std::string& error) {
    exchange.answers.push_back(refusal_of(message, session->id(), error));
  };
  const std::vector<std::string> channels = channels_of(message);
  if (channels.empty()) return refuse("400::Channel name not specified");
  if (org_.limits.is_delivery_limit_reached())
    return refuse("403::Organization total events daily limit exceeded");
  for (const std::string& channel : channels) {
    if (const auto error = subscribe_one(exchange, session, channel, message)) return refuse(*error);
  }
  exchange.answers.push_back(answer_to(message, session->id(), true));
}

void CometD::unsubscribe(Exchange& exchange, const Json& message) {
  const SessionPtr session = session_of(exchange, message);
  if (session == nullptr) return;
  const std::vector<std::string> channels = channels_of(message);
  if (channels.empty()) {
    exchange.answers.push_back(refusal_of(message, session->id(), "400::Channel name not specified"));
    return;
  }
  // Leaving a channel that one is not subscribed to succeeds, as Bayeux has it.
  for (const std::string& channel : channels) session->remove(channel);
  exchange.answers.push_back(answer_to(message, session->id(), true));
}

void CometD::disconnect(Exchange& exchange, const Json& message) {
  const SessionPtr session = session_of(exchange, message);
  if (session == nullptr) return;
  exchange.answers.push_back(answer_to(message, session->id(), true));
  sessions_.drop(session);
}

void CometD::answer_message(Exchange& exchange, const Json& message) {
  const std::string channel = text_member(message, "channel");
  if (channel == kHandshake) return handshake(exchange, message);
  if (channel == kSubscribe) return subscribe(exchange, message);
  if (channel == kUnsubscribe) return unsubscribe(exchange, message);
  if (channel == kDisconnect) return disconnect(exchange, message);
  const SessionPtr session = session_of(exchange, message);
  if (session == nullptr) return;
  std::string error = "403::Restricted channel";
  if (channel.empty()) error = "400::Channel name not specified";
  // ASSUMPTION: clients may not publish over CometD; which text says so is not documented.
  if (!channel.empty() && !channel.starts_with("/meta/"))
    error = "403::Cannot create channel {" + channel + "}";
  exchange.answers.push_back(refusal_of(message, session->id(), error));
}

}  // namespace emulator::salesforce_edge

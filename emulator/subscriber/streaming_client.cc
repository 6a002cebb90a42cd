#include "emulator/subscriber/streaming_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace emulator::subscriber {

using kernel::HttpResult;
using kernel::Json;
using kernel::Task;
using kernel::Timestamp;
using namespace std::chrono_literals;

namespace {

constexpr kernel::Duration kPause = 5s;  // between attempts when the org cannot be reached or refuses
/// Longer than the org holds a connect.
constexpr kernel::Duration kAnswerMax = 120s;
constexpr const char* kPath = "/cometd/66.0";

std::string text_of(const Json& message, const char* pointer) {
  return kernel::json_text_at(message, pointer);
}

bool is_successful(const Json& message) { return text_of(message, "/successful") == "true"; }

}  // namespace

StreamingClient::StreamingClient(ClientConfig config, kernel::Scheduler& scheduler,
                                 kernel::HttpClient& client, kernel::HopSink& hops)
    : config_(std::move(config)), scheduler_(scheduler), client_(client), hops_(hops), left_(scheduler) {}

void StreamingClient::become(std::string_view state, std::string_view why) {
  if (state == state_) return;
  hops_.transition({.kind = "subscriber",
                    .subject = config_.name,
                    .owner = config_.channel,
                    .from = state_,
                    .to = state,
                    .why = why});
  state_ = state;
}

void StreamingClient::go_away(Timestamp until) {
  away_until_ = std::max(away_until_, until);
  become("away", "its network is gone");
  left_.notify_all();
}

Task<void> StreamingClient::run(Timestamp until) {
  while (scheduler_.now() < until) {
    if (is_away()) {
      co_await kernel::sleep_until(scheduler_, std::min(away_until_, until));
      continue;
    }
    if (session_.empty() && !co_await open_session(until)) {
      if (!is_away()) co_await kernel::sleep_until(scheduler_, std::min(scheduler_.now() + kPause, until));
      continue;
    }
    if (co_await connect(until) == Next::Handshake) session_.clear();
  }
  become("idle", "the end of its line");
}

Task<std::optional<HttpResult>> StreamingClient::leave() {
  co_await left_.wait();
  co_return std::nullopt;
}

Task<std::optional<HttpResult>> StreamingClient::send(kernel::HttpRequest request, Timestamp until) {
  const auto sending = [](kernel::HttpClient& client, kernel::HttpRequest asked,
                          Timestamp deadline) -> Task<std::optional<HttpResult>> {
    co_return co_await client.send(std::move(asked), deadline);
  };
  request.host = config_.host;
  std::vector<Task<std::optional<HttpResult>>> either;
  either.push_back(sending(client_, std::move(request), std::min(scheduler_.now() + kAnswerMax, until)));
  either.push_back(leave());
  co_return (co_await kernel::first_of(std::move(either))).value;
}

Task<void> StreamingClient::log_in(Timestamp until) {
  kernel::HttpRequest request{.method = "POST",
                              .target = "/services/oauth2/token",
                              .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                              .body = config_.login};
  const auto answer = co_await send(std::move(request), until);
  if (!answer || !*answer || (*answer)->status != 200) co_return;
  const auto body = kernel::parse_json((*answer)->body);
  if (body) token_ = text_of(*body, "/access_token");
}

Task<std::optional<Json>> StreamingClient::ask(Json message, Timestamp until) {
  kernel::HttpRequest request{
      .method = "POST",
      .target = kPath,
      .headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token_}},
      .body = kernel::json_text(Json::array({std::move(message)}))};
  const auto answer = co_await send(std::move(request), until);
  if (!answer || !*answer || (*answer)->status != 200) co_return std::nullopt;
  auto answers = kernel::parse_json((*answer)->body);
  if (!answers || !answers->is_array()) co_return std::nullopt;
  co_return std::move(*answers);
}

std::optional<std::int64_t> StreamingClient::position() const {
  if (!has_subscribed_) return config_.replay;
  switch (config_.after_loss) {
    case AfterLoss::Resume:
      return last_seen_.value_or(config_.replay);
    case AfterLoss::Restart:
      return config_.replay;
    case AfterLoss::Forget:
      break;
  }
  return std::nullopt;
}

/// A refused subscription leaves a session that looks healthy and brings nothing: that is what clients meet.
Task<bool> StreamingClient::open_session(Timestamp until) {
  if (token_.empty()) co_await log_in(until);
  if (token_.empty()) co_return false;
  const auto shaken = co_await ask({{"channel", "/meta/handshake"},
                                    {"version", "1.0"},
                                    {"supportedConnectionTypes", Json::array({"long-polling"})},
                                    {"ext", {{"replay", true}}}},
                                   until);
  if (!shaken || shaken->empty()) co_return false;
  if (!is_successful(shaken->front())) {
    become("refused", text_of(shaken->front(), "/ext/sfdc/failureReason"));
    token_.clear();  // it may be dead
    co_return false;
  }
  session_ = text_of(shaken->front(), "/clientId");
  Json subscribe = {
      {"channel", "/meta/subscribe"}, {"clientId", session_}, {"subscription", config_.channel}};
  if (const auto from = position()) subscribe["ext"] = {{"replay", {{config_.channel, *from}}}};
  const auto subscribed = co_await ask(std::move(subscribe), until);
  if (!subscribed || subscribed->empty()) {
    session_.clear();
    co_return false;
  }
  has_subscribed_ = true;
  if (is_successful(subscribed->front())) {
    become("connected", "");
  } else {
    become("refused", text_of(subscribed->front(), "/error"));
  }
  co_return true;
}

Task<StreamingClient::Next> StreamingClient::connect(Timestamp until) {
  const auto answers = co_await ask(
      {{"channel", "/meta/connect"}, {"clientId", session_}, {"connectionType", "long-polling"}}, until);
  if (answers) co_return take(*answers);
  // Cut off: the session may still be there.
  if (!is_away()) co_await kernel::sleep_until(scheduler_, std::min(scheduler_.now() + kPause, until));
  co_return Next::Connect;
}

StreamingClient::Next StreamingClient::take(const Json& answers) {
  Next next = Next::Connect;
  for (const Json& message : answers) {
    if (text_of(message, "/channel") != "/meta/connect") {
      receive(message);
      continue;
    }
    if (is_successful(message)) {
      // Back before the session was lost.
      if (state_ == "away") become("connected", "");
      continue;
    }
    const std::string error = text_of(message, "/error");
    become("lost", error);
    if (error.starts_with("401")) token_.clear();
    next = Next::Handshake;
  }
  return next;
}

void StreamingClient::receive(const Json& message) {
  const Json* replay_id = kernel::json_at(message, "/data/event/replayId");
  if (replay_id == nullptr || !replay_id->is_number_integer()) return;
  last_seen_ = replay_id->get<std::int64_t>();
  const std::string event = text_of(message, "/data/event/EventUuid");
  kernel::point_hop(hops_,
                    {.stage = kernel::Stage::Client,
                     .event = event,
                     .from = "salesforce",
                     .to = config_.name,
                     .operation = "event"},
                    {.outcome = kernel::Outcome::Ok});
}

}  // namespace emulator::subscriber

#pragma once
// An org with its endpoints, in virtual time, and requests as clients send them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/salesforce/org.h"
#include "emulator/salesforce_edge/salesforce_edge.h"
#include "emulator/sim/virtual_scheduler.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/support/run_task.h"

namespace salesforce_edge_tests {

using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Json;
using namespace std::chrono_literals;

inline const std::string kHost = "127.0.0.1:4571";
inline const std::string kBase = "http://" + kHost;

/// One event, one user `ann` with a security token, one app.
inline emulator::salesforce::OrgConfig ink_org() {
  using emulator::salesforce::FieldType;
  return {
      .events = {{"Low_Ink__e",
                  {.fields = {{"Printer_Model__c", {.type = FieldType::Text, .required = true, .length = 10}},
                              {"Ink_Percentage__c", {.type = FieldType::Number}}}}}},
      .users = {{.username = "ann@example.com", .password = "secret", .security_token = "TOKEN"},
                {.username = "gone@example.com", .password = "secret", .is_active = false}},
      .apps = {{.name = "rig",
                .consumer_key = "3MVG9",
                .consumer_secret = "hush",
                .run_as = "ann@example.com",
                .session_timeout = 2h},
               {.name = "nobody", .consumer_key = "3MVG8", .consumer_secret = "hush"}}};
}

struct Rig {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  emulator::RecordingJournal journal{scheduler};
  emulator::salesforce::Org org;
  emulator::salesforce_edge::SalesforceEdge edge;

  explicit Rig(emulator::salesforce::OrgConfig config = ink_org(),
               const emulator::salesforce_edge::ClientsConfig& clients = {})
      : org(std::move(config), 7, scheduler, journal),
        edge(
            clients,
            {.data = org, .stream = org, .directory = org.directory(), .limits = org, .schema = org.schema()},
            7, scheduler, journal) {}

  HttpResponse send(HttpRequest request) {
    request.host = kHost;
    return support::run(scheduler, edge.handle(std::move(request))).response;
  }
  HttpResponse form(std::string target, std::string body) {
    return send({.method = "POST",
                 .target = std::move(target),
                 .headers = {{"content-type", "application/x-www-form-urlencoded"}},
                 .body = std::move(body)});
  }
  Json log_in(const std::string& body =
                  "grant_type=password&username=ann%40example.com&password=secretTOKEN&client_id=3MVG9&"
                  "client_secret=hush") {
    return *kernel::parse_json(form("/services/oauth2/token", body).body);
  }
  std::string token() { return log_in()["access_token"]; }

  HttpResponse api(const std::string& token, std::string method, const std::string& path,
                   std::string body = {}) {
    return send({.method = std::move(method),
                 .target = "/services/data/v66.0" + path,
                 .headers = {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}},
                 .body = std::move(body)});
  }

  /// One POST to the streaming endpoint; `messages` without the array around it.
  HttpRequest cometd_request(const std::string& token, const std::string& messages) {
    return {.method = "POST",
            .host = kHost,
            .target = "/cometd/66.0",
            .headers = {{"Authorization", "OAuth " + token}, {"Content-Type", "application/json"}},
            .body = "[" + messages + "]"};
  }
  Json cometd(const std::string& token, const std::string& messages) {
    return *kernel::parse_json(send(cometd_request(token, messages)).body);
  }

  /// What a request that takes its time answered, and when.
  struct Answered {
    Json body;
    kernel::Duration at;
  };
  /// Sends now; the answer is in `to` when it came.
  void begin(const HttpRequest& request, std::optional<Answered>& to) {
    calls.spawn(note(edge.handle(request), to));
  }
  void run_for(kernel::Duration duration) {
    const kernel::Timestamp until = scheduler.now() + duration;
    bool is_over = false;
    scheduler.call_at(until, [&is_over] { is_over = true; });
    while (!is_over) scheduler.step();
  }

  kernel::TaskScope calls;

 private:
  kernel::Task<void> note(kernel::Task<kernel::HttpReply> task, std::optional<Answered>& to) {
    const kernel::HttpReply reply = co_await std::move(task);
    to = Answered{*kernel::parse_json(reply.response.body), scheduler.now().time_since_epoch()};
  }
};

inline Json parsed(const HttpResponse& response) {
  auto json = kernel::parse_json(response.body);
  EXPECT_TRUE(json.has_value()) << response.body;
  return json ? *json : Json();
}

}  // namespace salesforce_edge_tests

#pragma once
// Requests as clients send them, and an edge in virtual time to send them to.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "emulator/edge/edge.h"
#include "emulator/sim/virtual_scheduler.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"

namespace edge_tests {

using emulator::edge::AwsCall;
using emulator::edge::AwsError;
using emulator::edge::AwsResult;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Json;

inline std::string signed_for(std::string_view service, std::string_view region = "us-east-1") {
  return "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261125/" + std::string(region) + "/" +
         std::string(service) +
         "/aws4_request, SignedHeaders=amz-sdk-invocation-id;content-type;host;x-amz-date, "
         "Signature=15c8ee4e";
}

/// As the AWS SDK for JavaScript v3 sends it: header names in lower case.
inline HttpRequest js_json(std::string_view service, std::string_view target, std::string_view body,
                           std::string_view version = "1.1") {
  return {.method = "POST",
          .host = "127.0.0.1:4570",
          .target = "/",
          .headers = {{"content-type", "application/x-amz-json-" + std::string(version)},
                      {"x-amz-target", std::string(target)},
                      {"user-agent", "aws-sdk-js/3.1174.0 ua/2.1 os/linux lang/js md/nodejs#20.20.2"},
                      {"amz-sdk-invocation-id", "548206dc-b50e-41a5-aebb-89673b1aecd8"},
                      {"amz-sdk-request", "attempt=1; max=3"},
                      {"authorization", signed_for(service)}},
          .body = std::string(body)};
}

/// As boto3 sends a form.
inline HttpRequest boto_form(std::string_view service, std::string_view body, std::string target = "/") {
  return {.method = "POST",
          .host = "127.0.0.1:4570",
          .target = std::move(target),
          .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                      {"User-Agent", "Boto3/1.26.27 Python/3.11.2 Linux/6.1 Botocore/1.29.27"},
                      {"amz-sdk-request", "ttl=20261125T093712Z; attempt=2; max=5"},
                      {"Authorization", signed_for(service)}},
          .body = std::string(body)};
}

/// An edge, its clock and its record.
struct Rig {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::RecordedHops hops{scheduler};
  emulator::edge::Edge edge{{.version = "0.1.0"}, 1, scheduler, hops};

  HttpResponse send(HttpRequest request) {
    return support::run(scheduler, edge.handle(std::move(request))).response;
  }
};

inline std::string header(const HttpResponse& response, std::string_view name) {
  return std::string(response.headers.get(name));
}

}  // namespace edge_tests

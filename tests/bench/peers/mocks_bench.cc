// `make bench`, part `mocks`: a POST of JSON that a stub answers, on 16 connections, beside WireMock (warm,
// without its journal) and Mockoon; ours writes every request into its run file. Then 500 connections to a
// stub that waits for 20 ms: a request that waits for a thread would show.
#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/bench/peers/load.h"
#include "tests/bench/peers/parts.h"
#include "tests/bench/peers/service.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::temp_directory_path() / "relayrig_mocks_bench";
const fs::path kPeers = RELAYRIG_SOURCE_DIR "/tests/bench/peer/node_modules";

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

std::string charge(std::int64_t number) {
  const std::string body = R"({"reference":"SO-)" + std::to_string(number) + R"(","amount":1250,"note":")" +
                           std::string(200, 'x') + R"("})";
  return "POST /v1/charges HTTP/1.1\r\nHost: payments\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string stub(const std::string& latency) {
  return "latency: " + latency +
         "\nstubs:\n"
         "  - id: charge\n"
         "    request: {method: POST, url_path: /v1/charges, body: {matches_json_path: $.reference}}\n"
         "    respond: {status: 201, body: {id: ch_1, status: succeeded}}\n";
}

constexpr const char* kMapping =
    R"({"request":{"method":"POST","urlPath":"/v1/charges","bodyPatterns":[{"matchesJsonPath":"$.reference"}]},
"response":{"status":201,"headers":{"Content-Type":"application/json"},"jsonBody":{"id":"ch_1","status":"succeeded"}}})";

/// As the exporter of Mockoon writes it, with what it cannot do without.
std::string environment(int port) {
  return R"({"uuid":"b8d5d3a0-0000-4000-8000-000000000001","lastMigration":33,"name":"bench","port":)" +
         std::to_string(port) +
         R"(,"hostname":"127.0.0.1","routes":[{"uuid":"b8d5d3a0-0000-4000-8000-000000000002","type":"http",
"method":"post","endpoint":"v1/charges","responses":[{"uuid":"b8d5d3a0-0000-4000-8000-000000000003",
"body":"{\"id\":\"ch_1\",\"status\":\"succeeded\"}","latency":0,"statusCode":201,"bodyType":"INLINE","default":true,
"disableTemplating":true,"rules":[{"target":"body","modifier":"reference","value":".","operator":"regex","invert":false}],
"rulesOperator":"AND","headers":[{"key":"Content-Type","value":"application/json"}],"callbacks":[]}],
"responseMode":null}],"rootChildren":[{"type":"route","uuid":"b8d5d3a0-0000-4000-8000-000000000002"}],"cors":false,
"headers":[],"data":[],"folders":[],"callbacks":[]})";
}

struct Measured {
  LoadResult load;
  double mib = 0;
};

Measured measure(const std::string& name, const Service& service, double warm_seconds) {
  Measured measured;
  measured.load = run_load(
      {.port = service.port(), .connections = 16, .warm_seconds = warm_seconds, .seconds = 5}, charge);
  measured.mib = service.resident_mib();
  const LoadResult& load = measured.load;
  print(name + ": requests/s, p50 and p99 in ms, MiB",
        fixed(load.events_per_second, 0) + "  " + fixed(load.p50_ms, 2) + "  " + fixed(load.p99_ms, 2) +
            "  " + fixed(measured.mib, 0) +
            (load.errors == 0 ? "" : "   ERRORS " + std::to_string(load.errors)));
  return measured;
}

std::vector<std::string> ours(const std::string& latency) {
  const fs::path file = kFolder / "payments.yaml";
  put(file, stub(latency));
  return {RELAYRIG_BINARY_DIR "/relayrig", "--runs", kFolder / "runs", "mocks", "up", file, "--port", "0"};
}

std::optional<Measured> measure_wiremock() {
  std::optional<fs::path> jar;
  if (fs::exists(kPeers / "wiremock/build")) {
    for (const auto& entry : fs::directory_iterator(kPeers / "wiremock/build")) jar = entry.path();
  }
  if (!jar || std::system("java -version >/dev/null 2>&1") != 0) {
    print("WireMock is not here (npm ci in tests/bench/peer, and a Java runtime)", "");
    return std::nullopt;
  }
  put(kFolder / "wiremock/mappings/charge.json", kMapping);
  const Service service({"java", "-jar", *jar, "--port", "0", "--root-dir", kFolder / "wiremock",
                         "--no-request-journal", "--use-chunked-encoding", "never", "--disable-banner"},
                        "port:");
  return measure("WireMock after 12 s of load, without its journal", service, 12);
}

void measure_mockoon() {
  const fs::path program = kPeers / ".bin/mockoon-cli";
  if (!fs::exists(program)) return print("Mockoon is not here (npm ci in tests/bench/peer)", "");
  const int port = free_port();
  put(kFolder / "mockoon.json", environment(port));
  const Service service({program, "start", "--data", kFolder / "mockoon.json", "--port", std::to_string(port),
                         "--disable-log-to-file"},
                        "started on port ");
  measure("Mockoon", service, 2);
}

void measure_waiting() {
  const Service service(ours("20ms"), "payments  http://127.0.0.1:");
  const LoadResult load = run_load(
      {.port = service.port(), .connections = 500, .warm_seconds = 2, .seconds = 5, .period_seconds = 0.1},
      charge);
  print("a stub that waits 20 ms, 500 connections, 10 requests a second each   goal p50 < 21, p99 < 30",
        fixed(load.events_per_second, 0) + "  " + fixed(load.p50_ms, 2) + "  " + fixed(load.p99_ms, 2) +
            (load.errors == 0 ? "" : "   ERRORS " + std::to_string(load.errors)));
}

}  // namespace

void mocks_bench() {
  fs::remove_all(kFolder);
  fs::create_directories(kFolder);
  const std::optional<Measured> wiremock = measure_wiremock();
  measure_mockoon();
  {
    const Service service(ours("0ms"), "payments  http://127.0.0.1:");
    const Measured mine = measure("relayrig mocks up, with its journal", service, 2);
    if (wiremock) {
      print("  ratio of requests/s and p99; MiB   goal >= 1.50, < 1.00, < 40",
            ratio(mine.load.events_per_second, wiremock->load.events_per_second) + "  " +
                ratio(mine.load.p99_ms, wiremock->load.p99_ms) + "  " + fixed(mine.mib, 0));
    }
  }
  measure_waiting();
  fs::remove_all(kFolder);
}

}  // namespace bench

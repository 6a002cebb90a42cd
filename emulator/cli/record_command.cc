// The command `record`: passes requests on to a real API and writes what it answered as a mock file.
#include "emulator/cli/record_command.h"

#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "emulator/cli/ready_file.h"
#include "emulator/cli/settings.h"
#include "emulator/runner/mock_file.h"
#include "middleware/live/http_client.h"
#include "middleware/live/http_server.h"
#include "middleware/live/signals.h"
#include "middleware/live/url.h"
#include "mocks/imports/recording.h"

namespace emulator::cli {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTarget = "target";

/// What the caller sees when the API gave no answer.
kernel::HttpReply as_ending(kernel::NoAnswer reason) {
  switch (reason) {
    case kernel::NoAnswer::ClosedEarly:
      return {.ending = kernel::Ending::Empty};
    case kernel::NoAnswer::ProtocolError:
      return {.ending = kernel::Ending::Garbage};
    case kernel::NoAnswer::BodyTruncated:
      return {.ending = kernel::Ending::Truncated};
    default:
      return {.ending = kernel::Ending::Reset};
  }
}

class Recorder final : public kernel::HttpHandler {
 public:
  Recorder(kernel::Scheduler& scheduler, kernel::HttpClient& client, mocks::imports::Recording& recording)
      : scheduler_(scheduler), client_(client), recording_(recording) {}

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
    kernel::HttpRequest passed = request;
    passed.host = kTarget;
    // The API gets a Host of its own, and what it sends can be read.
    for (const char* name : {"Host", "Accept-Encoding", "Connection", "Keep-Alive", "Content-Length",
                             "Transfer-Encoding", "Expect"})
      passed.headers.remove(name);
    const kernel::HttpResult answer = co_await client_.send(std::move(passed), scheduler_.now() + 60s);
    std::cerr << request.method << ' ' << kernel::path_of(request.target) << ' '
              << (answer ? std::to_string(answer->status) : std::string(kernel::to_text(answer.error())))
              << '\n';
    if (!answer) {
      recording_.add(request, answer.error());
      co_return as_ending(answer.error());
    }
    recording_.add(request, *answer);
    co_return kernel::HttpReply{.response = *answer};
  }

 private:
  kernel::Scheduler& scheduler_;
  kernel::HttpClient& client_;
  mocks::imports::Recording& recording_;
};

int write(const mocks::imports::MockFile& file, const RecordArguments& arguments) {
  for (const auto& finding : file.findings) std::cerr << finding.text() << '\n';
  std::cerr << file.taken << " of " << file.seen << " recorded\n";
  if (file.taken == 0) return kNothing;
  const std::string text = mocks::imports::file_text(file, "what " + arguments.url + " answered");
  const auto read = runner::read_mock_file(text, "api", arguments.out);
  if (!read) return complain(read.error().error());
  const auto written = write_whole_file(arguments.out, text);
  return written ? kPassed : complain(written.error());
}

}  // namespace

int record(const RecordArguments& arguments) {
  if (const auto url = live::parse_url(arguments.url); !url) return complain(url.error());
  const ReadyFileGuard guard(arguments.ready_file);
  live::Loop loop;
  const live::StopSignals signals(loop, [&loop] { loop.stop(); });
  auto client = live::HttpClientPool::create(
      loop, {.hosts = {{kTarget, arguments.url}}, .ca_pem = {}, .ca_file = arguments.ca_file});
  if (!client) return complain(client.error());
  mocks::imports::Recording recording{mocks::imports::Redaction(arguments.redact)};
  Recorder recorder(loop, **client, recording);
  auto server = live::HttpServer::start(loop, recorder, {.port = static_cast<int>(arguments.port)});
  if (!server) return complain(server.error());
  const std::string base = (*server)->base_url();
  std::cerr << base << " -> " << arguments.url << ", Ctrl-C writes " << arguments.out << '\n';
  if (!arguments.ready_file.empty()) {
    const kernel::Json ready = {{"url", base}, {"pid", getpid()}};
    const auto written = write_whole_file(arguments.ready_file, ready.dump(2) + '\n');
    if (!written) return complain(written.error());
  }
  loop.run();
  (*server)->stop();
  return write(recording.file(), arguments);
}

}  // namespace emulator::cli

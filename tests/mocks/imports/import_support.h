#pragma once
// A mock file that an importer made, read as the rig reads it and asked in virtual time.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "emulator/runner/mock_file.h"
#include "middleware/kernel/task_scope.h"
#include "mocks/imports/findings.h"
#include "mocks/stubs/stub_mock.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/scripted_api.h"

namespace mocks::imports {

/// "POST /orders?a=1\nX-Id: 7\n\nbody": a request as a test writes it.
inline kernel::HttpRequest request_of(const std::string& text) {
  kernel::HttpRequest request{.host = "api"};
  const std::size_t head_end = std::min(text.find("\n\n"), text.size());
  if (head_end < text.size()) request.body = text.substr(head_end + 2);
  std::istringstream head(text.substr(0, head_end));
  head >> request.method >> request.target;
  head.ignore();
  for (std::string line; std::getline(head, line);) {
    const std::size_t colon = line.find(": ");
    request.headers.add(line.substr(0, colon), line.substr(colon + 2));
  }
  return request;
}

struct ImportedMock : emulator::Bench {
  FaultSet faults{7, journal};
  support::ScriptedApi receiver{scheduler};
  std::string text;
  std::unique_ptr<stubs::StubMock> api;
  kernel::TaskScope callers;
  kernel::HttpReply reply{};
  bool is_answered = false;

  explicit ImportedMock(const MockFile& file) : text(file_text(file, "a test")) {
    auto read = emulator::runner::read_mock_file(text, "api", "mock.yaml");
    if (!read) {
      ADD_FAILURE() << read.error().text() << "\n" << text;
      return;
    }
    if (read->stubs == nullptr) return;
    api = std::make_unique<stubs::StubMock>(*read->stubs, 7,
                                            stubs::Surroundings{scheduler, journal, faults, receiver});
  }

  kernel::Task<void> call(kernel::HttpRequest request) {
    reply = co_await api->handle(std::move(request));
    is_answered = true;
  }

  /// "get order 200 {...}": the stub, the status or how the connection ends, the body; "nobody" for 404 of
  /// the mock itself.
  std::string ask(const std::string& request) {
    if (api == nullptr) return "no mock";
    is_answered = false;
    callers.spawn(call(request_of(request)));
    while (!is_answered && scheduler.step()) {
    }
    const auto& complaints = api->complaints();
    if (!complaints.empty()) return "complaint: " + complaints.back();
    const std::string stub = api->exchanges().rows().back().answered_by;
    if (stub.empty()) return "nobody";
    if (reply.ending != kernel::Ending::Complete) {
      constexpr const char* kEndings[] = {"", "reset", "empty", "garbage", "truncated", "hang"};
      return stub + " " + kEndings[static_cast<std::size_t>(reply.ending)];
    }
    const kernel::HttpResponse& response = reply.response;
    return stub + " " + std::to_string(response.status) + (response.body.empty() ? "" : " " + response.body);
  }
};

inline std::string findings_text(const MockFile& file) {
  std::string text;
  for (const Finding& finding : file.findings) text += finding.text() + "\n";
  return text;
}

}  // namespace mocks::imports

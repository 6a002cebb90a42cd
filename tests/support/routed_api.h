#pragma once
// External APIs with a script for each request line, in virtual time. They remember who asked what, when.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/wait.h"

namespace support {

class RoutedApi final : public kernel::HttpClient {
 public:
  explicit RoutedApi(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  /// The next answer to "POST erp/orders"; the last one repeats. Without any: 200 after 10 ms.
  RoutedApi& on(const std::string& line, kernel::HttpResult answer,
                kernel::Duration after = std::chrono::milliseconds{10}) {
    scripts_[line].answers.emplace_back(std::move(answer), after);
    return *this;
  }
  RoutedApi& on(const std::string& line, int status, std::string body = "{}",
                kernel::Duration after = std::chrono::milliseconds{10}) {
    return on(line, kernel::HttpResponse{.status = status, .body = std::move(body)}, after);
  }
  /// From now on it answers so only.
  void set(const std::string& line, int status, std::string body = "{}") {
    scripts_.erase(line);
    on(line, status, std::move(body));
  }

  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override {
    const std::string line = request.method + " " + request.host + request.target;
    std::pair<kernel::HttpResult, kernel::Duration> next{kernel::HttpResponse{.status = 200, .body = "{}"},
                                                         std::chrono::milliseconds{10}};
    if (const auto found = scripts_.find(line); found != scripts_.end()) {
      Script& script = found->second;
      next = script.answers.at(std::min(script.asked++, script.answers.size() - 1));
    }
    asked.push_back({scheduler_.now(), line, std::move(request)});
    const kernel::Timestamp when = scheduler_.now() + next.second;
    co_await kernel::sleep_until(scheduler_, std::min(when, deadline));
    if (when >= deadline) co_return std::unexpected(kernel::NoAnswer::Timeout);
    co_return next.first;
  }

  /// "0 POST erp/orders {body}", times in milliseconds.
  std::vector<std::string> lines() const {
    std::vector<std::string> texts;
    for (const Asked& a : asked)
      texts.push_back(std::to_string(kernel::nanoseconds(a.at) / 1'000'000) + " " + a.line +
                      (a.request.body.empty() ? "" : " " + a.request.body));
    return texts;
  }
  std::vector<std::string> keys() const {
    std::vector<std::string> values;
    for (const Asked& a : asked) values.emplace_back(a.request.headers.get("Idempotency-Key"));
    return values;
  }

  struct Asked {
    kernel::Timestamp at;
    std::string line;
    kernel::HttpRequest request;
  };
  std::vector<Asked> asked;

 private:
  struct Script {
    std::vector<std::pair<kernel::HttpResult, kernel::Duration>> answers;
    std::size_t asked = 0;
  };
  kernel::Scheduler& scheduler_;
  std::map<std::string, Script> scripts_;
};

}  // namespace support

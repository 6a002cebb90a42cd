#pragma once
// An external API with a script, in virtual time: what it answers and after how long. It remembers who asked
// what, when.
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/wait.h"

namespace support {

class ScriptedApi final : public kernel::HttpClient {
 public:
  explicit ScriptedApi(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  /// The next answer of the script; the last one repeats.
  ScriptedApi& then(kernel::HttpResult answer, kernel::Duration after = std::chrono::milliseconds{30}) {
    script_.emplace_back(std::move(answer), after);
    return *this;
  }
  ScriptedApi& then(int status, kernel::Duration after = std::chrono::milliseconds{30},
                    std::string body = "{}") {
    return then(kernel::HttpResponse{.status = status, .body = std::move(body)}, after);
  }

  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override {
    const auto [answer, after] = script_.at(std::min(asked.size(), script_.size() - 1));
    asked.push_back({scheduler_.now(), deadline, std::move(request)});
    const kernel::Timestamp when = scheduler_.now() + after;
    if (when >= deadline && !ignores_deadlines) {
      co_await kernel::sleep_until(scheduler_, deadline);
      co_return std::unexpected(kernel::NoAnswer::Timeout);
    }
    co_await kernel::sleep_until(scheduler_, when);
    co_return answer;
  }

  std::vector<kernel::Timestamp> asked_at() const {
    std::vector<kernel::Timestamp> times;
    for (const Asked& a : asked) times.push_back(a.at);
    return times;
  }
  /// One header of every request.
  std::vector<std::string> asked_with(std::string_view header) const {
    std::vector<std::string> values;
    for (const Asked& a : asked) values.emplace_back(a.request.headers.get(header));
    return values;
  }

  struct Asked {
    kernel::Timestamp at;
    kernel::Timestamp deadline;
    kernel::HttpRequest request;
  };
  std::vector<Asked> asked;
  bool ignores_deadlines = false;  ///< answers late, as no real client does

 private:
  kernel::Scheduler& scheduler_;
  std::vector<std::pair<kernel::HttpResult, kernel::Duration>> script_;
};

}  // namespace support

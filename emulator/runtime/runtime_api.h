#pragma once
// The Lambda Runtime API as one environment's process calls it: it asks for an invocation, waits, and posts
// the response or the error; or it says that it could not start.
//
//   Initialising ── next ──> Idle ── an invocation, next ──> Invoking
//        └ init/error ─> Failed  ^──── response, error ─────────┘
//
// Source: facts/aws-delivery 6, 5.2.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/lambda/ports.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/wait.h"

namespace emulator::runtime {

/// What `next` hands out.
struct Offer {
  std::string request_id;
  kernel::Headers headers;
  std::shared_ptr<const std::string> payload;
};

class RuntimeApi final : public kernel::HttpHandler {
 public:
  explicit RuntimeApi(kernel::Scheduler& scheduler) : changed_(scheduler) {}

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  /// Woken whenever one of the answers below changes.
  kernel::Signal& changed() { return changed_; }

  bool is_initialising() const { return phase_ == Phase::Initialising; }
  /// As posted to init/error.
  const std::optional<lambda::CodeError>& init_error() const { return init_error_; }

  /// For the next `next`. The one before must have been answered.
  void offer(Offer offer);
  /// The answer to what was offered, once.
  std::optional<lambda::CodeResult> take_result();
  bool has_result() const { return result_.has_value(); }

 private:
  enum class Phase : std::uint8_t { Initialising, Idle, Invoking, Failed };

  kernel::Task<kernel::HttpReply> next();
  kernel::HttpReply post(const std::string& id, bool is_error, const kernel::HttpRequest& request);
  kernel::HttpReply post_init_error(const kernel::HttpRequest& request);
  void settle(lambda::CodeResult result);

  kernel::Signal changed_;
  Phase phase_ = Phase::Initialising;
  std::optional<lambda::CodeError> init_error_;
  std::optional<Offer> offered_;  ///< and not fetched
  std::string invoking_;          ///< request id
  std::optional<lambda::CodeResult> result_;
  std::uint64_t nexts_ = 0;
};

}  // namespace emulator::runtime

#include "emulator/runtime/runtime_api.h"

#include <utility>

#include "emulator/runtime/posted_error.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/json.h"

namespace emulator::runtime {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;

constexpr std::string_view kBase = "/2018-06-01/runtime/";

HttpReply reply(int status, std::string body) {
  return {{status, {{"Content-Type", "application/json"}}, std::move(body)}};
}
HttpReply accepted() { return reply(202, R"({"status":"OK"})"); }
HttpReply refused(int status, std::string_view type, std::string_view message) {
  return reply(status, R"({"errorMessage":)" + kernel::json_quoted(message) + R"(,"errorType":)" +
                           kernel::json_quoted(type) + "}");
}
// ASSUMPTION: the text; documented is the type.
HttpReply wrong_state(std::string_view call) {
  return refused(403, "InvalidStateTransition",
                 "State transition is not allowed: " + std::string(call) + " does not come next");
}

std::string size_text() {
  return "Exceeded maximum allowed payload size (" + std::to_string(lambda::kResponseMax) + " bytes).";
}

/// "abc" and true of "abc/error".
struct Answered {
  std::string id;
  bool is_error;
};
std::optional<Answered> answered(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view what = rest.substr(slash + 1);
  if (what != "response" && what != "error") return std::nullopt;
  return Answered{std::string(rest.substr(0, slash)), what == "error"};
}

}  // namespace

kernel::Task<HttpReply> RuntimeApi::handle(HttpRequest request) {
  std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (!path.starts_with(kBase)) return kernel::answered({{404, {}, "404 page not found\n"}});
  path.remove_prefix(kBase.size());
  constexpr std::string_view kInvocation = "invocation/";
  if (path == "invocation/next") {
    if (request.method != "GET") return kernel::answered({{405}});
    return next();
  }
  const auto post_to =
      path.starts_with(kInvocation) ? answered(path.substr(kInvocation.size())) : std::nullopt;
  if (!post_to && path != "init/error") return kernel::answered({{404, {}, "404 page not found\n"}});
  if (request.method != "POST") return kernel::answered({{405}});
  return kernel::answered(post_to ? post(post_to->id, post_to->is_error, request) : post_init_error(request));
}

kernel::Task<HttpReply> RuntimeApi::next() {
  if (phase_ == Phase::Invoking || phase_ == Phase::Failed) co_return wrong_state("next");
  if (phase_ == Phase::Initialising) {
    phase_ = Phase::Idle;
    changed_.notify_all();
  }
  // Whoever asks again has given its earlier call up, whatever its connection says.
  const std::uint64_t ours = ++nexts_;
  changed_.notify_all();
  while (!offered_) {
    co_await changed_.wait();
    if (nexts_ != ours) co_return wrong_state("next");
  }
  HttpReply given{{200, std::move(offered_->headers), *offered_->payload}};
  invoking_ = std::move(offered_->request_id);
  offered_.reset();
  phase_ = Phase::Invoking;
  co_return given;
}

HttpReply RuntimeApi::post(const std::string& id, bool is_error, const HttpRequest& request) {
  if (phase_ == Phase::Initialising) return wrong_state(is_error ? "error" : "response");
  if (phase_ != Phase::Invoking || id != invoking_)
    return refused(400, "InvalidRequestID", "Invalid request ID");
  if (is_error) {
    settle(std::unexpected(posted_error(request, "Function")));
    return accepted();
  }
  if (const auto mode = request.headers.get("Lambda-Runtime-Function-Response-Mode"); !mode.empty()) {
    settle(std::unexpected(lambda::CodeError{
        .type = "Runtime.ResponseModeNotEmulated",
        .message = "a response of mode '" + std::string(mode) + "' is not emulated: answer with one body"}));
    return refused(400, "InvalidFunctionResponseMode", "Invalid response mode");
  }
  if (request.body.size() > lambda::kResponseMax) {
    settle(std::unexpected(lambda::CodeError{.type = "Function.ResponseSizeTooLarge",
                                             .message = "Response payload size (" +
                                                        std::to_string(request.body.size()) +
                                                        " bytes) exceeded maximum allowed payload size (" +
                                                        std::to_string(lambda::kResponseMax) + " bytes)."}));
    return refused(413, "RequestEntityTooLarge", size_text());
  }
  settle(request.body);
  return accepted();
}

HttpReply RuntimeApi::post_init_error(const HttpRequest& request) {
  if (phase_ != Phase::Initialising) return wrong_state("init/error");
  phase_ = Phase::Failed;
  init_error_ = posted_error(request, "Runtime");
  init_error_->ends_environment = true;
  changed_.notify_all();
  return accepted();
}

void RuntimeApi::settle(lambda::CodeResult result) {
  phase_ = Phase::Idle;
  invoking_.clear();
  result_ = std::move(result);
  changed_.notify_all();
}

void RuntimeApi::offer(Offer offer) {
  CHECK(phase_ == Phase::Idle && !offered_ && !result_);
  offered_ = std::move(offer);
  changed_.notify_all();
}

std::optional<lambda::CodeResult> RuntimeApi::take_result() { return std::exchange(result_, std::nullopt); }

}  // namespace emulator::runtime

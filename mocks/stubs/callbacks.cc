#include "mocks/stubs/callbacks.h"

#include "middleware/kernel/base64.h"
#include "middleware/kernel/outcome.h"
#include "middleware/kernel/wait.h"
#include "mocks/render/signing.h"

namespace mocks::stubs {
namespace {

kernel::Outcome outcome_of(const kernel::HttpResult& result) {
  if (!result) return kernel::outcome_of(result.error());
  if (result->status >= 200 && result->status < 300) return kernel::Outcome::Ok;
  if (result->status == 429) return kernel::Outcome::Throttled;
  return result->status >= 500 ? kernel::Outcome::Failed : kernel::Outcome::Rejected;
}

}  // namespace

std::string signature_of(const SignatureSpec& spec, const std::string& body, kernel::WallTime now) {
  if (spec.scheme == SignatureScheme::Hex)
    return "sha256=" + render::hex_text(render::hmac_sha256(spec.secret, body));
  if (spec.scheme == SignatureScheme::Base64) return kernel::base64(render::hmac_sha256(spec.secret, body));
  const std::string seconds =
      std::to_string(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  return "t=" + seconds + ",v1=" + render::hex_text(render::hmac_sha256(spec.secret, seconds + "." + body));
}

void Callbacks::start(std::vector<PreparedCallback> callbacks, std::string event, kernel::HopId parent) {
  if (!callbacks.empty()) running_.spawn(deliver_all(std::move(callbacks), std::move(event), parent));
}

kernel::Task<void> Callbacks::deliver_all(std::vector<PreparedCallback> callbacks, std::string event,
                                          kernel::HopId parent) {
  for (const PreparedCallback& callback : callbacks) {
    co_await kernel::sleep_until(scheduler_, callback.when);
    for (std::int64_t copy = 0; copy < callback.spec->copies; ++copy) {
      kernel::Duration wait = callback.spec->wait;
      bool is_delivered = false;
      for (int number = 1; number <= callback.spec->attempts_max && !is_delivered; ++number) {
        if (number > 1) {
          co_await kernel::sleep_for_duration(scheduler_, wait);
          wait *= 2;
        }
        is_delivered = co_await attempt(callback, event, parent, number);
      }
      if (!is_delivered) {
        ++given_up_;
        const std::string message =
            "a callback to " + callback.request.host + callback.request.target + " was given up";
        journal_.log({.level = kernel::LogLevel::Warn, .source = mock_, .message = message, .event = event});
      }
    }
  }
}

kernel::Task<bool> Callbacks::attempt(const PreparedCallback& callback, std::string event,
                                      kernel::HopId parent, int number) {
  kernel::HttpRequest request = callback.request;
  const kernel::Timestamp deadline = scheduler_.now() + callback.spec->timeout;
  if (callback.spec->signature) {
    const SignatureSpec& signature = *callback.spec->signature;
    request.headers.set(signature.header, signature_of(signature, request.body, scheduler_.wall_now()));
  }
  const std::string operation = request.method + " " + request.target;
  kernel::HopScope hop(journal_, {.stage = kernel::Stage::Callback,
                                  .event = event,
                                  .parent = parent,
                                  .from = mock_,
                                  .to = request.host,
                                  .operation = operation,
                                  .attempt = number,
                                  .deadline = deadline});
  if (!event.empty()) request.headers.set("traceparent", kernel::traceparent(event, hop.id()));
  const std::string body = request.body;
  const kernel::HttpResult result = co_await client_.send(std::move(request), deadline);
  hop.close({.outcome = outcome_of(result),
             .status = result ? result->status : 0,
             .error = result ? std::string_view{} : kernel::to_text(result.error()),
             .bytes_sent = static_cast<std::int64_t>(body.size()),
             .bytes_received = result ? static_cast<std::int64_t>(result->body.size()) : 0,
             .request = body,
             .response = result ? std::string_view(result->body) : std::string_view{}});
  co_return outcome_of(result) == kernel::Outcome::Ok;
}

}  // namespace mocks::stubs

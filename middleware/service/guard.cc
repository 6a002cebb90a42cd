#include "middleware/service/guard.h"

#include <algorithm>
#include <utility>

#include "middleware/kernel/url.h"

namespace service {

std::size_t json_depth(std::string_view text, bool in_texts) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool is_in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_in_text && !in_texts) {
      if (c == '\\') ++i;
      if (c == '"') is_in_text = false;
      continue;
    }
    if (c == '"') is_in_text = true;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return deepest;
}

Guard::Guard(SecurityConfig config, std::size_t json_depth_max, secrets::Provider& provider,
             const kernel::Scheduler& scheduler, kernel::HttpHandler& behind)
    : json_depth_max_(json_depth_max),
      callers_(config.callers, provider, scheduler),
      metrics_(config.metrics.value_or(config.callers), provider, scheduler),
      behind_(behind) {
  if (config.admin) {
    admin_.emplace(std::move(*config.admin), provider, scheduler);
  } else if (config.callers.is_open()) {
    admin_.emplace(CallerRules{}, provider, scheduler);
  }
}

// No coroutine where there is nothing to wait for.
kernel::Task<kernel::HttpReply> Guard::handle(kernel::HttpRequest request) {
  const std::string_view path = kernel::path_of(request.target);
  if (path == "/health" || path == "/ready") return behind_.handle(std::move(request));
  if (path == "/admin" || path.starts_with("/admin/")) {
    if (!admin_) return kernel::answered({kernel::problem(404, "path", "no such path")});
    return check(std::move(request), *admin_);
  }
  Authenticator& rules = path == "/metrics" ? metrics_ : callers_;
  return check(std::move(request), rules);
}

kernel::Task<kernel::HttpReply> Guard::check(kernel::HttpRequest request, Authenticator& authenticator) {
  const bool is_sns = kernel::path_of(request.target) == "/sns";
  auto admitting = authenticator.admit(request, is_sns);
  const Admission admission = co_await std::move(admitting);
  if (admission != Admission::Admitted) co_return kernel::HttpReply{authenticator.refusal(admission, is_sns)};
  if (json_depth(request.body, is_sns) > json_depth_max_) {
    co_return kernel::HttpReply{kernel::problem(
        422, "too-deep", "the body is nested deeper than " + std::to_string(json_depth_max_))};
  }
  // Nobody behind the door has a use for it.
  request.headers.remove("Authorization");
  auto handling = behind_.handle(std::move(request));
  co_return co_await std::move(handling);
}

}  // namespace service

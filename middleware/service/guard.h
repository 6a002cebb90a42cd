#pragma once
// The door: who may reach what, and how large and deep a body may be, before anything is read.
//
//   /health, /ready       everybody: platforms ask without a token
//   /metrics              `metrics`, else as callers
//   /admin/...            `admin`; without it nobody, or everybody where callers are open too
//   /sns                  callers; SNS shows a token as the password of Basic: https://sns:TOKEN@host/sns
//   everything else       callers
//
// 401 with WWW-Authenticate · 413 too large · 422 nested too deeply (by brackets, of /sns also those inside
// texts, where the event is) · 503 without the secrets to tell callers apart.
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "middleware/kernel/http.h"
#include "middleware/service/authenticator.h"

namespace service {

struct SecurityConfig {
  CallerRules callers{};                 ///< open: everybody
  std::optional<CallerRules> metrics{};  ///< open rules: everybody
  std::optional<CallerRules> admin{};
};

/// How deeply objects and arrays of `text` are nested; `in_texts` counts brackets inside texts too. No JSON
/// need be there.
std::size_t json_depth(std::string_view text, bool in_texts = false);

class Guard final : public kernel::HttpHandler {
 public:
  /// All outlive it.
  Guard(SecurityConfig config, std::size_t json_depth_max, secrets::Provider& provider,
        const kernel::Scheduler& scheduler, kernel::HttpHandler& behind);

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  /// Of the callers of /events.
  Authenticator& callers() { return callers_; }

 private:
  kernel::Task<kernel::HttpReply> check(kernel::HttpRequest request, Authenticator& authenticator);

  std::size_t json_depth_max_;
  Authenticator callers_;
  Authenticator metrics_;
  std::optional<Authenticator> admin_;
  kernel::HttpHandler& behind_;
};

}  // namespace service

#include "middleware/service/authenticator.h"

#include <utility>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/hmac.h"
#include "middleware/secrets/sigv4.h"

namespace service {
namespace {

constexpr kernel::Duration kRefreshMin = std::chrono::seconds{5};

/// What follows the scheme, whose name compares without case.
std::string_view after_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return {};
  if (!kernel::equal_without_case(header.substr(0, scheme.size()), scheme)) return {};
  header.remove_prefix(scheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  return header;
}

std::string shown_token(std::string_view header, bool takes_basic) {
  const std::string_view bearer = after_scheme(header, "Bearer");
  if (!bearer.empty() || !takes_basic) return std::string(bearer);
  const auto pair = kernel::from_base64(after_scheme(header, "Basic"));
  if (!pair || pair->find(':') == std::string::npos) return {};
  return pair->substr(pair->find(':') + 1);
}

}  // namespace

Authenticator::Authenticator(CallerRules rules, secrets::Provider& provider,
                             const kernel::Scheduler& scheduler)
    : rules_(std::move(rules)), provider_(provider), scheduler_(scheduler) {}

kernel::Task<Admission> Authenticator::admit(const kernel::HttpRequest& request, bool takes_basic) {
  if (rules_.is_open()) co_return Admission::Admitted;
  auto comparing = compare(request, takes_basic);
  const Admission first = co_await std::move(comparing);
  if (first != Admission::Refused || !request.headers.has("Authorization") || !forget_all()) co_return first;
  auto again = compare(request, takes_basic);
  co_return co_await std::move(again);
}

kernel::Task<Admission> Authenticator::compare(const kernel::HttpRequest& request, bool takes_basic) {
  const std::string_view header = request.headers.get("Authorization");
  if (header.starts_with("AWS4-") && !rules_.sigv4.empty()) return compare_signature(request);
  return compare_token(shown_token(header, takes_basic));
}

kernel::Task<Admission> Authenticator::compare_token(std::string token) {
  bool is_known = rules_.bearer.empty();
  bool is_equal = false;
  for (const std::string& reference : rules_.bearer) {
    auto getting = provider_.get(reference);
    const auto value = co_await std::move(getting);
    if (!value) continue;
    is_known = true;
    // All of them, whichever fits: the time must not tell.
    if (kernel::equal_in_constant_time(*value, token) && !value->empty()) is_equal = true;
  }
  if (!is_known) co_return Admission::Unknown;
  co_return is_equal ? Admission::Admitted : Admission::Refused;
}

kernel::Task<Admission> Authenticator::compare_signature(const kernel::HttpRequest& request) {
  const auto claim = secrets::read_claim(request.headers.get("Authorization"));
  const auto date = secrets::signed_at(request);
  if (!claim || !date || claim->scope.service != kSigningService) co_return Admission::Refused;
  const auto age = scheduler_.wall_now() - *date;
  if (age > rules_.clock_skew || age < -rules_.clock_skew) co_return Admission::Refused;
  bool is_known = false;
  bool is_right = false;
  for (const SigningPair& pair : rules_.sigv4) {
    auto getting_id = provider_.get(pair.access_key_id);
    const auto id = co_await std::move(getting_id);
    auto getting_key = provider_.get(pair.secret_access_key);
    const auto key = co_await std::move(getting_key);
    if (!id || !key) continue;
    is_known = true;
    const bool is_this = kernel::equal_in_constant_time(*id, claim->access_key_id);
    if (secrets::is_signature_right(request, *claim, *key) && is_this) is_right = true;
  }
  if (!is_known) co_return Admission::Unknown;
  co_return is_right ? Admission::Admitted : Admission::Refused;
}

kernel::Task<bool> Authenticator::is_ready() {
  if (rules_.is_open()) co_return true;
  for (const std::string& reference : rules_.bearer) {
    auto getting = provider_.get(reference);
    if (co_await std::move(getting)) co_return true;
  }
  for (const SigningPair& pair : rules_.sigv4) {
    auto getting_id = provider_.get(pair.access_key_id);
    const auto id = co_await std::move(getting_id);
    auto getting_key = provider_.get(pair.secret_access_key);
    const auto key = co_await std::move(getting_key);
    if (id && key) co_return true;
  }
  co_return false;
}

bool Authenticator::forget_all() {
  if (was_forgotten_ && scheduler_.now() < forgotten_at_ + kRefreshMin) return false;
  was_forgotten_ = true;
  forgotten_at_ = scheduler_.now();
  for (const std::string& reference : rules_.bearer) provider_.forget(reference);
  for (const SigningPair& pair : rules_.sigv4) {
    provider_.forget(pair.access_key_id);
    provider_.forget(pair.secret_access_key);
  }
  return true;
}

kernel::HttpResponse Authenticator::refusal(Admission admission, bool takes_basic) const {
  if (admission == Admission::Unknown) {
    kernel::HttpResponse response =
        kernel::problem(503, "secrets-missing", "callers cannot be told apart now");
    response.headers.add("Retry-After", "1");
    return response;
  }
  kernel::HttpResponse response = kernel::problem(401, "unauthorized", "the caller is not known");
  std::string schemes;
  if (!rules_.bearer.empty())
    schemes = takes_basic ? R"(Basic realm="relayrig")" : R"(Bearer realm="relayrig")";
  if (!rules_.sigv4.empty()) schemes += (schemes.empty() ? "" : ", ") + std::string("AWS4-HMAC-SHA256");
  response.headers.add("WWW-Authenticate", schemes);
  return response;
}

}  // namespace service

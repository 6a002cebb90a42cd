// What stands before the stubs of a mock: credential, rate limits, idempotency key, saturation.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/random.h"
#include "mocks/faults/faulted_reply.h"
#include "mocks/stubs/work.h"

namespace mocks::stubs {

using kernel::HttpResponse;

namespace {

/// With the `type` that clients of Stripe go by, too (facts 13).
HttpResponse key_refused(int status, std::string_view code, const std::string& message) {
  const kernel::Json body = {
      {"error", {{"type", "idempotency_error"}, {"code", code}, {"message", message}}}};
  return json_answer(status, kernel::json_text(body));
}

}  // namespace

std::optional<HttpResponse> StubMock::refused_by_credential(Work& work) {
  if (spec_.credential && work.request.headers.get(spec_.credential->header) != spec_.credential->value) {
    work.answered_by = "credential";
    return unauthorized(work.request.headers.has(spec_.credential->header) ? "invalid_token" : "");
  }
  if (!tokens_ || tokens_->is_for(work.request)) return std::nullopt;
  const Tokens::Access access = tokens_->check(work.request, around_.scheduler.now());
  if (access == Tokens::Access::Granted) return std::nullopt;
  work.answered_by = "tokens";
  return unauthorized(access == Tokens::Access::Invalid ? "invalid_token" : "");
}

std::optional<HttpResponse> StubMock::refused_by_limits(Work& work) {
  for (const auto& limiter : limiters_) {
    const LimitSpec& spec = limiter->spec();
    if (!work.view.path().starts_with(spec.path_prefix)) continue;
    std::string key;
    if (!spec.key.is_empty()) {
      const RequestFacts facts{.view = work.view, .row = work.facts};
      RequestScope scope(instruments_, facts, "limit " + spec.name);
      auto text = spec.key.text(scope);
      if (!text) return complain("limit '" + spec.name + "', key, " + text.error().message, work);
      key = std::move(*text);
    }
    const LimitAnswer answer = limiter->take(key, around_.scheduler.wall_now());
    if (answer.is_allowed) {
      work.held.push_back({limiter.get(), std::move(key)});
      tell_limit(spec, answer, around_.scheduler.wall_now(), work.limit_headers);
      continue;
    }
    work.answered_by = "limit " + spec.name;
    HttpResponse refused = spec.body.empty() ? error_answer(spec.status, "rate_limited", "too many requests")
                                             : json_answer(spec.status, spec.body);
    tell_limit(spec, answer, around_.scheduler.wall_now(), refused.headers);
    return refused;
  }
  return std::nullopt;
}

std::optional<HttpResponse> StubMock::answered_by_key(Work& work) {
  work.claim = idempotency_->look_up(work.request, around_.scheduler.now());
  const IdempotencySpec& spec = *spec_.idempotency;
  switch (work.claim.verdict) {
    case Idempotency::Verdict::NoKey:
    case Idempotency::Verdict::New:
      return std::nullopt;
    case Idempotency::Verdict::Replay:
      work.answered_by = "idempotency";
      return std::move(work.claim.replay);
    case Idempotency::Verdict::Mismatch:
      work.answered_by = "idempotency";
      return key_refused(spec.mismatch_status, "idempotency_error",
                         "keys can only be used with the same parameters they were first used with");
    case Idempotency::Verdict::Missing:
      work.answered_by = "idempotency";
      return key_refused(400, "idempotency_key_missing", spec.header + " is required");
    case Idempotency::Verdict::InFlight:
      break;
  }
  if (!spec.in_flight_status) return std::nullopt;  // the caller waits
  work.answered_by = "idempotency";
  return key_refused(*spec.in_flight_status, "idempotency_key_in_use",
                     "the first request with this key is still running");
}

std::optional<HttpResponse> StubMock::refused_by_saturation(Work& work) {
  if (!saturation_) return std::nullopt;
  const double u = kernel::draw_unit(
      {seed_, spec_.name, work.facts.correlation, static_cast<std::uint64_t>(work.facts.attempt), "service"});
  if (const auto takes = saturation_->admit(around_.scheduler.now(), u)) {
    work.saturated = *takes;
    return std::nullopt;
  }
  work.answered_by = "saturation";
  const SaturationSpec& spec = saturation_->spec();
  HttpResponse refused = error_answer(spec.status, "overloaded", "no worker is free");
  if (spec.retry_after)
    refused.headers.add("Retry-After",
                        std::to_string(std::chrono::ceil<std::chrono::seconds>(*spec.retry_after).count()));
  return refused;
}

}  // namespace mocks::stubs

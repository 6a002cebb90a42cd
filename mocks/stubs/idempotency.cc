#include "mocks/stubs/idempotency.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/url.h"

namespace mocks::stubs {
namespace {

void sort_members(nlohmann::json& out, const kernel::Json& value) {
  if (value.is_object()) {
    out = nlohmann::json::object();
    for (auto member = value.begin(); member != value.end(); ++member)
      sort_members(out[member.key()], *member);
  } else if (value.is_array()) {
    out = nlohmann::json::array();
    for (const kernel::Json& item : value) sort_members(out.emplace_back(), item);
  } else {
    out = nlohmann::json(value);
  }
}

std::string canonical(const std::string& body) {
  const auto json = kernel::parse_json(body);
  if (!json) return body;
  nlohmann::json sorted;
  sort_members(sorted, *json);
  return sorted.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::uint64_t fingerprint_of(const kernel::HttpRequest& request, Fingerprint kind) {
  if (kind == Fingerprint::None) return 0;
  const std::string body = kind == Fingerprint::Json ? canonical(request.body) : request.body;
  return kernel::hash_text(request.method + " " + request.target + "\n" + body);
}

}  // namespace

void Idempotency::forget(kernel::Timestamp now) {
  while (!expiries_.empty() && expiries_.front().when <= now) {
    const Remembered* known = remembered_.find(expiries_.front().key);
    if (known != nullptr && known->number == expiries_.front().number)
      remembered_.erase(expiries_.front().key);
    expiries_.pop_front();
  }
}

Idempotency::Claim Idempotency::look_up(const kernel::HttpRequest& request, kernel::Timestamp now) {
  forget(now);
  Claim claim;
  if (std::ranges::find(spec_.methods, request.method) == spec_.methods.end()) return claim;
  claim.key = request.headers.get(spec_.header);
  if (claim.key.empty()) {
    claim.verdict = spec_.is_required ? Verdict::Missing : Verdict::NoKey;
    return claim;
  }
  if (spec_.is_per_credential) claim.key.append("\n").append(request.headers.get("Authorization"));
  if (spec_.is_per_path)
    claim.key.append("\n" + request.method + " ").append(kernel::path_of(request.target));
  claim.fingerprint = fingerprint_of(request, spec_.fingerprint);
  const Remembered* known = remembered_.find(claim.key);
  if (known == nullptr) {
    claim.verdict = Verdict::New;
  } else if (known->fingerprint != claim.fingerprint) {
    claim.verdict = Verdict::Mismatch;
  } else if (known->is_running) {
    claim.verdict = Verdict::InFlight;
  } else {
    claim.verdict = Verdict::Replay;
    claim.replay = known->response;
    claim.replay.headers.set(spec_.replay_header, "true");
  }
  return claim;
}

void Idempotency::begin(const Claim& claim, kernel::Timestamp now) {
  Remembered& fresh = remembered_.at(claim.key);
  fresh = Remembered{.fingerprint = claim.fingerprint, .number = ++begun_};
  expiries_.push_back({.when = now + spec_.window, .key = claim.key, .number = fresh.number});
}

void Idempotency::store(const std::string& key, const kernel::HttpResponse& response) {
  Remembered* known = remembered_.find(key);
  if (known == nullptr) return;
  const bool is_success = response.status >= 200 && response.status < 300;
  known->is_kept = spec_.stored == Stored::All || (spec_.stored == Stored::Success && is_success) ||
                   (spec_.stored == Stored::NotServerError && response.status < 500);
  known->response = response;
}

void Idempotency::answered(const std::string& key) {
  Remembered* known = remembered_.find(key);
  if (known == nullptr) return;
  known->is_running = false;
  if (!known->is_kept) remembered_.erase(key);
}

}  // namespace mocks::stubs

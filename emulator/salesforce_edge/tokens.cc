#include "emulator/salesforce_edge/tokens.h"

namespace emulator::salesforce_edge {
namespace {

constexpr std::size_t kAccessLength = 96;
constexpr std::size_t kRefreshLength = 84;
constexpr std::size_t kOrgIdLength = 15;  // tokens carry the short form

}  // namespace

Tokens::Tokens(std::string org_id, std::uint64_t seed, kernel::Scheduler& scheduler)
    : org_id_(std::move(org_id)), scheduler_(scheduler), secrets_(seed, "salesforce tokens") {}

std::string Tokens::secret(std::size_t length) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
  std::string text;
  while (text.size() < length) text += kLetters[secrets_.below(kLetters.size())];
  return text;
}

std::string Tokens::issue(Grant grant, kernel::Duration lifetime) {
  std::erase_if(access_, [&](const auto& entry) { return entry.second.expires <= scheduler_.now(); });
  std::string token = org_id_.substr(0, kOrgIdLength) + "!" + secret(kAccessLength);
  access_[token] = {.grant = std::move(grant), .expires = scheduler_.now() + lifetime};
  return token;
}

std::string Tokens::issue_refresh(Grant grant) {
  std::string token = "5Aep" + secret(kRefreshLength);
  refresh_[token] = std::move(grant);
  return token;
}

const Grant* Tokens::find(std::string_view access_token) {
  const auto found = access_.find(access_token);
  if (found == access_.end()) return nullptr;
  if (found->second.expires > scheduler_.now()) return &found->second.grant;
  access_.erase(found);
  return nullptr;
}

const Grant* Tokens::find_refresh(std::string_view refresh_token) const {
  const auto found = refresh_.find(refresh_token);
  return found == refresh_.end() ? nullptr : &found->second;
}

std::int64_t Tokens::seconds_left(std::string_view access_token) {
  if (find(access_token) == nullptr) return 0;
  const kernel::Duration left = access_.find(access_token)->second.expires - scheduler_.now();
  return std::chrono::ceil<std::chrono::seconds>(left).count();
}

bool Tokens::revoke(std::string_view token) {
  if (const auto access = access_.find(token); access != access_.end()) {
    access_.erase(access);
    return true;
  }
  const auto refresh = refresh_.find(token);
  if (refresh == refresh_.end()) return false;
  refresh_.erase(refresh);
  return true;
}

}  // namespace emulator::salesforce_edge

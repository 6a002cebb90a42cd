#pragma once
// Users and connected apps of an org.
#include <map>

#include "emulator/salesforce/config.h"

namespace emulator::salesforce {

class Users final : public Directory {
 public:
  /// `first_user_id`: of the first user that says none.
  Users(const OrgConfig& config, OrgIdentity identity, const std::string& first_user_id, std::uint64_t seed);

  OrgIdentity identity() const override { return identity_; }
  const User* user_named(std::string_view username) const override;
  const User* user(std::string_view id) const override;
  const ConnectedApp* app(std::string_view consumer_key) const override;
  const User& first() const { return users_.front(); }

 private:
  OrgIdentity identity_;
  std::vector<User> users_;
  std::vector<ConnectedApp> apps_;
};

}  // namespace emulator::salesforce

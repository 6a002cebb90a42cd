#include "emulator/salesforce/directory.h"

#include <algorithm>

#include "middleware/kernel/ids.h"

namespace emulator::salesforce {
namespace {

template <class T>
const T* found(const std::vector<T>& items, std::string_view name, std::string T::* member) {
  const auto at =
      std::ranges::find_if(items, [&](const T& item) { return std::string_view(item.*member) == name; });
  return at == items.end() ? nullptr : &*at;
}

}  // namespace

Users::Users(const OrgConfig& config, OrgIdentity identity, const std::string& first_user_id,
             std::uint64_t seed)
    : identity_(std::move(identity)), users_(config.users), apps_(config.apps) {
  if (users_.empty()) users_.push_back({.username = "relayrig", .password = "relayrig"});
  if (apps_.empty()) {
    apps_.push_back({.name = "relayrig",
                     .consumer_key = "relayrig",
                     .consumer_secret = "relayrig",
                     .run_as = users_.front().username});
  }
  kernel::Random ids(seed, "salesforce users");
  for (User& user : users_) {
    if (!user.id.empty()) continue;
    user.id =
        &user == &users_.front() ? first_user_id : kernel::salesforce_id("005", ids.below(1'000'000'000'000));
  }
}

const User* Users::user_named(std::string_view username) const {
  return found(users_, username, &User::username);
}

const User* Users::user(std::string_view id) const {
  // 15 characters name a user as well.
  const auto at = std::ranges::find_if(users_, [id](const User& user) {
    return user.id == id || (id.size() == 15 && std::string_view(user.id).starts_with(id));
  });
  return at == users_.end() ? nullptr : &*at;
}

const ConnectedApp* Users::app(std::string_view consumer_key) const {
  return found(apps_, consumer_key, &ConnectedApp::consumer_key);
}

}  // namespace emulator::salesforce

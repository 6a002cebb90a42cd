#include <algorithm>
#include <utility>

#include "emulator/platform/secrets/checks.h"
#include "emulator/platform/secrets/errors.h"
#include "emulator/platform/secrets/random_password.h"
#include "emulator/platform/secrets/secrets_manager.h"
#include "middleware/kernel/base64.h"

namespace emulator::secrets_manager {

Answer<const Secret*> SecretsManager::describe(std::string_view id) {
  const Secret* secret = find(id);
  if (secret == nullptr) return std::unexpected(errors::no_secret());
  return secret;
}

// A token is the ARN of the last secret that was shown: one that is deleted meanwhile makes it invalid.
Answer<Page> SecretsManager::list(const ListRequest& request) {
  if (request.count < 1 || request.count > 100)
    return std::unexpected(errors::constraint("maxResults", "be from 1 to 100"));
  if (auto known = check_filters(request.filters); !known) return std::unexpected(known.error());
  forget_deleted();
  std::vector<const Secret*> fitting;
  for (const Secret& secret : secrets_) {
    const bool is_shown = request.with_deleted || !secret.deleted;
    if (is_shown && fits(secret, request.filters)) fitting.push_back(&secret);
  }
  if (request.is_descending) std::ranges::reverse(fitting);
  auto first = fitting.begin();
  if (!request.token.empty()) {
    const auto last = kernel::from_base64(request.token);
    if (!last) return std::unexpected(errors::invalid_next_token());
    first = std::ranges::find(fitting, *last, &Secret::arn);
    if (first == fitting.end()) return std::unexpected(errors::invalid_next_token());
    ++first;
  }
  Page page;
  for (; first != fitting.end(); ++first) {
    if (std::cmp_equal(page.secrets.size(), request.count)) {
      page.next = kernel::base64(page.secrets.back()->arn);
      break;
    }
    page.secrets.push_back(*first);
  }
  return page;
}

Answer<> SecretsManager::tag(std::string_view id, const Tags& tags) {
  const auto secret = usable(id);
  if (!secret) return std::unexpected(secret.error());
  Tags all = access::with_tags((*secret)->tags, tags);
  if (auto fit = check_tags(all); !fit) return fit;
  (*secret)->tags = std::move(all);
  return {};
}

Answer<> SecretsManager::untag(std::string_view id, const std::vector<std::string>& keys) {
  const auto secret = usable(id);
  if (!secret) return std::unexpected(secret.error());
  access::erase_tags((*secret)->tags, keys);
  return {};
}

Answer<std::string> SecretsManager::random_password(const PasswordRules& rules) {
  auto password = secrets_manager::random_password(rules, luck_);
  if (password && learner_) learner_("a password that Secrets Manager made", *password);
  return password;
}

}  // namespace emulator::secrets_manager

#include "emulator/platform/secrets/random_password.h"

#include <utility>
#include <vector>

#include "emulator/platform/secrets/errors.h"

namespace emulator::secrets_manager {
namespace {

/// The kinds of characters that may be used, without those that are excluded.
std::vector<std::string> kinds_of(const PasswordRules& rules) {
  std::vector<std::string> kinds;
  const auto add = [&](bool is_wanted, std::string characters) {
    std::erase_if(characters, [&](char c) { return rules.excluded.contains(c); });
    if (is_wanted && !characters.empty()) kinds.push_back(std::move(characters));
  };
  add(!rules.without_lowercase, "abcdefghijklmnopqrstuvwxyz");
  add(!rules.without_uppercase, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  add(!rules.without_numbers, "0123456789");
  add(!rules.without_punctuation, R"(!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~)");
  add(rules.with_space, " ");
  return kinds;
}

char one_of(const std::string& characters, kernel::Random& luck) {
  return characters[luck.below(characters.size())];
}

}  // namespace

Answer<std::string> random_password(const PasswordRules& rules, kernel::Random& luck) {
  if (rules.length < 1 || rules.length > 4096)
    return std::unexpected(errors::constraint("passwordLength", "be from 1 to 4096"));
  const std::vector<std::string> kinds = kinds_of(rules);
  if (kinds.empty())
    return std::unexpected(errors::invalid_parameter("All characters are excluded from the password."));
  if (rules.needs_each && std::cmp_less(rules.length, kinds.size())) {
    return std::unexpected(
        errors::invalid_parameter("The password is too short to hold a character of each included type."));
  }
  std::string all;
  for (const std::string& kind : kinds) all += kind;
  std::string password;
  if (rules.needs_each) {
    for (const std::string& kind : kinds) password += one_of(kind, luck);
  }
  while (std::cmp_less(password.size(), rules.length)) password += one_of(all, luck);
  for (std::size_t left = password.size(); left > 1; --left)
    std::swap(password[left - 1], password[luck.below(left)]);
  return password;
}

}  // namespace emulator::secrets_manager

#include "emulator/runner/known_secrets.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/runner/scenario.h"

namespace emulator::runner {
namespace {

constexpr std::string_view kWords[] = {"SECRET",  "PASSWORD",    "PASSWD",     "TOKEN",      "CREDENTIAL",
                                       "API_KEY", "PRIVATE_KEY", "ACCESS_KEY", "SIGNING_KEY"};

bool names_a_secret(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    if (c == '-') return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return std::ranges::any_of(kWords, [&name](std::string_view word) { return name.contains(word); });
}

}  // namespace

KnownSecrets::KnownSecrets(const Given& given) {
  for (const auto& [reference, value] : given.secrets) learn(reference, value);
  for (const salesforce::ConnectedApp& app : given.salesforce.apps)
    learn("the secret of the app " + app.name, app.consumer_secret);
  for (const salesforce::User& user : given.salesforce.users) {
    learn("the password of " + user.username, user.password);
    learn("the security token of " + user.username, user.security_token);
  }
  const auto learn_variables = [this](const std::string& owner, const ProcessGiven& process) {
    for (const auto& [name, value] : process.variables) {
      if (names_a_secret(name)) learn("the variable " + name + " of " + owner, value);
    }
  };
  for (const FunctionGiven& function : given.functions) {
    if (function.process) learn_variables(function.name, *function.process);
  }
  if (given.compute.process) learn_variables("the instances", given.compute.process->process);
}

void KnownSecrets::learn(const std::string& name, std::string_view value) {
  secrets::Redactor one;
  one.add(value);
  if (!one.finds_any(value)) return;  // too short to be looked for
  all_.add(value);
  by_name_.emplace_back(name, std::move(one));
}

void KnownSecrets::learn_values(const std::string& name, const kernel::Json& value) {
  if (!value.is_structured()) return;
  for (const auto& [key, member] : value.items()) {
    const std::string path = name + "/" + key;
    if (member.is_string() && names_a_secret(key)) learn(path, member.get_ref<const std::string&>());
    learn_values(path, member);
  }
}

void KnownSecrets::learn_stored(const std::string& name, std::string_view value) {
  learn(name, value);
  if (const auto json = kernel::parse_json(value); json && json->is_structured())
    learn_values(name + "#", *json);
}

std::optional<std::string> KnownSecrets::first_in(std::string_view text) const {
  if (!finds_any(text)) return std::nullopt;
  const auto found =
      std::ranges::find_if(by_name_, [text](const auto& secret) { return secret.second.finds_any(text); });
  return found == by_name_.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace emulator::runner

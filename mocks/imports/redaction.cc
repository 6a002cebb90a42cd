#include "mocks/imports/redaction.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/url.h"

namespace mocks::imports {
namespace {

using kernel::Json;

constexpr std::size_t kSecretMin = 4;

constexpr std::string_view kAlways[] = {
    "authorization", "proxyauthorization", "cookie",    "setcookie",   "xapikey",
    "apikey",        "xauthtoken",         "token",     "accesstoken", "refreshtoken",
    "idtoken",       "clientsecret",       "secret",    "password",    "passwd",
    "signature",     "xsignature",         "sessionid", "xcsrftoken",  "xamzsecuritytoken",
    "assertion",     "privatekey"};

std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c != '-' && c != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

}  // namespace

Redaction::Redaction(const std::vector<std::string>& names) {
  for (const std::string_view name : kAlways) names_.emplace_back(name);
  for (const std::string& name : names) names_.push_back(plain(name));
}

bool Redaction::is_secret(std::string_view name) const {
  return std::ranges::find(names_, plain(name)) != names_.end();
}

Json Redaction::redacted(const Json& json, const Json& instead) const {
  if (!json.is_structured()) return json;
  Json made = json.is_object() ? Json::object() : Json::array();
  for (auto item = json.begin(); item != json.end(); ++item) {
    if (json.is_object()) {
      made[item.key()] = is_secret(item.key()) ? instead : redacted(*item, instead);
    } else {
      made.push_back(redacted(*item, instead));
    }
  }
  return made;
}

void Redaction::collect(const Json& json, std::vector<std::string>& secrets) const {
  if (!json.is_structured()) return;
  for (auto item = json.begin(); item != json.end(); ++item) {
    if (json.is_object() && is_secret(item.key()) && item->is_string())
      secrets.push_back(item->get<std::string>());
    collect(*item, secrets);
  }
}

std::vector<std::string> Redaction::secrets_of(const kernel::HttpRequest& request) const {
  std::vector<std::string> secrets;
  for (const auto& [name, value] : request.headers) {
    if (!is_secret(name)) continue;
    secrets.push_back(value);
    if (kernel::equal_without_case(name, "Cookie")) {
      for (std::size_t from = 0; from < value.size();) {
        const std::size_t end = std::min(value.find(';', from), value.size());
        const std::size_t equals = value.find('=', from);
        if (equals < end) secrets.push_back(value.substr(equals + 1, end - equals - 1));
        from = end + 1;
      }
    } else if (const std::size_t space = value.find(' '); space != std::string::npos) {
      secrets.push_back(value.substr(space + 1));  // "Bearer TOKEN"
    }
  }
  for (const auto& fields :
       {kernel::form_fields(kernel::query_of(request.target)), kernel::form_fields(request.body)}) {
    for (const auto& [name, value] : fields) {
      if (is_secret(name)) secrets.push_back(value);
    }
  }
  if (const auto json = kernel::parse_json(request.body)) collect(*json, secrets);
  std::erase_if(secrets, [](const std::string& secret) { return secret.size() < kSecretMin; });
  std::ranges::sort(secrets, [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  return secrets;
}

std::string Redaction::without(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + kRedacted.size()))
      text.replace(at, secret.size(), kRedacted);
  }
  return text;
}

}  // namespace mocks::imports

#include "emulator/platform/secrets/checks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "emulator/platform/secrets/errors.h"

namespace emulator::secrets_manager {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kNameMax = 512;
constexpr std::size_t kValueMax = 65'536;
constexpr std::size_t kTagsMax = 50;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

bool has_word_beginning(std::string_view text, std::string_view beginning) {
  const std::string in = lower(text);
  const std::string wanted = lower(beginning);
  for (std::size_t at = in.find(wanted); at != std::string::npos; at = in.find(wanted, at + 1)) {
    if (at == 0 || !is_alphanumeric(in[at - 1])) return true;
  }
  return false;
}

bool has_beginning(const Secret& secret, const std::string& key, std::string_view beginning) {
  const bool is_all = key == "all";
  if ((is_all || key == "name") && secret.name.starts_with(beginning)) return true;
  if ((is_all || key == "description") && has_word_beginning(secret.description, beginning)) return true;
  return std::ranges::any_of(secret.tags, [&](const auto& tag) {
    if ((is_all || key == "tag-key") && tag.first.starts_with(beginning)) return true;
    return (is_all || key == "tag-value") && tag.second.starts_with(beginning);
  });
}

bool fits_one(const Secret& secret, const Filter& filter) {
  return std::ranges::any_of(filter.values, [&](std::string_view value) {
    const bool is_negated = value.starts_with('!');
    if (is_negated) value.remove_prefix(1);
    return has_beginning(secret, filter.key, value) != is_negated;
  });
}

/// "rate(10 days)" and "rate(4 hours)".
std::optional<kernel::Duration> rate_of(std::string_view text) {
  if (!text.starts_with("rate(") || !text.ends_with(")")) return std::nullopt;
  text = text.substr(5, text.size() - 6);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 1 || number > 24'000) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit == " hour" || unit == " hours") return number * 1h;
  if (unit == " day" || unit == " days") return number * 24h;
  return std::nullopt;
}

}  // namespace

Answer<> check_name(std::string_view name) {
  const bool fits = std::ranges::all_of(
      name, [](char c) { return is_alphanumeric(c) || std::string_view("/_+=.@!-").contains(c); });
  if (name.empty() || !fits) return std::unexpected(errors::invalid_name());
  if (name.size() > kNameMax)
    return std::unexpected(errors::constraint("name", "have length less than or equal to 512"));
  return {};
}

Answer<> check_token(const std::optional<std::string>& token) {
  if (!token) return std::unexpected(errors::token_needed());
  if (token->size() < 32)
    return std::unexpected(
        errors::constraint("clientRequestToken", "have length greater than or equal to 32"));
  if (token->size() > 64)
    return std::unexpected(errors::constraint("clientRequestToken", "have length less than or equal to 64"));
  return {};
}

Answer<std::optional<SecretValue>> value_in(const WriteRequest& request) {
  if (request.text && request.binary) {
    return std::unexpected(errors::invalid_parameter(
        "You can't specify both a binary secret value and a string secret value in the same secret."));
  }
  if (!request.text && !request.binary) return std::nullopt;
  SecretValue value{request.text ? *request.text : *request.binary, !request.text};
  const char* member = value.is_binary ? "secretBinary" : "secretString";
  if (value.bytes.size() > kValueMax)
    return std::unexpected(errors::constraint(member, "have length less than or equal to 65536"));
  if (value.bytes.empty())
    return std::unexpected(errors::constraint(member, "have length greater than or equal to 1"));
  return value;
}

Answer<> check_tags(const Tags& tags) {
  if (tags.size() > kTagsMax)
    return std::unexpected(errors::invalid_parameter("A secret can have at most 50 tags."));
  for (const auto& [key, value] : tags) {
    if (key.empty() || key.size() > 128)
      return std::unexpected(errors::constraint("tags.key", "have length between 1 and 128"));
    if (value.size() > 256)
      return std::unexpected(errors::constraint("tags.value", "have length less than or equal to 256"));
    if (lower(key).starts_with("aws:"))
      return std::unexpected(errors::invalid_parameter("Tag keys can't begin with aws:."));
  }
  return {};
}

Answer<> check_window(const DeleteRequest& request) {
  if (request.is_forced && request.window_days) {
    return std::unexpected(errors::invalid_parameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."));
  }
  if (request.window_days && (*request.window_days < 7 || *request.window_days > 30)) {
    return std::unexpected(errors::invalid_parameter(
        "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."));
  }
  return {};
}

Answer<std::optional<kernel::Duration>> period_of(const RotationRules& rules) {
  if (rules.after_days && !rules.schedule.empty()) {
    return std::unexpected(errors::invalid_parameter(
        "You can't specify both AutomaticallyAfterDays and ScheduleExpression in RotationRules."));
  }
  if (rules.after_days) {
    if (*rules.after_days < 1 || *rules.after_days > 1000)
      return std::unexpected(errors::constraint("rotationRules.automaticallyAfterDays", "be from 1 to 1000"));
    return *rules.after_days * 24h;
  }
  if (rules.schedule.empty()) return std::nullopt;
  if (rules.schedule.starts_with("cron(")) {
    return std::unexpected(
        errors::invalid_parameter("The rotation schedule cron(...) is not emulated: use rate(N days)"));
  }
  const auto period = rate_of(rules.schedule);
  if (!period) return std::unexpected(errors::invalid_parameter("The ScheduleExpression is invalid."));
  if (*period < 4h)
    return std::unexpected(errors::invalid_parameter("A secret can be rotated every four hours at most."));
  return period;
}

bool fits(const Secret& secret, const std::vector<Filter>& filters) {
  return std::ranges::all_of(filters, [&](const Filter& filter) { return fits_one(secret, filter); });
}

Answer<> check_filters(const std::vector<Filter>& filters) {
  constexpr std::array kKeys = {"name", "description", "tag-key", "tag-value", "all"};
  for (const Filter& filter : filters) {
    if (filter.key == "primary-region" || filter.key == "owning-service")
      return std::unexpected(errors::invalid_parameter("The filter " + filter.key + " is not emulated"));
    if (std::ranges::find(kKeys, filter.key) == kKeys.end())
      return std::unexpected(errors::constraint(
          "filters.key",
          "satisfy enum value set: [description, name, tag-key, tag-value, primary-region, owning-service, "
          "all]"));
    if (filter.values.empty() || filter.values.size() > 10)
      return std::unexpected(errors::constraint("filters.values", "have length between 1 and 10"));
  }
  return {};
}

}  // namespace emulator::secrets_manager

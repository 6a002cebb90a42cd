#include "emulator/platform/parameters/parameter_store.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "emulator/arn/arn.h"
#include "emulator/platform/parameters/checks.h"
#include "emulator/platform/parameters/errors.h"

namespace emulator::parameters {
namespace {

constexpr std::size_t kVersionsMax = 100;

std::string arn_of(std::string_view name) {
  return make_arn("ssm", "parameter" + std::string(name.starts_with('/') ? "" : "/") + std::string(name));
}

/// What stands behind "arn:aws:ssm:region:account:", or the text itself.
std::string_view without_arn(std::string_view text) {
  if (!text.starts_with("arn:")) return text;
  constexpr std::string_view kMark = ":parameter/";
  const std::size_t at = text.find(kMark);
  return at == std::string_view::npos ? text : text.substr(at + kMark.size() - 1);
}

std::string_view selector_in(std::string_view text) {
  const std::string_view rest = without_arn(text);
  const std::size_t colon = rest.find(':');
  return colon == std::string_view::npos ? std::string_view{} : rest.substr(colon);
}

const Version* selected(const Parameter& parameter, std::string_view selector) {
  if (selector.empty()) return &parameter.latest();
  selector.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(selector.data(), selector.data() + selector.size(), number);
  const bool is_number = error == std::errc{} && end == selector.data() + selector.size();
  const auto found = std::ranges::find_if(parameter.versions, [&](const Version& version) {
    if (is_number) return version.number == number;
    return std::ranges::find(version.labels, selector) != version.labels.end();
  });
  return found == parameter.versions.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name_in(std::string_view text) {
  const std::string_view rest = without_arn(text);
  return rest.substr(0, rest.find(':'));
}

Parameter* ParameterStore::find(std::string_view text) {
  const std::string_view name = name_in(text);
  auto found = parameters_.find(name);
  // An ARN has a slash before each name, also before one that has none itself.
  if (found == parameters_.end() && text.starts_with("arn:")) found = parameters_.find(name.substr(1));
  return found == parameters_.end() ? nullptr : &found->second;
}

Shown ParameterStore::shown(const Parameter& parameter, const Version& version, bool in_plain) const {
  Shown result{.name = parameter.name, .arn = parameter.arn, .version = version};
  if (version.type == kSecureString && !in_plain)
    result.version.value = cipher_text(seed_, parameter, version);
  return result;
}

Answer<Shown> ParameterStore::read(std::string_view name, bool in_plain) {
  const Parameter* parameter = find(name);
  if (parameter == nullptr) return std::unexpected(errors::not_found());
  const std::string_view selector = selector_in(name);
  const Version* version = selected(*parameter, selector);
  if (version == nullptr) return std::unexpected(errors::no_version(selector.substr(1), parameter->name));
  Shown result = shown(*parameter, *version, in_plain);
  result.selector = selector;
  return result;
}

Version ParameterStore::version_of(PutRequest request, std::string tier, std::int64_t number) const {
  Version version{.number = number,
                  .value = std::move(request.value),
                  .type = std::move(request.type),
                  .description = request.description.value_or(""),
                  .tier = std::move(tier),
                  .modified = scheduler_.wall_now()};
  if (version.type == kSecureString)
    version.key_id = request.key_id.empty() ? "alias/aws/ssm" : request.key_id;
  return version;
}

Answer<Stored> ParameterStore::create(PutRequest request, std::string tier) {
  if (request.type.empty()) {
    return std::unexpected(errors::validation("A parameter type is required when you create a parameter."));
  }
  Parameter parameter{.name = request.name, .arn = arn_of(request.name), .tags = std::move(request.tags)};
  const std::string name = request.name;
  parameter.versions.push_back(version_of(std::move(request), tier, 1));
  parameters_.emplace(name, std::move(parameter));
  return Stored{1, std::move(tier)};
}

Answer<Stored> ParameterStore::overwrite(Parameter& parameter, PutRequest request, std::string tier) {
  if (!request.overwrites) return std::unexpected(errors::already_exists());
  if (!request.tags.empty()) {
    return std::unexpected(errors::validation(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please "
        "remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or "
        "RemoveTagsFromResource."));
  }
  const Version& latest = parameter.latest();
  if (request.type.empty()) request.type = latest.type;
  if ((request.type == kSecureString) != (latest.type == kSecureString))
    return std::unexpected(errors::type_changed());
  // An advanced parameter stays one.
  if (latest.tier == "Advanced") {
    if (request.tier == "Standard") {
      return std::unexpected(errors::validation(
          "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
          "advanced-parameter tier to the standard-parameter tier."));
    }
    tier = "Advanced";
  }
  if (parameter.versions.size() >= kVersionsMax) {
    const Version& oldest = parameter.versions.front();
    if (!oldest.labels.empty())
      return std::unexpected(errors::too_many_versions(parameter.name, oldest.number));
    parameter.versions.erase(parameter.versions.begin());
  }
  if (!request.description) request.description = parameter.latest().description;
  const std::int64_t number = parameter.latest().number + 1;
  parameter.versions.push_back(version_of(std::move(request), tier, number));
  return Stored{number, std::move(tier)};
}

Answer<Stored> ParameterStore::put(PutRequest request) {
  request.name = name_in(request.name);
  if (auto fits = check_name(request.name); !fits) return std::unexpected(fits.error());
  if (!request.type.empty() && request.type != kString && request.type != kStringList &&
      request.type != kSecureString)
    return std::unexpected(errors::unsupported_type(request.type));
  if (!request.data_type.empty() && request.data_type != "text")
    return std::unexpected(errors::validation("The data type " + request.data_type + " is not emulated"));
  // Advanced parameters may be overwritten without naming their tier.
  Parameter* parameter = find(request.name);
  PutRequest measured = request;
  if (parameter != nullptr && request.tier.empty()) measured.tier = parameter->latest().tier;
  auto tier = tier_of(measured);
  if (!tier) return std::unexpected(tier.error());
  const bool is_secure =
      request.type == kSecureString || (parameter != nullptr && parameter->latest().type == kSecureString);
  if (is_secure && learner_) learner_("ssm:" + request.name, request.value);
  if (parameter == nullptr) return create(std::move(request), std::move(*tier));
  return overwrite(*parameter, std::move(request), std::move(*tier));
}

Answer<ShownMany> ParameterStore::read_many(const std::vector<std::string>& names, bool in_plain) {
  if (names.empty() || names.size() > 10)
    return std::unexpected(errors::constraint("names", "have length between 1 and 10"));
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size())
    return std::unexpected(errors::validation("Duplicate parameters in the request."));
  ShownMany result;
  for (const std::string& name : names) {
    if (auto found = read(name, in_plain)) {
      result.found.push_back(std::move(*found));
    } else {
      result.invalid.push_back(name);
    }
  }
  return result;
}

Answer<std::vector<Shown>> ParameterStore::history(std::string_view name, bool in_plain) {
  const Parameter* parameter = find(name);
  if (parameter == nullptr) return std::unexpected(errors::not_found());
  std::vector<Shown> result;
  for (const Version& version : parameter->versions) result.push_back(shown(*parameter, version, in_plain));
  return result;
}

Answer<> ParameterStore::remove(std::string_view name) {
  const Parameter* parameter = find(name);
  if (parameter == nullptr) return std::unexpected(errors::not_found());
  parameters_.erase(parameters_.find(parameter->name));
  return {};
}

}  // namespace emulator::parameters

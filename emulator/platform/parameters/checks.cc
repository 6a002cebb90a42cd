#include "emulator/platform/parameters/checks.h"

#include <algorithm>
#include <array>

#include "emulator/platform/parameters/errors.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/random.h"

namespace emulator::parameters {
namespace {

constexpr std::size_t kNameMax = 1011;  // of what remains of an ARN's 2048 behind its beginning
constexpr std::size_t kStandardMax = 4096;
constexpr std::size_t kAdvancedMax = 8192;
constexpr std::ptrdiff_t kLevelsMax = 15;

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("_.-").contains(c);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

bool begins_reserved(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  const std::string beginning = lower(name.substr(0, 3));
  return beginning == "aws" || beginning == "ssm";
}

/// What a filter compares: nothing for keys that are looked at elsewhere.
std::vector<std::string> values_of(const Parameter& parameter, const std::string& key) {
  const Version& latest = parameter.latest();
  if (key == "Name") return {parameter.name};
  if (key == "Type") return {latest.type};
  if (key == "KeyId") return {latest.key_id};
  if (key == "Tier") return {latest.tier};
  if (key == "DataType") return {"text"};
  std::vector<std::string> values;
  if (key == "Label") {
    for (const Version& version : parameter.versions)
      values.insert(values.end(), version.labels.begin(), version.labels.end());
  }
  for (const auto& [name, value] : parameter.tags) {
    if (key == "tag:" + name) values.push_back(value);
  }
  return values;
}

bool fits_one(const Parameter& parameter, const Filter& filter) {
  if (filter.key == "Path") {
    return std::ranges::any_of(filter.values, [&](const std::string& path) {
      return is_below(parameter.name, path, filter.option == "Recursive");
    });
  }
  return std::ranges::any_of(values_of(parameter, filter.key), [&](const std::string& value) {
    return std::ranges::any_of(filter.values, [&](const std::string& wanted) {
      if (filter.option == "BeginsWith") return value.starts_with(wanted);
      if (filter.option == "Contains") return value.contains(wanted);
      return value == wanted;
    });
  });
}

bool takes_option(const Filter& filter) {
  if (filter.option.empty()) return true;
  if (filter.key == "Path") return filter.option == "Recursive" || filter.option == "OneLevel";
  if (filter.option == "Equals") return true;
  if (filter.key == "Name") return filter.option == "BeginsWith" || filter.option == "Contains";
  return filter.option == "BeginsWith" && (filter.key == "Type" || filter.key == "KeyId");
}

}  // namespace

Answer<> check_name(std::string_view name) {
  if (name.empty())
    return std::unexpected(errors::constraint("name", "have length greater than or equal to 1"));
  if (name.size() > kNameMax)
    return std::unexpected(errors::constraint("name", "have length less than or equal to 1011"));
  if (name.contains('/') && !name.starts_with('/'))
    return std::unexpected(errors::validation("Parameter name must be a fully qualified name."));
  const bool has_bad = !std::ranges::all_of(name, [](char c) { return c == '/' || is_name_character(c); });
  const bool has_empty_level = name.contains("//") || name.ends_with('/');
  if (begins_reserved(name) || has_bad || has_empty_level) {
    return std::unexpected(errors::validation(
        "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). If formed as a path, "
        "it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of "
        "letters, numbers and the following 3 symbols .-_"));
  }
  if (std::ranges::count(name, '/') > kLevelsMax) return std::unexpected(errors::too_deep());
  return {};
}

Answer<std::string> tier_of(const PutRequest& request) {
  const std::string& tier = request.tier;
  const bool is_known =
      tier.empty() || tier == "Standard" || tier == "Advanced" || tier == "Intelligent-Tiering";
  if (!is_known)
    return std::unexpected(
        errors::constraint("tier", "satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]"));
  if (request.value.empty())
    return std::unexpected(errors::constraint("value", "have length greater than or equal to 1"));
  const std::size_t size = request.value.size();
  if (size > kAdvancedMax && tier != "Standard" && !tier.empty())
    return std::unexpected(
        errors::validation("Advanced tier parameters support a maximum parameter value of 8192 characters."));
  if (tier == "Advanced" || (tier == "Intelligent-Tiering" && size > kStandardMax)) return "Advanced";
  if (size > kStandardMax)
    return std::unexpected(errors::validation(
        "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger "
        "parameter value, upgrade the parameter to use the advanced-parameter tier."));
  return "Standard";
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 100 || (label[0] >= '0' && label[0] <= '9')) return false;
  return std::ranges::all_of(label, is_name_character) && !begins_reserved(label);
}

Answer<> check_filters(const std::vector<Filter>& filters, FilterUse use) {
  constexpr std::array kByPath = {"Type", "KeyId", "Label"};
  constexpr std::array kDescribe = {"Name", "Path", "Type", "KeyId", "Label", "Tier", "DataType"};
  for (const Filter& filter : filters) {
    const bool is_tag = use == FilterUse::Describe && filter.key.starts_with("tag:");
    const bool is_known = use == FilterUse::ByPath
                              ? std::ranges::find(kByPath, filter.key) != kByPath.end()
                              : std::ranges::find(kDescribe, filter.key) != kDescribe.end();
    if (!is_tag && !is_known) return std::unexpected(errors::invalid_filter_key(filter.key));
    if (!takes_option(filter)) return std::unexpected(errors::invalid_filter_option(filter.option));
    if (filter.values.empty()) return std::unexpected(errors::invalid_filter_value());
  }
  return {};
}

bool fits(const Parameter& parameter, const std::vector<Filter>& filters) {
  return std::ranges::all_of(filters, [&](const Filter& filter) { return fits_one(parameter, filter); });
}

bool is_below(std::string_view name, std::string_view path, bool is_recursive) {
  if (path.ends_with('/')) path.remove_suffix(1);
  if (!path.empty()) {
    if (!name.starts_with(path) || name.size() <= path.size() || name[path.size()] != '/') return false;
    name.remove_prefix(path.size());
  }
  // Names without a slash lie below the root.
  if (name.starts_with('/')) name.remove_prefix(1);
  return is_recursive || !name.contains('/');
}

std::string cipher_text(std::uint64_t seed, const Parameter& parameter, const Version& version) {
  constexpr std::uint64_t kBlocks = 24;
  std::string bytes("\x01\x02\x03\x00x", 5);
  for (std::uint64_t block = 1; block <= kBlocks; ++block) {
    const std::uint64_t bits = kernel::draw_bits({.seed = seed,
                                                  .rule = parameter.name,
                                                  .key = std::to_string(version.number),
                                                  .n = block,
                                                  .purpose = "cipher text"});
    for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>((bits >> shift) & 0xFF);
  }
  return kernel::base64(bytes);
}

}  // namespace emulator::parameters

#include <algorithm>
#include <utility>

#include "emulator/platform/parameters/checks.h"
#include "emulator/platform/parameters/errors.h"
#include "emulator/platform/parameters/parameter_store.h"
#include "middleware/kernel/base64.h"

namespace emulator::parameters {
namespace {

constexpr std::size_t kLabelsMax = 10;

/// The name that a page begins behind.
Answer<std::string> last_shown(const std::string& token) {
  if (token.empty()) return std::string{};
  auto name = kernel::from_base64(token);
  if (!name) return std::unexpected(errors::invalid_next_token());
  return std::move(*name);
}

/// The version of that number, 0 the newest. `parameter` is null when there is none of its name.
Answer<Version*> numbered(Parameter* parameter, std::int64_t number) {
  if (parameter == nullptr) return std::unexpected(errors::not_found());
  if (number == 0) return &parameter->versions.back();
  const auto found = std::ranges::find(parameter->versions, number, &Version::number);
  if (found == parameter->versions.end())
    return std::unexpected(errors::no_version(std::to_string(number), parameter->name));
  return &*found;
}

}  // namespace

// By name, as they are kept. With labels in the filter it is the labelled version that is shown.
Answer<ShownPage> ParameterStore::read_path(const PathRequest& request) {
  if (!request.path.starts_with('/'))
    return std::unexpected(errors::validation(
        "The parameter path must begin with a slash (/) and consist of sub-paths divided by slashes."));
  if (request.count < 1 || request.count > 10)
    return std::unexpected(errors::constraint("maxResults", "be from 1 to 10"));
  if (auto known = check_filters(request.filters, FilterUse::ByPath); !known)
    return std::unexpected(known.error());
  const auto last = last_shown(request.token);
  if (!last) return std::unexpected(last.error());
  const auto label = std::ranges::find(request.filters, "Label", &Filter::key);
  ShownPage page;
  for (auto at = parameters_.upper_bound(*last); at != parameters_.end(); ++at) {
    const Parameter& parameter = at->second;
    if (!is_below(parameter.name, request.path, request.is_recursive) || !fits(parameter, request.filters))
      continue;
    if (std::cmp_equal(page.found.size(), request.count)) {
      page.next = kernel::base64(page.found.back().name);
      break;
    }
    const auto version = std::ranges::find_if(parameter.versions, [&](const Version& one) {
      if (label == request.filters.end()) return one.number == parameter.latest().number;
      return std::ranges::find_first_of(one.labels, label->values) != one.labels.end();
    });
    page.found.push_back(shown(parameter, *version, request.in_plain));
  }
  return page;
}

Answer<ListPage> ParameterStore::list(const ListRequest& request) {
  if (request.count < 1 || request.count > 50)
    return std::unexpected(errors::constraint("maxResults", "be from 1 to 50"));
  if (auto known = check_filters(request.filters, FilterUse::Describe); !known)
    return std::unexpected(known.error());
  const auto last = last_shown(request.token);
  if (!last) return std::unexpected(last.error());
  ListPage page;
  for (auto at = parameters_.upper_bound(*last); at != parameters_.end(); ++at) {
    if (!fits(at->second, request.filters)) continue;
    if (std::cmp_equal(page.found.size(), request.count)) {
      page.next = kernel::base64(page.found.back()->name);
      break;
    }
    page.found.push_back(&at->second);
  }
  return page;
}

Answer<Labelled> ParameterStore::label(std::string_view name, std::int64_t number,
                                       const std::vector<std::string>& labels) {
  Parameter* const parameter = find(name);
  const auto version = numbered(parameter, number);
  if (!version) return std::unexpected(version.error());
  Labelled result{.version = (*version)->number};
  for (const std::string& one : labels) (is_label(one) ? result.taken : result.invalid).push_back(one);
  std::size_t more = 0;
  for (const std::string& one : result.taken)
    more += std::ranges::find((*version)->labels, one) == (*version)->labels.end() ? 1 : 0;
  if ((*version)->labels.size() + more > kLabelsMax) return std::unexpected(errors::too_many_labels());
  for (const std::string& one : result.taken) {
    for (Version& other : parameter->versions) std::erase(other.labels, one);
    (*version)->labels.push_back(one);
  }
  return result;
}

Answer<Labelled> ParameterStore::unlabel(std::string_view name, std::int64_t number,
                                         const std::vector<std::string>& labels) {
  const auto version = numbered(find(name), number);
  if (!version) return std::unexpected(version.error());
  Labelled result{.version = (*version)->number};
  for (const std::string& one : labels)
    (std::erase((*version)->labels, one) > 0 ? result.taken : result.invalid).push_back(one);
  return result;
}

Answer<Tags> ParameterStore::tags(std::string_view name) {
  const Parameter* parameter = find(name);
  if (parameter == nullptr) return std::unexpected(Refusal{"InvalidResourceId", ""});
  return parameter->tags;
}

Answer<> ParameterStore::set_tags(std::string_view name, const Tags& tags) {
  Parameter* parameter = find(name);
  if (parameter == nullptr) return std::unexpected(Refusal{"InvalidResourceId", ""});
  parameter->tags = access::with_tags(std::move(parameter->tags), tags);
  return {};
}

Answer<> ParameterStore::remove_tags(std::string_view name, const std::vector<std::string>& keys) {
  Parameter* parameter = find(name);
  if (parameter == nullptr) return std::unexpected(Refusal{"InvalidResourceId", ""});
  access::erase_tags(parameter->tags, keys);
  return {};
}

}  // namespace emulator::parameters

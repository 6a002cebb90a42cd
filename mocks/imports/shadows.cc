#include "mocks/imports/shadows.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace mocks::imports {
namespace {

using kernel::Json;

/// What the engine asks of two stubs (mocks/stubs, stubs_that_never_win), of their keys in a file.
bool takes_all_of(const Json& first, const Json& second) {
  const Json& a = first["request"];
  const Json& b = second["request"];
  constexpr std::string_view kUrls[] = {"url", "url_pattern", "url_path", "url_path_pattern",
                                        "url_path_template"};
  const bool is_open = std::ranges::all_of(a.items(), [&](const auto& item) {
    return item.key() == "method" || std::ranges::find(kUrls, item.key()) != std::end(kUrls);
  });
  const bool is_lasting = !first.contains("times") && !first.contains("requires_state") &&
                          !(first.contains("scenario") && first["scenario"].contains("required"));
  const bool takes_methods = !a.contains("method") || (b.contains("method") && a["method"] == b["method"]);
  bool has_url = false;
  bool takes_url = false;
  for (const std::string_view key : kUrls) {
    if (!a.contains(key)) continue;
    has_url = true;
    takes_url = b.contains(key) && a[key] == b[key];
  }
  return is_open && is_lasting && takes_methods && (takes_url || !has_url);
}

}  // namespace

std::vector<std::string> shadows_of(const Json& stubs) {
  std::vector<std::string> shadows(stubs.size());
  const auto priority = [](const Json& stub) { return stub.value("priority", std::int64_t{5}); };
  for (std::size_t i = 0; i < stubs.size(); ++i) {
    for (std::size_t j = 0; j < stubs.size() && shadows[i].empty(); ++j) {
      const bool comes_first =
          priority(stubs[j]) < priority(stubs[i]) || (priority(stubs[j]) == priority(stubs[i]) && j > i);
      if (i != j && comes_first && takes_all_of(stubs[j], stubs[i]))
        shadows[i] = stubs[j]["id"].get<std::string>();
    }
  }
  return shadows;
}

}  // namespace mocks::imports

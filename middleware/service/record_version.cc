#include "middleware/service/record_version.h"

#include <nlohmann/json.hpp>

#include "middleware/inbox/decisions.h"
#include "middleware/kernel/check.h"

namespace service {

kernel::Result<store::AppliedVersion> version_of(const FlowConfig& flow, const kernel::TemplateScope& scope) {
  store::AppliedVersion result;
  if (!flow.ordering || flow.ordering->version.empty()) return result;
  bool is_whole = true;
  for (const kernel::TextTemplate& part : flow.ordering->version) {
    std::string text;
    if (const auto filled = part.append_filled(text, scope); !filled) return std::unexpected(filled.error());
    const auto value = kernel::parse_json(text);
    CHECK(value.has_value());
    const std::string sortable = inbox::sortable_version(*value);
    is_whole = is_whole && !sortable.empty();
    if (!result.version.empty()) result.version += '\n';
    result.version += sortable;
  }
  if (!is_whole) result.version.clear();
  auto key = flow.ordering->key.filled(scope);
  if (!key) return std::unexpected(key.error());
  result.record = flow.event + "\n" + *key;
  return result;
}

}  // namespace service

#include "emulator/edge/masked.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace emulator::edge {
namespace {

using kernel::Json;

constexpr const char* kMasked = "[redacted]";

bool is_plain(const Json& object, const Mask& mask) {
  const auto type = object.find("Type");
  return type != object.end() && type->is_string() &&
         std::ranges::find(mask.plain_types, type->get_ref<const std::string&>()) != mask.plain_types.end();
}

// As deep as a body that was read is, and no deeper.
void mask_in(Json& value, const Mask& mask) {
  if (value.is_array()) {
    for (Json& item : value) mask_in(item, mask);
  }
  if (!value.is_object() || is_plain(value, mask)) return;
  for (auto& [name, member] : value.items()) {
    if (member.is_structured()) {
      mask_in(member, mask);
    } else if (std::ranges::find(mask.members, name) != mask.members.end()) {
      member = kMasked;
    }
  }
}

}  // namespace

std::string masked(std::string_view body, const Mask& mask) {
  if (body.empty()) return {};
  auto json = kernel::parse_json(body);
  if (!json) return kMasked;
  mask_in(*json, mask);
  return kernel::json_text(*json);
}

}  // namespace emulator::edge

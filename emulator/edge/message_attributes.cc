#include "emulator/edge/message_attributes.h"

#include <nlohmann/json.hpp>

#include "middleware/kernel/base64.h"

namespace emulator::edge {

std::vector<ClientAttribute> message_attributes(Members& in, std::string_view name) {
  std::vector<ClientAttribute> attributes;
  const kernel::Json* map = in.object(name);
  if (map == nullptr) return attributes;
  for (const auto& [key, structure] : map->items()) {
    Members attribute(in, structure, std::string(name) + "." + key);
    ClientAttribute read{.name = key, .type = attribute.text_or_empty("DataType"), .value = {}};
    auto bytes = attribute.blob("BinaryValue");
    auto text = attribute.text("StringValue");
    read.value = bytes && read.type.starts_with("Binary") ? std::move(*bytes) : text.value_or(std::string{});
    attributes.push_back(std::move(read));
  }
  return attributes;
}

kernel::Json attribute_json(std::string_view type, std::string_view value) {
  if (type.starts_with("Binary")) return {{"DataType", type}, {"BinaryValue", kernel::base64(value)}};
  return {{"DataType", type}, {"StringValue", value}};
}

}  // namespace emulator::edge

#include "middleware/service/parcels.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace service {
namespace {

using kernel::Json;

/// Nothing unless it is a whole number of at least 1.
std::optional<std::int64_t> amount(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() == 0 ||
      found->get<std::uint64_t>() > 1'000'000'000)
    return std::nullopt;
  return found->get<std::int64_t>();
}

struct Sorted {
  std::int64_t quantity;
  std::size_t number;
  const Json* line;
};

struct Parcel {
  std::int64_t quantity = 0;
  Json lines = Json::array();
};

}  // namespace

std::expected<std::string, std::string> pack(const std::string& input) {
  const auto json = kernel::parse_json(input);
  if (!json || !json->is_object())
    return std::unexpected("parcels wants an object with lines and quantity_max");
  const auto lines = json->find("lines");
  const auto max = amount(*json, "quantity_max");
  if (lines == json->end() || !lines->is_array()) return std::unexpected("'lines' is no list");
  if (!max) return std::unexpected("'quantity_max' is no whole number of at least 1");

  std::vector<Sorted> sorted;
  for (const Json& line : *lines) {
    const std::string which = "line " + std::to_string(sorted.size());
    const auto quantity = line.is_object() ? amount(line, "quantity") : std::nullopt;
    if (!quantity) return std::unexpected(which + " has no quantity of at least 1");
    if (*quantity > *max)
      return std::unexpected(which + " has a quantity of " + std::to_string(*quantity) + ", above " +
                             std::to_string(*max));
    sorted.push_back({*quantity, sorted.size(), &line});
  }
  std::ranges::sort(sorted, [](const Sorted& a, const Sorted& b) {
    return a.quantity != b.quantity ? a.quantity > b.quantity : a.number < b.number;
  });

  std::vector<Parcel> parcels;
  for (const auto& [quantity, number, line] : sorted) {
    auto room =
        std::ranges::find_if(parcels, [&, q = quantity](const Parcel& p) { return p.quantity + q <= *max; });
    if (room == parcels.end()) room = parcels.insert(parcels.end(), Parcel{});
    room->quantity += quantity;
    room->lines.push_back(*line);
  }
  Json answer = Json::object();
  answer["parcels"] = Json::array();
  for (Parcel& parcel : parcels) {
    Json shown = Json::object();
    shown["number"] = answer["parcels"].size() + 1;
    shown["quantity"] = parcel.quantity;
    shown["lines"] = std::move(parcel.lines);
    answer["parcels"].push_back(std::move(shown));
  }
  answer["count"] = parcels.size();
  return kernel::json_text(answer);
}

kernel::Task<std::expected<std::string, HandlerFailure>> Parcels::handle(HandlerCall call) {
  auto packed = pack(call.input);
  if (!packed) co_return std::unexpected(HandlerFailure{.reason = std::move(packed.error())});
  co_return std::move(*packed);
}

StepHandlers builtin_handlers() { return {{"parcels", std::make_shared<Parcels>()}}; }

std::vector<std::string> builtin_handler_names() {
  std::vector<std::string> names;
  for (const auto& [name, handler] : builtin_handlers()) names.push_back(name);
  return names;
}

}  // namespace service

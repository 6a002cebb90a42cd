#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "emulator/edge/dialect.h"

namespace emulator::edge {
namespace {

using kernel::Json;

/// The deepest name in use has five parts: a binary attribute of a batch entry.
constexpr std::size_t kPartsMax = 12;
constexpr std::size_t kItemsMax = 10'000;

AwsError malformed(std::string_view field, std::string_view why) {
  return {.code = "MalformedInput", .message = "The field " + std::string(field) + " " + std::string(why)};
}

/// "a.b.1" becomes {"a": {"b": {"1": value}}}.
std::expected<Json, AwsError> tree_of(const kernel::FormFields& fields) {
  Json tree = Json::object();
  for (const auto& [name, value] : fields) {
    if (name == "Action" || name == "Version") continue;
    Json* at = &tree;
    std::size_t parts = 0;
    for (std::string_view rest = name;;) {
      const std::size_t dot = rest.find('.');
      if (++parts > kPartsMax) return std::unexpected(malformed(name, "is nested too deeply"));
      if (!at->is_object()) return std::unexpected(malformed(name, "is a value and a structure at once"));
      at = &(*at)[std::string(rest.substr(0, dot))];
      if (dot == std::string_view::npos) break;
      if (at->is_null()) *at = Json::object();
      rest.remove_prefix(dot + 1);
    }
    if (at->is_object()) return std::unexpected(malformed(name, "is a value and a structure at once"));
    *at = value;
  }
  return tree;
}

class Reader {
 public:
  Reader(const Dialect& dialect, std::string_view operation) : dialect_(dialect), operation_(operation) {}

  Json structure(const Json& tree) {
    if (!tree.is_object()) return tree;
    Json result = Json::object();
    for (const auto& [wire, value] : tree.items()) {
      const DialectMember* member = by_wire(wire);
      if (member == nullptr) {
        result[wire] = structure(value);
      } else {
        result[std::string(member->name)] = collection(*member, wire, value);
      }
    }
    return result;
  }

  const std::optional<AwsError>& problem() const { return problem_; }

 private:
  const DialectMember* by_wire(std::string_view wire) const {
    const auto found = std::ranges::find_if(dialect_.members, [&](const DialectMember& member) {
      return !member.is_output && member.wire == wire &&
             (member.operation.empty() || member.operation == operation_);
    });
    return found == dialect_.members.end() ? nullptr : &*found;
  }

  /// The items of a list in the order of their numbers.
  std::vector<const Json*> items(std::string_view name, const Json& tree) {
    std::vector<std::pair<std::size_t, const Json*>> numbered;
    for (const auto& [index, value] : tree.items()) {
      std::size_t number = 0;
      const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
      if (error != std::errc{} || end != index.data() + index.size() || number > kItemsMax) {
        problem_ = malformed(name, "has an item '" + index + "', which is no position in a list");
        return {};
      }
      numbered.emplace_back(number, &value);
    }
    std::ranges::sort(numbered);
    std::vector<const Json*> result;
    for (const auto& [number, value] : numbered) result.push_back(value);
    return result;
  }

  Json collection(const DialectMember& member, std::string_view wire, const Json& tree) {
    Json result = member.kind == DialectMember::Kind::List ? Json::array() : Json::object();
    // An empty list is sent as its bare name: "Entries=".
    if (!tree.is_object()) return result;
    const auto inner = member.item.empty() ? tree.end() : tree.find(member.item);
    const Json& holder = inner == tree.end() ? tree : *inner;
    for (const Json* item : items(wire, holder)) {
      if (member.kind == DialectMember::Kind::List) {
        result.push_back(structure(*item));
        continue;
      }
      const auto key = item->find(member.key);
      if (key == item->end() || !key->is_string()) {
        problem_ = malformed(wire, "has an entry without " + std::string(member.key));
        continue;
      }
      const auto value = item->find(member.value);
      result[key->get<std::string>()] = value == item->end() ? Json() : structure(*value);
    }
    return result;
  }

  const Dialect& dialect_;
  std::string_view operation_;
  std::optional<AwsError> problem_;
};

}  // namespace

std::expected<Json, AwsError> input_of_form(const kernel::FormFields& fields, const Dialect& dialect,
                                            std::string_view operation) {
  const auto tree = tree_of(fields);
  if (!tree) return std::unexpected(tree.error());
  Reader reader(dialect, operation);
  Json input = reader.structure(*tree);
  if (reader.problem()) return std::unexpected(*reader.problem());
  return input;
}

}  // namespace emulator::edge

// Helpers over JSON and numbers: jsonPath, jsonMerge, size, math, comparisons.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "mocks/jsonpath/path.h"
#include "mocks/render/evaluate.h"

namespace mocks::render {
namespace {

using kernel::Json;

Json parsed(const Arguments& a, std::size_t index) {
  if (!a.at(index).is_string()) return a.at(index);
  auto json = kernel::parse_json(a.text(index));
  if (!json) a.refuse(json.error().message);
  return std::move(*json);
}

Json json_path(const Arguments& a, Scope&) {
  const auto path = jsonpath::Path::compile(a.text(1));
  if (!path) a.refuse(path.error().message);
  const Json root = parsed(a, 0);
  const auto nodes = path->select(root);
  if (nodes.empty()) a.refuse(a.text(1) + " selects nothing");
  if (nodes.size() == 1) return *nodes.front();
  Json all = Json::array();
  for (const Json* node : nodes) all.push_back(*node);
  return all;
}

void merge_into(Json& base, const Json& over) {
  for (auto member = over.begin(); member != over.end(); ++member) {
    const auto found = base.find(member.key());
    if (found != base.end() && found->is_object() && member->is_object()) {
      merge_into(*found, *member);
    } else {
      base[member.key()] = *member;
    }
  }
}

Json merged(const Arguments& a, Scope&) {
  Json base = parsed(a, 0);
  const Json over = parsed(a, 1);
  if (!base.is_object() || !over.is_object()) a.refuse("wants two objects");
  merge_into(base, over);
  return base;
}

Json array_add(const Arguments& a, Scope&) {
  Json list = parsed(a, 0);
  if (!list.is_array()) a.refuse("wants a list");
  list.push_back(a.at(1));
  return list;
}

Json removed(const Arguments& a, Scope&) {
  Json object = parsed(a, 0);
  if (!object.is_object() || object.erase(a.text(1)) == 0) a.refuse("there is no member '" + a.text(1) + "'");
  return object;
}

Json size(const Arguments& a, Scope&) {
  const Json& value = a.at(0);
  if (value.is_string()) return value.get_ref<const std::string&>().size();
  if (!value.is_structured()) a.refuse("a " + std::string(value.type_name()) + " has no size");
  return value.size();
}

/// A whole number where it is one, so that 2 + 3 prints as 5.
Json number(double value, const Arguments& a) {
  if (!std::isfinite(value)) a.refuse("the result is no number");
  if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
  return value;
}

Json math(const Arguments& a, Scope&) {
  const double left = a.number(0);
  const double right = a.number(2);
  const std::string sign = a.text(1);
  if ((sign == "/" || sign == "%") && right == 0) a.refuse("division by zero");
  if (sign == "+") return number(left + right, a);
  if (sign == "-") return number(left - right, a);
  if (sign == "*") return number(left * right, a);
  if (sign == "/") return number(left / right, a);
  if (sign == "%") return number(std::fmod(left, right), a);
  a.refuse("'" + sign + "' is none of + - * / %");
}

template <class Compare>
Json compared(const Arguments& a, Compare compare) {
  if (a.at(0).is_string() && a.at(1).is_string()) return compare(a.text(0).compare(a.text(1)), 0);
  return compare(a.number(0), a.number(1));
}

}  // namespace

Helper json_helper(std::string_view name) {
  constexpr std::pair<std::string_view, Helper> kHelpers[] = {
      {"jsonPath", json_path},
      {"jsonMerge", merged},
      {"jsonArrayAdd", array_add},
      {"jsonRemove", removed},
      {"parseJson", [](const Arguments& a, Scope&) { return parsed(a, 0); }},
      {"toJson", [](const Arguments& a, Scope&) { return Json(kernel::json_text(a.at(0))); }},
      {"size", size},
      {"math", math},
      {"round", [](const Arguments& a, Scope&) { return number(std::round(a.number(0)), a); }},
      {"eq", [](const Arguments& a, Scope&) { return Json(jsonpath::same_value(a.at(0), a.at(1))); }},
      {"ne", [](const Arguments& a, Scope&) { return Json(!jsonpath::same_value(a.at(0), a.at(1))); }},
      {"lt", [](const Arguments& a, Scope&) { return compared(a, [](auto x, auto y) { return x < y; }); }},
      {"gt", [](const Arguments& a, Scope&) { return compared(a, [](auto x, auto y) { return x > y; }); }},
  };
  const auto found = std::ranges::find(kHelpers, name, &std::pair<std::string_view, Helper>::first);
  return found == std::end(kHelpers) ? nullptr : found->second;
}

Helper find_helper(std::string_view name) {
  if (const Helper helper = text_helper(name)) return helper;
  if (const Helper helper = json_helper(name)) return helper;
  return chance_helper(name);
}

}  // namespace mocks::render

#include "emulator/edge/members.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "middleware/kernel/base64.h"

namespace emulator::edge {
namespace {

using kernel::Json;

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Milliseconds are the finest that clients send; beyond, a double of this size is noise.
std::optional<kernel::WallTime> time_of_seconds(double seconds) {
  constexpr double kSecondsMax = 9.2e9;  // what 64 bits of nanoseconds hold
  if (!(std::fabs(seconds) < kSecondsMax)) return std::nullopt;
  return kernel::WallTime{std::chrono::milliseconds{std::llround(seconds * 1e3)}};
}

std::optional<kernel::WallTime> time_in(const Json& value) {
  if (value.is_number()) return time_of_seconds(value.get<double>());
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (const auto seconds = number_in<double>(text)) return time_of_seconds(*seconds);
  const auto time = kernel::parse_wall_time(text);
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

AwsError serialization_error(std::string_view member, std::string_view wanted) {
  return {.code = "SerializationException",
          .message = std::string(member) + " is not " + std::string(wanted)};
}

AwsError null_error(std::string_view code, std::string_view member) {
  std::string name(member);
  if (!name.empty() && name[0] >= 'A' && name[0] <= 'Z') name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return {.code = std::string(code),
          .message = "1 validation error detected: Value null at '" + name +
                     "' failed to satisfy constraint: Member must not be null"};
}

double epoch_seconds(kernel::WallTime time) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch();
  return static_cast<double>(since_epoch.count()) / 1e3;
}

Members::Members(const AwsCall& call, const MemberErrors& errors)
    : input_(*call.input), errors_(errors), operation_(call.identity.operation) {}

Members::Members(Members& parent, const Json& structure, std::string path)
    : input_(structure),
      errors_(parent.errors_),
      parent_(&parent),
      path_(parent.full(path)),
      operation_(parent.operation_) {
  if (!structure.is_object()) parent.fail(errors_.mistyped(path_, "a structure"));
}

Members::~Members() {
  if (parent_ == nullptr) return;
  if (auto wrong = problem()) parent_->fail(std::move(*wrong));
}

std::string Members::full(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

const Json* Members::take(std::string_view name) {
  asked_.emplace_back(name);
  if (!input_.is_object()) return nullptr;
  const auto found = input_.find(name);
  return found == input_.end() || found->is_null() ? nullptr : &*found;
}

void Members::mistyped(std::string_view name, std::string_view wanted) {
  fail(errors_.mistyped(full(name), wanted));
}

std::optional<std::string> Members::text(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  mistyped(name, "a text");
  return std::nullopt;
}

std::string Members::required_text(std::string_view name) {
  const bool is_there = has(name);
  auto value = text(name);
  if (!is_there) fail(errors_.missing(full(name)));
  return std::move(value).value_or(std::string{});
}

std::optional<std::int64_t> Members::integer(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_integer()) return value->get<std::int64_t>();
  if (value->is_string()) {
    if (const auto number = number_in<std::int64_t>(value->get_ref<const std::string&>())) return number;
  }
  mistyped(name, "a whole number");
  return std::nullopt;
}

std::optional<double> Members::number_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return number_in<double>(value.get_ref<const std::string&>());
  return std::nullopt;
}

std::optional<double> Members::number(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  const auto number = number_of(*value);
  if (!number) mistyped(name, "a number");
  return number;
}

std::optional<bool> Members::boolean(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  if (*value == "true") return true;
  if (*value == "false") return false;
  mistyped(name, "true or false");
  return std::nullopt;
}

std::optional<kernel::WallTime> Members::time(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  const auto time = time_in(*value);
  if (!time) mistyped(name, "a time");
  return time;
}

std::optional<std::string> Members::blob(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  auto bytes = value->is_string() ? kernel::from_base64(value->get_ref<const std::string&>()) : std::nullopt;
  if (!bytes) mistyped(name, "base64");
  return bytes;
}

std::vector<std::string> Members::texts(std::string_view name) {
  std::vector<std::string> result;
  const Json* list = array(name);
  if (list == nullptr) return result;
  for (const Json& item : *list) {
    if (item.is_string()) {
      result.push_back(item.get<std::string>());
    } else {
      mistyped(name, "a list of texts");
    }
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> Members::text_map(std::string_view name) {
  std::vector<std::pair<std::string, std::string>> result;
  const Json* map = object(name);
  if (map == nullptr) return result;
  for (const auto& [key, value] : map->items()) {
    if (value.is_string()) {
      result.emplace_back(key, value.get<std::string>());
    } else {
      mistyped(name, "a map of texts");
    }
  }
  return result;
}

const Json* Members::object(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr || value->is_object()) return value;
  mistyped(name, "a structure");
  return nullptr;
}

const Json* Members::array(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr || value->is_array()) return value;
  mistyped(name, "a list");
  return nullptr;
}

bool Members::has(std::string_view name) const {
  if (!input_.is_object()) return false;
  const auto found = input_.find(name);
  return found != input_.end() && !found->is_null();
}

void Members::fail(AwsError error) {
  if (!problem_) problem_ = std::move(error);
}

std::optional<AwsError> Members::problem() {
  if (problem_ || !input_.is_object()) return problem_;
  for (const auto& [name, value] : input_.items()) {
    // An empty list or map says nothing either.
    const bool says_nothing = value.is_null() || (value.is_structured() && value.empty());
    if (says_nothing || std::ranges::find(asked_, name) != asked_.end()) continue;
    fail(not_emulated(std::string(errors_.title) + " " + operation_ + ": the parameter " + full(name)));
    break;
  }
  return problem_;
}

}  // namespace emulator::edge

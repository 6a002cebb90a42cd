#include "emulator/platform/logs/insights_row.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "emulator/arn/arn.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/time.h"

namespace emulator::logs {
namespace {

using kernel::Json;

/// A member whose name holds dots is found before the way through the dots is tried.
const Json* member_at(const Json& value, std::string_view path) {
  if (value.is_object()) {
    const auto whole = value.find(std::string(path));
    if (whole != value.end()) return &*whole;
  }
  const std::size_t dot = path.find('.');
  const std::string_view head = path.substr(0, dot);
  const Json* next = nullptr;
  if (value.is_object()) {
    const auto found = value.find(std::string(head));
    if (found != value.end()) next = &*found;
  } else if (value.is_array()) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(head.data(), head.data() + head.size(), index);
    if (error == std::errc{} && end == head.data() + head.size() && index < value.size())
      next = &value[index];
  }
  if (next == nullptr || dot == std::string_view::npos) return next;
  return member_at(*next, path.substr(dot + 1));
}

std::optional<std::string> json_field(const Json* json, std::string_view name) {
  const Json* found = json == nullptr ? nullptr : member_at(*json, name);
  if (found == nullptr || found->is_null()) return std::nullopt;
  return found->is_string() ? found->get<std::string>() : kernel::json_text(*found);
}

/// What stands behind `label`, up to the next space or tab.
std::optional<std::string> behind(std::string_view text, std::string_view label) {
  const std::size_t at = text.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + label.size());
  return std::string(text.substr(0, text.find_first_of(" \t")));
}

std::optional<std::string> lambda_field(std::string_view text, std::string_view name) {
  for (const std::string_view type : {"START", "END", "REPORT"}) {
    if (!text.starts_with(std::string(type) + " RequestId: ")) continue;
    if (name == "@type") return std::string(type);
    if (name == "@requestId") return behind(text, "RequestId: ");
    if (type != "REPORT") return std::nullopt;
    constexpr std::pair<std::string_view, std::string_view> kNumbers[] = {
        {"@duration", "\tDuration: "},
        {"@billedDuration", "\tBilled Duration: "},
        {"@memorySize", "\tMemory Size: "},
        {"@maxMemoryUsed", "\tMax Memory Used: "},
        {"@initDuration", "\tInit Duration: "}};
    for (const auto& [field, label] : kNumbers) {
      if (name == field) return behind(text, label);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string insights_time(Milliseconds time) {
  std::string text = kernel::iso_millis(kernel::WallTime{std::chrono::milliseconds{time}});
  std::ranges::replace(text, 'T', ' ');
  text.pop_back();
  return text;
}

std::optional<Milliseconds> insights_time_in(std::string_view text) {
  if (text.size() != 23 || text[10] != ' ') return std::nullopt;
  std::string iso(text);
  iso[10] = 'T';
  const auto time = kernel::parse_wall_time(iso + "Z");
  if (!time) return std::nullopt;
  return time->time_since_epoch() / std::chrono::milliseconds{1};
}

std::optional<std::string> InsightsRecord::field(std::string_view name) {
  if (name == "@message") return event_.message;
  if (name == "@timestamp") return insights_time(event_.key.timestamp);
  if (name == "@ingestionTime") return insights_time(event_.ingested);
  if (name == "@logStream") return event_.stream;
  if (name == "@log") return std::string(kAccount) + ":" + group_;
  if (name == "@ptr") return pointer();
  if (name.starts_with('@')) {
    if (auto found = lambda_field(event_.message, name)) return found;
  }
  return json_field(text_.json(), name);
}

std::string InsightsRecord::pointer() const { return kernel::base64(event_.id()); }

std::optional<std::string> InsightsRow::field(std::string_view name) const {
  const auto made =
      std::ranges::find(made_, name, [](const auto& one) { return std::string_view(one.first); });
  if (made != made_.end()) return made->second;
  return record_ ? record_->field(name) : std::nullopt;
}

void InsightsRow::set(const std::string& name, std::optional<std::string> value) {
  const auto made = std::ranges::find(made_, name, [](const auto& one) { return one.first; });
  if (made == made_.end()) {
    made_.emplace_back(name, std::move(value));
  } else {
    made->second = std::move(value);
  }
}

}  // namespace emulator::logs

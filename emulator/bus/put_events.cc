#include "emulator/bus/put_events.h"

#include <algorithm>
#include <array>

#include "emulator/bus/arn.h"
#include "emulator/bus/errors.h"
#include "middleware/kernel/json.h"

namespace emulator::bus {
namespace {

constexpr std::size_t kEntriesMax = 10;
constexpr std::int64_t kTimeSize = 14;
constexpr std::size_t kDetailTypeMax = 128;
constexpr std::size_t kTraceHeaderMax = 500;
constexpr int kLevelsMax = 1000;

/// How deep objects and arrays of a JSON text nest.
int levels_of(std::string_view text) {
  int level = 0;
  int deepest = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted && c == '\\') ++i;
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++level);
    if (c == '}' || c == ']') --level;
  }
  return deepest;
}

std::string member(std::size_t index, std::string_view field) {
  return "entries." + std::to_string(index + 1) + ".member." + std::string(field);
}

std::optional<ApiError> check_fields(const PutEventsEntry& entry, std::size_t index) {
  const std::string_view bus = entry.event_bus;
  const std::string_view name = bus_name(bus);
  // A partner bus takes events of its partner only. ASSUMPTION: the text.
  if (name.find('/') != std::string_view::npos || name.find(':') != std::string_view::npos) {
    return constraint(
        bus, member(index, "eventBusName"),
        "Member must satisfy regular expression pattern: "
        "(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus/)?[\\.\\-_A-Za-z0-9]+");
  }
  if (entry.trace_header.size() > kTraceHeaderMax) {
    return constraint(entry.trace_header, member(index, "traceHeader"),
                      "Member must have length less than or equal to 500");
  }
  return std::nullopt;
}

}  // namespace

std::int64_t entry_size(const PutEventsEntry& entry) {
  std::size_t bytes = entry.source.size() + entry.detail_type.size() + entry.detail.size();
  for (const std::string& resource : entry.resources) bytes += resource.size();
  return static_cast<std::int64_t>(bytes) + (entry.time ? kTimeSize : 0);
}

std::optional<ApiError> check_call(const PutEventsRequest& request, std::int64_t size_limit) {
  const auto& entries = request.entries;
  // ASSUMPTION: how the service writes the value in these two texts.
  if (entries.empty()) {
    return constraint("[]", "entries", "Member must have length greater than or equal to 1");
  }
  if (entries.size() > kEntriesMax) {
    return constraint("[...]", "entries", "Member must have length less than or equal to 10");
  }
  std::int64_t total = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (auto error = check_fields(entries[i], i)) return error;
    total += entry_size(entries[i]);
  }
  if (total < size_limit) return std::nullopt;
  return validation("Total size of the entries in the request is over the limit.");
}

std::optional<EntryFailure> check_entry(const PutEventsEntry& entry) {
  // ASSUMPTION: the order in which several wrong fields are looked at.
  const std::array<std::pair<std::string_view, const std::string*>, 3> required = {
      {{"Source", &entry.source}, {"DetailType", &entry.detail_type}, {"Detail", &entry.detail}}};
  for (const auto& [name, value] : required) {
    if (!value->empty()) continue;
    return EntryFailure{"InvalidArgument", "Parameter " + std::string(name) + " is not valid. Reason: " +
                                               std::string(name) + " is a required argument."};
  }
  // ASSUMPTION: the texts of these two.
  if (entry.source.starts_with("aws.")) {
    return EntryFailure{"NotAuthorizedForSourceException", "Not authorized for the source."};
  }
  if (entry.detail_type.size() > kDetailTypeMax) {
    return EntryFailure{
        "InvalidArgument",
        "Parameter DetailType is not valid. Reason: DetailType must be at most 128 characters long."};
  }
  if (!is_good_detail(entry.detail)) return EntryFailure{"MalformedDetail", "Detail is malformed."};
  return std::nullopt;
}

bool is_good_detail(std::string_view detail) {
  const std::size_t first = detail.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || detail[first] != '{') return false;
  // So deep takes a bracket a level; whatever is shorter need not be counted.
  if (detail.size() > 2 * kLevelsMax && levels_of(detail) > kLevelsMax) return false;
  return kernel::is_json(detail);
}

}  // namespace emulator::bus

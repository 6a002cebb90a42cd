#include "middleware/ingest/enrich.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ingest {
namespace {

using kernel::Json;

/// What a table is searched for; "" when the field is not there or null.
std::string key_at(const Json& payload, const std::string& pointer) {
  const Json* found = kernel::json_at(payload, pointer);
  return found == nullptr || found->is_null() ? std::string{} : kernel::json_text_at(*found, "");
}

}  // namespace

std::string correlation_id(const Enrichment& enrichment, const Json& payload, std::string_view event_uuid) {
  std::string id;
  if (!enrichment.correlation_by.empty()) id = key_at(payload, enrichment.correlation_by);
  // It becomes a header: what could end one is not taken.
  const bool is_usable =
      !id.empty() && id.size() <= 128 && std::ranges::all_of(id, [](char c) { return c > ' ' && c < 127; });
  return is_usable ? id : std::string(event_uuid);
}

std::expected<void, FunctionError> add_known(const Enrichment& enrichment, const Json& payload,
                                             std::string_view event_uuid, std::optional<std::int64_t> age_ms,
                                             Json& added) {
  added["correlation_id"] = correlation_id(enrichment, payload, event_uuid);
  if (enrichment.with_age) added["age_ms"] = age_ms ? Json(*age_ms) : Json(nullptr);
  for (const TableLookup& lookup : enrichment.lookups) {
    const std::string key = key_at(payload, lookup.by);
    const auto found = std::ranges::find(lookup.table, key, [](const auto& entry) { return entry.first; });
    const bool is_there = !key.empty() && found != lookup.table.end();
    if (!is_there && !lookup.otherwise) {
      return std::unexpected(FunctionError{
          "ValidationError", "the look-up '" + lookup.name + "' has no entry for the value at " + lookup.by});
    }
    added[lookup.name] = *kernel::parse_json(is_there ? found->second : *lookup.otherwise);
  }
  return {};
}

std::string entry_of(const Reference& reference, const Json& payload) {
  return reference.by.empty() ? std::string{} : key_at(payload, reference.by);
}

std::optional<std::string> referenced(std::string_view parameter, bool is_whole, std::string_view entry) {
  const auto value = kernel::parse_json(parameter);
  if (!value) return std::nullopt;
  if (is_whole) return kernel::json_text(*value);
  const auto found = value->is_object() && !entry.empty() ? value->find(entry) : value->end();
  if (found == value->end()) return std::nullopt;
  return kernel::json_text(*found);
}

std::string with_addition(std::string payload, std::string_view under, std::string_view added) {
  payload.pop_back();
  while (payload.ends_with(' ') || payload.ends_with('\n') || payload.ends_with('\r') ||
         payload.ends_with('\t'))
    payload.pop_back();
  if (!payload.ends_with('{')) payload += ',';
  kernel::append_json_quoted(payload, under);
  payload += ":{";
  payload += added;
  payload += "}}";
  return payload;
}

}  // namespace ingest

#include "emulator/salesforce_edge/query_cursors.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "middleware/kernel/ids.h"

namespace emulator::salesforce_edge {

using kernel::Json;

namespace {

constexpr std::int64_t kPageMin = 200;
constexpr std::int64_t kPageMax = 2'000;
constexpr std::size_t kOpenMax = 10;

/// The whole of `text`, or nothing.
std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

struct QueryCursors::Cursor {
  std::string id;
  Json rows;
  std::size_t page_size = kPageMax;
};

QueryCursors::QueryCursors() = default;
QueryCursors::~QueryCursors() = default;

std::int64_t page_size_of(std::string_view options) {
  constexpr std::string_view kName = "batchSize=";
  const std::size_t at = options.find(kName);
  if (at == std::string_view::npos) return kPageMax;
  const std::string_view text = options.substr(at + kName.size());
  const auto size = number_of(text.substr(0, text.find_first_of(",; ")));
  if (!size) return kPageMax;
  return std::clamp(static_cast<std::int64_t>(std::min<std::uint64_t>(*size, kPageMax)), kPageMin, kPageMax);
}

ApiAnswer QueryCursors::page_from(const RestCall& call, const Cursor& cursor, std::size_t begin) {
  const std::size_t end = std::min(begin + cursor.page_size, cursor.rows.size());
  const bool is_last = end == cursor.rows.size();
  Json body = {{"totalSize", cursor.rows.size()}, {"done", is_last}};
  if (!is_last) body["nextRecordsUrl"] = call.root() + "/query/" + cursor.id + "-" + std::to_string(end);
  body["records"] = Json::array();
  for (std::size_t i = begin; i < end; ++i) body["records"].push_back(cursor.rows[i]);
  return json_answer(body);
}

ApiAnswer QueryCursors::first_page(const RestCall& call, Json rows) {
  auto cursor = std::make_unique<Cursor>();
  cursor->rows = std::move(rows);
  cursor->page_size = static_cast<std::size_t>(call.page_size);
  if (cursor->rows.size() <= cursor->page_size) return page_from(call, *cursor, 0);
  cursor->id = kernel::salesforce_id("01g", ++made_);
  if (open_.size() == kOpenMax) open_.erase(open_.begin());
  open_.push_back(std::move(cursor));
  return page_from(call, *open_.back(), 0);
}

ApiResult QueryCursors::page(const RestCall& call, std::string_view locator) const {
  const std::size_t dash = locator.find('-');
  const auto begin = dash == std::string_view::npos ? std::nullopt : number_of(locator.substr(dash + 1));
  const auto found = std::ranges::find_if(open_, [&](const auto& cursor) {
    return cursor->id == locator.substr(0, dash) && begin && *begin < cursor->rows.size();
  });
  if (found == open_.end()) return refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
  return page_from(call, **found, static_cast<std::size_t>(*begin));
}

}  // namespace emulator::salesforce_edge

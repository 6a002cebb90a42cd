#include "mocks/stubs/bucket_query.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace mocks::stubs {
namespace {

using kernel::Json;

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : kernel::json_text(value);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Numbers as numbers, everything else as text.
int order_of(const std::string& a, const std::string& b) {
  const auto x = number(a);
  const auto y = number(b);
  if (x && y) return *x < *y ? -1 : (*y < *x ? 1 : 0);
  return a.compare(b) < 0 ? -1 : (a == b ? 0 : 1);
}

struct Filter {
  std::string field;
  std::string how;
  std::string value;

  bool keeps(const Json& record) const {
    const auto found = record.find(field);
    if (found == record.end()) return how == "ne";
    const std::string actual = text_of(*found);
    if (how == "like") return lower(actual).find(lower(value)) != std::string::npos;
    const int order = order_of(actual, value);
    if (how == "eq") return order == 0;
    if (how == "ne") return order != 0;
    if (how == "gt") return order > 0;
    if (how == "gte") return order >= 0;
    if (how == "lt") return order < 0;
    return order <= 0;
  }
};

std::vector<Filter> filters_in(const kernel::FormFields& query) {
  std::vector<Filter> filters;
  for (const auto& [name, value] : query) {
    const std::size_t line = name.rfind('_');
    if (line == std::string::npos || line == 0) continue;
    const std::string how = name.substr(line + 1);
    constexpr std::string_view kKnown[] = {"eq", "ne", "gt", "gte", "lt", "lte", "like"};
    if (std::ranges::find(kKnown, how) != std::end(kKnown))
      filters.push_back({name.substr(0, line), how, value});
  }
  return filters;
}

std::size_t whole(const kernel::FormFields& query, std::string_view name, std::size_t otherwise) {
  const std::string* text = kernel::form_field(query, name);
  std::size_t value = 0;
  if (text == nullptr) return otherwise;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc{} && end == text->data() + text->size() ? value : otherwise;
}

}  // namespace

Listed listed(const std::vector<Json>& records, const kernel::FormFields& query) {
  Listed result;
  const std::vector<Filter> filters = filters_in(query);
  const std::string* search = kernel::form_field(query, "search");
  for (const Json& record : records) {
    const bool is_found =
        search == nullptr || lower(kernel::json_text(record)).find(lower(*search)) != std::string::npos;
    const auto keeps = [&record](const Filter& filter) { return filter.keeps(record); };
    if (is_found && std::ranges::all_of(filters, keeps)) result.records.push_back(&record);
  }
  result.filtered = result.records.size();
  if (const std::string* sort = kernel::form_field(query, "sort")) {
    const std::string* order = kernel::form_field(query, "order");
    const int sign = order != nullptr && lower(*order) == "desc" ? -1 : 1;
    // Records lie one behind the other: of equals the earlier stays first.
    std::ranges::sort(result.records, [&](const Json* a, const Json* b) {
      const int found =
          sign * order_of(text_of(a->value(*sort, Json(""))), text_of(b->value(*sort, Json(""))));
      return found != 0 ? found < 0 : a < b;
    });
  }
  const std::size_t limit =
      whole(query, "limit", kernel::form_field(query, "page") == nullptr ? records.size() : 10);
  const std::size_t page = std::max<std::size_t>(whole(query, "page", 1), 1);
  const std::size_t first = limit == 0 ? result.filtered : std::min((page - 1) * limit, result.filtered);
  const std::size_t last = std::min(first + limit, result.filtered);
  result.records = {result.records.begin() + static_cast<std::ptrdiff_t>(first),
                    result.records.begin() + static_cast<std::ptrdiff_t>(last)};
  return result;
}

}  // namespace mocks::stubs

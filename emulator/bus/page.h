#pragma once
// Lists in pages: sorted by name, so that what comes and goes between two calls shifts nothing.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "emulator/bus/bus_ports.h"
#include "emulator/bus/errors.h"

namespace emulator::bus {

/// One page of what is named; the next begins behind the last name of this one.
template <class T>
ApiResult<Page<T>> page_of(std::vector<std::pair<std::string, T>> named, const ListRequest& request) {
  constexpr std::int64_t kLimitMax = 100;
  const std::int64_t limit = request.limit.value_or(kLimitMax);
  if (limit < 1 || limit > kLimitMax) {
    return std::unexpected(constraint(std::to_string(limit), "limit",
                                      limit < 1 ? "Member must have value greater than or equal to 1"
                                                : "Member must have value less than or equal to 100"));
  }
  std::ranges::sort(named, {}, [](const auto& entry) { return entry.first; });
  Page<T> page;
  std::string last;
  for (auto& [name, item] : named) {
    if (!name.starts_with(request.name_prefix)) continue;
    if (!request.next_token.empty() && name <= request.next_token) continue;
    if (std::cmp_equal(page.items.size(), limit)) {
      page.next_token = last;
      break;
    }
    page.items.push_back(std::move(item));
    last = name;
  }
  return page;
}

}  // namespace emulator::bus

#include "mocks/stubs/verify.h"

#include <algorithm>
#include <map>
#include <set>

namespace mocks::stubs {
namespace {

using kernel::Duration;
using Rows = std::vector<const Exchange*>;

bool fits(const match::RequestPattern& pattern, const Exchange& row) {
  return pattern.matches(match::RequestView(row.request), row.arrived_wall);
}

std::string title(const Exchange& row) { return row.request.method + " " + row.request.target; }

/// What is wrong first, or nothing.
std::optional<Verdict> wrong_count(const Count& count, const Rows& rows) {
  const auto found = static_cast<std::int64_t>(rows.size());
  const bool holds =
      (!count.at_least || found >= *count.at_least) && (!count.at_most || found <= *count.at_most);
  if (holds) return std::nullopt;
  std::string expected;
  if (count.at_least && count.at_most && *count.at_least == *count.at_most) {
    expected = std::to_string(*count.at_least);
  } else {
    if (count.at_least) expected = "at least " + std::to_string(*count.at_least);
    if (count.at_most)
      expected += (expected.empty() ? "at most " : " and at most ") + std::to_string(*count.at_most);
  }
  return Verdict{.holds = false,
                 .expected = expected + " requests",
                 .found = std::to_string(found),
                 .example = rows.empty() ? 0 : rows.back()->number};
}

std::optional<Verdict> wrong_order(const Verification& v, const Rows& rows) {
  std::size_t next = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < rows.size() && next < v.in_order.size(); ++i) {
    if (fits(v.in_order[next], *rows[i])) {
      if (next++ == 0) start = i;
    } else if (v.is_consecutive && next > 0) {
      next = 0;
      i = start;  // and again from the row behind
    }
  }
  if (next == v.in_order.size()) return std::nullopt;
  std::string expected;
  for (const match::RequestPattern& pattern : v.in_order)
    expected += (expected.empty() ? "" : ", then ") + pattern.title();
  std::string found = next == 0 ? "the first is missing" : v.in_order[next].title() + " is missing behind it";
  if (v.is_consecutive) found = "not one directly behind the other";
  return Verdict{.holds = false,
                 .expected = expected,
                 .found = std::move(found),
                 .example = rows.empty() ? 0 : rows.front()->number};
}

std::optional<Verdict> wrong_gap(const Spacing& s, const Exchange& row, Duration gap,
                                 std::optional<Duration> before) {
  const auto verdict = [&](std::string expected, std::string found) {
    return Verdict{
        .holds = false, .expected = std::move(expected), .found = std::move(found), .example = row.number};
  };
  if (s.at_least && gap < *s.at_least)
    return verdict("gaps of at least " + kernel::duration_text(*s.at_least),
                   kernel::duration_text(gap) + " before " + title(row));
  if (s.at_most && gap > *s.at_most)
    return verdict("gaps of at most " + kernel::duration_text(*s.at_most),
                   kernel::duration_text(gap) + " before " + title(row));
  if (s.is_non_decreasing && before && gap < *before)
    return verdict("gaps that do not shrink",
                   kernel::duration_text(gap) + " after " + kernel::duration_text(*before));
  return std::nullopt;
}

std::optional<Verdict> wrong_spacing(const Spacing& s, const Rows& rows) {
  struct Line {
    const Exchange* last = nullptr;
    std::optional<Duration> gap{};
    std::size_t gaps = 0;
  };
  std::map<std::string, Line> lines;
  std::map<std::size_t, std::vector<Duration>> by_position;
  for (const Exchange* row : rows) {
    Line& line = lines[row->correlation];
    if (line.last != nullptr) {
      const Duration gap = row->arrived - line.last->arrived;
      if (auto wrong = wrong_gap(s, *row, gap, line.gap)) return wrong;
      by_position[line.gaps++].push_back(gap);
      line.gap = gap;
    }
    line.last = row;
  }
  if (!s.is_jittered) return std::nullopt;
  for (const auto& [position, gaps] : by_position) {
    const bool all_alike =
        gaps.size() > 1 && std::ranges::all_of(gaps, [&gaps](Duration gap) { return gap == gaps.front(); });
    if (all_alike)
      return Verdict{
          .holds = false,
          .expected = "gaps with jitter",
          .found = std::to_string(gaps.size()) + " gaps of exactly " + kernel::duration_text(gaps.front())};
  }
  return std::nullopt;
}

std::optional<Verdict> wrong_concurrency(std::int64_t max, const Rows& rows) {
  std::multiset<kernel::Timestamp> ends;
  std::int64_t most = 0;
  std::uint64_t example = 0;
  for (const Exchange* row : rows) {
    while (!ends.empty() && *ends.begin() <= row->arrived) ends.erase(ends.begin());
    ends.insert(row->ended.value_or(kernel::Timestamp::max()));
    if (std::ssize(ends) > most) example = row->number;
    most = std::max<std::int64_t>(most, std::ssize(ends));
  }
  if (most <= max) return std::nullopt;
  return Verdict{.holds = false,
                 .expected = "at most " + std::to_string(max) + " requests at once",
                 .found = std::to_string(most),
                 .example = example};
}

std::optional<Verdict> wrong_rate(std::int64_t max, Duration per, const Rows& rows) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    while (rows[i]->arrived - rows[first]->arrived >= per) ++first;
    if (static_cast<std::int64_t>(i - first + 1) <= max) continue;
    return Verdict{
        .holds = false,
        .expected = "at most " + std::to_string(max) + " requests in " + kernel::duration_text(per),
        .found = std::to_string(i - first + 1) + " from " +
                 kernel::duration_text(rows[first]->arrived.time_since_epoch()),
        .example = rows[i]->number};
  }
  return std::nullopt;
}

}  // namespace

bool Selection::has(const Exchange& row) const {
  if (row.arrived < from || (until && row.arrived >= *until)) return false;
  if (stub && row.answered_by != *stub) return false;
  if (status && row.status != *status) return false;
  if (executed && row.is_executed != *executed) return false;
  if (is_unmatched && !(row.ended && row.answered_by.empty() && row.fault.empty())) return false;
  return !request || fits(*request, row);
}

Verdict verify(const Verification& v, const Exchanges& exchanges) {
  if (exchanges.dropped() > 0)
    return {.holds = false,
            .expected = "all requests in the journal",
            .found = std::to_string(exchanges.dropped()) + " were dropped"};
  Rows rows;
  for (const Exchange& row : exchanges.rows()) {
    if (v.selection.has(row)) rows.push_back(&row);
  }
  std::optional<Verdict> wrong;
  if (v.count) wrong = wrong_count(*v.count, rows);
  if (!wrong && !v.in_order.empty()) wrong = wrong_order(v, rows);
  if (!wrong && v.spacing) wrong = wrong_spacing(*v.spacing, rows);
  if (!wrong && v.concurrency_max) wrong = wrong_concurrency(*v.concurrency_max, rows);
  if (!wrong && v.rate_max) wrong = wrong_rate(*v.rate_max, v.rate_per, rows);
  if (wrong) return std::move(*wrong);
  return {.expected = "as asked", .found = std::to_string(rows.size()) + " requests"};
}

}  // namespace mocks::stubs

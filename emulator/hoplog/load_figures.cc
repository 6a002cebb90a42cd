#include "emulator/hoplog/load_figures.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace emulator::hoplog {
namespace {

constexpr std::int64_t kMinute = 60'000'000'000;
constexpr std::int64_t kNever = -1;

struct Events {
  std::vector<std::int64_t> ids;        ///< ascending
  std::vector<std::int64_t> published;  ///< when, of each id
  std::vector<std::size_t> refused;     ///< places in `ids`
  std::vector<std::int64_t> ended;      ///< when, of those that were not refused
  std::vector<std::int64_t> times;      ///< of delivered ones

  /// Ids are numbers without gaps, unless somebody took events out.
  std::size_t place_of(std::int64_t id) const {
    const auto guess = static_cast<std::size_t>(id - ids.front());
    if (guess < ids.size() && ids[guess] == id) return guess;
    return static_cast<std::size_t>(std::ranges::lower_bound(ids, id) - ids.begin());
  }
};

kernel::Result<Events> read_events(const RunFile& file) {
  Events events;
  auto read = file.each("SELECT id, published_ns FROM publications ORDER BY id", [&](const Statement& row) {
    events.ids.push_back(row.integer(0));
    events.published.push_back(row.integer(1));
  });
  if (!read) return std::unexpected(read.error());
  read = file.each("SELECT event, ended_ns, \"end\" = 'rejected', \"end\" = 'delivered' FROM event_ends",
                   [&](const Statement& row) {
                     const std::size_t place = events.place_of(row.integer(0));
                     if (row.integer(2) != 0) {
                       events.refused.push_back(place);
                       return;
                     }
                     events.ended.push_back(row.integer(1));
                     if (row.integer(3) != 0)
                       events.times.push_back(row.integer(1) - events.published[place]);
                   });
  if (!read) return std::unexpected(read.error());
  return events;
}

/// By rank; 0 when there is none.
std::int64_t quantile(std::vector<std::int64_t>& times, double share) {
  if (times.empty()) return 0;
  const auto rank = static_cast<std::int64_t>(std::ceil(static_cast<double>(times.size()) * share));
  const auto at = times.begin() + (rank - 1);
  std::nth_element(times.begin(), at, times.end());
  return *at;
}

std::int64_t most_a_minute(const std::vector<std::int64_t>& sorted) {
  std::int64_t most = 0;
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t next = first;
    while (next < sorted.size() && sorted[next] / kMinute == sorted[first] / kMinute) ++next;
    most = std::max(most, static_cast<std::int64_t>(next - first));
    first = next;
  }
  return most;
}

void find_backlog(const std::vector<std::int64_t>& begins, const std::vector<std::int64_t>& ends,
                  LoadFigures& figures) {
  std::size_t over = 0;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    while (over < ends.size() && ends[over] < begins[i]) ++over;
    const auto under_way = static_cast<std::int64_t>(i + 1 - over);
    if (under_way <= figures.backlog_max) continue;
    figures.backlog_max = under_way;
    figures.backlog_at_ns = begins[i];
  }
}

}  // namespace

kernel::Result<LoadFigures> load_figures(const RunFile& file) {
  auto events = read_events(file);
  if (!events) return std::unexpected(events.error());
  LoadFigures figures;
  figures.events = static_cast<std::int64_t>(events->ids.size());
  figures.p50_ns = quantile(events->times, 0.5);
  figures.p99_ns = quantile(events->times, 0.99);
  std::vector<std::int64_t> begins = events->published;
  std::ranges::sort(begins);
  figures.most_a_minute = most_a_minute(begins);
  if (!events->refused.empty()) {
    for (const std::size_t place : events->refused) events->published[place] = kNever;
    begins = std::move(events->published);
    std::erase(begins, kNever);
    std::ranges::sort(begins);
  }
  std::ranges::sort(events->ended);
  find_backlog(begins, events->ended, figures);
  return figures;
}

}  // namespace emulator::hoplog

#include "emulator/runner/judge/difference.h"

#include <algorithm>
#include <cstdio>

namespace emulator::judge {
namespace {

using hoplog::Table;

std::string seconds_text(const hoplog::Value& value) {
  const auto* nanos = std::get_if<std::int64_t>(&value);
  char text[32];
  std::snprintf(text, sizeof text, "%.3f s", nanos == nullptr ? 0.0 : static_cast<double>(*nanos) * 1e-9);
  return text;
}

bool is_time(const std::string& column) { return column.ends_with("_ns"); }

struct Rows {
  const Table& table;
  const char* noun;
};

/// Column 0 is the hop or row, 1 the event, 2 the start.
std::optional<Difference> compare(Rows here, Rows there, bool times) {
  const std::size_t count = std::min(here.table.rows.size(), there.table.rows.size());
  for (std::size_t r = 0; r < count; ++r) {
    const auto& mine = here.table.rows[r];
    const auto& other = there.table.rows[r];
    for (std::size_t c = 0; c < mine.size(); ++c) {
      const std::string& column = here.table.columns[c];
      if (mine[c] == other[c] || (!times && is_time(column))) continue;
      return Difference{.text = std::string(here.noun) + " " + hoplog::value_text(mine[0]) + " at " +
                                seconds_text(mine[2]) + ": " + column + " '" + hoplog::value_text(mine[c]) +
                                "' here, '" + hoplog::value_text(other[c]) + "' there",
                        .event = hoplog::value_text(mine[1]),
                        .hop = std::get_if<std::int64_t>(&mine[0]) ? std::get<std::int64_t>(mine[0]) : 0};
    }
  }
  if (here.table.rows.size() == there.table.rows.size()) return std::nullopt;
  return Difference{.text = std::to_string(here.table.rows.size()) + " " + here.noun + "s here, " +
                            std::to_string(there.table.rows.size()) + " there",
                    .event = {}};
}

constexpr const char* kHops =
    "SELECT h.id, p.uuid, h.start_ns, h.parent, h.stage, h.source, h.target, h.operation, h.attempt, "
    "h.end_ns, h.outcome, "
    "h.status, h.error, h.bytes_sent, h.bytes_received, h.request, h.response, h.fault "
    "FROM hops h LEFT JOIN publications p ON p.id = h.event ORDER BY h.id";
constexpr const char* kFaults =
    "SELECT f.id, p.uuid, f.at_ns, f.rule, f.target, f.key, f.n, f.draw, f.threshold, f.fired FROM faults f "
    "LEFT JOIN hops h ON h.id = f.hop LEFT JOIN publications p ON p.id = h.event ORDER BY f.id";

}  // namespace

kernel::Result<std::optional<Difference>> first_difference(const hoplog::RunFile& here,
                                                           const hoplog::RunFile& there, bool times) {
  for (const auto& [sql, noun] : {std::pair{kHops, "hop"}, std::pair{kFaults, "fault decision"}}) {
    const auto mine = here.query(sql);
    if (!mine) return std::unexpected(mine.error());
    const auto other = there.query(sql);
    if (!other) return std::unexpected(other.error());
    if (auto difference = compare({*mine, noun}, {*other, noun}, times)) return difference;
  }
  return std::optional<Difference>{};
}

}  // namespace emulator::judge

#include "emulator/report/load.h"

#include <cmath>
#include <utility>

#include "emulator/hoplog/load_figures.h"
#include "emulator/report/table.h"
#include "emulator/report/text.h"

namespace emulator::report {
namespace {

hoplog::Value seconds(std::int64_t ns) { return std::round(static_cast<double>(ns) / 1e6) / 1e3; }

hoplog::Table load_table(const hoplog::LoadFigures& load) {
  return {.columns = {"events", "most_a_minute", "p50_s", "p99_s", "backlog_max", "at_s"},
          .rows = {{load.events, load.most_a_minute, seconds(load.p50_ns), seconds(load.p99_ns),
                    load.backlog_max, seconds(load.backlog_at_ns)}}};
}

constexpr const char* kGaveWay = R"(
SELECT round(min(start_ns) / 1e9, 3) AS first_s, round(max(start_ns) / 1e9, 3) AS last_s, stage, target, outcome,
       count(*) AS times
  FROM hops WHERE outcome IN ('throttled', 'failed', 'timeout', 'no_answer', 'open', 'expired', 'dead_lettered')
 GROUP BY stage, target, outcome ORDER BY min(start_ns), stage, target LIMIT 12)";

// Memory of idle instances is paid for as well: that is a setting, min, and no figure of the run.
constexpr const char* kPaidFor = R"(
WITH states AS (
  SELECT kind, subject, to_state AS state,
         coalesce(lead(at_ns) OVER (PARTITION BY kind, subject ORDER BY at_ns, id), (SELECT virtual_ns FROM runs)) - at_ns AS ns
    FROM transitions WHERE kind IN ('instance', 'task')),
drivers AS (
  SELECT 1 AS place, 'events at the bus' AS what, sum(hops) AS amount, '' AS unit FROM attempts_by_layer WHERE stage = 'relay'
  UNION ALL SELECT 2, 'deliveries of the bus', sum(hops), '' FROM attempts_by_layer WHERE stage = 'bus'
  UNION ALL SELECT 3, 'deliveries of topics', sum(hops), '' FROM attempts_by_layer WHERE stage = 'topic'
  UNION ALL SELECT 4, 'messages into and out of queues', sum(hops), '' FROM attempts_by_layer WHERE stage = 'queue'
  UNION ALL SELECT 5, 'invocations', sum(hops), '' FROM attempts_by_layer WHERE stage = 'invoke'
  UNION ALL SELECT 6, 'instances active', round(sum(ns) / 3.6e12, 3), 'h' FROM states WHERE kind = 'instance' AND state = 'active'
  UNION ALL SELECT 7, 'tasks kept', round(sum(ns) / 3.6e12, 3), 'h' FROM states WHERE kind = 'task' AND state <> 'stopped'
  UNION ALL SELECT 8, 'calls of ' || target, hops, '' FROM attempts_by_layer WHERE stage = 'api')
SELECT what, amount, unit FROM drivers WHERE amount > 0 ORDER BY place, what)";

}  // namespace

kernel::Result<std::string> load_text(const hoplog::RunFile& file, Look look) {
  const auto load = hoplog::load_figures(file);
  if (!load) return std::unexpected(load.error());
  const auto titled = [look](std::string_view title, const hoplog::Table& table) {
    return "\n" + coloured(title, Colour::Bold, look.colour) + "\n" + table_text(table, TableFormat::Text);
  };
  std::string text = load->events == 0 ? "" : titled("Load", load_table(*load));
  for (const auto& [title, sql] : {std::pair{"What gave way, in the order of the first time", kGaveWay},
                                   std::pair{"What is paid for", kPaidFor}}) {
    const auto table = file.query(sql);
    if (!table) return std::unexpected(table.error());
    if (!table->rows.empty()) text += titled(title, *table);
  }
  return text;
}

}  // namespace emulator::report

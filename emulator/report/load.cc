#include "emulator/report/load.h"

#include "emulator/hoplog/load_questions.h"
#include "emulator/report/table.h"
#include "emulator/report/text.h"

namespace emulator::report {
namespace {

std::string load_sql() {
  const std::string most =
      "(SELECT n, at_ns FROM (" + std::string(hoplog::kBacklog) + ") ORDER BY n DESC, at_ns LIMIT 1)";
  return "SELECT (SELECT count(*) FROM events) AS events, "
         "(SELECT max(n) FROM (SELECT count(*) AS n FROM events GROUP BY published_ns / 60000000000)) AS "
         "most_a_minute, round(t.p50_ns / 1e9, 3) AS p50_s, round(t.p99_ns / 1e9, 3) AS p99_s, "
         "b.n AS backlog_max, round(b.at_ns / 1e9, 3) AS at_s FROM " +
         most + " b, (" + hoplog::kTimes + ") t";
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
  std::string text;
  for (const auto& [title, sql] : {std::pair<std::string_view, std::string>{"Load", load_sql()},
                                   {"What gave way, in the order of the first time", kGaveWay},
                                   {"What is paid for", kPaidFor}}) {
    const auto table = file.query(sql);
    if (!table) return std::unexpected(table.error());
    if (table->rows.empty()) continue;
    text += "\n" + coloured(title, Colour::Bold, look.colour) + "\n" + table_text(*table, TableFormat::Text);
  }
  return text;
}

}  // namespace emulator::report

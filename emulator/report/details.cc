#include "emulator/report/details.h"

#include <fmt/format.h>

#include "emulator/report/load.h"
#include "emulator/report/table.h"
#include "emulator/report/text.h"

namespace emulator::report {
namespace {

struct Section {
  std::string_view title;
  std::string_view sql;
};

constexpr Section kSections[] = {
    {"How events ended",
     R"(SELECT coalesce("end", 'in flight') AS "end", ended_where AS "where", count(*) AS events,
               round(avg(ended_ns - published_ns) / 1e9, 3) AS mean_s, round(max(ended_ns - published_ns) / 1e9, 3) AS max_s
          FROM events GROUP BY "end", ended_where ORDER BY events DESC, "end", ended_where)"},
    {"Attempts by layer",
     "SELECT stage, target, hops, events, hops_per_event, max_per_event, not_sent FROM attempts_by_layer"},
    {"Effects done more than once",
     R"(SELECT api, operation, business_key, times, first_ns / 1e9 AS first_s, last_ns / 1e9 AS last_s
          FROM effects WHERE times > 1 ORDER BY times DESC, first_ns LIMIT 10)"},
    {"Breakers",
     "SELECT breaker, owner, state, from_s, until_s, seconds, why FROM breaker_timeline LIMIT 40"},
    {"Slowest events",
     R"(SELECT uuid, ordering_key, "end", round((ended_ns - published_ns) / 1e9, 3) AS seconds
          FROM events WHERE ended_ns IS NOT NULL ORDER BY ended_ns - published_ns DESC, id LIMIT 5)"},
    {"Events that caused most calls",
     R"(SELECT e.uuid, e.ordering_key, e."end", c.calls
          FROM (SELECT event, count(*) AS calls FROM hops
                 WHERE event IS NOT NULL AND stage IN ('invoke', 'compute', 'api') AND outcome IS NOT 'open'
                 GROUP BY event ORDER BY calls DESC, event LIMIT 5) c
          JOIN events e ON e.id = c.event ORDER BY c.calls DESC, c.event)"},
    {"Faults",
     R"(SELECT rule, target, count(*) AS draws, sum(fired) AS fired,
               round(min(CASE WHEN fired THEN at_ns END) / 1e9, 3) AS first_fired_s,
               round(max(CASE WHEN fired THEN at_ns END) / 1e9, 3) AS last_fired_s
          FROM faults GROUP BY rule, target ORDER BY min(id))"},
    {"Checks",
     "SELECT verdict, kind, name, expected, found, place FROM checks ORDER BY verdict = 'passed', id"},
};

kernel::Result<std::string> section_text(const hoplog::RunFile& file, const Section& section, Look look) {
  const auto table = file.query(section.sql);
  if (!table) return std::unexpected(table.error());
  if (table->rows.empty()) return std::string{};
  return "\n" + coloured(section.title, Colour::Bold, look.colour) + "\n" +
         table_text(*table, TableFormat::Text);
}

}  // namespace

kernel::Result<std::string> run_details(const hoplog::RunFile& file, Look look) {
  const auto run = read_run(file);
  if (!run) return std::unexpected(run.error());
  std::string text = summary_text(*run, look);
  for (const Section& section : kSections) {
    const auto part = section_text(file, section, look);
    if (!part) return std::unexpected(part.error());
    text += *part;
  }
  const auto load = load_text(file, look);
  if (!load) return load;
  return text + *load;
}

kernel::Result<std::string> event_details(const hoplog::RunFile& file, std::string_view key, Look look) {
  const std::string name(key);
  const auto events = file.query(
      R"(SELECT id, uuid, kind, ordering_key, published_ns, "end", ended_ns, ended_where, ends FROM events
          WHERE uuid = ?1 OR ordering_key = ?1 OR (length(?1) >= 8 AND substr(uuid, 1, length(?1)) = ?1) ORDER BY id)",
      {name});
  if (!events) return std::unexpected(events.error());
  if (events->rows.empty()) {
    return std::unexpected(kernel::Error{
        kernel::ErrorCode::NotFound, "no event has the uuid or ordering key '" + name + "'", file.path()});
  }
  std::string text;
  for (const auto& event : events->rows) {
    const auto value = [&](std::size_t column) { return hoplog::value_text(event[column]); };
    const auto moment = [&](std::size_t column) {
      return moment_text(std::get<std::int64_t>(event[column]));
    };
    const std::string order = value(3).empty() ? "" : "  key " + value(3);
    text += (text.empty() ? "" : "\n") + coloured(value(1), Colour::Bold, look.colour) + "  " + value(2) +
            order + "\n";
    text += "published " + moment(4);
    text += value(6).empty() ? "  not ended" : fmt::format("  {} {} at {}", value(5), moment(6), value(7));
    if (std::get<std::int64_t>(event[8]) > 1) text += fmt::format("  (ended {} times)", value(8));
    const auto hops = file.query(
        R"(SELECT hop, parent, printf('%.3f', start_s) AS start_s, printf('%.1f', (end_s - start_s) * 1000) AS took_ms, stage,
                  target, operation, attempt, outcome, nullif(status, 0) AS status, fault, error
             FROM event_timeline WHERE event = ?)",
        {event[0]});
    if (!hops) return std::unexpected(hops.error());
    text += "\n" + table_text(*hops, TableFormat::Text);
  }
  return text;
}

}  // namespace emulator::report

#include "emulator/runner/judge/judge.h"

namespace emulator::judge {
namespace {

using hoplog::CheckRow;
using hoplog::RunFile;
using hoplog::Value;

std::string seconds(kernel::Duration duration) { return kernel::duration_text(duration); }

/// SQL for `column` in the window, "" when there is none.
std::string in_window(const std::string& column, const Window& window) {
  std::string sql;
  if (window.from.count() > 0) sql += " AND " + column + " >= " + std::to_string(window.from.count());
  if (window.until) sql += " AND " + column + " < " + std::to_string(window.until->count());
  return sql;
}

void compare(CheckRow& check, const kernel::Result<std::int64_t>& found, const Bounds& bounds) {
  if (!found) {
    check.verdict = "error";
    check.found = found.error().text();
    return;
  }
  check.expected = bounds.text();
  check.found = std::to_string(*found);
  check.verdict = bounds.holds(*found) ? "passed" : "failed";
}

void ask(const EveryEvent& what, CheckRow& check, const RunFile& file) {
  check.expected = (what.kind == "event" ? "every event" : "every " + what.kind) + " " + what.ends;
  std::string late = "0";
  if (what.within) {
    check.expected += " within " + seconds(*what.within);
    late = "e.ended_ns - e.published_ns > " + std::to_string(what.within->count());
  }
  const std::string chosen = "(?1 = 'event' OR e.kind = ?1)" + in_window("e.published_ns", what.published);
  const auto count = file.integer("SELECT count(*) FROM events e WHERE " + chosen, {what.kind});
  if (count && *count == 0) {
    check.verdict = "failed";
    check.found = "no such event was published";
    return;
  }
  fill_from_violations(
      check, file,
      "SELECT coalesce(nullif(e.ordering_key, ''), e.uuid) || ' ended ' || coalesce(e.\"end\", 'nowhere') || "
      "coalesce(' at ' || e.ended_where, '') || printf(' after %.3f s', (e.ended_ns - e.published_ns) / "
      "1e9), "
      "e.uuid, " +
          std::string(kLastHop) + " FROM events e WHERE " + chosen +
          " AND (coalesce(e.\"end\", '') <> ?2 OR " + late + ") ORDER BY e.id",
      {what.kind, what.ends});
  if (check.verdict == "passed" && count)
    check.found = std::to_string(*count) + " of " + std::to_string(*count);
}

void ask(const EndCount& what, CheckRow& check, const RunFile& file) {
  compare(check, file.integer("SELECT count(*) FROM events WHERE \"end\" = ?", {what.end}), what.bounds);
}

void ask(const HopCount& what, CheckRow& check, const RunFile& file) {
  std::string where = "1" + in_window("h.start_ns", what.between);
  for (const auto& [column, value] : what.equal) {
    std::string quoted;
    for (const char c : value) quoted += c == '\'' ? "''" : std::string(1, c);
    where += " AND h." + column + " = '" + quoted + "'";
  }
  // A call that the breaker stopped crossed no boundary.
  compare(check, file.integer("SELECT count(*) FROM hops h WHERE " + where), what.bounds);
  if (check.verdict != "failed") return;
  const std::string last = " FROM hops h LEFT JOIN events e ON e.id = h.event WHERE " + where +
                           " ORDER BY h.start_ns DESC, h.id DESC LIMIT 1";
  if (const auto event = file.text("SELECT e.uuid" + last)) check.example_event = *event;
  if (const auto hop = file.integer("SELECT h.id" + last))
    check.example_hop = static_cast<kernel::HopId>(*hop);
}

void ask(const BreakerChange& what, CheckRow& check, const RunFile& file) {
  check.expected = what.breaker + " " + what.to + " between " + seconds(what.of) + " and " +
                   seconds(what.of + what.within);
  const auto change = file.query(
      "SELECT min(at_ns) FROM transitions WHERE kind = 'breaker' AND subject = ? AND to_state = ? AND at_ns "
      ">= ?",
      {what.breaker, what.to, what.of.count()});
  if (!change) {
    check.verdict = "error";
    check.found = change.error().text();
    return;
  }
  const auto* at = std::get_if<std::int64_t>(&change->rows.front().front());
  check.verdict = at != nullptr && *at <= (what.of + what.within).count() ? "passed" : "failed";
  check.found = at == nullptr ? "never" : "at " + kernel::duration_for_people(kernel::Duration{*at});
}

void ask(const BreakerOpenings& what, CheckRow& check, const RunFile& file) {
  compare(check,
          file.integer(
              "SELECT count(*) FROM transitions WHERE kind = 'breaker' AND subject = ? AND to_state = 'open'",
              {what.breaker}),
          what.bounds);
}

void ask(const QueueDepth& what, CheckRow& check, const RunFile& file) {
  compare(check,
          file.integer("SELECT count(*) FROM hops WHERE stage = 'queue' AND target = ? AND outcome = 'ok' "
                       "AND operation IS NOT 'ReceiveMessage'",
                       {what.queue}),
          what.bounds);
}

void ask(const AlarmChange& what, CheckRow& check, const RunFile& file) {
  const auto changes = file.query(
      "SELECT at_ns FROM transitions WHERE kind = 'alarm' AND subject = ? AND to_state = ? ORDER BY id",
      {what.alarm, what.to});
  if (!changes) {
    check.verdict = "error";
    check.found = changes.error().text();
    return;
  }
  std::int64_t count = 0;
  for (const auto& row : changes->rows) {
    const kernel::Duration at{std::get<std::int64_t>(row.front())};
    check.found += (check.found.empty() ? "at " : ", ") + seconds(at);
    if (at >= what.window.from && (!what.window.until || at < *what.window.until)) ++count;
  }
  if (check.found.empty()) check.found = "never";
  const Window& window = what.window;
  check.expected = what.alarm + " goes " + what.to;
  if (window.until && *window.until - window.from == kernel::Duration{1}) {
    check.expected += " at " + seconds(window.from);
  } else {
    if (window.from.count() > 0) check.expected += " from " + seconds(window.from) + " on";
    if (window.until) check.expected += " until " + seconds(*window.until - kernel::Duration{1});
  }
  check.expected += ", " + what.bounds.text() + " times";
  check.verdict = what.bounds.holds(count) ? "passed" : "failed";
}

void ask(const SqlNumber& what, CheckRow& check, const RunFile& file) {
  compare(check, file.integer(what.sql), what.bounds);
}

}  // namespace

CheckRow judge_expectation(const Expectation& expectation, const RunFile& file) {
  CheckRow check{
      .name = expectation.name, .kind = "expectation", .verdict = "error", .place = expectation.place};
  std::visit([&](const auto& what) { ask(what, check, file); }, expectation.what);
  return check;
}

}  // namespace emulator::judge

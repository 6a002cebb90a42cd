#include <algorithm>

#include "emulator/runner/judge/judge.h"

namespace emulator::judge {
namespace {

using hoplog::CheckRow;
using hoplog::RunFile;

CheckRow invariant(const char* name, std::string expected, const Case& judged) {
  return {.name = name, .kind = "invariant", .verdict = "error", .expected = std::move(expected), .place = judged.place};
}

constexpr const char* kName = "coalesce(nullif(e.ordering_key, ''), e.uuid)";

CheckRow nothing_lost(const Case& judged, const RunFile& file) {
  CheckRow check = invariant("nothing_lost", "every event ends once, and not as lost", judged);
  fill_from_violations(check, file,
                       std::string("SELECT ") + kName +
                           " || CASE WHEN e.\"end\" IS NULL OR e.\"end\" = 'lost' THEN ' was lost at ' || coalesce(e.ended_where, '?') "
                           "ELSE ' ended ' || e.ends || ' times' END, e.uuid, "
                           "(SELECT h.id FROM hops h WHERE h.event = e.id ORDER BY h.start_ns DESC, h.id DESC LIMIT 1) "
                           "FROM events e WHERE e.\"end\" IS NULL OR e.\"end\" = 'lost' OR e.ends > 1 ORDER BY e.id");
  return check;
}

CheckRow effect_once(const Case& judged, const RunFile& file) {
  CheckRow check = invariant("effect_once", "no effect twice for one business key", judged);
  fill_from_violations(check, file,
                       "SELECT f.operation || ' of ' || f.business_key || ' was executed ' || f.times || ' times by ' || f.api, e.uuid, "
                       "(SELECT h.id FROM hops h WHERE h.event = f.event AND h.stage = 'api' AND h.target = f.api AND h.start_ns <= f.last_ns "
                       "ORDER BY h.start_ns DESC, h.id DESC LIMIT 1) "
                       "FROM effects f LEFT JOIN events e ON e.id = f.event WHERE f.times > 1 ORDER BY f.last_ns, f.business_key");
  return check;
}

/// Each layer's attempts against what the layer above asked of it.
CheckRow attempts_bounded(const Case& judged, const RunFile& file) {
  const Limits& limits = judged.limits;
  std::string attempts;
  for (const Limits::Api& api : limits.apis) {
    attempts += " WHEN '" + api.name + "' THEN " + std::to_string(api.attempts_max);
  }
  attempts = attempts.empty() ? "1" : "CASE a.target" + attempts + " ELSE 1 END";
  CheckRow check = invariant("attempts_bounded",
                             "at most " + std::to_string(limits.invocations_max) + " invocations of a delivery, and as many attempts in a step as its API's retry rules allow",
                             judged);
  std::string sql =
      // attempts on the wire within one step
      "SELECT s.operation || ' made ' || count(*) || ' attempts at ' || a.target, e.uuid, max(a.id) "
      "FROM hops a JOIN hops s ON s.id = a.parent LEFT JOIN events e ON e.id = a.event "
      "WHERE a.stage = 'api' GROUP BY s.id HAVING count(*) > " + attempts +
      // invocations that ran, against deliveries that the bus made
      " UNION ALL SELECT " + std::string(kName) + " || ' was invoked ' || i.n || ' times', e.uuid, i.last FROM "
      "(SELECT event, count(*) AS n, max(id) AS last FROM hops WHERE stage = 'invoke' AND outcome <> 'throttled' GROUP BY event) i "
      "JOIN (SELECT event, count(*) AS n FROM hops WHERE stage = 'bus' AND outcome = 'ok' GROUP BY event) b ON b.event = i.event "
      "JOIN events e ON e.id = i.event WHERE i.n > b.n * " + std::to_string(limits.invocations_max) +
      " UNION ALL SELECT 'the bus tried ' || h.target || ' ' || h.attempt || ' times', e.uuid, h.id FROM hops h LEFT JOIN events e ON e.id = h.event "
      "WHERE h.stage = 'bus' AND h.attempt > " + std::to_string(limits.bus_attempts_max);
  if (judged.invariants.calls_max) {
    check.expected += ", and at most " + std::to_string(*judged.invariants.calls_max) + " calls in all for one event";
    sql += " UNION ALL SELECT " + std::string(kName) + " || ' caused ' || c.n || ' calls', e.uuid, c.last FROM "
           "(SELECT event, count(*) AS n, max(id) AS last FROM hops WHERE stage IN ('invoke', 'compute', 'api') AND outcome <> 'throttled' GROUP BY event) c "
           "JOIN events e ON e.id = c.event WHERE c.n > " + std::to_string(*judged.invariants.calls_max);
  }
  fill_from_violations(check, file, sql);
  return check;
}

CheckRow breaker_honoured(const Case& judged, const RunFile& file) {
  std::string probes;
  for (const Limits::Api& api : judged.limits.apis) {
    if (api.probes_max > 0) probes += " WHEN '" + api.name + "' THEN " + std::to_string(api.probes_max);
  }
  probes = probes.empty() ? "0" : "CASE s.subject" + probes + " ELSE 0 END";
  CheckRow check = invariant("breaker_honoured", "no call while a breaker is open, and no more probes than allowed", judged);
  const std::string spans =
      "WITH spans AS (SELECT subject, owner, to_state AS state, at_ns, "
      "coalesce(lead(at_ns) OVER (PARTITION BY subject, owner ORDER BY at_ns, id), 9223372036854775807) AS until_ns "
      "FROM transitions WHERE kind = 'breaker') ";
  fill_from_violations(
      check, file,
      spans +
          "SELECT 'a call to ' || s.subject || printf(' at %.3f s, while its breaker was open', h.start_ns / 1e9), e.uuid, h.id "
          "FROM spans s JOIN hops h ON h.stage = 'api' AND h.target = s.subject AND h.source = s.owner "
          "AND h.start_ns > s.at_ns AND h.start_ns < s.until_ns LEFT JOIN events e ON e.id = h.event WHERE s.state = 'open' "
          "UNION ALL SELECT count(*) || ' probes of ' || s.subject || printf(' from %.3f s on', s.at_ns / 1e9), max(e.uuid), max(h.id) "
          "FROM spans s JOIN hops h ON h.stage = 'api' AND h.target = s.subject AND h.source = s.owner "
          "AND h.start_ns >= s.at_ns AND h.start_ns < s.until_ns LEFT JOIN events e ON e.id = h.event "
          "WHERE s.state = 'half_open' GROUP BY s.subject, s.owner, s.at_ns HAVING count(*) > " + probes);
  return check;
}

CheckRow deadline_honoured(const Case& judged, const RunFile& file) {
  CheckRow check = invariant("deadline_honoured", "no attempt after its deadline", judged);
  fill_from_violations(check, file,
                       "SELECT printf('attempt %d at %s began %.3f s after its deadline', h.attempt, h.target, (h.start_ns - h.deadline_ns) / 1e9), "
                       "e.uuid, h.id FROM hops h LEFT JOIN events e ON e.id = h.event "
                       "WHERE h.deadline_ns IS NOT NULL AND h.start_ns > h.deadline_ns ORDER BY h.id");
  return check;
}

CheckRow recovers(const Case& judged, const RunFile& file) {
  const kernel::Duration within = *judged.invariants.recovers_within;
  const kernel::Duration until = judged.last_fault + within;
  CheckRow check = invariant("recovers",
                             "every event delivered " + kernel::duration_text(within) + " after the last fault, or after its own publishing",
                             judged);
  // An event in a dead-letter queue is backlog: somebody has to redrive it.
  fill_from_violations(check, file,
                       std::string("SELECT ") + kName +
                           " || CASE WHEN e.\"end\" = 'delivered' THEN printf(' was delivered at %.3f s', e.ended_ns / 1e9) "
                           "ELSE ' ended ' || coalesce(e.\"end\", 'nowhere') END, e.uuid, "
                           "(SELECT h.id FROM hops h WHERE h.event = e.id ORDER BY h.start_ns DESC, h.id DESC LIMIT 1) "
                           "FROM events e WHERE e.\"end\" NOT IN ('filtered', 'rejected') AND (e.\"end\" <> 'delivered' OR "
                           "e.ended_ns > max(?1, e.published_ns + ?2)) ORDER BY e.id",
                       {until.count(), within.count()});
  return check;
}

}  // namespace

std::vector<CheckRow> judge_invariants(const Case& judged, const RunFile& file) {
  std::vector<CheckRow> checks = {nothing_lost(judged, file), effect_once(judged, file), attempts_bounded(judged, file),
                                  breaker_honoured(judged, file), deadline_honoured(judged, file)};
  if (judged.invariants.recovers_within) checks.push_back(recovers(judged, file));
  for (CheckRow& check : checks) {
    const auto off = std::ranges::find(judged.invariants.off, check.name, [](const auto& o) { return o.first; });
    if (off == judged.invariants.off.end()) continue;
    check.found = "switched off: " + off->second + " (" + check.verdict + ": " + check.found + ")";
    check.verdict = "off";
  }
  return checks;
}

}  // namespace emulator::judge

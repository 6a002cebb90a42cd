#include <algorithm>

#include "emulator/runner/judge/judge.h"

namespace emulator::judge {
namespace {

using hoplog::CheckRow;
using hoplog::RunFile;

CheckRow invariant(const char* name, std::string expected, const Case& judged) {
  return {.name = name,
          .kind = "invariant",
          .verdict = "error",
          .expected = std::move(expected),
          .place = judged.place};
}

constexpr const char* kName = "coalesce(nullif(e.ordering_key, ''), e.uuid)";

CheckRow nothing_lost(const Case& judged, const RunFile& file) {
  CheckRow check = invariant("nothing_lost", "every event ends once, and not as lost", judged);
  fill_from_violations(
      check, file,
      std::string("SELECT ") + kName +
          " || CASE WHEN e.\"end\" IS NULL OR e.\"end\" = 'lost' THEN ' was lost at ' || "
          "coalesce(e.ended_where, '?') "
          "ELSE ' ended ' || e.ends || ' times' END, e.uuid, " +
          kLastHop +
          " FROM events e WHERE e.\"end\" IS NULL OR e.\"end\" = 'lost' OR e.ends > 1 ORDER BY e.id");
  return check;
}

CheckRow effect_once(const Case& judged, const RunFile& file) {
  CheckRow check = invariant("effect_once", "no effect twice for one business key", judged);
  fill_from_violations(check, file,
                       "SELECT f.operation || ' of ' || f.business_key || ' was executed ' || f.times || ' "
                       "times by ' || f.api, e.uuid, "
                       "(SELECT h.id FROM hops h WHERE h.event = f.event AND h.stage = 'api' AND h.target = "
                       "f.api AND h.start_ns <= f.last_ns "
                       "ORDER BY h.start_ns DESC, h.id DESC LIMIT 1) "
                       "FROM effects f LEFT JOIN events e ON e.id = f.event WHERE f.times > 1 ORDER BY "
                       "f.last_ns, f.business_key");
  return check;
}

/// Messages that a queue handed out more often than its redrive policy allows.
std::string too_many_receives(const Limits& limits) {
  std::string cases;
  for (const Limits::Queue& queue : limits.queues)
    cases += " WHEN '" + queue.name + "' THEN " + std::to_string(queue.receives_max);
  return " UNION ALL SELECT 'queue ' || h.source || ' handed a message out for the ' || h.attempt || 'th "
         "time', "
         "e.uuid, h.id FROM hops h LEFT JOIN events e ON e.id = h.event "
         "WHERE h.stage = 'queue' AND h.operation = 'ReceiveMessage' AND h.attempt > CASE h.source" +
         cases + " ELSE h.attempt END";
}

/// Each layer's attempts against what the layer above asked of it.
CheckRow attempts_bounded(const Case& judged, const RunFile& file) {
  const Limits& limits = judged.limits;
  const auto attempts_of = [&limits](const std::string& column) {
    std::string cases;
    for (const Limits::Api& api : limits.apis)
      cases += " WHEN '" + api.name + "' THEN " + std::to_string(api.attempts_max);
    return cases.empty() ? std::string("1") : "CASE " + column + cases + " ELSE 1 END";
  };
  const std::string invocations = std::to_string(limits.invocations_max);
  // The report takes the number in it as what one event was allowed.
  std::string expected =
      "no more attempts in a step than its API's retry rules allow, nor invocations of a delivery than its "
      "retries, nor receives of a message than its queue allows";
  if (judged.invariants.calls_max) {
    expected = "at most " + std::to_string(*judged.invariants.calls_max) + " calls in all for one event, " +
               expected;
  }
  CheckRow check = invariant("attempts_bounded", std::move(expected), judged);
  std::string sql =
      // Attempts on the wire within one step. Only events with more calls to an API than one step may make
      // are looked at closely: that question is answered by an index alone.
      "WITH busy AS (SELECT event, target FROM hops WHERE stage = 'api' GROUP BY event, stage, target HAVING "
      "count(*) > " +
      attempts_of("target") +
      ") SELECT s.operation || ' made ' || count(*) || ' attempts at ' || a.target || ', allowed ' || " +
      attempts_of("a.target") +
      ", e.uuid, max(a.id) "
      "FROM busy JOIN hops a ON a.event IS busy.event AND a.stage = 'api' AND a.target = busy.target "
      "JOIN hops s ON s.id = a.parent LEFT JOIN events e ON e.id = a.event "
      "GROUP BY s.id HAVING count(*) > " +
      attempts_of("a.target") +
      // Invocations that ran, against deliveries that the bus made.
      " UNION ALL SELECT " + std::string(kName) + " || ' was invoked ' || i.n || ' times, allowed " +
      invocations +
      " a delivery', e.uuid, i.last FROM "
      "(SELECT event, count(*) AS n, max(id) AS last FROM hops WHERE stage = 'invoke' AND outcome <> "
      "'throttled' AND operation IS NOT 'RequestResponse' AND event IN "
      "(SELECT event FROM hops WHERE stage = 'invoke' GROUP BY event, stage HAVING count(*) > " +
      invocations +
      ") GROUP BY event) i "
      "JOIN events e ON e.id = i.event WHERE i.n > " +
      invocations +
      // A topic stands between the bus and as many functions as have subscribed.
      " * (SELECT sum(CASE WHEN b.stage = 'bus' OR b.operation = 'Notification' THEN 1 ELSE -1 END) FROM "
      "hops b "
      "WHERE b.event = i.event AND b.outcome = 'ok' AND (b.stage = 'bus' OR (b.stage = 'topic' AND "
      "(b.operation = 'Notification' OR b.source = 'bus'))))"
      " UNION ALL SELECT 'the bus tried ' || h.target || ' ' || h.attempt || ' times, allowed " +
      std::to_string(limits.bus_attempts_max) +
      "', e.uuid, h.id FROM hops h LEFT JOIN events e ON e.id = h.event "
      "WHERE h.stage = 'bus' AND h.attempt > " +
      std::to_string(limits.bus_attempts_max);
  for (const Limits::Subscription& subscription : limits.subscriptions) {
    const std::string most = std::to_string(subscription.attempts_max);
    sql += " UNION ALL SELECT 'the topic tried ' || h.target || ' ' || h.attempt || ' times, allowed " +
           most +
           "', e.uuid, h.id FROM hops h LEFT JOIN events e ON e.id = h.event WHERE h.stage = 'topic' AND "
           "h.source = '" +
           subscription.topic + "' AND h.target = '" + subscription.place + "' AND h.attempt > " + most;
  }
  if (!limits.queues.empty()) sql += too_many_receives(limits);
  if (judged.invariants.calls_max) {
    sql += " UNION ALL SELECT " + std::string(kName) +
           " || ' caused ' || c.n || ' calls', e.uuid, c.last FROM "
           "(SELECT event, count(*) AS n, max(id) AS last FROM hops WHERE stage IN ('invoke', 'compute', "
           "'api') AND outcome <> 'throttled' GROUP BY event) c "
           "JOIN events e ON e.id = c.event WHERE c.n > " +
           std::to_string(*judged.invariants.calls_max);
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
  CheckRow check = invariant("breaker_honoured",
                             "no call while a breaker is open, and no more probes than allowed", judged);
  const auto changes = file.integer("SELECT count(*) FROM transitions WHERE kind = 'breaker'");
  if (changes && *changes == 0) {
    check.verdict = "passed";
    check.found = "no breaker opened";
    return check;
  }
  // A breaker ends with its instance: the next one begins closed.
  const std::string spans =
      "WITH changes AS (SELECT subject, owner, to_state, at_ns, id FROM transitions WHERE kind = 'breaker' "
      "UNION ALL SELECT b.subject, b.owner, 'gone', i.at_ns, i.id FROM transitions i JOIN "
      "(SELECT DISTINCT subject, owner FROM transitions WHERE kind = 'breaker') b ON b.owner = i.subject "
      "WHERE i.kind IN ('instance', 'task') AND i.to_state IN ('crashed', 'gone', 'stopped')), "
      "spans AS (SELECT subject, owner, to_state AS state, at_ns, "
      "coalesce(lead(at_ns) OVER (PARTITION BY subject, owner ORDER BY at_ns, id), 9223372036854775807) AS "
      "until_ns FROM changes) ";
  fill_from_violations(
      check, file,
      spans +
          "SELECT 'a call to ' || s.subject || printf(' at %.3f s, while its breaker was open', h.start_ns / "
          "1e9), e.uuid, h.id "
          "FROM spans s JOIN hops h ON h.stage = 'api' AND h.target = s.subject AND h.source = s.owner "
          "AND h.start_ns > s.at_ns AND h.start_ns < s.until_ns LEFT JOIN events e ON e.id = h.event WHERE "
          "s.state = 'open' "
          "UNION ALL SELECT count(*) || ' probes of ' || s.subject || printf(' from %.3f s on', s.at_ns / "
          "1e9), max(e.uuid), max(h.id) "
          "FROM spans s JOIN hops h ON h.stage = 'api' AND h.target = s.subject AND h.source = s.owner "
          "AND h.start_ns >= s.at_ns AND h.start_ns < s.until_ns LEFT JOIN events e ON e.id = h.event "
          "WHERE s.state = 'half_open' GROUP BY s.subject, s.owner, s.at_ns HAVING count(*) > " +
          probes);
  return check;
}

CheckRow deadline_honoured(const Case& judged, const RunFile& file) {
  CheckRow check = invariant("deadline_honoured", "no attempt after its deadline", judged);
  fill_from_violations(check, file,
                       "SELECT printf('attempt %d at %s began %.3f s after its deadline', h.attempt, "
                       "h.target, (h.start_ns - h.deadline_ns) / 1e9), "
                       "e.uuid, h.id FROM hops h LEFT JOIN events e ON e.id = h.event "
                       "WHERE h.deadline_ns IS NOT NULL AND h.start_ns > h.deadline_ns ORDER BY h.id");
  return check;
}

/// What the recorder was told and did not write: the run's code let it out all the same.
CheckRow no_secret_leaks(const Case& judged, const RunFile& file) {
  CheckRow check =
      invariant("no_secret_leaks", "no secret in a body, an error, a log line or a payload", judged);
  check.verdict = "passed";
  check.found = "as expected";
  if (judged.leaks.empty()) return check;
  const Leak& first = judged.leaks.front();
  check.verdict = "failed";
  check.example_hop = first.hop;
  check.example_event = first.event;
  std::string place;
  if (first.hop != 0) {
    const auto hop = static_cast<std::int64_t>(first.hop);
    const auto event =
        file.text("SELECT e.uuid FROM hops h JOIN events e ON e.id = h.event WHERE h.id = ?", {hop});
    if (event && check.example_event.empty()) check.example_event = *event;
    const auto named = file.text(
        "SELECT stage || ' ' || target || coalesce(' ' || operation, '') FROM hops WHERE id = ?", {hop});
    if (named) place = " at hop " + std::to_string(first.hop) + " (" + *named + ")";
  }
  check.found = std::to_string(judged.leaks.size()) +
                (judged.leaks.size() == 1 ? " violation: " : " violations, the first: ") + first.text + place;
  return check;
}

CheckRow recovers(const Case& judged, const RunFile& file) {
  const kernel::Duration within = *judged.invariants.recovers_within;
  const kernel::Duration until = judged.last_fault + within;
  CheckRow check = invariant("recovers",
                             "every event delivered " + kernel::duration_text(within) +
                                 " after the last fault, or after its own publishing",
                             judged);
  // An event in a dead-letter queue is backlog: somebody has to redrive it.
  fill_from_violations(
      check, file,
      std::string("SELECT ") + kName +
          " || CASE WHEN e.\"end\" = 'delivered' THEN printf(' was delivered at %.3f s', e.ended_ns / 1e9) "
          "ELSE ' ended ' || coalesce(e.\"end\", 'nowhere') END, e.uuid, " +
          kLastHop +
          " FROM events e WHERE e.\"end\" NOT IN ('filtered', 'rejected') AND (e.\"end\" <> 'delivered' OR "
          "e.ended_ns > max(?1, e.published_ns + ?2)) ORDER BY e.id",
      {until.count(), within.count()});
  return check;
}

/// Its question is about hops: of those that were not recorded nobody knows but their number.
bool asks_hops(std::string_view name) {
  return name == "attempts_bounded" || name == "breaker_honoured" || name == "deadline_honoured";
}
constexpr const char* kOfTheSample = " (in the hops of the sample, and in all that were not ok)";

}  // namespace

std::vector<CheckRow> judge_invariants(const Case& judged, const RunFile& file) {
  std::vector<CheckRow> checks = {nothing_lost(judged, file),      effect_once(judged, file),
                                  attempts_bounded(judged, file),  breaker_honoured(judged, file),
                                  deadline_honoured(judged, file), no_secret_leaks(judged, file)};
  if (judged.invariants.recovers_within) checks.push_back(recovers(judged, file));
  for (CheckRow& check : checks) {
    if (judged.hops_share < 1 && asks_hops(check.name)) check.found += kOfTheSample;
    const auto off =
        std::ranges::find(judged.invariants.off, check.name, [](const auto& o) { return o.first; });
    if (off == judged.invariants.off.end()) continue;
    check.found = "switched off: " + off->second + " (" + check.verdict + ": " + check.found + ")";
    check.verdict = "off";
  }
  return checks;
}

}  // namespace emulator::judge

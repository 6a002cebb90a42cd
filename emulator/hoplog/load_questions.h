#pragma once
// SQL over the events of a run that more than one reader asks: how long they took, and how many were under
// way. None looks at hops, so the answers hold for a run that recorded a share of them.
namespace emulator::hoplog {

/// One row (p50_ns, p99_ns): nanoseconds from publishing to the end, of delivered events, by rank: with 100
/// of them p99 is the 99th.
inline constexpr const char* kTimes =
    "SELECT max(CASE rank WHEN CAST(ceil(n * 0.5) AS INTEGER) THEN ns END) AS p50_ns, "
    "max(CASE rank WHEN CAST(ceil(n * 0.99) AS INTEGER) THEN ns END) AS p99_ns FROM "
    "(SELECT ns, row_number() OVER (ORDER BY ns) AS rank, count(*) OVER () AS n FROM "
    "(SELECT ended_ns - published_ns AS ns FROM events WHERE \"end\" = 'delivered'))";

/// Rows (n, at_ns): events under way whenever one begins or ends. Who is published at the instant at which
/// another ends waits beside it.
inline constexpr const char* kBacklog =
    "SELECT sum(step) OVER (ORDER BY at_ns, step DESC ROWS UNBOUNDED PRECEDING) AS n, at_ns FROM "
    "(SELECT published_ns AS at_ns, 1 AS step FROM events WHERE \"end\" <> 'rejected' UNION ALL "
    "SELECT ended_ns, -1 FROM events WHERE \"end\" <> 'rejected')";

}  // namespace emulator::hoplog

#pragma once
// SQL over the events of a run that more than one reader asks: how long they took, and how many were under
// way. None looks at hops, so the answers hold for a run that recorded a share of them.
namespace emulator::hoplog {

/// Nanoseconds from publishing to the end of the delivered event that stands at the share `?` of all, by
/// rank: with 100 events 0.99 is the 99th.
inline constexpr const char* kTimeAtShare =
    "SELECT ended_ns - published_ns FROM events WHERE \"end\" = 'delivered' ORDER BY 1 LIMIT 1 OFFSET "
    "(SELECT max(0, CAST(ceil(count(*) * ?1) AS INTEGER) - 1) FROM events WHERE \"end\" = 'delivered')";

/// Rows (n, at_ns): events under way whenever one begins or ends. Who is published at the instant at which
/// another ends waits beside it.
inline constexpr const char* kBacklog =
    "SELECT sum(step) OVER (ORDER BY at_ns, step DESC ROWS UNBOUNDED PRECEDING) AS n, at_ns FROM "
    "(SELECT published_ns AS at_ns, 1 AS step FROM events WHERE \"end\" <> 'rejected' UNION ALL "
    "SELECT ended_ns, -1 FROM events WHERE \"end\" <> 'rejected')";

}  // namespace emulator::hoplog

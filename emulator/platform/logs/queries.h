#pragma once
// The queries that were started, and what each of them found.
//
// Source: facts/aws-platform 4.5. ASSUMPTION: a query sees what was there when it was started, runs for a
// fixed time, and shows nothing before that is over; the last thousand are remembered.
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "emulator/platform/logs/query_values.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::logs {

class Queries {
 public:
  /// The scheduler outlives it.
  Queries(kernel::Duration runs_for, std::uint64_t seed, const kernel::Scheduler& scheduler)
      : runs_for_(runs_for), scheduler_(scheduler), ids_(seed, "log queries") {}

  /// The id of a new query that will have found this.
  std::string add(const QueryRequest& request, QueryResult result, Milliseconds now);
  Answer<QueryResult> result(const std::string& id) const;
  Answer<> stop(const std::string& id);
  Answer<Page<QueryInfo>> list(const QueriesRequest& request) const;

 private:
  struct Query {
    QueryInfo info;
    std::vector<std::string> groups;
    QueryResult result;
    kernel::Timestamp done_at;
    bool is_cancelled = false;
  };
  const Query* find(const std::string& id) const;
  QueryStatus status_of(const Query& query) const;

  kernel::Duration runs_for_;
  const kernel::Scheduler& scheduler_;
  kernel::Random ids_;
  std::deque<Query> queries_;  ///< the oldest first
};

}  // namespace emulator::logs

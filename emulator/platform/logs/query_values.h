#pragma once
// Queries of Logs Insights: what is asked and what is answered.
//
// Source: facts/aws-platform 4.5.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/platform/logs/values.h"

namespace emulator::logs {

struct QueryRequest {
  std::vector<std::string> groups{};  ///< 1..50
  std::int64_t from = 0;              ///< seconds since 1970, included
  std::int64_t until = 0;             ///< seconds, included
  std::string text{};
  std::int64_t limit = 10'000;  ///< 1..10,000; the text's own limit may be smaller
};

enum class QueryStatus : std::uint8_t { Running, Complete, Cancelled };
std::string_view to_text(QueryStatus status);

/// Field and value, in the order of the query.
using QueryRow = std::vector<std::pair<std::string, std::string>>;

struct QueryStatistics {
  std::int64_t matched = 0;
  std::int64_t scanned = 0;
  std::int64_t bytes = 0;
};

struct QueryResult {
  QueryStatus status = QueryStatus::Running;
  std::vector<QueryRow> rows{};
  QueryStatistics statistics{};
};

struct QueryInfo {
  std::string id;
  std::string text;
  QueryStatus status = QueryStatus::Running;
  Milliseconds created = 0;
  std::string group{};  ///< the first
};

struct QueriesRequest {
  std::string group{};                  ///< "": of all
  std::optional<QueryStatus> status{};  ///< nothing: of all
  std::int64_t limit = 1000;            ///< 1..1000
  std::string token{};
};

}  // namespace emulator::logs

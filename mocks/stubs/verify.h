#pragma once
// Whether a mock was asked as it should have been: how often, in which order, with which pauses.
// Facts: mocks-and-faults 16 (verbs). Decisions over the rows of the journal.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mocks/match/request_pattern.h"
#include "mocks/stubs/exchanges.h"

namespace mocks::stubs {

/// Which requests are meant: all that is said must hold.
struct Selection {
  std::optional<match::RequestPattern> request{};
  std::optional<std::string> stub{};  ///< answered by it
  std::optional<int> status{};
  std::optional<bool> executed{};
  bool is_unmatched = false;  ///< only requests that nobody answered
  kernel::Timestamp from{};
  std::optional<kernel::Timestamp> until{};

  bool has(const Exchange& row) const;
};

struct Count {
  std::optional<std::int64_t> at_least{};
  std::optional<std::int64_t> at_most{};
};

/// Between two requests of one correlation that follow each other.
struct Spacing {
  std::optional<kernel::Duration> at_least{};
  std::optional<kernel::Duration> at_most{};
  bool is_non_decreasing = false;
  bool is_jittered = false;  ///< not all gaps of all correlations at one position are alike
};

struct Verification {
  Selection selection{};
  std::optional<Count> count{};
  std::vector<match::RequestPattern> in_order{};  ///< among the selected ones, as a subsequence
  bool is_consecutive = false;                    ///< with nothing else between
  std::optional<Spacing> spacing{};
  std::optional<std::int64_t> concurrency_max{};
  std::optional<std::int64_t> rate_max{};  ///< in any window of rate_per
  kernel::Duration rate_per = std::chrono::seconds{1};
};

struct Verdict {
  bool holds = true;
  std::string expected{};
  std::string found{};
  std::uint64_t example = 0;  ///< number of a row that shows it; 0: none
};

Verdict verify(const Verification& verification, const Exchanges& exchanges);

}  // namespace mocks::stubs

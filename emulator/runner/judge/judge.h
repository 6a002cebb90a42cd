#pragma once
// Asks a sealed run file whether the scenario's expectations and the named invariants hold.
#include <cstdint>
#include <string>
#include <vector>

#include "emulator/hoplog/recorder.h"
#include "emulator/hoplog/run_file.h"
#include "emulator/runner/judge/expectation.h"

namespace emulator::judge {

/// What the bounds of `attempts_bounded` and `breaker_honoured` are made of.
struct Limits {
  struct Api {
    std::string name;
    std::int64_t attempts_max = 1;  ///< attempts on the wire in one step
    std::int64_t probes_max = 1;    ///< calls while the breaker is half-open; 0: no breaker
  };
  struct Subscription {
    std::string topic;
    std::string place;  ///< as the hops name it
    std::int64_t attempts_max = 1;
  };
  struct Queue {
    std::string name;
    std::int64_t receives_max = 1;  ///< of one message: maxReceiveCount
  };
  std::vector<Api> apis{};
  std::vector<Subscription> subscriptions{};
  std::vector<Queue> queues{};       ///< those with a redrive policy
  std::int64_t invocations_max = 3;  ///< of one asynchronous event: retries + 1
  std::int64_t bus_attempts_max = 186;
};

/// The value of a secret that was about to be recorded; it was redacted.
struct Leak {
  std::string text;       ///< "the request held env:ERP_TOKEN"
  std::string event{};    ///< EventUuid, if it is known
  kernel::HopId hop = 0;  ///< 0: it was no hop
};

struct Case {
  std::vector<Expectation> expectations{};
  InvariantSettings invariants{};
  Limits limits{};
  std::string place{};            ///< "scenarios/a.yaml:1", for invariants
  kernel::Duration last_fault{};  ///< end of the last disturbance of the timeline, for `recovers`
  std::vector<Leak> leaks{};      ///< in the order of writing, for `no_secret_leaks`
  double hops_share = 1;          ///< of the events whose hops are in the file
};

/// One row a check, expectations first. A query that fails is a check with verdict "error".
std::vector<hoplog::CheckRow> judge(const Case& judged, const hoplog::RunFile& file);

// The parts, for judge.cc and tests.
hoplog::CheckRow judge_expectation(const Expectation& expectation, const hoplog::RunFile& file);
std::vector<hoplog::CheckRow> judge_invariants(const Case& judged, const hoplog::RunFile& file);

/// SQL for the last hop of the event `e`: where it got to.
inline constexpr const char* kLastHop =
    "(SELECT h.id FROM hops h WHERE h.event = e.id ORDER BY h.start_ns DESC, h.id DESC LIMIT 1)";

/// Fills in verdict and example from a query whose rows are violations: (text found, event uuid, hop).
void fill_from_violations(hoplog::CheckRow& check, const hoplog::RunFile& file, const std::string& sql,
                          std::initializer_list<hoplog::Value> parameters = {});

}  // namespace emulator::judge

#pragma once
// What the middleware must not forget: which events it has taken on, how far each got, which are done.
//
// Source: facts/resilience 8 and 9. Engines stand behind one interface; a claim is the one atomic step that
// all of them must offer. Times are the caller's.
#include <cstdint>
#include <string>
#include <vector>

#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace store {

enum class StepState : std::uint8_t {
  Intended,  ///< about to be called: it may have happened, so a compensation undoes it too
  Done,      ///< a redelivered event resumes behind it and may read its response
  Undone,
};

/// What the journal holds of a step.
struct StepRecord {
  std::string step;
  StepState state = StepState::Done;
  int status = 0;
  std::string body;  ///< the response as it came
};

enum class ClaimKind : std::uint8_t {
  Claimed,   ///< ours until the lease ends; `steps` tells what is done already
  InFlight,  ///< somebody else holds a valid lease
  Done,      ///< finished earlier: a duplicate
};

struct Claim {
  ClaimKind kind = ClaimKind::Claimed;
  std::uint64_t fence = 0;  ///< rises with every claim; writes with an older one are refused
  std::vector<StepRecord> steps{};
  kernel::Timestamp lease_until{};  ///< of the holder, when InFlight
};

class Store {
 public:
  virtual ~Store() = default;

  /// Takes the event (by its EventUuid) until `lease_until`, unless it is done or held.
  virtual kernel::Task<Claim> claim(std::string event, kernel::Timestamp now,
                                    kernel::Timestamp lease_until) = 0;

  // False when `fence` is no longer the newest claim: somebody took the event over, stop working on it.
  /// Puts the record in the place of what the journal holds of this step.
  virtual kernel::Task<bool> write_step(std::string event, std::uint64_t fence, StepRecord record) = 0;
  virtual kernel::Task<bool> done(std::string event, std::uint64_t fence, kernel::Timestamp now) = 0;
  /// Gives the event back unfinished; its steps stay.
  virtual kernel::Task<bool> release(std::string event, std::uint64_t fence) = 0;
};

}  // namespace store

#pragma once
// What the middleware must not forget: which events it has taken on, how far each got, which are done, which
// are dead.
//
//   accept ─> Received ─take─> Processing ─┬─> Done           (claim: the same for an event that its caller
//                 ^               ^  │     ├─> Dead ─redrive─> Received          keeps until the answer)
//                 └── lease over ─┘  └park─┴─> Parked ─take─> Processing
//
// Source: facts/resilience 8 and 9. Engines stand behind one interface (memory, SQLite; a shared database
// with SKIP LOCKED can offer the same): every call is atomic, and has happened for good when its task ends.
// Times are the caller's.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/result.h"
#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"
#include "middleware/store/outbox.h"

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

/// The first half of the SHA-256 of a canonical payload; all zero: not said, fits every other.
using Fingerprint = std::array<std::uint8_t, 16>;

enum class ClaimKind : std::uint8_t {
  Claimed,       ///< ours until the lease ends; `steps` tells what is done already
  InFlight,      ///< somebody else holds a valid lease
  Done,          ///< finished earlier: a duplicate
  Accepted,      ///< by accept() only: new, and durable now
  Waiting,       ///< accepted earlier and not over: a duplicate
  Dead,          ///< given up earlier: a duplicate
  OtherPayload,  ///< the id came with another payload
  Full,          ///< by accept() only: too many events wait already
  Failed,        ///< the store cannot write: see trouble()
};

struct Claim {
  ClaimKind kind = ClaimKind::Claimed;
  std::uint64_t fence = 0;  ///< rises with every claim; writes with an older one are refused
  std::vector<StepRecord> steps{};
  kernel::Timestamp lease_until{};  ///< of the holder, when InFlight
};

/// An event that its caller may forget.
struct AcceptedEvent {
  std::string id{};     ///< EventUuid
  std::string type{};   ///< API name
  std::string lane{};   ///< ordering key; "": it waits for nobody and nobody waits for it
  std::string trace{};  ///< traceparent of the hop that brought it
  std::string payload{};
  Fingerprint fingerprint{};
};

/// An accepted event that is worked on now.
struct Work {
  AcceptedEvent event{};
  int deliveries = 1;  ///< this one included
  std::uint64_t fence = 0;
  std::vector<StepRecord> steps{};
};

struct Taken {
  std::vector<Work> works{};
  std::optional<kernel::Timestamp> next_due{};  ///< when the next event may be taken, as far as known now
};

struct DeadLetter {
  AcceptedEvent event{};
  std::string error_class{};  ///< "permanent", "transient", ...
  std::string error{};
  int deliveries = 0;
  kernel::Timestamp died_at{};
};

/// What an event's end says of its record, where the flow keeps versions.
struct AppliedVersion {
  std::string record{};  ///< "": none is kept
  std::string version{};
};

class Store {
 public:
  virtual ~Store() = default;

  // ---- Events that their caller keeps until they are done

  /// Takes the event (by its EventUuid) until `lease_until`, unless it is done or held.
  virtual kernel::Task<Claim> claim(std::string event, kernel::Timestamp now, kernel::Timestamp lease_until,
                                    Fingerprint fingerprint = {}) = 0;

  // False when `fence` is no longer the newest claim (somebody took the event over) or the store cannot write
  // (trouble() says so): stop working on it.
  /// Puts the record in the place of what the journal holds of this step.
  virtual kernel::Task<bool> write_step(std::string event, std::uint64_t fence, StepRecord record) = 0;
  /// The event is over; from then on the outbox holds `callbacks`.
  virtual kernel::Task<bool> done(std::string event, std::uint64_t fence, kernel::Timestamp now,
                                  AppliedVersion applied = {}, Callbacks callbacks = {}) = 0;
  /// write_step(), and the version of one of the event's records, both or none. A newer version stays.
  virtual kernel::Task<bool> write_applied(std::string event, std::uint64_t fence, kernel::Timestamp now,
                                           StepRecord record, AppliedVersion applied) = 0;
  /// Gives the event back unfinished; its steps stay.
  virtual kernel::Task<bool> release(std::string event, std::uint64_t fence) = 0;

  // ---- Events that are the middleware's own from then on

  /// Keeps the event, unless it is known or `waiting_max` are not over.
  virtual kernel::Task<ClaimKind> accept(AcceptedEvent event, kernel::Timestamp now,
                                         std::int64_t waiting_max) = 0;
  /// Claims up to `count_max` accepted events that are due, the longest due first. Of a lane only the
  /// first that is not over is ever due. An event whose lease is over is due again.
  virtual kernel::Task<Taken> take(kernel::Timestamp now, kernel::Timestamp lease_until, int count_max) = 0;
  /// Gives the event back until `not_before`; its steps stay. `counts`: whether this delivery did.
  virtual kernel::Task<bool> park(std::string event, std::uint64_t fence, kernel::Timestamp not_before,
                                  bool counts) = 0;
  /// Gives the event up; from then on the outbox holds `callbacks`. Of `why` only error and class are read.
  virtual kernel::Task<bool> bury(std::string event, std::uint64_t fence, kernel::Timestamp now,
                                  DeadLetter why, Callbacks callbacks = {}) = 0;

  /// In the order of their death; at most `count_max`.
  virtual kernel::Task<std::vector<DeadLetter>> dead_letters(int count_max) = 0;
  /// A dead event is due again, with its steps, as if it had never been delivered, behind the others of its
  /// lane. False: there is none.
  virtual kernel::Task<bool> redrive(std::string event, kernel::Timestamp now) = 0;

  /// The newest version of the record that was applied; "": none, or forgotten.
  virtual kernel::Task<std::string> applied_version(std::string record) = 0;

  /// The store's own: what it holds of callbacks.
  virtual Outbox& outbox() = 0;

  /// Why the last write failed; nothing when it did not.
  virtual std::optional<kernel::Error> trouble() const { return std::nullopt; }
};

}  // namespace store

#pragma once
// The Lambda function: takes an event off the bus, refuses what can never be processed, adds what the
// middleware needs to know, and hands it over by HTTPS. It keeps no state: what it cannot hand over it fails,
// so that Lambda runs it again.
//
// The hand-over is a CloudEvents HTTP request in binary mode: ce-id is the EventUuid, ce-type the event's API
// name, the body its payload. Of a batch of SQS records (batch.h) each event is handed over for itself.
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"

namespace ingest {

struct BatchRecord;
class Schema;

/// What a field of a payload has to be.
enum class FieldKind : std::uint8_t { Text, Number, Boolean, Json /**< text that holds JSON */ };

struct EventType {
  std::string name;  ///< "Order_Placed__e", the detail-type on the bus
  std::vector<std::pair<std::string, FieldKind>>
      required{};                          ///< fields that must be there, not null, of that kind
  std::shared_ptr<const Schema> schema{};  ///< what the payload has to keep, if there is one
  std::string path = "/events";            ///< where the middleware takes it
};

/// What becomes of a batch in which some events failed.
enum class BatchFailures : std::uint8_t {
  Report,   ///< they are named in batchItemFailures: the mapping has to ask for that, or they are lost
  FailAll,  ///< the invocation fails: all of the batch comes again
};

struct IngestConfig {
  std::vector<EventType> types{};
  std::string middleware = "middleware";  ///< host name given to the HttpClient
  kernel::Duration answer_margin =
      std::chrono::milliseconds{500};  ///< kept back from the invocation's time for our answer
  BatchFailures batch_failures = BatchFailures::Report;
};

struct Invocation {
  std::string_view payload;                  ///< the event as the bus delivers it; read at the call only
  kernel::Timestamp deadline;                ///< when Lambda ends the invocation
  kernel::HopId hop = 0;                     ///< the invocation, parent of what we cause
  std::vector<kernel::HopId> record_hops{};  ///< of a batch: instead, for each of its records
};

/// Reported to Lambda as {"errorType", "errorMessage"}.
struct FunctionError {
  std::string type;
  std::string message;
};

/// The function's response (JSON text) or its error.
using FunctionResult = std::expected<std::string, FunctionError>;

class Ingest {
 public:
  /// `client` must be able to reach `config.middleware`.
  Ingest(IngestConfig config, kernel::Scheduler& scheduler, kernel::HttpClient& client)
      : config_(std::move(config)), scheduler_(scheduler), client_(client) {}

  /// Where events of a batch that failed are named, as their reasons have no place in the answer.
  void log_to(kernel::HopSink& log) { log_ = &log; }

  /// Reads and sends at the call; the task waits for the answer.
  kernel::Task<FunctionResult> handle(const Invocation& invocation);

 private:
  struct Prepared {
    std::string event;  ///< EventUuid
    kernel::Timestamp deadline;
    kernel::HttpRequest request{};
  };
  std::expected<Prepared, FunctionError> prepare(const Invocation& invocation) const;
  kernel::Task<FunctionResult> handle_one(const Invocation& invocation);

  struct BatchWork;
  kernel::Task<FunctionResult> handle_batch(const Invocation& invocation);
  kernel::Task<FunctionResult> hand_over(std::shared_ptr<BatchWork> work);
  kernel::Task<bool> work_off(std::shared_ptr<BatchWork> work);
  void note_failure(BatchWork& work, const BatchRecord& record, const FunctionError& error) const;

  IngestConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::HttpClient& client_;
  kernel::HopSink* log_ = nullptr;
};

}  // namespace ingest

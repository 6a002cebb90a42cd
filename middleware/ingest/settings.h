#pragma once
// What middleware.yaml says of the function: what it checks, adds, routes and batches.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/ingest/condition.h"
#include "middleware/kernel/time.h"

namespace ingest {

class Schema;

/// What a field of a payload has to be.
enum class FieldKind : std::uint8_t { Text, Number, Boolean, Json /**< text that holds JSON */ };

/// A value that the file has for each value of a field.
struct TableLookup {
  std::string name;
  std::string by;  ///< pointer of the field; texts are looked up as they are, others as JSON
  std::vector<std::pair<std::string, std::string>> table{};  ///< to JSON texts
  std::optional<std::string> otherwise{};  ///< JSON text; without it an unknown value is a ValidationError
};

/// JSON that lies in a parameter and may change while the function runs.
struct Reference {
  std::string name;
  std::string parameter;  ///< as secrets::Provider takes it: "ssm:/orders/prices"
  std::string by{};       ///< pointer of a field: only the entry of its value is added
  bool is_needed = true;  ///< without it the event fails; else null is added, with a warning
};

struct Enrichment {
  std::string correlation_by{};  ///< pointer of the field that correlates events; else the EventUuid does
  bool with_age = false;         ///< "age_ms"; another one at each delivery
  std::vector<TableLookup> lookups{};
  std::vector<Reference> references{};
};

struct EventType {
  std::string name;  ///< "Order_Placed__e", the detail-type on the bus
  std::vector<std::pair<std::string, FieldKind>>
      required{};                          ///< fields that must be there, not null, of that kind
  std::shared_ptr<const Schema> schema{};  ///< what the payload has to keep, if there is one
  std::optional<Enrichment> enrichment{};  ///< instead of that for all types
};

/// How many events of one invocation go to a destination in one request.
struct BatchRules {
  std::size_t events_max = 10;
  std::size_t bytes_max = 256 * 1024;  ///< of the request's body; an event that is larger goes alone
  kernel::Duration wait_max =
      std::chrono::milliseconds{200};  ///< the longest that an event waits for others of its invocation
};

struct Destination {
  std::string name;
  std::string host{};  ///< that the HttpClient is asked for
  std::string url{};   ///< base URL of the host; "": the middleware's
  std::string path = "/events";
  std::optional<BatchRules> batch{};  ///< without it each event goes for itself
};

/// The first route whose condition holds takes the event.
struct Route {
  std::string name;
  Condition when{};
  std::size_t destination = 0;  ///< index in destinations
  std::string drop_reason{};    ///< not empty: the event ends here
};

/// What becomes of a batch of records in which some events failed.
enum class BatchFailures : std::uint8_t {
  Report,   ///< they are named in batchItemFailures: the mapping has to ask for that, or they are lost
  FailAll,  ///< the invocation fails: all of the batch comes again
};

struct IngestConfig {
  std::vector<EventType> types{};           ///< without routes these are all that is taken
  std::string middleware = "middleware";    ///< host name given to the HttpClient
  std::vector<Destination> destinations{};  ///< the first is the middleware; none: just that
  std::vector<Route> routes{};              ///< none: everything goes to the middleware
  std::optional<Enrichment> enrichment{};
  std::string enriched_under = "_enriched";  ///< the member of the payload that holds what is added
  kernel::Duration answer_margin =
      std::chrono::milliseconds{500};  ///< kept back from the invocation's time for our answer
  BatchFailures batch_failures = BatchFailures::Report;
};

/// Reported to Lambda as {"errorType", "errorMessage"}.
struct FunctionError {
  std::string type;
  std::string message;
};

}  // namespace ingest

#pragma once
// The Lambda function: takes an event off the bus, refuses what can never be processed, adds what the
// middleware needs to know, finds where the event goes, and hands it over by HTTPS. It keeps no state: what
// it cannot hand over it fails, so that Lambda runs it again.
//
//   event ──> checks ──> additions ──> routes ──> references ──> destination, alone or in a batch
//             (validate) (enrich)      (condition)   (deliver)   (handover)            (batch_run)
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/ingest/deliver.h"
#include "middleware/ingest/settings.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"

namespace ingest {

struct Invocation {
  std::string_view payload;                  ///< the event as the bus delivers it; read at the call only
  kernel::Timestamp deadline;                ///< when Lambda ends the invocation
  kernel::HopId hop = 0;                     ///< the invocation, parent of what we cause
  std::vector<kernel::HopId> record_hops{};  ///< of a batch: instead, for each of its records
};

class Ingest {
 public:
  /// `client` must be able to reach `config.middleware` and the other destinations.
  Ingest(IngestConfig config, kernel::Scheduler& scheduler, kernel::HttpClient& client);
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  /// Where dropped events, missing references, and events of a batch that failed are named: their reasons
  /// have no place in the answer.
  void log_to(kernel::HopSink& log) { around_.log = &log; }
  /// Where references of the enrichment are looked up.
  void refer_to(secrets::Provider& references) { around_.references = &references; }

  /// Reads and sends at the call; the task waits for the answer.
  kernel::Task<FunctionResult> handle(const Invocation& invocation);

 private:
  kernel::Task<FunctionResult> handle_one(const Invocation& invocation);
  kernel::Task<FunctionResult> handle_batch(const Invocation& invocation);

  IngestConfig config_;
  Surroundings around_;
};

}  // namespace ingest

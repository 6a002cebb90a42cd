#include "middleware/ingest/ingest.h"

#include <memory>

#include "middleware/ingest/batch_run.h"

namespace ingest {
namespace {

kernel::Task<FunctionResult> answered(FunctionResult result) { co_return std::move(result); }
kernel::Task<FunctionResult> failed(FunctionError error) { co_return std::unexpected(std::move(error)); }

}  // namespace

Ingest::Ingest(IngestConfig config, kernel::Scheduler& scheduler, kernel::HttpClient& client)
    : config_(std::move(config)), around_{.config = config_, .scheduler = scheduler, .client = client} {
  if (config_.destinations.empty())
    config_.destinations.push_back({.name = config_.middleware, .host = config_.middleware});
}

kernel::Task<FunctionResult> Ingest::handle(const Invocation& invocation) {
  return is_sqs_batch(invocation.payload) ? handle_batch(invocation) : handle_one(invocation);
}

// No coroutine, as everything below it: while the middleware works, the function holds nothing of the event
// but its id.
kernel::Task<FunctionResult> Ingest::handle_one(const Invocation& invocation) {
  auto handover = prepare(invocation.payload, config_, around_.scheduler.wall_now(), invocation.hop);
  if (!handover) return failed(std::move(handover.error()));
  if (handover->dropped_by != nullptr) return answered(drop(around_, *handover));
  return deliver(around_, std::move(*handover), invocation.deadline - config_.answer_margin);
}

// No coroutine: the payload is the caller's and has to be read now.
kernel::Task<FunctionResult> Ingest::handle_batch(const Invocation& invocation) {
  auto batch = read_batch(invocation.payload);
  if (!batch) return failed(std::move(batch.error()));
  std::vector<kernel::HopId> hops = invocation.record_hops;
  hops.resize(batch->records.size(), invocation.hop);
  return BatchRun::work_off(std::make_shared<BatchRun>(around_, std::move(*batch), std::move(hops),
                                                       invocation.deadline - config_.answer_margin));
}

}  // namespace ingest

#include "middleware/ingest/batch.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "middleware/ingest/validate.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/wait.h"

namespace ingest {
namespace {

using kernel::Json;

constexpr std::size_t kAtOnceMax = 10;  // events of a batch that are handed over side by side

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// The message of an SNS notification, or the body itself (also with raw delivery).
std::string event_in(std::string body) {
  if (!body.contains(R"("Notification")")) return body;
  const auto envelope = kernel::parse_json(body);
  if (!envelope || !envelope->is_object() || text_of(*envelope, "Type") != "Notification") return body;
  std::string message = text_of(*envelope, "Message");
  return message.empty() ? body : message;
}

kernel::Task<FunctionResult> failed(FunctionError error) { co_return std::unexpected(std::move(error)); }

}  // namespace

/// What the events of one batch share while they are handed over.
struct Ingest::BatchWork {
  Batch batch;
  kernel::Timestamp deadline;
  std::vector<kernel::HopId> hops;  // one a record
  std::size_t next = 0;
  std::vector<std::string> failed{};  // message ids, in the order of failing
  FunctionError first_error{};
};

bool is_sqs_batch(std::string_view payload) {
  if (!payload.contains(R"("Records")") || !kernel::is_json(payload)) return false;
  return kernel::json_slice(payload, "/Records/0/eventSource") == R"("aws:sqs")";
}

std::expected<Batch, FunctionError> read_batch(std::string_view payload) {
  const Json event = *kernel::parse_json(payload);
  Batch batch;
  for (const Json& record : event.at("Records")) {
    const bool is_right =
        record.is_object() && !text_of(record, "messageId").empty() && record.contains("body");
    if (!is_right) {
      return std::unexpected(FunctionError{
          "ValidationError",
          "record " + std::to_string(batch.records.size() + 1) + " has no messageId or no body"});
    }
    batch.is_fifo = batch.is_fifo || text_of(record, "eventSourceARN").ends_with(".fifo");
    batch.records.push_back({text_of(record, "messageId"), event_in(text_of(record, "body"))});
  }
  return batch;
}

std::string batch_failures_text(const std::vector<std::string>& message_ids) {
  std::string text = R"({"batchItemFailures":[)";
  for (const std::string& id : message_ids) {
    if (!text.ends_with('[')) text += ',';
    text += R"({"itemIdentifier":)" + kernel::json_quoted(id) + '}';
  }
  return text + "]}";
}

void Ingest::note_failure(BatchWork& work, const BatchRecord& record, const FunctionError& error) const {
  if (work.failed.empty()) work.first_error = error;
  work.failed.push_back(record.message_id);
  if (log_ == nullptr) return;
  // The error's text may quote the event: it is not for the log.
  std::string uuid;
  if (const auto event = kernel::parse_json(record.event)) {
    if (const auto envelope = read_envelope(*event)) uuid = envelope->event_uuid;
  }
  log_->log({.level = kernel::LogLevel::Warn,
             .source = "ingest",
             .message = error.type,
             .event = uuid,
             .fields = R"({"messageId":)" + kernel::json_quoted(record.message_id) + "}"});
}

kernel::Task<bool> Ingest::work_off(std::shared_ptr<BatchWork> work) {
  while (work->next < work->batch.records.size()) {
    const std::size_t nth = work->next++;
    const BatchRecord& record = work->batch.records[nth];
    const FunctionResult result =
        co_await handle_one({.payload = record.event, .deadline = work->deadline, .hop = work->hops[nth]});
    if (result) continue;
    note_failure(*work, record, result.error());
    if (work->batch.is_fifo) break;
  }
  co_return true;
}

// No coroutine: the payload is the caller's and has to be read now.
kernel::Task<FunctionResult> Ingest::handle_batch(const Invocation& invocation) {
  auto batch = read_batch(invocation.payload);
  if (!batch) return failed(std::move(batch.error()));
  std::vector<kernel::HopId> hops = invocation.record_hops;
  hops.resize(batch->records.size(), invocation.hop);
  return hand_over(std::make_shared<BatchWork>(
      BatchWork{.batch = std::move(*batch), .deadline = invocation.deadline, .hops = std::move(hops)}));
}

kernel::Task<FunctionResult> Ingest::hand_over(std::shared_ptr<BatchWork> work) {
  const std::size_t count = work->batch.records.size();
  std::vector<kernel::Task<bool>> workers;
  const std::size_t at_once = work->batch.is_fifo ? 1 : std::min(count, kAtOnceMax);
  for (std::size_t i = 0; i < at_once; ++i) workers.push_back(work_off(work));
  co_await kernel::all_of<bool>(std::move(workers));
  // What was not begun behind a failure is reported with it.
  for (std::size_t i = work->next; i < count; ++i) work->failed.push_back(work->batch.records[i].message_id);
  if (config_.batch_failures == BatchFailures::FailAll && !work->failed.empty()) {
    co_return std::unexpected(
        FunctionError{"BatchFailed", std::to_string(work->failed.size()) + " of " + std::to_string(count) +
                                         " events failed, the first with " + work->first_error.type + ": " +
                                         work->first_error.message});
  }
  co_return batch_failures_text(work->failed);
}

}  // namespace ingest

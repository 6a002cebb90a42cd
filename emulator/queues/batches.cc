// The batch calls: checked as a whole, then done one by one.
#include "emulator/queues/checks.h"
#include "emulator/queues/queues.h"

namespace emulator::queues {
namespace {

template <class Entry>
std::vector<std::string_view> ids_of(const std::vector<Entry>& entries) {
  std::vector<std::string_view> ids;
  for (const Entry& entry : entries) ids.push_back(entry.id);
  return ids;
}

BatchEntryResult result_of(const std::string& id, const Answer<>& answer) {
  return {.id = id, .error = answer ? Error{} : answer.error()};
}

}  // namespace

BatchResult Queues::send_batch(std::string_view queue, std::vector<SendEntry> entries) {
  Queue* found = find(queue);
  if (found == nullptr) return std::unexpected(errors::queue_does_not_exist());
  if (auto error = refuse_batch(ids_of(entries), "SendMessageBatchRequestEntry"))
    return std::unexpected(std::move(*error));
  std::int64_t bytes = 0;
  for (const SendEntry& entry : entries) bytes += size_of(entry.request);
  if (bytes > kBatchBytesMax) return std::unexpected(errors::batch_too_long(bytes));
  std::vector<BatchEntryResult> results;
  for (SendEntry& entry : entries) {
    SendResult sent = found->send(std::move(entry.request));
    Error error = sent.error;
    results.push_back({.id = std::move(entry.id), .error = std::move(error), .sent = std::move(sent)});
  }
  return results;
}

BatchResult Queues::remove_batch(std::string_view queue, std::vector<DeleteEntry> entries) {
  Queue* found = find(queue);
  if (found == nullptr) return std::unexpected(errors::queue_does_not_exist());
  if (auto error = refuse_batch(ids_of(entries), "DeleteMessageBatchRequestEntry"))
    return std::unexpected(std::move(*error));
  std::vector<BatchEntryResult> results;
  for (const DeleteEntry& entry : entries)
    results.push_back(result_of(entry.id, found->remove(entry.receipt_handle)));
  return results;
}

BatchResult Queues::change_visibility_batch(std::string_view queue, std::vector<VisibilityEntry> entries) {
  Queue* found = find(queue);
  if (found == nullptr) return std::unexpected(errors::queue_does_not_exist());
  if (auto error = refuse_batch(ids_of(entries), "ChangeMessageVisibilityBatchRequestEntry"))
    return std::unexpected(std::move(*error));
  std::vector<BatchEntryResult> results;
  for (const VisibilityEntry& entry : entries) {
    results.push_back(result_of(entry.id, found->change_visibility(entry.receipt_handle, entry.visibility)));
  }
  return results;
}

}  // namespace emulator::queues

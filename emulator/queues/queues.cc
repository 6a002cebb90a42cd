#include "emulator/queues/queues.h"

#include <algorithm>

#include "emulator/queues/checks.h"
#include "middleware/kernel/check.h"

namespace emulator::queues {

using kernel::Task;

std::optional<std::string> refuse_declared(const std::vector<QueueConfig>& queues) {
  const QueueLookup find = [&queues](std::string_view name) -> const QueueConfig* {
    const auto found = std::ranges::find(queues, name, &QueueConfig::name);
    return found == queues.end() ? nullptr : &*found;
  };
  for (const QueueConfig& queue : queues) {
    const std::string start = "queue '" + queue.name + "': ";
    if (const auto error = refuse_name(queue.name, queue.is_fifo)) return start + error->message;
    if (queue.content_based_deduplication && !queue.is_fifo)
      return start + "only a FIFO queue deduplicates by content";
    if (!queue.redrive) continue;
    if (const auto reason = refuse_redrive(queue, *queue.redrive, find)) return start + *reason;
  }
  return std::nullopt;
}

Queues::Queues(std::vector<QueueConfig> queues, std::uint64_t seed, kernel::Scheduler& scheduler,
               kernel::Journal& journal, std::size_t in_flight_max)
    : ids_(seed, "sqs ids"),
      around_{.scheduler = scheduler, .journal = journal, .ids = ids_, .in_flight_max = in_flight_max} {
  const auto refused = refuse_declared(queues);
  CHECK_THAT(!refused, refused.value_or(""));
  for (QueueConfig& config : queues) add(std::move(config));
}

void Queues::add(QueueConfig config) {
  std::string name = config.name;
  queues_.emplace(std::move(name), std::make_shared<Queue>(std::move(config), ++created_, around_));
}

Queue* Queues::find(std::string_view queue) const {
  const auto found = queues_.find(queue);
  return found == queues_.end() ? nullptr : found->second.get();
}

Queue* Queues::dead_letter_of(const Queue& queue) const {
  // ASSUMPTION: while its dead-letter queue is gone, a queue goes on handing a message out.
  return queue.config().redrive ? find(queue.config().redrive->queue) : nullptr;
}

SendResult Queues::refuse_unknown(std::string_view queue, const SendRequest& request) {
  SendResult result{.error = errors::queue_does_not_exist()};
  kernel::point_hop(around_.journal,
                    {.stage = kernel::Stage::Queue,
                     .event = request.event_uuid,
                     .parent = request.cause,
                     .from = request.from,
                     .to = queue,
                     .operation = "SendMessage"},
                    {.outcome = kernel::Outcome::Rejected,
                     .status = result.error.status,
                     .error = result.error.code,
                     .bytes_sent = static_cast<std::int64_t>(request.body.size()),
                     .request = request.body});
  return result;
}

SendResult Queues::send(std::string_view queue, SendRequest request) {
  Queue* found = find(queue);
  return found == nullptr ? refuse_unknown(queue, request) : found->send(std::move(request));
}

Task<bool> Queues::next_change(std::shared_ptr<Queue> queue) {
  co_await queue->changed().wait();
  co_return true;
}

Task<ReceiveResult> Queues::receive(ReceiveRequest request) {
  const auto found = queues_.find(request.queue);
  if (found == queues_.end()) co_return std::unexpected(errors::queue_does_not_exist());
  if (auto error = refuse(request)) co_return std::unexpected(std::move(*error));
  const std::shared_ptr<Queue> queue = found->second;
  queue->note_receiver();
  const kernel::Timestamp until = around_.scheduler.now() + (request.wait ? kernel::Duration{*request.wait}
                                                                          : queue->config().receive_wait);
  while (true) {
    if (queue->is_closed()) co_return std::unexpected(errors::queue_does_not_exist());
    ReceiveResult received = queue->receive(request, dead_letter_of(*queue));
    if (!received || !received->empty() || around_.scheduler.now() >= until) co_return received;
    // Whatever woke us up, or nothing until then: look again.
    static_cast<void>(co_await kernel::with_deadline<bool>(around_.scheduler, until, next_change(queue)));
  }
}

Answer<> Queues::remove(std::string_view queue, std::string_view receipt_handle) {
  Queue* found = find(queue);
  if (found == nullptr) return std::unexpected(errors::queue_does_not_exist());
  return found->remove(receipt_handle);
}

Answer<> Queues::change_visibility(std::string_view queue, std::string_view receipt_handle,
                                   std::chrono::seconds visibility) {
  Queue* found = find(queue);
  if (found == nullptr) return std::unexpected(errors::queue_does_not_exist());
  return found->change_visibility(receipt_handle, visibility);
}

Answer<SourceQueue> Queues::source(std::string_view queue) const {
  const QueueConfig* config = config_of(queue);
  if (config == nullptr) return std::unexpected(errors::queue_does_not_exist());
  return SourceQueue{.is_fifo = config->is_fifo, .visibility = config->visibility};
}

void Queues::attach(std::string_view queue) {
  if (Queue* found = find(queue)) found->attach();
}

void Queues::detach(std::string_view queue) {
  if (Queue* found = find(queue)) found->detach();
}

std::optional<std::size_t> Queues::depth(std::string_view queue) {
  Queue* found = find(queue);
  if (found == nullptr) return std::nullopt;
  return found->shelf().size();
}

std::optional<kernel::Duration> Queues::oldest_age(std::string_view queue) {
  Queue* found = find(queue);
  if (found == nullptr) return std::nullopt;
  const auto sent = found->shelf().oldest_sent();
  if (!sent) return std::nullopt;
  return around_.scheduler.now() - *sent;
}

}  // namespace emulator::queues

#include "emulator/queues/queues.h"

#include <algorithm>

#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"

namespace emulator::queues {
namespace {

/// Attributes count: name, type ("String") and value of each.
std::int64_t size_of(const SendRequest& request) {
  std::size_t bytes = request.body.size();
  for (const auto& [name, value] : request.attributes)
    bytes += name.size() + std::string_view("String").size() + value.size();
  return static_cast<std::int64_t>(bytes);
}

}  // namespace

Queues::Queues(std::vector<QueueConfig> queues, std::uint64_t seed, kernel::Scheduler& scheduler,
               kernel::Journal& journal)
    : scheduler_(scheduler), journal_(journal), ids_(seed, "sqs ids") {
  for (QueueConfig& config : queues) queues_.push_back({.config = std::move(config), .messages = {}});
}

Queues::Held* Queues::find(std::string_view queue) {
  const auto found =
      std::ranges::find(queues_, queue, [](const Held& h) { return std::string_view(h.config.name); });
  return found == queues_.end() ? nullptr : &*found;
}

bool Queues::exists(std::string_view queue) const {
  return std::ranges::find(queues_, queue, [](const Held& h) { return std::string_view(h.config.name); }) !=
         queues_.end();
}

void Queues::drop_expired(Held& held) {
  while (!held.messages.empty() &&
         scheduler_.now() - held.messages.front().sent_at >= held.config.retention) {
    held.messages.pop_front();
  }
}

SendResult Queues::send(std::string_view queue, SendRequest request) {
  Held* held = find(queue);
  SendResult result;
  if (held == nullptr) {
    result.error_code = "QueueDoesNotExist";
  } else if (size_of(request) > held->config.message_bytes_max) {
    result.error_code = "InvalidParameterValue";
  } else {
    result.message_id = kernel::uuid4(ids_);
  }
  const auto bytes = static_cast<std::int64_t>(request.body.size());
  kernel::point_hop(journal_,
                    {.stage = kernel::Stage::Queue,
                     .event = request.event_uuid,
                     .parent = request.cause,
                     .from = request.from,
                     .to = queue,
                     .operation = "SendMessage"},
                    {.outcome = result.accepted() ? kernel::Outcome::Ok : kernel::Outcome::Rejected,
                     .status = result.accepted() ? 200 : 400,
                     .error = result.error_code,
                     .bytes_sent = bytes,
                     .request = request.body});
  if (held == nullptr || !result.accepted()) return result;
  drop_expired(*held);
  const kernel::Timestamp now = scheduler_.now();
  held->messages.push_back({.id = result.message_id,
                            .body = std::move(request.body),
                            .attributes = std::move(request.attributes),
                            .event_uuid = std::move(request.event_uuid),
                            .sent_at = now,
                            .visible_at = now,
                            .receive_count = 0,
                            .receipt_handle = {}});
  return result;
}

std::vector<Message> Queues::receive(std::string_view queue, std::size_t count) {
  CHECK(count >= 1 && count <= 10);
  std::vector<Message> received;
  Held* held = find(queue);
  if (held == nullptr) return received;
  drop_expired(*held);
  const kernel::Timestamp now = scheduler_.now();
  for (Message& message : held->messages) {
    if (received.size() == count) break;
    if (message.visible_at > now) continue;
    message.visible_at = now + held->config.visibility;
    ++message.receive_count;
    message.receipt_handle = message.id + "." + std::to_string(message.receive_count);
    received.push_back(message);
  }
  return received;
}

bool Queues::remove(std::string_view queue, std::string_view receipt_handle) {
  Held* held = find(queue);
  if (held == nullptr) return false;
  constexpr std::size_t kIdSize = 36;
  std::erase_if(held->messages, [receipt_handle](const Message& m) {
    return m.receive_count > 0 && m.receipt_handle == receipt_handle;
  });
  return receipt_handle.find('.') == kIdSize;
}

std::optional<std::size_t> Queues::depth(std::string_view queue) {
  Held* held = find(queue);
  if (held == nullptr) return std::nullopt;
  drop_expired(*held);
  return held->messages.size();
}

}  // namespace emulator::queues

#include "emulator/queues/digests.h"
#include "emulator/queues/queue.h"

namespace emulator::queues {

using kernel::End;
using kernel::Stage;
using kernel::Timestamp;

ReceiveResult Queue::receive(const ReceiveRequest& request, Queue* dead_letter) {
  settle();
  std::vector<ReceivedMessage> received;
  const auto is_full = [this] { return shelf_.in_flight() >= around_.in_flight_max; };
  if (is_full() && !config_.is_fifo) return std::unexpected(errors::over_limit());
  Number last = 0;
  while (std::cmp_less(received.size(), request.count) && !is_full()) {
    const Number number = shelf_.next(last);
    if (number == 0) break;
    // The count would go beyond the limit: the message moves instead of being handed out.
    if (dead_letter != nullptr &&
        shelf_.find(number)->message.receives_here >= config_.redrive->receives_max) {
      redrive(number, *dead_letter);
      continue;
    }
    received.push_back(hand_out(number, request));
    last = number;
  }
  arm();
  return received;
}

ReceivedMessage Queue::hand_out(Number number, const ReceiveRequest& request) {
  const Timestamp now = around_.scheduler.now();
  Shelf::Entry& entry =
      shelf_.take(number, now, now + (request.visibility ? *request.visibility : config_.visibility));
  Message& message = entry.message;
  ++message.receives;
  ++message.receives_here;
  if (!message.first_received_at) message.first_received_at = now;
  auto system = system_attributes(message, request.system_attributes,
                                  {.now = now, .wall_now = around_.scheduler.wall_now()});
  entry.hop.emplace(around_.journal, kernel::HopStart{.stage = Stage::Queue,
                                                      .event = message.event_uuid,
                                                      .parent = message.cause,
                                                      .from = config_.name,
                                                      .to = request.consumer,
                                                      .operation = "ReceiveMessage",
                                                      .attempt = static_cast<int>(message.receives_here)});
  message.newest_receive = entry.hop->id();
  MessageAttributes attributes = wanted_attributes(message.attributes, request.attributes);
  std::string md5 = md5_of(attributes);
  return ReceivedMessage{.message_id = message.id,
                         .receipt_handle = handle_text(
                             message, {.queue = number_, .number = number, .receive = message.receives_here}),
                         .body = message.body,
                         .md5_of_body = md5_text(message.body),
                         .attributes = std::move(attributes),
                         .md5_of_attributes = std::move(md5),
                         .system_attributes = std::move(system),
                         .event_uuid = message.event_uuid,
                         .hop = entry.hop->id()};
}

void Queue::redrive(Number number, Queue& dead_letter) {
  Message message = shelf_.extract(number);
  message.cause = kernel::point_hop(
      around_.journal,
      {.stage = Stage::Queue,
       .event = message.event_uuid,
       .parent = message.newest_receive,
       .from = config_.name,
       .to = dead_letter.config_.name,
       .operation = "Redrive"},
      {.status = 200, .bytes_sent = static_cast<std::int64_t>(message.body.size()), .request = message.body});
  message.dead_letter_source = config_.name;
  dead_letter.take_dead_letter(std::move(message));
}

void Queue::take_dead_letter(Message message) {
  settle();
  message.receives_here = 0;
  message.newest_receive = 0;
  if (config_.is_fifo) {
    // ASSUMPTION: no deduplication, and a number of this queue's own.
    message.sent_at = around_.scheduler.now();
    message.sequence_number = next_sequence_number();
  }
  if (message.carries_event && !has_consumer()) {
    around_.journal.ended(message.event_uuid, End::DeadLettered, "queue " + config_.name);
    message.carries_event = false;
  }
  place(std::move(message), kernel::Duration{0});
  settle();  // the time it spent in its source counts
}

}  // namespace emulator::queues

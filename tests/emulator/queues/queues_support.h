#pragma once
// What the tests of the queues share: some queues in virtual time, and texts of what they hand out.
#include <gtest/gtest.h>

#include "emulator/queues/queues.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/received.h"

namespace emulator::queues {

struct QueuesBench : Bench {
  explicit QueuesBench(std::vector<QueueConfig> configs, std::size_t in_flight_max = kInFlightMax)
      : queues(std::move(configs), 7, scheduler, journal, in_flight_max) {}

  SendResult send(std::string_view queue, std::string body) {
    return queues.send(queue, {.body = std::move(body), .from = "bus"});
  }
  SendResult send_event(std::string_view queue, std::string_view event) {
    journal.begin(event);
    return queues.send(
        queue, {.body = std::string(event), .event_uuid = std::string(event), .cause = 0, .from = "bus"});
  }
  SendResult send_to_group(std::string_view queue, std::string group, std::string body) {
    return queues.send(queue,
                       {.body = body, .from = "bus", .group_id = std::move(group), .deduplication_id = body});
  }
  std::vector<ReceivedMessage> receive(std::string queue, std::int64_t count = 10) {
    return support::received(scheduler, queues, std::move(queue), count);
  }
  /// "a #2": body and how often it was received, over all queues.
  Lines bodies(std::string queue, std::int64_t count = 10) {
    Lines lines;
    for (const ReceivedMessage& m : receive(std::move(queue), count))
      lines.push_back(m.body + " #" + m.system_attributes.at(0).second);
    return lines;
  }
  std::string handle(std::string queue) { return receive(std::move(queue), 1).at(0).receipt_handle; }

  Queues queues;
};

/// "" or "Code status: text".
inline std::string text_of(const Error& error) {
  if (error.code.empty()) return {};
  return error.code + " " + std::to_string(error.status) + ": " + error.message;
}
template <class T>
std::string error_of(const Answer<T>& answer) {
  return answer ? std::string{} : text_of(answer.error());
}

}  // namespace emulator::queues

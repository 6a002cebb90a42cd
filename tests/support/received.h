#pragma once
// What is in a queue now, received with all its attributes.
#include <string>
#include <vector>

#include "emulator/queues/queues.h"
#include "tests/support/run_task.h"

namespace support {

inline std::vector<emulator::queues::ReceivedMessage> received(emulator::sim::VirtualScheduler& scheduler,
                                                               emulator::queues::QueueReader& queues,
                                                               std::string queue, std::int64_t count = 10) {
  auto messages = run(scheduler, queues.receive({.queue = std::move(queue),
                                                 .count = count,
                                                 .wait = std::chrono::seconds{0},
                                                 .attributes = {"All"},
                                                 .system_attributes = {"All"}}));
  CHECK(messages.has_value());
  return std::move(*messages);
}

}  // namespace support

#pragma once
// Queues that a deployment names without declaring them, and what queues, those who send to them and those
// who read them say of each other.
#include <optional>
#include <string>

namespace emulator::runner {

struct Given;

/// Adds every queue that is named somewhere with the defaults, dead-letter queues of queues included.
void add_named_queues(Given& given);

/// The first thing that does not fit; nothing: all fits.
std::optional<std::string> refuse_queues(const Given& given);

}  // namespace emulator::runner

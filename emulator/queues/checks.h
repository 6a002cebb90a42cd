#pragma once
// What a message must look like to be taken. Source: facts/aws-delivery 3.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "emulator/queues/config.h"
#include "emulator/queues/values.h"

namespace emulator::queues {

/// Body and attributes: name, type and value of each.
std::int64_t size_of(const SendRequest& request);

/// UTF-8 of #x9 #xA #xD #x20-#xD7FF #xE000-#xFFFD #x10000-#x10FFFF only.
bool has_allowed_characters(std::string_view text);

/// What is wrong with the message for this queue, or nothing.
std::optional<Error> refuse(const SendRequest& request, const QueueConfig& queue);

/// What is wrong with a ReceiveMessage, or nothing; its queue is not looked at.
std::optional<Error> refuse(const ReceiveRequest& request);

/// What is wrong with a batch as a whole. `entry` names its entries for the text.
std::optional<Error> refuse_batch(const std::vector<std::string_view>& ids, std::string_view entry);

}  // namespace emulator::queues

#pragma once
// Whether a message may be published: what Publish and PublishBatch refuse, in the words of SNS.
//
// Source: facts/aws-delivery 2.1 and 2.5. Texts about attributes and about parameters that do not fit the
// topic's type are those that AWS's users quote.
#include <cstdint>
#include <string>
#include <vector>

#include "emulator/topics/ports.h"
#include "middleware/kernel/json.h"

namespace emulator::topics {

/// What of a topic decides.
struct MessageRules {
  bool is_fifo = false;
  bool dedupes_by_content = false;
  std::int64_t bytes_max = 262'144;  ///< message and attributes together
};

/// Bytes of message and attributes: name, type and value of each.
std::int64_t size_of(const Message& message);

Answer<> check_message(const Message& message, const MessageRules& rules);

/// What is wrong with the batch as a whole or with any entry: then nothing of it is published. ASSUMPTION: an
/// entry that alone would be refused refuses the batch.
Answer<> check_batch(const std::vector<BatchEntry>& entries, const MessageRules& rules);

/// The text for one protocol: with MessageStructure json its own, or the default. `structure` is the parsed
/// message; without one, the message is for everybody.
std::string text_for(const Message& message, const kernel::Json* structure, const std::string& protocol);

}  // namespace emulator::topics

#pragma once
// Names for things, all from the seed: UUIDs, Salesforce ids, ULIDs.
#include <cstdint>
#include <string>
#include <string_view>

#include "middleware/kernel/random.h"
#include "middleware/kernel/time.h"

namespace kernel {

/// A random UUID (version 4), lower case.
std::string uuid4(Random& random);

/// The UUID (version 5, RFC 9562) of `name` within the namespace UUID `space`: the same text gives the same
/// id, which is what makes an idempotency key survive retries, redeliveries and restarts. A `space` that is
/// no UUID (an event id may be any text) stands for its hash: two such spaces stay apart.
std::string uuid5(std::string_view space, std::string_view name);

/// The 32 hexadecimal digits of a UUID: what W3C trace context calls a trace id.
std::string trace_id_of(std::string_view uuid);

/// The UUID whose digits a trace id is; empty unless there are exactly 32 lower-case digits.
std::string uuid_of_trace_id(std::string_view trace_id);

/// An 18-character Salesforce id: `prefix` (3 characters, "00D" = organization), `number` in base 62, and the
/// three check characters that tell apart ids differing only in case (facts: salesforce 1.5).
std::string salesforce_id(std::string_view prefix, std::uint64_t number);

/// The three check characters of a 15-character Salesforce id.
std::string salesforce_checksum(std::string_view id15);

/// A ULID: 48 bits of milliseconds, 80 bits of luck, Crockford's base 32. Sorts by time.
std::string ulid(WallTime time, Random& random);

/// 16 lower-case hexadecimal digits.
std::string hex16(std::uint64_t value);

}  // namespace kernel

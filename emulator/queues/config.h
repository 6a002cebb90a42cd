#pragma once
// What is set for a queue, and how SQS's own attribute texts change and show it.
//
// Source: facts/aws-delivery 3.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/queues/limits.h"
#include "emulator/queues/ports.h"
#include "middleware/kernel/time.h"

namespace emulator::queues {

struct RedrivePolicy {
  std::string queue;              ///< the dead-letter queue
  std::int64_t receives_max = 1;  ///< 1..1000; a message that was received so often goes there instead

  friend bool operator==(const RedrivePolicy&, const RedrivePolicy&) = default;
};

/// Which queues may send their dead letters here: RedriveAllowPolicy.
struct RedriveAllow {
  enum class Permission : std::uint8_t { AllowAll, DenyAll, ByQueue };
  Permission permission = Permission::AllowAll;
  std::vector<std::string> queues{};  ///< ByQueue only, 1..10

  bool allows(std::string_view source) const;
  friend bool operator==(const RedriveAllow&, const RedriveAllow&) = default;
};

struct QueueConfig {
  std::string name;                   ///< 1..80 of A-Z a-z 0-9 - _; a FIFO queue's ends in .fifo
  kernel::Duration visibility = 30s;  ///< 0..12 h
  kernel::Duration retention = 96h;   ///< 1 min..14 days
  std::int64_t message_bytes_max = kMessageBytesMax;  ///< 1024..1048576; body and attributes together
  kernel::Duration delay{};                           ///< 0..15 min
  kernel::Duration receive_wait{};                    ///< 0..20 s
  bool is_fifo = false;
  bool content_based_deduplication = false;  ///< FIFO
  bool deduplicates_per_group = false;       ///< FIFO: DeduplicationScope messageGroup
  std::optional<RedrivePolicy> redrive{};
  RedriveAllow redrive_allow{};
  /// Somebody outside receives from it, though nothing in the rig does: it carries events on from the start.
  bool has_consumer = false;
};

/// A queue by its name, or null. The pointer is used at once.
using QueueLookup = std::function<const QueueConfig*(std::string_view)>;

/// What is wrong with a name for such a queue, or nothing.
std::optional<Error> refuse_name(std::string_view name, bool is_fifo);

/// Whether dead letters may go from `source` as `policy` says. The text is the reason.
std::optional<std::string> refuse_redrive(const QueueConfig& source, const RedrivePolicy& policy,
                                          const QueueLookup& find);

/// Applies attributes to `config`; on an error it is half changed and not to be used. FifoQueue is none of
/// them: it is decided at creation.
Answer<> apply(QueueConfig& config, const AttributeMap& attributes, const QueueLookup& find);

/// The configured attributes as GetQueueAttributes names them, in a fixed order; without the ARN, counts and
/// times. Durations are shown in whole seconds.
AttributeMap attributes_of(const QueueConfig& config);

/// Whether GetQueueAttributes knows the name, if some queue has it or not.
bool is_attribute(std::string_view name);

}  // namespace emulator::queues

// Queues, and the event source mappings that read them.
#include "emulator/runner/given_shapes.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::list_of;
using config::map_of;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using kernel::Duration;
using namespace std::chrono_literals;

/// SQS counts in seconds.
Shape<Duration> seconds(Duration min, Duration max) {
  return mapped<Duration>(duration(min, max), [](const Duration& value) -> kernel::Result<Duration> {
    if (value % 1s == Duration::zero()) return value;
    return kernel::invalid("wants whole seconds");
  });
}

Shape<queues::RedrivePolicy> redrive_shape() {
  return object<queues::RedrivePolicy>("a redrive policy", "Where messages go that were received too often.")
      .required("to", &queues::RedrivePolicy::queue, non_empty_text(),
                "The dead-letter queue, of the same type.")
      .required("receives", &queues::RedrivePolicy::receives_max, integer(1, queues::kMaxReceiveCountMax),
                "maxReceiveCount: so often a message is handed out.")
      .done();
}

Shape<lambda::ScalingConfig> scaling_shape() {
  using lambda::ScalingConfig;
  return object<ScalingConfig>("scaling", "How many batches may be with the function at once.")
      .optional("start", &ScalingConfig::start, integer(2, 1000), "At first, and after an idle poll.")
      .optional("per_minute", &ScalingConfig::per_minute, integer(1, 60'000),
                "More while there is a backlog.")
      .optional("max", &ScalingConfig::max, integer(2, 2000), "At most.")
      .check([](const ScalingConfig& scaling) -> std::optional<std::string> {
        if (scaling.start <= scaling.max) return std::nullopt;
        return "'start' must not be above 'max'";
      })
      .done();
}

Shape<lambda::ThrottleBackoff> throttled_shape() {
  using lambda::ThrottleBackoff;
  return object<ThrottleBackoff>("a backoff", "When a throttled batch is tried again.")
      .optional("base", &ThrottleBackoff::base, duration(1ms), "First wait; doubles.")
      .optional("wait_max", &ThrottleBackoff::wait_max, duration(1ms), "Longest wait.")
      .done();
}

}  // namespace

Shape<std::vector<queues::QueueConfig>> queues_shape() {
  using queues::QueueConfig;
  const auto queue =
      object<QueueConfig>("a queue", "An SQS queue.")
          .optional("fifo", &QueueConfig::is_fifo, boolean(), "Ordered in groups; its name ends in .fifo.")
          .optional("visibility", &QueueConfig::visibility, seconds(0s, queues::kVisibilityMax),
                    "A received message stays hidden for this.")
          .optional("delay", &QueueConfig::delay, seconds(0s, queues::kDelayMax),
                    "A message that was sent stays hidden for this.")
          .optional("retention", &QueueConfig::retention,
                    seconds(queues::kRetentionMin, queues::kRetentionMax), "Older messages are gone.")
          .optional("receive_wait", &QueueConfig::receive_wait, seconds(0s, queues::kWaitMax),
                    "How long a receive waits that does not say.")
          .optional("message_bytes", &QueueConfig::message_bytes_max, config::size(), "Largest message.")
          .optional("redrive", &QueueConfig::redrive, redrive_shape(),
                    "Where messages go that were received too often; without it they come again and again.")
          .optional("content_based_deduplication", &QueueConfig::content_based_deduplication, boolean(),
                    "FIFO: the body stands for a deduplication id.")
          .optional("deduplicate_per", &QueueConfig::deduplicates_per_group,
                    choice<bool>({{"queue", false}, {"group", true}}), "FIFO: where an id counts.")
          .optional(
              "consumed", &QueueConfig::has_consumer, boolean(),
              "Somebody outside reads it: an event ends when its message is deleted, not when it is sent.")
          .done();
  return mapped<std::vector<QueueConfig>>(
      map_of(queue), [](const MapOf<QueueConfig>& entries) -> kernel::Result<std::vector<QueueConfig>> {
        std::vector<QueueConfig> list;
        for (const auto& [name, config] : entries) {
          list.push_back(config);
          list.back().name = name;
        }
        return list;
      });
}

Shape<std::vector<lambda::MappingConfig>> sources_shape() {
  using lambda::MappingConfig;
  return list_of(
      object<MappingConfig>("a source", "A queue that the function reads: an event source mapping.")
          .required("queue", &MappingConfig::queue, non_empty_text(), "The queue.")
          .optional("batch", &MappingConfig::batch_max, integer(1, 10'000),
                    "Messages in one invocation; above 10 only with a window, and not of a FIFO queue.")
          .optional("window", &MappingConfig::window, seconds(0s, 300s), "How long a batch is collected.")
          .optional("report_batch_item_failures", &MappingConfig::reports_failures, boolean(),
                    "The function's answer says which messages failed; the others are deleted.")
          .optional("concurrency_max", &MappingConfig::concurrency_max, integer(2, 1000),
                    "MaximumConcurrency: batches with the function at once.")
          .optional("enabled", &MappingConfig::is_enabled, boolean(), "At the start.")
          .optional("scaling", &MappingConfig::scaling, scaling_shape(), "Of a standard queue.")
          .optional("throttled", &MappingConfig::backoff, throttled_shape(),
                    "When a batch is tried again that the function had no concurrency for.")
          .not_yet("filter", "every message goes to the function")
          .not_yet("provisioned", "pollers scale by themselves")
          .done());
}

}  // namespace emulator::runner

#include "emulator/runner/named_queues.h"

#include <algorithm>

#include "emulator/runner/scenario.h"

namespace emulator::runner {
namespace {

void add_queue(Given& given, const std::optional<std::string>& name) {
  if (!name) return;
  const auto found = std::ranges::find(given.queues, *name, &queues::QueueConfig::name);
  if (found == given.queues.end())
    given.queues.push_back({.name = *name, .is_fifo = name->ends_with(".fifo")});
}

std::optional<std::string> queue_of(const std::string& arn) {
  const auto destination = bus::destination_of(arn);
  const auto* queue = destination ? std::get_if<bus::QueueTarget>(&*destination) : nullptr;
  return queue != nullptr ? std::optional(queue->queue) : std::nullopt;
}

}  // namespace

void add_named_queues(Given& given) {
  given.bus.for_each_target([&given](const bus::RuleConfig&, const bus::TargetConfig& target) {
    add_queue(given, queue_of(target.spec.dead_letter_arn));
    if (!target.is_by_arn) add_queue(given, queue_of(target.spec.arn));
  });
  for (const TopicGiven& topic : given.topics) {
    for (const SubscriptionGiven& subscription : topic.subscriptions) {
      if (subscription.protocol == "sqs") add_queue(given, subscription.name);
      if (!subscription.dead_letter.empty()) add_queue(given, subscription.dead_letter);
    }
  }
  for (const FunctionGiven& function : given.functions) {
    for (const auto& destination : {function.on_success, function.on_failure, function.dead_letter}) {
      if (destination && destination->kind == lambda::DestinationKind::Queue)
        add_queue(given, destination->name);
    }
    for (const lambda::MappingConfig& source : function.sources) add_queue(given, source.queue);
  }
  // Grows while it is walked: a dead-letter queue may be named here only.
  for (std::size_t i = 0; i < given.queues.size(); ++i) {
    if (given.queues[i].redrive) add_queue(given, std::string(given.queues[i].redrive->queue));
  }
}

/// What queues, those who send to them and those who read them say of each other; nothing: all fits.
std::optional<std::string> refuse_queues(const Given& given) {
  if (auto refused = queues::refuse_declared(given.queues)) return refused;
  const auto find = [&given](const std::string& name) {
    return std::ranges::find(given.queues, name, &queues::QueueConfig::name);
  };
  std::optional<std::string> problem;
  given.bus.for_each_target([&](const bus::RuleConfig& rule, const bus::TargetConfig& target) {
    if (problem || target.is_by_arn) return;
    const auto name = queue_of(target.spec.arn);
    if (!name || !find(*name)->is_fifo) return;
    if (!find(*name)->content_based_deduplication) {
      problem = "rule '" + rule.name + "' sends to the FIFO queue '" + *name +
                "', which needs content_based_deduplication";
    }
  });
  if (problem) return problem;
  for (const FunctionGiven& function : given.functions) {
    std::vector<std::string> read;
    for (const lambda::MappingConfig& source : function.sources) {
      const std::string start = "function '" + function.name + "', source '" + source.queue + "': ";
      const auto queue = find(source.queue);
      const auto error =
          lambda::refuse(source, function.timeout,
                         queues::SourceQueue{.is_fifo = queue->is_fifo, .visibility = queue->visibility});
      if (error) return start + error->message;
      if (std::ranges::find(read, source.queue) != read.end()) return start + "it is there already";
      read.push_back(source.queue);
    }
  }
  return std::nullopt;
}

}  // namespace emulator::runner

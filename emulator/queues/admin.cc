// The life of queues at run time.
#include <algorithm>

#include "emulator/queues/queues.h"

namespace emulator::queues {
namespace {

constexpr const char* kFifoQueue = "FifoQueue";

/// Whether FifoQueue asks for a FIFO queue; the other attributes go to `rest`.
Answer<bool> split(const AttributeMap& attributes, AttributeMap& rest) {
  bool is_fifo = false;
  for (const auto& [name, value] : attributes) {
    if (name != kFifoQueue) {
      rest.emplace_back(name, value);
    } else if (value == "true") {
      is_fifo = true;
    } else {
      return std::unexpected(errors::invalid_attribute_name(kFifoQueue));  // standard queues do not have it
    }
  }
  return is_fifo;
}

/// The first attribute that would change the queue; empty: none.
Answer<std::string> first_difference(const QueueConfig& queue, const AttributeMap& attributes,
                                     const QueueLookup& find) {
  for (const auto& attribute : attributes) {
    QueueConfig changed = queue;
    if (auto applied = apply(changed, {attribute}, find); !applied) return std::unexpected(applied.error());
    if (attributes_of(changed) != attributes_of(queue)) return attribute.first;
  }
  return std::string{};
}

std::string seconds_text(kernel::WallTime time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

}  // namespace

const QueueConfig* Queues::config_of(std::string_view queue) const {
  const Queue* found = find(queue);
  return found == nullptr ? nullptr : &found->config();
}

Answer<> Queues::create(std::string_view queue, const AttributeMap& attributes) {
  AttributeMap rest;
  const auto is_fifo = split(attributes, rest);
  if (!is_fifo) return std::unexpected(is_fifo.error());
  if (auto error = refuse_name(queue, *is_fifo)) return std::unexpected(std::move(*error));
  const QueueLookup by_name = [this](std::string_view name) { return config_of(name); };
  if (const QueueConfig* existing = config_of(queue)) {
    const auto difference = first_difference(*existing, rest, by_name);
    if (!difference) return std::unexpected(difference.error());
    if (!difference->empty()) return std::unexpected(errors::queue_name_exists(*difference));
    return {};
  }
  const auto deleted = deleted_at_.find(queue);
  if (deleted != deleted_at_.end() && around_.scheduler.now() - deleted->second < kNameFreeAfter)
    return std::unexpected(errors::queue_deleted_recently());
  QueueConfig config{.name = std::string(queue), .is_fifo = *is_fifo};
  if (auto applied = apply(config, rest, by_name); !applied) return applied;
  add(std::move(config));
  return {};
}

Answer<> Queues::remove_queue(std::string_view queue) {
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return std::unexpected(errors::queue_does_not_exist());
  found->second->close();
  deleted_at_.insert_or_assign(std::string(queue), around_.scheduler.now());
  queues_.erase(found);
  return {};
}

std::vector<std::string> Queues::list(std::string_view prefix) const {
  std::vector<std::string> names;
  for (const auto& [name, queue] : queues_) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  return names;
}

Answer<AttributeMap> Queues::attributes(std::string_view queue, const std::vector<std::string>& names) {
  Queue* found = find(queue);
  if (found == nullptr) return std::unexpected(errors::queue_does_not_exist());
  AttributeMap all = attributes_of(found->config());
  const Shelf& shelf = found->shelf();
  all.emplace_back("QueueArn", queue_arn(queue));
  all.emplace_back("ApproximateNumberOfMessages", std::to_string(shelf.visible()));
  all.emplace_back("ApproximateNumberOfMessagesNotVisible", std::to_string(shelf.in_flight()));
  all.emplace_back("ApproximateNumberOfMessagesDelayed", std::to_string(shelf.delayed()));
  all.emplace_back("CreatedTimestamp", seconds_text(found->created_at()));
  all.emplace_back("LastModifiedTimestamp", seconds_text(found->modified_at()));
  if (std::ranges::find(names, "All") != names.end()) return all;
  AttributeMap some;
  for (const std::string& name : names) {
    const auto attribute = std::ranges::find(all, name, [](const auto& a) { return a.first; });
    if (attribute != all.end()) {
      some.push_back(*attribute);
    } else if (!is_attribute(name)) {
      return std::unexpected(errors::invalid_attribute_name(name));
    }
  }
  return some;
}

Answer<> Queues::set_attributes(std::string_view queue, const AttributeMap& attributes) {
  Queue* found = find(queue);
  if (found == nullptr) return std::unexpected(errors::queue_does_not_exist());
  QueueConfig changed = found->config();
  AttributeMap rest;
  for (const auto& [name, value] : attributes) {
    if (name != kFifoQueue) {
      rest.emplace_back(name, value);
    } else if (value != (changed.is_fifo ? "true" : "false")) {
      Error error = errors::invalid_attribute_value(kFifoQueue);
      error.message += " Reason: Modifying queue type is not supported.";
      return std::unexpected(std::move(error));
    }
  }
  const auto applied = apply(changed, rest, [this](std::string_view name) { return config_of(name); });
  if (!applied) return applied;
  found->reconfigure(std::move(changed));
  return {};
}

Answer<> Queues::purge(std::string_view queue) {
  Queue* found = find(queue);
  if (found == nullptr) return std::unexpected(errors::queue_does_not_exist());
  return found->purge();
}

Answer<std::vector<std::string>> Queues::dead_letter_sources(std::string_view queue) const {
  if (!exists(queue)) return std::unexpected(errors::queue_does_not_exist());
  std::vector<std::string> sources;
  for (const auto& [name, other] : queues_) {
    if (other->config().redrive && other->config().redrive->queue == queue) sources.push_back(name);
  }
  return sources;
}

}  // namespace emulator::queues

#pragma once
// Amazon SQS: all queues of an account, those that a scenario declares and those that clients create.
//
// Source: facts/aws-delivery 3.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/queues/ports.h"
#include "emulator/queues/queue.h"

namespace emulator::queues {

/// What is wrong with queues that are declared together, or nothing. The text names the queue.
std::optional<std::string> refuse_declared(const std::vector<QueueConfig>& queues);

class Queues final : public QueueService {
 public:
  /// The references outlive the queues. refuse_declared must accept `queues`.
  Queues(std::vector<QueueConfig> queues, std::uint64_t seed, kernel::Scheduler& scheduler,
         kernel::Journal& journal, std::size_t in_flight_max = kInFlightMax);

  SendResult send(std::string_view queue, SendRequest request) override;
  BatchResult send_batch(std::string_view queue, std::vector<SendEntry> entries) override;

  kernel::Task<ReceiveResult> receive(ReceiveRequest request) override;
  Answer<> remove(std::string_view queue, std::string_view receipt_handle) override;
  BatchResult remove_batch(std::string_view queue, std::vector<DeleteEntry> entries) override;
  Answer<> change_visibility(std::string_view queue, std::string_view receipt_handle,
                             std::chrono::seconds visibility) override;
  BatchResult change_visibility_batch(std::string_view queue, std::vector<VisibilityEntry> entries) override;

  Answer<SourceQueue> source(std::string_view queue) const override;
  void attach(std::string_view queue) override;
  void detach(std::string_view queue) override;

  Answer<> create(std::string_view queue, const AttributeMap& attributes) override;
  Answer<> remove_queue(std::string_view queue) override;
  std::vector<std::string> list(std::string_view prefix) const override;
  bool exists(std::string_view queue) const override { return find(queue) != nullptr; }
  Answer<AttributeMap> attributes(std::string_view queue, const std::vector<std::string>& names) override;
  Answer<> set_attributes(std::string_view queue, const AttributeMap& attributes) override;
  Answer<> purge(std::string_view queue) override;
  Answer<std::vector<std::string>> dead_letter_sources(std::string_view queue) const override;

  /// Messages held, visible or not; nothing for an unknown queue.
  std::optional<std::size_t> depth(std::string_view queue);
  /// Since the oldest message that it holds was sent; nothing when it holds none.
  std::optional<kernel::Duration> oldest_age(std::string_view queue);

 private:
  Queue* find(std::string_view queue) const;
  Queue* dead_letter_of(const Queue& queue) const;
  const QueueConfig* config_of(std::string_view queue) const;
  void add(QueueConfig config);
  SendResult refuse_unknown(std::string_view queue, const SendRequest& request);
  static kernel::Task<bool> next_change(std::shared_ptr<Queue> queue);

  kernel::Random ids_;
  Surroundings around_;
  std::uint64_t created_ = 0;
  // Shared with those who wait for a message of it.
  std::map<std::string, std::shared_ptr<Queue>, std::less<>> queues_;
  std::map<std::string, kernel::Timestamp, std::less<>> deleted_at_;
};

}  // namespace emulator::queues

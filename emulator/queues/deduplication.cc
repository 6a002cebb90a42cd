#include "emulator/queues/deduplication.h"

#include "middleware/kernel/digest.h"

namespace emulator::queues {

std::string deduplication_id_of(const SendRequest& request) {
  if (!request.deduplication_id.empty()) return request.deduplication_id;
  const auto digest = kernel::sha256(request.body);
  return kernel::to_hex(digest.data(), digest.size());
}

std::string Deduplication::key_of(const QueueConfig& queue, const std::string& group, const std::string& id) {
  // No id has a space in it.
  return queue.deduplicates_per_group ? group + " " + id : id;
}

const SendResult* Deduplication::find(const std::string& key, kernel::Timestamp now) {
  while (!by_age_.empty() && now - by_age_.front().first >= kDeduplicationWindow) {
    taken_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  const auto found = taken_.find(key);
  return found == taken_.end() ? nullptr : &found->second;
}

void Deduplication::remember(std::string key, SendResult first, kernel::Timestamp now) {
  by_age_.emplace_back(now, key);
  taken_.insert_or_assign(std::move(key), std::move(first));
}

}  // namespace emulator::queues

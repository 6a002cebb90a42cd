#include "emulator/topics/fifo.h"

#include "middleware/kernel/check.h"
#include "middleware/kernel/digest.h"

namespace emulator::topics {

std::string deduplication_id_of(const Message& message) {
  if (!message.deduplication_id.empty()) return message.deduplication_id;
  const auto digest = kernel::sha256(message.message);
  return kernel::to_hex(digest.data(), digest.size());
}

std::optional<PublishResult> Deduplication::find(const std::string& id, kernel::Timestamp now) {
  while (!in_order_.empty() && now - in_order_.front().first >= kDeduplicationWindow) {
    known_.erase(in_order_.front().second);
    in_order_.pop_front();
  }
  const PublishResult* found = known_.find(id);
  return found != nullptr ? std::optional(*found) : std::nullopt;
}

void Deduplication::add(const std::string& id, PublishResult result, kernel::Timestamp now) {
  known_.at(id) = std::move(result);
  in_order_.emplace_back(now, id);
}

GroupOrder::Turn::Turn(GroupOrder& order, std::string key)
    : order_(&order), key_(std::move(key)), number_(++order.entered_) {
  order.lines_.at(key_).push_back(number_);
}

GroupOrder::Turn::~Turn() {
  if (order_ == nullptr) return;
  auto* line = order_->lines_.find(key_);
  CHECK(line != nullptr);
  std::erase(*line, number_);
  if (line->empty()) order_->lines_.erase(key_);
  order_->moved_.notify_all();
}

bool GroupOrder::Turn::has_come() const { return order_->lines_.find(key_)->front() == number_; }

}  // namespace emulator::topics

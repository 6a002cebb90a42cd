#include "middleware/service/record_locks.h"

namespace service {

kernel::Task<RecordLocks::Held> RecordLocks::hold(std::string record) {
  while (held_.contains(record)) co_await freed_.wait();
  held_.insert(record);
  co_return Held(*this, std::move(record));
}

void RecordLocks::leave(const std::string& record) {
  held_.erase(record);
  freed_.notify_all();
}

}  // namespace service

#pragma once
// The hops that have been opened and not closed.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "emulator/hoplog/batch.h"
#include "emulator/hoplog/flat_map.h"
#include "middleware/kernel/hop.h"

namespace emulator::hoplog {

struct OpenHop {
  kernel::HopId id = 0;  ///< 0 in a free slot
  std::uint64_t event = 0;
  kernel::HopId parent = 0;
  std::int64_t start_ns = 0;
  std::int64_t deadline_ns = kNoTime;
  NameId source = 0;
  NameId target = 0;
  NameId operation = 0;
  NameId fault = 0;
  std::int32_t attempt = 0;
  kernel::Stage stage{};
  bool is_kept = false;                                 ///< HopSample's: it will be recorded
  std::unique_ptr<const std::string> rare_operation{};  ///< when `operation` is 0
};

class OpenHops {
 public:
  static constexpr std::uint32_t kNone = FlatMap<std::uint64_t>::kNone;

  /// The next hop, its id set and the rest as the last user of the slot left it.
  OpenHop& add() {
    std::uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    slots_[slot].id = ++last_id_;
    slot_of_.insert(last_id_, slot);
    return slots_[slot];
  }
  /// nullptr when it is not open.
  OpenHop* find(kernel::HopId id) {
    const std::uint32_t slot = slot_of_.find(id);
    return slot == kNone ? nullptr : &slots_[slot];
  }
  /// Of an open hop; another's when it has closed.
  std::uint32_t place_of(const OpenHop& hop) const {
    return static_cast<std::uint32_t>(&hop - slots_.data());
  }
  void remove(OpenHop& hop) {
    slot_of_.erase(hop.id);
    hop.id = 0;
    free_.push_back(place_of(hop));
  }
  std::vector<kernel::HopId> ids() const;
  std::size_t size() const { return slot_of_.size(); }
  kernel::HopId last_id() const { return last_id_; }

 private:
  std::vector<OpenHop> slots_;
  std::vector<std::uint32_t> free_;
  FlatMap<std::uint64_t> slot_of_;
  kernel::HopId last_id_ = 0;
};

}  // namespace emulator::hoplog

#pragma once
// Reading an org's events over time: what CometD and its like stand on.
//
// Source: facts/salesforce 2, 3.3, 4.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "emulator/relay/ports.h"
#include "emulator/salesforce/ports.h"

namespace emulator::salesforce {

/// Where a subscription begins: kReplayNew, kReplayAll, or behind a replay id.
constexpr std::int64_t kReplayNew = -1;
constexpr std::int64_t kReplayAll = -2;

class ChannelListener {
 public:
  virtual ~ChannelListener() = default;
  /// Something may be there to read. Called on the loop thread from within a publish: do not read here, wake
  /// somebody who does.
  virtual void on_event() = 0;
};

struct SubscribeRequest {
  /// "/event/X__e", "/event/X__chn", "/data/ChangeEvents", "/data/AccountChangeEvent", "/data/X__chn"
  std::string channel;
  std::int64_t replay = kReplayNew;
  std::string user_id{};                ///< empty: the org's first user
  std::string name = "subscriber";      ///< for the record: who reads
  ChannelListener* listener = nullptr;  ///< outlives the subscription
};

/// One reader with a position of its own. Destroying it ends it; what it has not read stays stored.
class StreamSubscription {
 public:
  virtual ~StreamSubscription() = default;
  /// The next events, at most `count`, in order; the position moves behind them, and each counts as a
  /// delivery. Fewer than wanted, or none, when the day's allocation ends; then is_delivery_limit_reached()
  /// of Limits. What a filter keeps back is skipped and does not count.
  virtual std::vector<relay::StoredEventPtr> read(std::size_t count) = 0;
  /// Something is there to read, the allocation aside.
  virtual bool has_more() = 0;
  virtual const std::string& channel() const = 0;
};

class EventStream {
 public:
  virtual ~EventStream() = default;
  /// Errors have the text of CometD in `message` ("400::The replayId {82} you provided was invalid. ..."),
  /// and its number as the status.
  virtual OrgResult<std::unique_ptr<StreamSubscription>> open(SubscribeRequest request) = 0;
};

}  // namespace emulator::salesforce

#pragma once
// The control plane of EventBridge: buses and partner event sources. The wire protocol in front of it is the
// edge's.
//
// Source: facts/aws-delivery 1.3, 1.7. Where a request names a bus, a name and an ARN will do, and nothing
// means "default". Lists are sorted by name; a token is what the answer before gave.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/bus/ports.h"

namespace emulator::bus {

struct ListRequest {
  std::string name_prefix{};
  std::string next_token{};
  std::optional<std::int64_t> limit{};  ///< 1..100; 100 when absent
};

template <class T>
struct Page {
  std::vector<T> items{};
  std::string next_token{};  ///< empty: that was all
};

struct CreateEventBusRequest {
  std::string name;
  std::string event_source_name{};  ///< a partner bus is named as its source
  std::string description{};
};

struct EventBusInfo {
  std::string name;
  std::string arn;
  std::string description{};
  std::string event_source{};  ///< of a partner bus
  kernel::WallTime created;
  kernel::WallTime modified;
};

enum class SourceState : std::uint8_t { Pending, Active };

struct EventSourceInfo {
  std::string name;  ///< "aws.partner/<partner>/<namespace>/<event name>"
  std::string arn;
  std::string created_by;  ///< "aws.partner/<partner>"
  SourceState state = SourceState::Pending;
  kernel::WallTime created;
  std::optional<kernel::WallTime> expires{};  ///< while it is pending
};

class EventBuses {
 public:
  virtual ~EventBuses() = default;
  virtual ApiResult<EventBusInfo> create_event_bus(CreateEventBusRequest request) = 0;
  virtual ApiResult<EventBusInfo> describe_event_bus(const std::string& bus) = 0;
  virtual ApiResult<Page<EventBusInfo>> list_event_buses(ListRequest request) = 0;
  /// A bus that is not there is deleted, too.
  virtual ApiResult<> delete_event_bus(const std::string& bus) = 0;

  virtual ApiResult<EventSourceInfo> describe_event_source(const std::string& name) = 0;
  virtual ApiResult<Page<EventSourceInfo>> list_event_sources(ListRequest request) = 0;
};

}  // namespace emulator::bus

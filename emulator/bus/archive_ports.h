#pragma once
// Archives of a bus, and replays out of them.
//
// Source: facts/aws-delivery 1.7.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/bus/rule_ports.h"

namespace emulator::bus {

struct CreateArchiveRequest {
  std::string name;               ///< 1..48 of . - _ A-Z a-z 0-9
  std::string event_source_arn;   ///< of the bus
  std::string event_pattern{};    ///< everything when empty
  std::int64_t retention_days{};  ///< 0: for ever
  std::string description{};
};

struct UpdateArchiveRequest {
  std::string name;
  std::optional<std::string> event_pattern{};
  std::optional<std::int64_t> retention_days{};
  std::optional<std::string> description{};
};

struct ArchiveInfo {
  std::string name;
  std::string arn;
  std::string event_source_arn;
  std::string event_pattern;
  std::string description{};
  std::int64_t retention_days = 0;
  std::int64_t event_count = 0;
  std::int64_t size_bytes = 0;
  kernel::WallTime created;
  std::string_view state = "ENABLED";
};

enum class ReplayState : std::uint8_t { Starting, Running, Completed, Cancelling, Cancelled };
/// "STARTING", ... FAILED is not among them: nothing here makes a replay fail.
std::string_view to_text(ReplayState state);

struct StartReplayRequest {
  std::string name;              ///< 1..64 of . - _ A-Z a-z 0-9
  std::string event_source_arn;  ///< of the archive
  std::string destination_arn;   ///< of the bus that the archive is of
  kernel::WallTime from;         ///< events by their own time, both ends included
  kernel::WallTime to;
  std::vector<std::string> rule_arns{};  ///< FilterArns: only these rules; all when empty
  std::string description{};
};

struct ReplayInfo {
  StartReplayRequest request;
  std::string arn;
  ReplayState state = ReplayState::Starting;
  kernel::WallTime started;
  std::optional<kernel::WallTime> ended{};
  std::optional<kernel::WallTime> last_replayed{};  ///< the newest event time of the slices done
};

class Archives {
 public:
  virtual ~Archives() = default;
  virtual ApiResult<ArchiveInfo> create_archive(CreateArchiveRequest request) = 0;
  virtual ApiResult<ArchiveInfo> describe_archive(const std::string& archive) = 0;
  virtual ApiResult<Page<ArchiveInfo>> list_archives(ListRequest request) = 0;
  virtual ApiResult<ArchiveInfo> update_archive(UpdateArchiveRequest request) = 0;
  virtual ApiResult<> delete_archive(const std::string& archive) = 0;

  virtual ApiResult<ReplayInfo> start_replay(StartReplayRequest request) = 0;
  virtual ApiResult<ReplayInfo> describe_replay(const std::string& replay) = 0;
  virtual ApiResult<Page<ReplayInfo>> list_replays(ListRequest request) = 0;
  virtual ApiResult<ReplayInfo> cancel_replay(const std::string& replay) = 0;
};

}  // namespace emulator::bus

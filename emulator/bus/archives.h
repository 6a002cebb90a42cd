#pragma once
// Keeps events of a bus, and sends them again.
//
// Source: facts/aws-delivery 1.7.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/bus/archive_ports.h"
#include "emulator/bus/registry.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::bus {

struct ReplayConfig {
  kernel::Duration start_wait = std::chrono::seconds{1};  ///< ASSUMPTION: STARTING lasts so long
  kernel::Duration slice_wait = std::chrono::seconds{1};  ///< ASSUMPTION: a minute's events take so long
  std::int64_t active_max = 10;
};

/// Where replayed events go.
class ReplayOutlet {
 public:
  virtual ~ReplayOutlet() = default;
  /// A new branch of the event begins, on that bus and for these rules (all when empty).
  virtual void replay(const BusEvent& event, const ReplayInfo& replay) = 0;
};

class ArchiveKeeper final : public Archives {
 public:
  /// The references outlive it.
  ArchiveKeeper(ReplayConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
                kernel::Journal& journal, Registry& registry, ReplayOutlet& outlet);

  ApiResult<ArchiveInfo> create_archive(CreateArchiveRequest request) override;
  ApiResult<ArchiveInfo> describe_archive(const std::string& archive) override;
  ApiResult<Page<ArchiveInfo>> list_archives(ListRequest request) override;
  ApiResult<ArchiveInfo> update_archive(UpdateArchiveRequest request) override;
  ApiResult<> delete_archive(const std::string& archive) override;

  ApiResult<ReplayInfo> start_replay(StartReplayRequest request) override;
  ApiResult<ReplayInfo> describe_replay(const std::string& replay) override;
  ApiResult<Page<ReplayInfo>> list_replays(ListRequest request) override;
  ApiResult<ReplayInfo> cancel_replay(const std::string& replay) override;

  /// The archive's rule matched it. ASSUMPTION: it is there at once; the service may take minutes.
  void store(std::string_view archive, const BusEventPtr& event);

  /// Waits until the replay has ended one way or the other; an unknown one has.
  kernel::Task<void> until_ended(std::string replay);

 private:
  struct Kept {
    kernel::WallTime event_time;
    kernel::WallTime stored_at;
    BusEventPtr event;
  };
  struct Archive {
    ArchiveInfo info;
    std::deque<Kept> events{};  ///< in the order in which they came
  };
  /// Events of one minute.
  using Slice = std::vector<Kept>;

  void drop_expired(Archive& archive) const;
  /// Those of the replay by the minute, oldest first; within a minute in an order of luck.
  std::vector<Slice> slices_of(const ReplayInfo& replay);
  std::optional<ApiError> check_replay(const StartReplayRequest& request) const;
  kernel::Task<void> run(std::string name);
  void move_to(ReplayInfo& replay, ReplayState state, std::string_view why);

  ReplayConfig config_;
  std::uint64_t seed_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  Registry& registry_;
  ReplayOutlet& outlet_;
  std::map<std::string, Archive, std::less<>> archives_;
  std::map<std::string, ReplayInfo, std::less<>> replays_;
  kernel::Signal ended_;
  kernel::TaskScope running_;
};

}  // namespace emulator::bus

#pragma once
// Writes a run down. The loop thread only copies what it is told into a batch; the worker turns batches into
// rows.
//
//   open ──> record ... ──> seal ──> queries and checks on file() ──> close
//
// The file can be read at any time, also when this process was killed: it then says 'interrupted' and holds
// what was handed over until the last flush.
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "emulator/hoplog/hop_sample.h"
#include "emulator/hoplog/known_events.h"
#include "emulator/hoplog/open_hops.h"
#include "emulator/hoplog/run_file.h"
#include "emulator/hoplog/writer.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/worker.h"

namespace emulator::hoplog {

/// What stands in the file about the run before it starts.
struct RunStart {
  std::string scenario;
  std::string file;  ///< of the scenario
  std::string text;  ///< of the scenario
  std::uint64_t seed = 0;
  std::string clock = "virtual";  ///< "virtual", "real", "x60"
  std::string version;            ///< of the program
  std::string arguments{};        ///< what was said beside file, seed and clock: "--set a.b=1"
};

struct RecorderConfig {
  std::string path{};  ///< replaced when it is an older run file; its folder is made
  RunStart run{};
  std::size_t body_bytes_max =
      1024;                       ///< of each request and each response; what is longer is cut, and says so
  std::size_t batch_rows = 1000;  ///< rows per transaction; beyond 1000 nothing is gained
  double hops_share = 1;          ///< of the events whose hops are recorded, above 0; see hop_sample.h
  bool read_while_recording =
      false;  ///< live: keeps the indexes up, for those who follow the file as it grows
};

struct CheckRow {
  std::string name;
  std::string kind;     ///< "expectation" or "invariant"
  std::string verdict;  ///< "passed", "failed", "error", "off"
  std::string expected{};
  std::string found{};
  std::string example_event{};  ///< EventUuid
  kernel::HopId example_hop = 0;
  std::string place{};  ///< "scenarios/a.yaml:23"
};

struct RunEnd {
  std::string verdict;  ///< "passed", "failed", "error", "interrupted"
  std::int64_t real_ms = 0;
};

class Recorder final : public kernel::Journal {
 public:
  /// Infrastructure when the file cannot be made; Invalid when the path names a file that is no run file.
  static kernel::Result<std::unique_ptr<Recorder>> open(kernel::Scheduler& scheduler, kernel::Worker& worker,
                                                        RecorderConfig config);
  /// Hands over what is left. Without close() the file says 'interrupted'.
  ~Recorder() override;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // After seal() these are accepted and not recorded: flows that are destroyed late still close their hops.
  kernel::HopId open(const kernel::HopStart& start) override;
  void close(kernel::HopId hop, const kernel::HopEnd& end) override;
  void transition(const kernel::Transition& transition) override;
  void log(const kernel::LogLine& line) override;
  void metric(const kernel::DataPoint& point) override;
  void published(const kernel::PublishedEvent& event) override;
  void rejected(const kernel::PublishedEvent& event, std::string_view where) override;
  void branched(std::string_view event, int more) override;
  void ended(std::string_view event, kernel::End end, std::string_view where) override;
  void fault(const kernel::FaultDraw& draw) override;
  void effect(const kernel::Effect& effect) override;

  /// Hands over the batch as it is; live, every 200 ms or so. Does not wait for the disk.
  void flush();

  const EventCounts& counts() const { return counts_; }
  /// No event is in flight.
  bool all_ended() const { return counts_.in_flight == 0; }
  std::size_t hops_open() const { return hops_.size(); }
  kernel::HopId hops_opened() const { return hops_.last_id(); }

  /// Called at the end of each event, within ended() and rejected().
  using EventEnded = std::move_only_function<void(std::string_view uuid, kernel::End end)>;
  void on_event_end(EventEnded hook) { event_ended_ = std::move(hook); }

  /// No more rows: events in flight are lost, hops under way stay without an end, indexes are built. Returns
  /// the digest. Once.
  kernel::Result<std::string> seal();
  /// After seal(): the file, for queries. Valid until close().
  const RunFile& file() const { return *file_; }
  kernel::Result<> add_check(const CheckRow& check);
  /// After seal(). Leaves one file without -wal and -shm.
  kernel::Result<> close(const RunEnd& end);

 private:
  Recorder(kernel::Scheduler& scheduler, kernel::Worker& worker, RecorderConfig config)
      : scheduler_(scheduler), worker_(worker), config_(std::move(config)), batch_(new_batch()) {
    if (config_.hops_share < 1) sample_.emplace(config_.hops_share);
  }

  kernel::Result<> start_run(const Connection& file);
  std::unique_ptr<Batch> new_batch() const;
  std::int64_t now_ns() const { return kernel::nanoseconds(scheduler_.now()); }
  NameId name(std::string_view text);
  std::uint64_t event_id(std::string_view uuid);
  /// The event of an open hop; 0 without one. The code of a function may know an event by an id of its own:
  /// what it causes belongs to the event that it was invoked with.
  std::uint64_t event_of(kernel::HopId hop);
  template <class Record>
  void add(RecordKind kind, const Record& record, std::initializer_list<std::string_view> texts);
  void add_late(Late fact, std::uint64_t row, std::string_view uuid, NameId word, NameId place);
  void write_hop(const OpenHop& hop, std::int64_t end_ns, std::uint8_t outcome, const kernel::HopEnd& end);
  std::uint32_t publish(const kernel::PublishedEvent& event);
  void end_branch(std::uint32_t slot, std::string_view uuid, kernel::End end, std::string_view where);

  kernel::Scheduler& scheduler_;
  kernel::Worker& worker_;
  RecorderConfig config_;
  std::unique_ptr<Batch> batch_;
  FlatMap<TextKey> names_;
  NameId last_name_ = 0;
  std::size_t operations_ = 0;
  OpenHops hops_;
  std::optional<HopSample> sample_;  ///< nothing: every hop is recorded
  KnownEvents events_;
  EventCounts counts_;
  std::uint64_t last_execution_ = 0;
  EventEnded event_ended_;
  bool sealed_ = false;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<RunFile> file_;
};

}  // namespace emulator::hoplog

// The beginning and the end of a recording: what happens to the file before the first row and after the last.
#include <filesystem>

#include "emulator/hoplog/recorder.h"
#include "emulator/hoplog/schema.h"
#include "middleware/kernel/check.h"

namespace emulator::hoplog {
namespace {

kernel::Result<> make_way(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::path(path).has_parent_path()) fs::create_directories(fs::path(path).parent_path(), error);
  if (error)
    return kernel::infrastructure("cannot make the folder of the run file: " + error.message(), path);
  if (fs::exists(path, error)) {
    if (fs::file_size(path, error) > 0) {
      const auto old = Connection::open(path, Connection::Access::ReadOnly);
      if (!old || !expect_run_file(*old))
        return kernel::invalid("exists and is not a run file: not replaced", path);
    }
    fs::remove(path, error);
  }
  if (error) return kernel::infrastructure("cannot replace the run file: " + error.message(), path);
  fs::remove(path + "-wal", error);
  fs::remove(path + "-shm", error);
  return {};
}

}  // namespace

kernel::Result<std::unique_ptr<Recorder>> Recorder::open(kernel::Scheduler& scheduler, kernel::Worker& worker,
                                                         RecorderConfig config) {
  CHECK(config.batch_rows > 0);
  if (auto free = make_way(config.path); !free) return std::unexpected(free.error());
  auto file = Connection::open(config.path, Connection::Access::ReadWriteCreate);
  if (!file) return std::unexpected(file.error());
  if (auto ready = prepare_for_recording(*file); !ready) return std::unexpected(ready.error());
  if (auto made = create_tables(*file); !made) return std::unexpected(made.error());
  if (config.read_while_recording) {
    if (auto built = create_indexes(*file); !built) return std::unexpected(built.error());
  }
  std::unique_ptr<Recorder> recorder{new Recorder(scheduler, worker, std::move(config))};
  if (auto started = recorder->start_run(*file); !started) return std::unexpected(started.error());
  auto writer = Writer::make(std::move(*file));
  if (!writer) return std::unexpected(writer.error());
  recorder->writer_ = std::move(*writer);
  return recorder;
}

kernel::Result<> Recorder::start_run(const Connection& file) {
  auto insert = file.prepare(
      "INSERT INTO runs (id, scenario, file, text, seed, clock, verdict, version, wall_start, arguments, "
      "hops_share) VALUES (1, ?, ?, ?, ?, ?, 'interrupted', ?, ?, ?, ?)");
  if (!insert) return std::unexpected(insert.error());
  const RunStart& run = config_.run;
  const std::string wall_start =
      kernel::iso_millis(scheduler_.wall_now() - scheduler_.now().time_since_epoch());
  insert->bind(1, run.scenario);
  insert->bind(2, run.file);
  insert->bind(3, run.text);
  insert->bind(4, static_cast<std::int64_t>(run.seed));
  insert->bind(5, run.clock);
  insert->bind(6, run.version);
  insert->bind(7, wall_start);
  insert->bind(8, run.arguments);
  insert->bind(9, config_.hops_share);
  return insert->run();
}

kernel::Result<std::string> Recorder::seal() {
  CHECK(!sealed_);
  event_ended_ = nullptr;
  for (const std::uint32_t slot : events_.in_flight()) {
    events_.at(slot).open = 1;
    end_branch(slot, {}, kernel::End::Lost, "in flight at the end of the run");
  }
  for (const kernel::HopId id : hops_.ids()) {
    OpenHop& hop = *hops_.find(id);
    if (sample_) sample_->closes(hops_, hop, kernel::Outcome::Cancelled);
    write_hop(hop, kNoTime, kNoOutcome, {});
  }
  flush();
  sealed_ = true;
  const std::int64_t end_ns = now_ns();
  worker_.wait_idle();
  auto digest = writer_->seal(sample_ ? std::optional(sample_->layers()) : std::nullopt);
  if (!digest) return digest;
  auto update = writer_->file().prepare("UPDATE runs SET digest = ?, virtual_ns = ?");
  if (!update) return std::unexpected(update.error());
  update->bind(1, *digest);
  update->bind(2, end_ns);
  if (auto updated = update->run(); !updated) return std::unexpected(updated.error());
  file_ = RunFile::on(writer_->file());
  return digest;
}

kernel::Result<> Recorder::add_check(const CheckRow& check) {
  CHECK(file_ != nullptr);
  auto insert = writer_->file().prepare(
      "INSERT INTO checks (kind, name, verdict, expected, found, example_event, example_hop, place) "
      "VALUES (?, ?, ?, ?, ?, nullif(?, ''), nullif(?, 0), nullif(?, ''))");
  if (!insert) return std::unexpected(insert.error());
  insert->bind(1, check.kind);
  insert->bind(2, check.name);
  insert->bind(3, check.verdict);
  insert->bind(4, check.expected);
  insert->bind(5, check.found);
  insert->bind(6, check.example_event);
  insert->bind(7, static_cast<std::int64_t>(check.example_hop));
  insert->bind(8, check.place);
  return insert->run();
}

kernel::Result<> Recorder::close(const RunEnd& end) {
  CHECK(file_ != nullptr);
  auto update = writer_->file().prepare("UPDATE runs SET verdict = ?, real_ms = ?");
  if (!update) return std::unexpected(update.error());
  update->bind(1, end.verdict);
  update->bind(2, end.real_ms);
  if (auto updated = update->run(); !updated) return updated;
  *update = Statement{};
  auto finished = finish_recording(writer_->file());
  file_.reset();
  writer_.reset();
  return finished;
}

}  // namespace emulator::hoplog

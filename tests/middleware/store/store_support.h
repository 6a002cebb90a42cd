#pragma once
// A store of either engine: in virtual time, or, where it has sockets, on a loop.
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "middleware/kernel/worker.h"
#include "middleware/live/loop.h"
#include "middleware/store/memory_store.h"
#include "middleware/store/sqlite_store.h"
#include "tests/support/run_task.h"
#ifdef RELAYRIG_POSTGRES
#include "middleware/store/postgres_store.h"
#include "tests/support/postgres_server.h"
#define STORE_ENGINES "memory", "sqlite", "postgres"
#else
#define STORE_ENGINES "memory", "sqlite"
#endif

namespace store {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "store_test_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline kernel::Result<std::unique_ptr<SqliteStore>> open_sqlite(const std::string& path,
                                                                kernel::Scheduler& scheduler,
                                                                kernel::Worker& worker) {
  return SqliteStore::open({.path = path, .keep = std::chrono::hours{1}}, scheduler, worker,
                           [](kernel::Action action) { action(); });
}

#ifdef RELAYRIG_POSTGRES
inline kernel::Task<kernel::Result<std::string>> url_of_server(bool) {
  co_return support::PostgresServer::shared()->url();
}

/// A new schema at each call.
inline std::string new_schema() {
  static int schemas = 0;
  return "test_" + std::to_string(++schemas);
}

inline PostgresGround postgres_ground(live::Loop& loop, kernel::Worker& worker) {
  return {.scheduler = loop,
          .watches = loop,
          .worker = worker,
          .post = [&loop](kernel::Action action) { loop.post(std::move(action)); },
          .url = url_of_server};
}
#endif

/// The value of a task that waits for sockets.
template <class T>
T run_live(live::Loop& loop, kernel::Task<T> task) {
  std::optional<T> result;
  kernel::TaskScope scope;
  scope.spawn(support::keep(std::move(task), result));
  loop.run_until([&result] { return result.has_value(); });
  return std::move(*result);
}

/// What a store lives on; it remembers done events for an hour.
class StoreBed {
 public:
  explicit StoreBed(const std::string& engine) : engine_(engine) {
    if (engine == "postgres") loop_ = std::make_unique<live::Loop>();
  }

  std::unique_ptr<Store> open() {
    if (engine_ == "memory") return std::make_unique<MemoryStore>(std::chrono::hours{1});
#ifdef RELAYRIG_POSTGRES
    if (engine_ == "postgres") {
      return std::make_unique<PostgresStore>(
          PostgresConfig{.schema = new_schema(), .connections = 2, .keep = std::chrono::hours{1}},
          postgres_ground(*loop_, worker_));
    }
#endif
    auto opened = open_sqlite(folder_.file("store.db"), scheduler_, worker_);
    if (!opened) throw std::runtime_error(opened.error().text());
    return std::move(*opened);
  }
  template <class T>
  T run(kernel::Task<T> task) {
    return loop_ ? run_live(*loop_, std::move(task)) : support::run(scheduler_, std::move(task));
  }

 private:
  std::string engine_;
  std::unique_ptr<live::Loop> loop_;
  emulator::sim::VirtualScheduler scheduler_{support::kWallStart};
  kernel::InlineWorker worker_;
  TempFolder folder_;
};

}  // namespace store

#pragma once
// A store of either engine, in virtual time.
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "middleware/kernel/worker.h"
#include "middleware/store/memory_store.h"
#include "middleware/store/sqlite_store.h"
#include "tests/support/run_task.h"

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

/// Remembers done events for an hour.
inline std::unique_ptr<Store> make_store(const std::string& engine, const TempFolder& folder,
                                         kernel::Scheduler& scheduler, kernel::Worker& worker) {
  if (engine == "memory") return std::make_unique<MemoryStore>(std::chrono::hours{1});
  auto opened = open_sqlite(folder.file("store.db"), scheduler, worker);
  if (!opened) throw std::runtime_error(opened.error().text());
  return std::move(*opened);
}

}  // namespace store

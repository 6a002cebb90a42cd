#pragma once
// The store that a deployment's file names.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "middleware/config/inbox_shapes.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/worker.h"
#include "middleware/live/loop.h"
#include "middleware/secrets/provider.h"
#include "middleware/store/fellows.h"
#include "middleware/store/store.h"

namespace program {

/// What a store lives on; all outlives it.
struct StoreGround {
  live::Loop& loop;
  kernel::Worker& worker;  ///< writes to the disk, or looks up the hosts of the database
  secrets::Provider& secrets;
  kernel::HopSink& log;
  std::uint64_t seed = 0;  ///< of the jitter of waits
};

struct OpenedStore {
  std::unique_ptr<store::Store> store{};
  store::Fellows* fellows = nullptr;  ///< the store's; null: it is shared with nobody
};

/// Whether this program can open it: one that was built without libpq knows no PostgreSQL.
/// `place` is where the file says so.
void check_store(const config::StoreConfig& config, const config::Place& place, config::Problems& problems);

/// Errors: a file that is damaged, foreign or in use. A database may come later: until then the store has
/// trouble().
kernel::Result<OpenedStore> open_store(const config::StoreConfig& config, StoreGround ground);

/// "memory", "sqlite", "postgres": for the first log line.
std::string kind_of(const config::StoreConfig& config);

}  // namespace program

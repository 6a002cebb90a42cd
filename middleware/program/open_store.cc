#include "middleware/program/open_store.h"

#include <utility>

#include "middleware/store/memory_store.h"
#ifdef RELAYRIG_POSTGRES
#include "middleware/store/postgres_store.h"
#endif
#include "middleware/store/sqlite_store.h"

namespace program {
namespace {

#ifdef RELAYRIG_POSTGRES
constexpr bool kHasPostgres = true;

/// `reference` is asked for at each connecting, so that a rotated password is found.
kernel::Task<kernel::Result<std::string>> url_of(secrets::Provider& secrets, std::string reference,
                                                 bool is_refused) {
  if (is_refused) secrets.forget(reference);
  auto asking = secrets.get(std::move(reference));
  co_return co_await std::move(asking);
}

OpenedStore open_postgres(const config::PostgresText& text, kernel::Duration remember,
                          const StoreGround& ground) {
  auto opened = std::make_unique<store::PostgresStore>(
      store::PostgresConfig{.schema = text.schema,
                            .connections = text.connections,
                            .ca_file = text.ca_file,
                            .keep = remember,
                            .look_every = text.look,
                            .seed = ground.seed},
      store::PostgresGround{
          .scheduler = ground.loop,
          .watches = ground.loop,
          .worker = ground.worker,
          .post = [&loop = ground.loop](kernel::Action action) { loop.post(std::move(action)); },
          .url = [&secrets = ground.secrets,
                  reference = text.url](bool is_refused) { return url_of(secrets, reference, is_refused); },
          .say =
              [&log = ground.log](kernel::LogLevel level, const std::string& what) {
                log.log({.level = level, .source = "store", .message = what});
              }});
  store::Fellows* const fellows = opened.get();
  return {.store = std::move(opened), .fellows = fellows};
}
#else
constexpr bool kHasPostgres = false;

OpenedStore open_postgres(const config::PostgresText&, kernel::Duration, const StoreGround&) { return {}; }
#endif

constexpr const char* kNoPostgres =
    "this build has no PostgreSQL: it was made without libpq (libpq-dev; make deps-postgres)";

}  // namespace

void check_store(const config::StoreConfig& config, const config::Place& place, config::Problems& problems) {
  if (config.postgres && !kHasPostgres) problems.add(place, kNoPostgres);
}

kernel::Result<OpenedStore> open_store(const config::StoreConfig& config, StoreGround ground) {
  if (config.postgres) {
    OpenedStore opened = open_postgres(*config.postgres, config.remember, ground);
    if (!opened.store) return kernel::invalid(kNoPostgres);
    return opened;
  }
  if (config.sqlite.empty())
    return OpenedStore{.store = std::make_unique<store::MemoryStore>(config.remember)};
  auto opened = store::SqliteStore::open(
      {.path = config.sqlite, .keep = config.remember}, ground.loop, ground.worker,
      [&loop = ground.loop](kernel::Action action) { loop.post(std::move(action)); });
  if (!opened) return std::unexpected(opened.error());
  return OpenedStore{.store = std::move(*opened)};
}

std::string kind_of(const config::StoreConfig& config) {
  if (config.postgres) return "postgres";
  return config.sqlite.empty() ? "memory" : "sqlite";
}

}  // namespace program

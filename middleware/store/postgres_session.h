#pragma once
// One session with a PostgreSQL server. libpq never blocks: its socket is watched by the loop, and who asks
// something waits as any other flow does.
//
// PostgresFailure is thrown by what is asked inside of a transaction; it leaves the pool as a value.
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task.h"
#include "middleware/kernel/watch.h"
#include "middleware/store/postgres_rows.h"
#include "middleware/store/postgres_url.h"

struct pg_conn;

namespace store {

enum class PostgresTrouble : std::uint8_t {
  Lost,     ///< the session is gone; what was not committed is not there
  Again,    ///< a deadlock or a conflict: the same transaction may succeed when it is run again
  Refused,  ///< the server says no
};

struct PostgresFailure {
  PostgresTrouble trouble = PostgresTrouble::Refused;
  std::string state{};  ///< SQLSTATE, where the server gave one
  kernel::Error error{};
};

class PostgresSession final : private kernel::ReadyWatcher {
 public:
  /// `target` has addresses for its hosts. Gives up at `deadline`. Throws PostgresFailure.
  static kernel::Task<std::unique_ptr<PostgresSession>> open(kernel::Scheduler& scheduler,
                                                             kernel::Watches& watches, PostgresTarget target,
                                                             kernel::Timestamp deadline);
  ~PostgresSession();
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  /// One statement. Each waits `patience` for its answer; then the session is lost.
  kernel::Task<PostgresRows> query(const char* sql, PostgresParameters parameters);
  /// Several statements without parameters; what the last that has rows answers, as texts.
  kernel::Task<PostgresRows> script(std::string sql);

  /// At rest: the server has not closed it, and no transaction is open.
  bool is_usable();
  /// A transaction is open, perhaps a failed one.
  bool is_in_transaction() const;

  static constexpr kernel::Duration kPatience = std::chrono::seconds{10};

 private:
  PostgresSession(kernel::Scheduler& scheduler, kernel::Watches& watches, PostgresTarget target);

  void on_ready() override;
  auto ready() {
    struct Awaiter {
      PostgresSession& session;
      explicit Awaiter(PostgresSession& its_session) : session(its_session) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() { session.waiting_ = nullptr; }
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiting) noexcept { session.waiting_ = waiting; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

  void rewatch();
  void unwatch();
  kernel::Task<bool> connect();
  kernel::Task<PostgresRows> answer();
  kernel::Task<PostgresRows> within_patience(bool is_sent);
  PostgresFailure lost(std::string what);
  PostgresFailure failure_of(const pg_result* result);
  std::string last_error() const;

  kernel::Scheduler& scheduler_;
  kernel::Watches& watches_;
  PostgresTarget target_;
  pg_conn* connection_ = nullptr;
  int fd_ = -1;
  kernel::WatchId watch_;
  std::coroutine_handle<> waiting_;
  bool is_lost_ = false;
};

}  // namespace store

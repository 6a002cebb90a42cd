#pragma once
// The sessions of one process with its PostgreSQL, and transactions that outlive the loss of one.
//
//   run(work) ─> session ─> BEGIN ─> work ─> COMMIT ─┬─> true
//                  ^  ^                 │ conflict    └─ answer lost ─> pg_xact_status: committed, or not
//                  │  └─ a few times ───┘                                    true <─┘        └─> once more
//                  └─ none to be had: false, and trouble() says why
//
// Whether a transaction whose COMMIT was not answered is there is asked of the server by its id: nothing is
// done twice, and nothing that is done is called failed, as long as there is a server to ask.
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "middleware/kernel/worker.h"
#include "middleware/store/postgres_session.h"

namespace store {

struct PostgresConfig {
  std::string schema = "relayrig";  ///< of the tables; made if it is not there
  int connections = 8;              ///< sessions at most
  std::string ca_file{};            ///< CAs to trust in the server, for a URL that names none
  kernel::Duration keep = std::chrono::hours{24 * 7};     ///< done events are remembered for so long
  kernel::Duration look_every = std::chrono::seconds{1};  ///< what others did is counted so often
  std::uint64_t seed = 0;                                 ///< of the jitter of waits
};

/// What a store of PostgreSQL lives on; all outlives it.
struct PostgresGround {
  kernel::Scheduler& scheduler;
  kernel::Watches& watches;
  kernel::Worker& worker;  ///< looks up the names of hosts
  /// Brings an action from the worker to the thread of the scheduler.
  std::function<void(kernel::Action)> post;
  /// The URL, asked at each connecting; `is_refused`: the server said no to the last one.
  std::function<kernel::Task<kernel::Result<std::string>>(bool is_refused)> url;
  /// For people: it is lost, it is back. Never the URL.
  std::function<void(kernel::LogLevel, const std::string&)> say = [](kernel::LogLevel, const std::string&) {};
};

class PostgresPool {
 public:
  /// May be run more than once, each time in a transaction of its own: it changes nothing but the database
  /// and its own result. Throws PostgresFailure.
  using Work = std::function<kernel::Task<void>(PostgresSession&)>;

  PostgresPool(PostgresConfig config, PostgresGround ground);
  PostgresPool(const PostgresPool&) = delete;
  PostgresPool& operator=(const PostgresPool&) = delete;

  /// True: committed. Never cancelled half-way: it goes on when its caller goes.
  kernel::Task<bool> run(Work work);
  /// One statement, which may be done twice: reading, or writing the same again.
  kernel::Task<bool> run_alone(Work work);

  /// Why the last transaction or connecting failed; nothing once a transaction was committed since.
  std::optional<kernel::Error> trouble() const { return trouble_; }
  /// The database's calendar less ours, in nanoseconds, as of the last connecting; 0 while they agree to
  /// 100 ms.
  std::int64_t clock_offset() const { return clock_offset_; }

 private:
  using Session = std::unique_ptr<PostgresSession>;
  enum class Attempt : std::uint8_t { Committed, Lost, Again, Unknown, Refused };

  /// Gives its session back, or closes it if it is of no more use.
  class Lease;

  kernel::Task<Session> acquire();
  void give_back(Session session);
  void connect_if_needed();
  kernel::Task<void> connect();
  kernel::Task<kernel::Result<Session>> open_one();
  kernel::Task<void> set_up(PostgresSession& session);
  kernel::Task<kernel::Result<PostgresTarget>> target();
  kernel::Task<kernel::Result<std::vector<std::string>>> addresses_of(std::vector<std::string> hosts);

  kernel::Task<void> run_to_end(Work work, bool is_alone, kernel::Arrival<bool> end);
  kernel::Task<bool> run_here(Work work, bool is_alone);
  kernel::Task<Attempt> attempt(PostgresSession& session, const Work& work, bool is_alone,
                                std::string& transaction);
  kernel::Task<Attempt> what_became_of(std::string transaction);
  kernel::Duration wait_before(int attempt, kernel::Duration first, kernel::Duration most);
  void note(std::optional<kernel::Error> trouble);

  PostgresConfig config_;
  PostgresGround ground_;
  std::vector<Session> idle_;
  std::deque<kernel::Arrival<Session>> waiting_;
  int open_ = 0;  ///< idle and leased
  bool is_connecting_ = false;
  bool is_refused_ = false;  ///< the last URL was
  bool is_set_up_ = false;   ///< the tables are there
  int connects_failed_ = 0;
  kernel::Timestamp next_connect_{};
  std::optional<kernel::Error> trouble_ =
      kernel::Error{kernel::ErrorCode::Infrastructure, "the store: PostgreSQL: there is no session yet"};
  bool is_told_ = false;  ///< of trouble
  std::int64_t clock_offset_ = 0;
  std::uint64_t draws_ = 0;
  kernel::TaskScope works_;
};

}  // namespace store

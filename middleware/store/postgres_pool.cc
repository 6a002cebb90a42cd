#include "middleware/store/postgres_pool.h"

#include <algorithm>
#include <utility>

#include "middleware/kernel/random.h"

namespace store {

using kernel::Task;
using namespace std::chrono_literals;

namespace {

constexpr int kAttemptsMax = 6;
/// How often it is asked what became of a transaction that the server still works on.
constexpr int kQuestionsMax = 50;
constexpr auto kQuestionWait = 100ms;

PostgresFailure failure_in(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const PostgresFailure& failure) {
    return failure;
  }
}

}  // namespace

class PostgresPool::Lease {
 public:
  Lease(PostgresPool& pool, Session session) : pool_(pool), session_(std::move(session)) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (session_) pool_.give_back(std::move(session_));
  }
  explicit operator bool() const { return session_ != nullptr; }
  PostgresSession& operator*() const { return *session_; }

 private:
  PostgresPool& pool_;
  Session session_;
};

PostgresPool::PostgresPool(PostgresConfig config, PostgresGround ground)
    : config_(std::move(config)), ground_(std::move(ground)) {}

Task<bool> PostgresPool::run(Work work) {
  const kernel::Arrival<bool> end(ground_.scheduler);
  works_.spawn(run_to_end(std::move(work), false, end));
  co_return co_await end.wait();
}

Task<bool> PostgresPool::run_alone(Work work) {
  const kernel::Arrival<bool> end(ground_.scheduler);
  works_.spawn(run_to_end(std::move(work), true, end));
  co_return co_await end.wait();
}

Task<void> PostgresPool::run_to_end(Work work, bool is_alone, kernel::Arrival<bool> end) {
  end.set(co_await run_here(std::move(work), is_alone));
}

Task<bool> PostgresPool::run_here(Work work, bool is_alone) {
  for (int attempts = 1; attempts <= kAttemptsMax; ++attempts) {
    std::string transaction;
    Attempt ended = Attempt::Refused;
    {
      const Lease lease(*this, co_await acquire());
      if (!lease) co_return false;
      ended = co_await attempt(*lease, work, is_alone, transaction);
    }
    if (ended == Attempt::Unknown) ended = co_await what_became_of(std::move(transaction));
    if (ended == Attempt::Committed) {
      if (!is_alone) note(std::nullopt);
      co_return true;
    }
    if (ended == Attempt::Refused || ended == Attempt::Unknown) co_return false;
    co_await kernel::sleep_for_duration(ground_.scheduler, wait_before(attempts, 5ms, 200ms));
  }
  note(kernel::Error{kernel::ErrorCode::Infrastructure,
                     "the store: PostgreSQL: transactions do not come to their end"});
  co_return false;
}

Task<PostgresPool::Attempt> PostgresPool::attempt(PostgresSession& session, const Work& work, bool is_alone,
                                                  std::string& transaction) {
  std::exception_ptr thrown;
  bool is_committing = false;
  try {
    if (!is_alone) {
      const PostgresRows begun =
          co_await session.script("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_current_xact_id()::text");
      transaction = begun.text(0, 0);
    }
    co_await work(session);
    is_committing = !is_alone;
    if (is_committing) co_await session.script("COMMIT");
    co_return Attempt::Committed;
  } catch (const PostgresFailure&) {
    thrown = std::current_exception();
  }
  const PostgresFailure failure = failure_in(thrown);
  if (session.is_in_transaction()) {
    try {
      co_await session.script("ROLLBACK");
    } catch (const PostgresFailure&) {
      // The session is lost, and the transaction with it.
    }
  }
  if (failure.trouble == PostgresTrouble::Again) co_return Attempt::Again;
  note(failure.error);
  if (failure.trouble == PostgresTrouble::Refused) co_return Attempt::Refused;
  co_return is_committing ? Attempt::Unknown : Attempt::Lost;
}

Task<PostgresPool::Attempt> PostgresPool::what_became_of(std::string transaction) {
  for (int asked = 0; asked < kQuestionsMax; ++asked) {
    std::string status;
    std::exception_ptr thrown;
    {
      const Lease lease(*this, co_await acquire());
      if (!lease) co_return Attempt::Unknown;
      try {
        const PostgresRows rows = co_await (*lease).query("SELECT pg_xact_status($1::text::xid8)",
                                                          PostgresParameters().text(transaction));
        status = rows.text(0, 0);
      } catch (const PostgresFailure&) {
        thrown = std::current_exception();
      }
    }
    if (thrown) {
      // A server that has not got so far lost the transaction when it took over.
      const PostgresFailure failure = failure_in(thrown);
      if (failure.trouble == PostgresTrouble::Refused) co_return Attempt::Lost;
    }
    if (status == "committed") co_return Attempt::Committed;
    if (status == "aborted") co_return Attempt::Lost;
    co_await kernel::sleep_for_duration(ground_.scheduler, kQuestionWait);
  }
  co_return Attempt::Unknown;
}

kernel::Duration PostgresPool::wait_before(int attempt, kernel::Duration first, kernel::Duration most) {
  const kernel::Duration wait = std::min(first * (1 << std::min(attempt - 1, 10)), most);
  const double draw = kernel::draw_unit(
      {.seed = config_.seed, .rule = "postgres", .key = config_.schema, .n = ++draws_, .purpose = "wait"});
  return std::chrono::duration_cast<kernel::Duration>(wait * (0.5 + draw / 2));
}

void PostgresPool::note(std::optional<kernel::Error> trouble) {
  trouble_ = std::move(trouble);
  if (trouble_ && !is_told_) ground_.say(kernel::LogLevel::Error, trouble_->text());
  if (!trouble_ && is_told_) ground_.say(kernel::LogLevel::Info, "the store: PostgreSQL can be written");
  is_told_ = trouble_.has_value();
}

Task<PostgresPool::Session> PostgresPool::acquire() {
  while (waiting_.empty() && !idle_.empty()) {
    Session session = std::move(idle_.back());
    idle_.pop_back();
    if (session->is_usable()) co_return session;
    --open_;
  }
  const bool may_connect = ground_.scheduler.now() >= next_connect_;
  if (open_ == 0 && !is_connecting_ && !may_connect) co_return Session{};
  const kernel::Arrival<Session> turn(ground_.scheduler);
  waiting_.push_back(turn);
  connect_if_needed();
  co_return co_await turn.wait();
}

void PostgresPool::give_back(Session session) {
  if (!session->is_usable()) {
    session.reset();
    --open_;
    return connect_if_needed();
  }
  if (waiting_.empty()) {
    idle_.push_back(std::move(session));
    return;
  }
  const kernel::Arrival<Session> first = waiting_.front();
  waiting_.pop_front();
  first.set(std::move(session));
}

void PostgresPool::connect_if_needed() {
  if (is_connecting_ || waiting_.empty() || open_ >= config_.connections) return;
  if (ground_.scheduler.now() >= next_connect_) {
    is_connecting_ = true;
    works_.spawn(connect());
    return;
  }
  if (open_ > 0) return;
  for (const auto& turn : std::exchange(waiting_, {})) turn.set(Session{});
}

Task<void> PostgresPool::connect() {
  kernel::Result<Session> opened = co_await open_one();
  is_connecting_ = false;
  if (opened) {
    connects_failed_ = 0;
    next_connect_ = {};
    ++open_;
    give_back(std::move(*opened));
  } else {
    note(std::move(opened.error()));
    // Once more at once: a session may be ended while it is being opened.
    next_connect_ = ground_.scheduler.now();
    if (++connects_failed_ > 1) next_connect_ += wait_before(connects_failed_ - 1, 100ms, 5s);
  }
  connect_if_needed();
}

}  // namespace store

#include "middleware/store/postgres_session.h"

#include <libpq-fe.h>
#include <poll.h>

#include <utility>
#include <vector>

#include "middleware/kernel/wait.h"

namespace store {

using kernel::Task;

namespace {

bool is_ready_for(int fd, short events) {
  pollfd look{.fd = fd, .events = events, .revents = 0};
  return poll(&look, 1, 0) != 0;
}

/// The last line of libpq's text says what happened; those before it say where, for each address.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return text;
}

PostgresTrouble trouble_of(std::string_view state) {
  if (state == "40001" || state == "40P01" || state == "55P03") return PostgresTrouble::Again;
  // The connection, the server's going down or not being up yet; a standby that takes no writes: another
  // session may find the new primary.
  const bool is_lost = state.starts_with("08") || state.starts_with("57P") || state == "25006";
  return is_lost ? PostgresTrouble::Lost : PostgresTrouble::Refused;
}

}  // namespace

PostgresSession::PostgresSession(kernel::Scheduler& scheduler, kernel::Watches& watches,
                                 PostgresTarget target)
    : scheduler_(scheduler), watches_(watches), target_(std::move(target)) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : target_.options) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  connection_ = PQconnectStartParams(keywords.data(), values.data(), 0);
}

PostgresSession::~PostgresSession() {
  unwatch();
  PQfinish(connection_);
}

Task<std::unique_ptr<PostgresSession>> PostgresSession::open(kernel::Scheduler& scheduler,
                                                             kernel::Watches& watches, PostgresTarget target,
                                                             kernel::Timestamp deadline) {
  std::unique_ptr<PostgresSession> session(new PostgresSession(scheduler, watches, std::move(target)));
  const auto is_open = co_await kernel::with_deadline(scheduler, deadline, session->connect());
  if (!is_open) throw session->lost("the server does not answer");
  if (!*is_open) throw session->lost(session->last_error());
  PQsetnonblocking(session->connection_, 1);
  // Notices (of "IF NOT EXISTS" and the like) go nowhere.
  PQsetNoticeReceiver(session->connection_, [](void*, const PGresult*) {}, nullptr);
  co_return session;
}

Task<bool> PostgresSession::connect() {
  if (connection_ == nullptr || PQstatus(connection_) == CONNECTION_BAD) co_return false;
  // libpq's contract: the first wait is for writing.
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK) {
    if (status == PGRES_POLLING_FAILED) co_return false;
    // Each attempt may have a socket of its own, with the number of the one before.
    rewatch();
    const short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    while (!is_ready_for(fd_, events)) co_await ready();
    status = PQconnectPoll(connection_);
  }
  rewatch();
  co_return true;
}

void PostgresSession::rewatch() {
  unwatch();
  fd_ = PQsocket(connection_);
  if (fd_ >= 0) watch_ = watches_.watch(fd_, *this);
}

void PostgresSession::unwatch() {
  if (watch_) watches_.unwatch(std::exchange(watch_, {}), fd_);
}

void PostgresSession::on_ready() {
  if (waiting_) std::exchange(waiting_, nullptr).resume();
}

Task<PostgresRows> PostgresSession::query(const char* sql, PostgresParameters parameters) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (std::size_t i = 0; i < parameters.values().size(); ++i) {
    const std::string& value = parameters.values()[i];
    values.push_back(parameters.is_null(i) ? nullptr : value.data());
    lengths.push_back(static_cast<int>(value.size()));
  }
  const std::vector<int> formats(values.size(), 1);
  const bool is_sent =
      PQsendQueryParams(connection_, sql, static_cast<int>(values.size()), parameters.types().data(),
                        values.data(), lengths.data(), formats.data(), 1) == 1;
  return within_patience(is_sent);
}

Task<PostgresRows> PostgresSession::script(std::string sql) {
  return within_patience(PQsendQuery(connection_, sql.c_str()) == 1);
}

Task<PostgresRows> PostgresSession::within_patience(bool is_sent) {
  if (!is_sent) throw lost(last_error());
  auto rows = co_await kernel::with_deadline(scheduler_, scheduler_.now() + kPatience, answer());
  if (!rows) throw lost("the server does not answer");
  co_return std::move(*rows);
}

Task<PostgresRows> PostgresSession::answer() {
  for (int left = 1; (left = PQflush(connection_)) != 0;) {
    if (left < 0) throw lost(last_error());
    co_await ready();
    if (PQconsumeInput(connection_) == 0) throw lost(last_error());
  }
  PostgresRows rows;
  std::optional<PostgresFailure> failure;
  while (true) {
    while (PQisBusy(connection_) != 0) {
      // The loop tells of changes only, and libpq may have left bytes in the socket.
      if (!is_ready_for(fd_, POLLIN)) co_await ready();
      if (PQconsumeInput(connection_) == 0) throw lost(last_error());
    }
    pg_result* result = PQgetResult(connection_);
    if (result == nullptr) break;
    PostgresRows part(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      if (status == PGRES_TUPLES_OK || rows.is_empty()) rows = std::move(part);
    } else if (!failure) {
      failure = failure_of(result);
    }
  }
  if (PQstatus(connection_) == CONNECTION_BAD && !failure) failure = lost(last_error());
  if (failure) throw std::move(*failure);
  co_return rows;
}

PostgresFailure PostgresSession::lost(std::string what) {
  is_lost_ = true;
  return {.trouble = PostgresTrouble::Lost,
          .error = {kernel::ErrorCode::Infrastructure,
                    "the store: PostgreSQL: " + without_password(one_line(std::move(what)), target_)}};
}

PostgresFailure PostgresSession::failure_of(const pg_result* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (state == nullptr) return lost(PQresultErrorMessage(result));
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  PostgresFailure failure = lost((message == nullptr ? "" : message) + std::string(" (") + state + ")");
  failure.state = state;
  failure.trouble = trouble_of(state);
  is_lost_ = failure.trouble == PostgresTrouble::Lost;
  return failure;
}

std::string PostgresSession::last_error() const {
  return connection_ == nullptr ? "out of memory" : PQerrorMessage(connection_);
}

bool PostgresSession::is_usable() {
  if (is_lost_ || PQtransactionStatus(connection_) != PQTRANS_IDLE) return false;
  if (is_ready_for(fd_, POLLIN) && PQconsumeInput(connection_) == 0) return false;
  return PQstatus(connection_) == CONNECTION_OK;
}

bool PostgresSession::is_in_transaction() const {
  const PGTransactionStatusType status = PQtransactionStatus(connection_);
  return !is_lost_ && (status == PQTRANS_INTRANS || status == PQTRANS_INERROR);
}

}  // namespace store

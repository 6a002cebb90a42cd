// How the pool comes to a session: the URL, addresses, the server's word on who we are, the tables.
#include <utility>

#include "middleware/store/postgres_pool.h"
#include "middleware/store/postgres_schema.h"

namespace store {

using kernel::Task;
using namespace std::chrono_literals;

namespace {

constexpr auto kConnectTime = 10s;
/// Clocks that differ less are the same clock.
constexpr auto kClockSlack = 100ms;

/// What another process of this session's role may have to wait for when this one's machine is gone.
constexpr const char* kSessionRules =
    "SET idle_in_transaction_session_timeout = 15000; SET lock_timeout = 8000; SET statement_timeout = 9000; "
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
    "'off'; "
    "SELECT (extract(epoch from clock_timestamp()) * 1000000)::bigint::text";

bool is_of_password(const std::string& state) { return state.starts_with("28"); }

}  // namespace

Task<kernel::Result<PostgresTarget>> PostgresPool::target() {
  auto asking = ground_.url(is_refused_);
  const kernel::Result<std::string> url = co_await std::move(asking);
  if (!url) co_return std::unexpected(url.error());
  auto target = read_postgres_url(*url, config_.ca_file);
  if (!target || target->hosts.empty()) co_return target;
  auto addresses = co_await addresses_of(target->hosts);
  if (!addresses) co_return std::unexpected(addresses.error());
  std::string list;
  for (const std::string& address : *addresses) list += (list.empty() ? "" : ",") + address;
  target->set("hostaddr", list);
  co_return target;
}

/// libpq would ask the system itself, and stop the loop for it.
Task<kernel::Result<std::vector<std::string>>> PostgresPool::addresses_of(std::vector<std::string> hosts) {
  const kernel::Arrival<kernel::Result<std::vector<std::string>>> arrival(ground_.scheduler);
  ground_.worker.post([hosts = std::move(hosts), post = ground_.post, arrival] {
    post([arrival, found = look_up(hosts)] { arrival.set(found); });
  });
  co_return co_await arrival.wait();
}

Task<kernel::Result<PostgresPool::Session>> PostgresPool::open_one() {
  const kernel::Timestamp deadline = ground_.scheduler.now() + kConnectTime;
  auto target = co_await this->target();
  if (!target) co_return std::unexpected(target.error());
  std::optional<PostgresFailure> failed;
  Session session;
  try {
    session =
        co_await PostgresSession::open(ground_.scheduler, ground_.watches, std::move(*target), deadline);
    co_await set_up(*session);
  } catch (const PostgresFailure& failure) {
    failed = failure;
  }
  // While a session is being opened libpq keeps the state of an error to itself.
  is_refused_ = failed && (is_of_password(failed->state) ||
                           failed->error.message.find("authentication failed") != std::string::npos);
  if (failed) co_return std::unexpected(failed->error);
  co_return session;
}

Task<void> PostgresPool::set_up(PostgresSession& session) {
  const auto calendar = [this] { return ground_.scheduler.wall_now().time_since_epoch(); };
  const kernel::Duration before = calendar();
  const PostgresRows rows = co_await session.script(kSessionRules);
  const kernel::Duration ours = before + (calendar() - before) / 2;
  const kernel::Duration theirs = std::chrono::microseconds{std::stoll(rows.text(0, 0))};
  // It stays as it is while it is right: times that were written are read back as they were.
  const kernel::Duration error = theirs - ours - kernel::Duration{clock_offset_};
  if (error > kClockSlack || error < -kClockSlack) clock_offset_ = (theirs - ours).count();
  co_await session.script("SET search_path = " + postgres::quoted_name(config_.schema));
  if (is_set_up_) co_return;
  co_await postgres::set_up_schema(session, config_.schema);
  is_set_up_ = true;
}

}  // namespace store

#include "middleware/live/attendant.h"

#include <sys/socket.h>

#include <chrono>
#include <exception>
#include <utility>

namespace live {
namespace {

using Clock = std::chrono::steady_clock;

/// Whoever was silent from one sweep to the next rests.
constexpr std::chrono::milliseconds kBetweenSweeps{50};
/// Reads, and requests, that one client gets in a row; then a thread takes it, and the others have their
/// turn.
constexpr int kInARowMax = 8;

}  // namespace

struct Attendant::Entry final : kernel::ReadyWatcher {
  Entry(Attendant& its_attendant, std::unique_ptr<Session> its_session)
      : attendant(its_attendant),
        session(std::move(its_session)),
        watch(attendant.desk_->loop.watch(session->stream.socket(), *this)) {}
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() {
    if (session) take_session();
  }
  bool may_have_more() const {
    return has_ended || !session->stream.is_drained() || !session->stream.received().empty();
  }
  std::unique_ptr<Session> take_session() {
    attendant.desk_->loop.unwatch(watch, session->stream.socket());
    session->exchange->forget();
    return std::move(session);
  }
  void on_ready() override {
    is_stirred = true;
    has_ended = has_ended || attendant.desk_->loop.is_hung_up();
    if (!is_asking) attendant.look(*this);
  }

  Attendant& attendant;
  std::unique_ptr<Session> session;
  kernel::WatchId watch;
  std::list<Entry>::iterator place;
  bool is_stirred = true;  ///< since the last sweep
  bool is_asking = false;  ///< its request is with the handler
  bool has_ended = false;  ///< the client says no more: behind its last bytes, of which nobody tells again
};

Attendant::Attendant(std::shared_ptr<ServerDesk> desk, const AnswerMaker& answers, Elsewhere elsewhere)
    : desk_(std::move(desk)), answers_(answers), elsewhere_(std::move(elsewhere)) {}

Attendant::~Attendant() { close(); }

void Attendant::admit(std::unique_ptr<Session> session) {
  const std::lock_guard lock(mutex_);
  if (is_closed_ || is_shut_) return;
  arrivals_.push_back(std::move(session));
  if (arrivals_.size() > 1) return;
  desk_->loop.post([self = weak_from_this()] {
    if (const auto alive = self.lock()) alive->take_arrivals();
  });
}

bool Attendant::is_open() {
  const std::lock_guard lock(mutex_);
  return !is_closed_ && !is_shut_;
}

void Attendant::take_arrivals() {
  std::vector<std::unique_ptr<Session>> arrived;
  {
    const std::lock_guard lock(mutex_);
    arrived.swap(arrivals_);
  }
  for (std::unique_ptr<Session>& session : arrived) {
    if (!is_open()) return;  // a handler shut it just now
    Entry& entry = entries_.emplace_back(*this, std::move(session));
    entry.place = std::prev(entries_.end());
    look(entry);
  }
  arm();
}

void Attendant::look(Entry& entry) {
  std::optional<Answer> unsent;
  Next next = Next::Again;
  for (int i = 0; next == Next::Again && i < kInARowMax; ++i) {
    try {
      next = step(entry, unsent);
    } catch (const std::exception&) {
      next = Next::End;  // out of memory for this connection: it goes, the others stay
    }
  }
  act(entry, next, std::move(unsent));
}

Attendant::Next Attendant::step(Entry& entry, std::optional<Answer>& unsent) {
  Session& session = *entry.session;
  switch (session.reader.advance(session.stream, 1)) {
    case RequestReader::State::Gone:
      return Next::End;
    case RequestReader::State::Refused:
      return Next::Read;
    case RequestReader::State::Whole:
      return session.afterwards == kernel::Afterwards::Kept ? serve(entry, unsent) : Next::Read;
    case RequestReader::State::Idle:
    case RequestReader::State::Head:
    case RequestReader::State::Body:
      break;
  }
  return entry.may_have_more() ? Next::Again : Next::Wait;
}

Attendant::Next Attendant::serve(Entry& entry, std::optional<Answer>& unsent) {
  Session& session = *entry.session;
  entry.is_asking = true;
  unsent = answers_.make(session, [this, &entry](kernel::HttpRequest request) {
    return entry.session->exchange->ask_here(
        std::move(request),
        [this, &entry](std::optional<kernel::HttpReply> reply) { reply_came(entry, std::move(reply)); });
  });
  if (!unsent) return session.exchange->is_asking() ? Next::Wait : Next::End;
  entry.is_asking = false;
  if (send_at_once(session, *unsent) == Sent::NotAtOnce) return Next::Send;
  return entry.may_have_more() ? Next::Again : Next::Wait;
}

Attendant::Next Attendant::answer_late(Entry& entry, std::optional<kernel::HttpReply> reply,
                                       std::optional<Answer>& unsent) {
  if (!reply) return Next::End;
  unsent = answers_.make(*entry.session, std::move(*reply));
  if (!unsent) return Next::End;
  return send_at_once(*entry.session, *unsent) == Sent::Whole ? Next::Again : Next::Send;
}

void Attendant::reply_came(Entry& entry, std::optional<kernel::HttpReply> reply) {
  entry.is_asking = false;
  entry.is_stirred = true;
  std::optional<Answer> unsent;
  Next next = Next::End;
  try {
    next = answer_late(entry, std::move(reply), unsent);
  } catch (const std::exception&) {
    next = Next::End;
  }
  if (next == Next::Again) return look(entry);  // what came in the meantime
  act(entry, next, std::move(unsent));
}

void Attendant::act(Entry& entry, Next next, std::optional<Answer> unsent) {
  switch (next) {
    case Next::Wait:
      return;
    case Next::End:
      entries_.erase(entry.place);
      return;
    case Next::Again:
    case Next::Read:
      elsewhere_.read(detach(entry), false);
      return;
    case Next::Send:
      elsewhere_.send(detach(entry), std::move(*unsent));
  }
}

std::unique_ptr<Session> Attendant::detach(Entry& entry) {
  std::unique_ptr<Session> session = entry.take_session();
  entries_.erase(entry.place);
  return session;
}

void Attendant::sweep() {
  const Clock::time_point now = Clock::now();
  for (auto next = entries_.begin(); next != entries_.end();) {
    Entry& entry = *next++;
    if (entry.is_asking) continue;
    if (entry.session->deadline() <= now) {
      elsewhere_.read(detach(entry), true);
    } else if (!std::exchange(entry.is_stirred, false)) {
      elsewhere_.rest(detach(entry));
    }
  }
  arm();
}

void Attendant::arm() {
  if (sweep_ || entries_.empty()) return;
  Loop& loop = desk_->loop;
  const auto wait = std::chrono::duration<double, std::nano>(kBetweenSweeps) * loop.speed();
  sweep_ = loop.call_at(loop.now() + std::chrono::duration_cast<kernel::Duration>(wait), [this] {
    sweep_ = {};
    sweep();
  });
}

void Attendant::open() {
  const std::lock_guard lock(mutex_);
  is_shut_ = false;
}

void Attendant::shut() {
  {
    const std::lock_guard lock(mutex_);
    is_shut_ = true;
    arrivals_.clear();
  }
  for (auto next = entries_.begin(); next != entries_.end();) {
    Entry& entry = *next++;
    if (!entry.is_asking) {
      entries_.erase(entry.place);
      continue;
    }
    entry.session->exchange->make_last();
    ::shutdown(entry.session->stream.socket(), SHUT_RD);
  }
}

void Attendant::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    arrivals_.clear();
  }
  if (sweep_) desk_->loop.cancel(std::exchange(sweep_, {}));
  entries_.clear();
}

}  // namespace live

#include "middleware/live/server_exchange.h"

#include <exception>
#include <utility>

namespace live {

/// The duty to settle one request. Whoever drops it unanswered lets the waiting thread go without a reply.
class Ticket {
 public:
  explicit Ticket(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Ticket(Ticket&&) noexcept = default;
  Ticket& operator=(Ticket&&) = delete;
  Ticket(const Ticket&) = delete;
  ~Ticket() {
    if (exchange_) exchange_->settle(std::nullopt);
  }
  kernel::HttpRequest take_request() { return std::move(exchange_->request_); }
  ServerDesk& desk() const { return *exchange_->desk_; }
  void answer(kernel::HttpReply reply) { std::exchange(exchange_, nullptr)->settle(std::move(reply)); }

 private:
  std::shared_ptr<Exchange> exchange_;
};

namespace {

kernel::Task<void> serve(kernel::HttpHandler& handler, Ticket ticket) {
  kernel::HttpReply reply;
  try {
    reply = co_await handler.handle(ticket.take_request());
  } catch (const std::exception& failure) {
    reply.response = kernel::problem(500, "handler_failed", failure.what());
  } catch (...) {
    reply.response = kernel::problem(500, "handler_failed", "not a std::exception");
  }
  ticket.answer(std::move(reply));
}

}  // namespace

bool Exchange::begin(kernel::HttpRequest request) {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return false;
  request_ = std::move(request);
  is_settled_ = false;
  return true;
}

std::optional<kernel::HttpReply> Exchange::ask_here(kernel::HttpRequest request, Later later) {
  const auto alive = shared_from_this();
  if (desk_->is_closed || !begin(std::move(request))) return std::nullopt;
  desk_->scope.spawn(serve(desk_->handler, Ticket(shared_from_this())));
  if (is_asking()) later_ = std::move(later);
  return std::exchange(reply_, std::nullopt);
}

void Exchange::forget() { later_ = nullptr; }

std::optional<kernel::HttpReply> Exchange::ask(kernel::HttpRequest request) {
  if (!begin(std::move(request))) return std::nullopt;
  desk_->loop.post([ticket = Ticket(shared_from_this())]() mutable {
    ServerDesk& desk = ticket.desk();
    if (!desk.is_closed) desk.scope.spawn(serve(desk.handler, std::move(ticket)));
  });
  std::unique_lock lock(mutex_);
  settled_came_.wait(lock, [this] { return is_settled_ || is_closed_; });
  return std::exchange(reply_, std::nullopt);
}

bool Exchange::is_asking() {
  const std::lock_guard lock(mutex_);
  return !is_settled_;
}

void Exchange::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  settled_came_.notify_one();
}

void Exchange::settle(std::optional<kernel::HttpReply> reply) {
  {
    const std::lock_guard lock(mutex_);
    reply_ = std::move(reply);
    is_settled_ = true;
  }
  if (later_) {
    std::exchange(later_, nullptr)(std::exchange(reply_, std::nullopt));
  } else {
    settled_came_.notify_one();
  }
}

}  // namespace live

#pragma once
// HTTP in memory: the virtual counterpart of middleware/live's sockets.
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/answer_scope.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::sim {

/// Joins clients and handlers by host name. A served exchange goes on when its caller gives up, as on a real
/// network.
class Wire final : public kernel::HttpClient {
 public:
  /// How long a client waits for a connection that is never made; as middleware/live/http_client.h.
  static constexpr kernel::Duration kConnectTimeout = std::chrono::milliseconds{1500};

  explicit Wire(kernel::Scheduler& scheduler) : scheduler_(scheduler), exchanges_(scheduler) {}

  /// `handler` outlives the wire. A host that nobody serves refuses connections.
  void serve(std::string host, kernel::HttpHandler& handler) {
    hosts_.push_back({.name = std::move(host), .handler = &handler, .exchanges = exchanges_});
  }

  /// What is found by whoever connects to the host from now on. With TLS doors it is a server of TLS.
  void set_door(std::string_view host, kernel::Door door);

  /// Endings, paces and doors become what the client on sockets would have observed
  /// (middleware/live/http_client.h), at the time when it would: a slow answer is there when its last byte
  /// is, or not before the deadline and so never.
  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override;

  std::size_t exchanges_running() const { return exchanges_.running(); }

  /// Cancels what is under way; to be called before the handlers go.
  void stop() { exchanges_.cancel_all(); }

 private:
  using Exchanges = kernel::AnswerScope<kernel::HttpReply>;
  struct Host {
    std::string name;
    kernel::HttpHandler* handler;
    Exchanges& exchanges;
    kernel::Door door = kernel::Door::Open;
    /// Connections at rest, the last used last, down to the lowest that does not bear another request.
    std::vector<kernel::Afterwards> resting{};

    kernel::Task<kernel::HttpResult> exchange(kernel::Task<kernel::HttpReply> handling,
                                              kernel::Timestamp deadline);
    kernel::HttpResult observed(Exchanges::Answer& answer);
    /// The connection that the next request takes; why it gets no answer, if it does not.
    std::optional<kernel::NoAnswer> take_resting();
    void keep(const kernel::HttpReply& reply);
  };
  Host* find(std::string_view host);
  kernel::Task<kernel::HttpResult> closed(kernel::Door door, kernel::Timestamp deadline);

  kernel::Scheduler& scheduler_;
  std::deque<Host> hosts_;  // they stay where they are
  Exchanges exchanges_;
};

}  // namespace emulator::sim

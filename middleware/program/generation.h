#pragma once
// All that follows from one reading of middleware.yaml. A reload makes another: requests that run end under
// the old one, new ones go to the new.
#include <memory>
#include <optional>

#include "middleware/config/middleware_file.h"
#include "middleware/live/http_client.h"
#include "middleware/program/files.h"
#include "middleware/service/guard.h"
#include "middleware/service/metrics.h"
#include "middleware/service/operations.h"
#include "middleware/service/service.h"
#include "middleware/service/trace_carrier.h"
#include "middleware/sns/endpoint.h"

namespace program {

class Generation final : public kernel::HttpHandler {
 public:
  /// What lasts longer than a reading of the file.
  struct Lasting {
    live::Loop& loop;
    service::Metrics& metrics;
    store::Store& store;
    secrets::Provider& secrets;
    std::uint64_t seed = 0;
    std::string ca_file;
    std::function<bool()> is_stopping{};
    std::function<std::vector<service::Gauge>()> gauges{};
  };
  /// Errors: a URL or a CA file that is wrong.
  static kernel::Result<std::unique_ptr<Generation>> make(config::MiddlewareFile file, Lasting lasting);

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  const config::MiddlewareFile& file() const { return file_; }
  service::Guard& guard() { return *guard_; }
  std::vector<service::ApiCaller*> callers() const { return service_->callers(); }

  /// Takes no more accepted events off the store.
  void retire() { service_->retire(); }
  /// Delivers nothing more; what is being delivered goes on.
  void stop_telling() { service_->stop_telling(); }
  bool is_telling() const { return service_->is_telling(); }
  /// No request and no accepted event is worked on.
  bool is_idle() const { return running_ == 0 && service_->is_idle(); }

 private:
  Generation(config::MiddlewareFile file, std::unique_ptr<live::HttpClientPool> client, Lasting lasting);

  config::MiddlewareFile file_;
  std::unique_ptr<live::HttpClientPool> client_;
  service::TraceCarrier carrier_{*client_};
  service::Service* service_;  ///< the endpoint's
  std::optional<sns::Endpoint> endpoint_;
  std::optional<service::Operations> operations_;
  std::optional<service::Guard> guard_;
  int running_ = 0;
};

/// What cannot change while the process runs, and did: "server.running, inbox.store"; "" when nothing of it.
std::string kept_from(const config::MiddlewareFile& before, const config::MiddlewareFile& now);

}  // namespace program

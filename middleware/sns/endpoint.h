#pragma once
// The middleware as an HTTPS subscriber of SNS topics: POST /sns takes what SNS sends, unwraps the event and
// treats it as the function does. Everything else goes to the service behind it.
//
//   SubscriptionConfirmation  of a topic that is listed: its SubscribeURL is visited
//   Notification, or raw      200 done · 422 it can never succeed, SNS must not repeat it · 503 again
//   a topic that is not listed: 403
//
// Signatures are not checked, as POST /events knows no caller either: a network that is open to strangers
// needs something in front of both.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/ingest/ingest.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/scheduler.h"

namespace sns {

struct EndpointConfig {
  std::vector<std::string> topics{};  ///< ARNs; without any there is no endpoint
};

/// "sns.us-east-1.amazonaws.com": where the SubscribeURL of a topic has to lie; "" for what is no ARN.
std::string service_host(std::string_view topic_arn);

class Endpoint final : public kernel::HttpHandler {
 public:
  /// `client` must be able to reach the `service_host` of each topic.
  Endpoint(EndpointConfig config, ingest::IngestConfig ingest, kernel::Scheduler& scheduler,
           kernel::HttpClient& client, std::unique_ptr<kernel::HttpHandler> service);

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  /// As for the function: where dropped events and missing references are named, and where references lie.
  void log_to(kernel::HopSink& log) { ingest_.log_to(log); }
  void refer_to(secrets::Provider& references) { ingest_.refer_to(references); }

 private:
  /// The service as the function's code reaches it: without a network.
  class InProcess final : public kernel::HttpClient {
   public:
    explicit InProcess(kernel::HttpHandler& service) : service_(service) {}
    kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override;

   private:
    kernel::HttpHandler& service_;
  };

  bool is_listed(std::string_view topic_arn) const;
  kernel::Task<kernel::HttpReply> take(kernel::HttpRequest request);
  kernel::Task<kernel::HttpReply> take_event(std::string event, kernel::HopId cause);
  kernel::Task<kernel::HttpReply> confirm(std::string topic_arn, std::string url);

  EndpointConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::HttpClient& client_;
  std::unique_ptr<kernel::HttpHandler> service_;
  InProcess in_process_;
  ingest::Ingest ingest_;
};

}  // namespace sns

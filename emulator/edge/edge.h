#pragma once
// The one port behind which all emulated services answer the clients that people have.
//
//   request ─> mounted host, path? ─> /_relayrig? ─> identify ─> read_input ─> service ─> write_result
//
// Every call is a hop of stage `client`, with the attempt that the client counts; its invocation id, which
// stays the same over a client's own retries, is in a log line of source `edge`.
// Source: facts/aws-delivery 0. What is not emulated is refused by name and status 400 (see call.h).
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "emulator/arn/arn.h"
#include "emulator/edge/service.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::edge {

struct EdgeConfig {
  std::string region{kRegion};    ///< the rig stands in one: calls signed for another are refused
  std::string account{kAccount};  ///< 12 digits
  std::string version{};          ///< of the program, for /_relayrig/health
};

class Edge final : public kernel::HttpHandler {
 public:
  /// The references outlive the edge.
  Edge(EdgeConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::HopSink& sink);
  ~Edge() override;

  void add(std::unique_ptr<AwsService> service);
  /// `handler`, which must outlive the edge, answers for this path and what lies below it.
  void mount(std::string path, kernel::HttpHandler& handler);

  /// The same for every host that ends so.
  void mount_hosts(std::string suffix, kernel::HttpHandler& handler);

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  /// Cancels the calls under way, which are never answered: before the boxes go that they wait for.
  void stop() { calls_.cancel_all(); }

 private:
  AwsService* find(std::string_view service) const;
  kernel::Task<AwsResult> run(AwsCall call);
  kernel::HttpResponse admin(const kernel::HttpRequest& request) const;
  kernel::Task<void> answer(AwsCall call, kernel::Arrival<kernel::HttpReply> reply);
  void log_call(const AwsCall& call) const;

  EdgeConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::HopSink& sink_;
  kernel::Random ids_;
  std::vector<std::unique_ptr<AwsService>> services_;
  std::vector<std::pair<std::string, kernel::HttpHandler*>> mounts_;
  std::vector<std::pair<std::string, kernel::HttpHandler*>> host_mounts_;
  kernel::TaskScope calls_;
};

}  // namespace emulator::edge

// The same seed fires the same faults, however many threads serve, in which order requests come, and whether
// time is virtual. Facts: mocks-and-faults 12 and 18.
#include <set>

#include "mocks/api.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/middleware/live/live_support.h"
#include "tests/support/run_task.h"

namespace fault_tests {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeed = 42;
constexpr int kKeys = 64;
constexpr int kAttempts = 4;

/// Just the faults that fired.
class FiredJournal final : public kernel::Journal {
 public:
  kernel::HopId open(const kernel::HopStart&) override { return 1; }
  void close(kernel::HopId, const kernel::HopEnd&) override {}
  void transition(const kernel::Transition&) override {}
  void log(const kernel::LogLine&) override {}
  void metric(const kernel::DataPoint&) override {}
  void published(const kernel::PublishedEvent&) override {}
  void rejected(const kernel::PublishedEvent&, std::string_view) override {}
  void branched(std::string_view, int) override {}
  void ended(std::string_view, kernel::End, std::string_view) override {}
  void fault(const kernel::FaultDraw& draw) override {
    if (!draw.fired) return;
    fired.insert(std::string(draw.rule) + " " + std::string(draw.key) + " #" + std::to_string(draw.n));
  }
  void effect(const kernel::Effect&) override {}

  std::set<std::string> fired;
};

mocks::ApiSpec payments() {
  return {
      .name = "api",
      .operations = {{.path = "/charges", .effect = "charge", .business_key = "/reference", .status = 201}}};
}

void add_faults(mocks::FaultSet& faults) {
  using mocks::CountPer;
  using mocks::Place;
  const mocks::FaultEffect busy{.status = 503};
  faults.add({.name = "share per key",
              .target = "api",
              .count_per = CountPer::BusinessKey,
              .share = 0.3,
              .effect = busy});
  faults.add({.name = "share per run", .target = "api", .share = 0.1, .place = Place::After, .effect = busy});
  faults.add({.name = "each seventh", .target = "api", .every = 7, .effect = busy});
  faults.add({.name = "first of each key",
              .target = "api",
              .count_per = CountPer::BusinessKey,
              .times = 1,
              .effect = {.ending = kernel::Ending::Reset}});
}

kernel::HttpRequest charge(int key) {
  return live_tests::request("POST", "/charges", R"({"reference":"SO-)" + std::to_string(key) + R"("})");
}

kernel::Task<void> call_often(kernel::HttpClient& client, kernel::Scheduler& scheduler, int key,
                              int& running) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    co_await client.send(charge(key), scheduler.now() + 60s);
  }
  --running;
}

/// Requests on TLS come by threads, the others by the loop.
std::set<std::string> fired_on_the_wire(std::size_t threads, bool is_tls) {
  static const live::CertificateAuthority authority = live::CertificateAuthority::create().value();
  live::Loop loop;
  FiredJournal journal;
  mocks::FaultSet faults(kSeed, journal);
  add_faults(faults);
  mocks::MockApi api(payments(), kSeed, loop, journal, faults);
  live::ServerConfig config{.threads_max = threads};
  if (is_tls) config.tls = authority.issue().value();
  const auto server = live::HttpServer::start(loop, api, config).value();
  const auto client = live::HttpClientPool::create(loop, {.hosts = {{"api", server->base_url()}},
                                                          .ca_pem = authority.ca_pem(),
                                                          .connect_timeout = 60s,
                                                          .connections_max = 8})
                          .value();
  int running = kKeys;
  kernel::TaskScope callers;
  // Against the order of the virtual run, and all at once.
  for (int key = kKeys; key > 0; --key) callers.spawn(call_often(*client, loop, key, running));
  loop.run_until([&] { return running == 0; });
  server->stop();
  return journal.fired;
}

std::set<std::string> fired_in_virtual_time() {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  FiredJournal journal;
  mocks::FaultSet faults(kSeed, journal);
  add_faults(faults);
  mocks::MockApi api(payments(), kSeed, scheduler, journal, faults);
  for (int key = 1; key <= kKeys; ++key) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) support::run(scheduler, api.handle(charge(key)));
  }
  return journal.fired;
}

TEST(FiredSchedule, IsTheSameForOneFourAndSixteenThreadsAndInVirtualTime) {
  const std::set<std::string> expected = fired_in_virtual_time();
  EXPECT_GT(expected.size(), static_cast<std::size_t>(kKeys)) << "luck had its part";
  for (const std::size_t threads : {1U, 4U, 16U}) {
    for (const bool is_tls : {false, true}) {
      EXPECT_EQ(fired_on_the_wire(threads, is_tls), expected) << threads << (is_tls ? " TLS" : " plain");
    }
  }
}

}  // namespace
}  // namespace fault_tests

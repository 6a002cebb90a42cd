#include "emulator/platform/services/services.h"

#include <gtest/gtest.h>

#include "middleware/kernel/wait.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::services {
namespace {

const std::string kNoSuch = "arn:aws:apprunner:us-east-1:123456789012:service/none/0";

std::string at(const kernel::Scheduler& scheduler) {
  return kernel::duration_text(scheduler.now().time_since_epoch());
}

/// Takes ten seconds to deploy, and does as it is told.
class ScriptedService final : public compute::HostedService, public kernel::HttpHandler {
 public:
  ScriptedService(kernel::Scheduler& scheduler, Lines& lines, std::string name)
      : scheduler_(scheduler), lines_(lines), name_(std::move(name)) {}

  compute::Release release() const override { return release_; }
  kernel::HttpHandler& door() override { return *this; }
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest /*request*/) override {
    return kernel::answered({.response = {200, {}, name_}});
  }
  kernel::Task<bool> deploy(compute::Release release, compute::ServiceLog& log) override {
    log.line("Deployment started");
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + 10s);
    const bool is_healthy = release.listens && !is_sick;
    if (is_healthy) release_ = release;
    lines_.push_back(at(scheduler_) + " " + name_ + (is_healthy ? " serves" : " fails"));
    co_return is_healthy;
  }
  kernel::Task<void> pause() override {
    lines_.push_back(at(scheduler_) + " " + name_ + " rests");
    co_return;
  }
  kernel::Task<bool> resume(compute::ServiceLog& log) override { return deploy(release_, log); }

  bool is_sick = false;

 private:
  compute::Release release_{.limits = {.provisioned_min = 2, .active_max = 7, .concurrency = 60}};
  kernel::Scheduler& scheduler_;
  Lines& lines_;
  std::string name_;
};

struct ServicesBench : Bench, compute::ServiceHost, ServiceWatcher {
  std::unique_ptr<compute::HostedService> host(const std::string& name) override {
    auto made = std::make_unique<ScriptedService>(scheduler, lines, name);
    made->is_sick = is_sick;
    return made;
  }
  void event(std::string_view detail_type, std::string detail, std::string_view /*arn*/,
             kernel::WallTime /*time*/) override {
    events.push_back(at(scheduler) + " " + std::string(detail_type) + " " + detail);
  }
  void line(std::string_view group, std::string_view stream, kernel::WallTime /*time*/,
            std::string_view text) override {
    logged.push_back(at(scheduler) + " " + std::string(group) + " " + std::string(stream) + " " +
                     std::string(text));
  }
  /// "RUNNING: CREATE_SERVICE SUCCEEDED, ..."
  std::string state(const std::string& arn) {
    std::string text(to_text(services.describe(arn)->status));
    for (const Operation& operation : *services.operations(arn)) {
      text += (text.find(':') == std::string::npos ? ": " : ", ") + std::string(to_text(operation.type)) +
              " " + std::string(to_text(operation.status));
    }
    return text;
  }
  std::string own_arn() { return services.list().front().arn; }
  CreateRequest request(std::string name) {
    return {.name = std::move(name), .source = {.image = Services::kImage}};
  }

  Lines lines;
  Lines events;
  Lines logged;
  bool is_sick = false;
  ScriptedService own{scheduler, lines, "own"};
  Services services{7,
                    {scheduler, journal, *this, *this, 40s},
                    OwnService{"middleware", "0123456789abcdef0123456789abcdef", own}};
};

TEST(Services, BeginWithTheRigsOwn) {
  ServicesBench bench;
  const auto all = bench.services.list();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].arn,
            "arn:aws:apprunner:us-east-1:123456789012:service/middleware/0123456789abcdef0123456789abcdef");
  EXPECT_EQ(all[0].url, "0123456789.us-east-1.awsapprunner.com");
  EXPECT_EQ(bench.state(all[0].arn), "RUNNING");
  const auto scaling = bench.services.describe_scaling(all[0].scaling_arn);
  EXPECT_EQ(scaling->limits, (compute::ScalingLimits{2, 7, 60})) << "as it is deployed";
  EXPECT_TRUE(scaling->has_service);
}

TEST(Services, AnswerAtOnceAndRefuseOthersMeanwhile) {
  struct Case {
    const char* name;
    std::function<bool(Services&, const std::string&)> begin;
    kernel::Duration takes;
    std::string meanwhile;
    std::string after;
  };
  const Case cases[] = {
      {"update", [](auto& s, const auto& arn) { return s.update({.arn = arn}).has_value(); }, 10s,
       "UPDATE_SERVICE IN_PROGRESS", "RUNNING: UPDATE_SERVICE SUCCEEDED"},
      {"deployment", [](auto& s, const auto& arn) { return s.deploy(arn).has_value(); }, 10s,
       "START_DEPLOYMENT IN_PROGRESS", "RUNNING: START_DEPLOYMENT SUCCEEDED"},
      {"pause", [](auto& s, const auto& arn) { return s.pause(arn).has_value(); }, 40s,
       "PAUSE_SERVICE IN_PROGRESS", "PAUSED: PAUSE_SERVICE SUCCEEDED"},
      {"delete", [](auto& s, const auto& arn) { return s.remove(arn).has_value(); }, 40s,
       "DELETE_SERVICE IN_PROGRESS", "DELETED: DELETE_SERVICE SUCCEEDED"},
      {"failed deployment", [](auto& s, const auto&) { return s.deploy_own(false).has_value(); }, 10s,
       "START_DEPLOYMENT IN_PROGRESS", "RUNNING: START_DEPLOYMENT ROLLBACK_SUCCEEDED"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ServicesBench bench;
    const std::string arn = bench.own_arn();
    ASSERT_TRUE(c.begin(bench.services, arn));
    EXPECT_EQ(bench.state(arn), "OPERATION_IN_PROGRESS: " + c.meanwhile);
    for (const auto& refused : {bench.services.pause(arn).error(), bench.services.resume(arn).error(),
                                bench.services.remove(arn).error(), bench.services.deploy(arn).error(),
                                bench.services.update({.arn = arn}).error()}) {
      EXPECT_EQ(refused.code, "InvalidStateException");
      EXPECT_EQ(refused.message, "Service cannot be changed in the current state: OPERATION_IN_PROGRESS");
    }
    bench.run_to(c.takes - 1ns);
    EXPECT_EQ(bench.state(arn), "OPERATION_IN_PROGRESS: " + c.meanwhile);
    bench.run_to(c.takes);
    EXPECT_EQ(bench.state(arn), c.after);
  }
}

TEST(Services, TakeOfAPausedServiceOnlyResumeAndDelete) {
  ServicesBench bench;
  const std::string arn = bench.own_arn();
  ASSERT_TRUE(bench.services.pause(arn));
  bench.run_to(1min);
  EXPECT_EQ(bench.services.update({.arn = arn}).error().code, "InvalidStateException");
  EXPECT_EQ(bench.services.deploy(arn).error().code, "InvalidStateException");
  EXPECT_EQ(bench.services.pause(arn).error().code, "InvalidStateException");
  ASSERT_TRUE(bench.services.resume(arn));
  bench.run_to(2min);
  EXPECT_EQ(bench.state(arn), "RUNNING: RESUME_SERVICE SUCCEEDED, PAUSE_SERVICE SUCCEEDED");
  EXPECT_EQ(bench.lines, (Lines{"0s own rests", "1m10s own serves"}));
}

TEST(Services, UpdateTheScalingAndHealthOfWhatRuns) {
  ServicesBench bench;
  const std::string arn = bench.own_arn();
  const std::string before = bench.services.describe(arn)->scaling_arn;
  const auto wide = bench.services.create_scaling({.name = "wide", .concurrency = 200, .provisioned_min = 3});
  ASSERT_TRUE(wide);
  ASSERT_TRUE(bench.services.update({.arn = arn,
                                     .scaling_arn = "arn:aws:apprunner:us-east-1:123456789012:"
                                                    "autoscalingconfiguration/wide",
                                     .health = compute::HealthConfig{.interval = 7s}}));
  bench.run_to(10s);
  EXPECT_EQ(bench.own.release().limits, (compute::ScalingLimits{3, 25, 200}));
  EXPECT_EQ(bench.own.release().health->interval, 7s);
  EXPECT_EQ(bench.services.describe(arn)->scaling_arn, wide->arn);
  bench.own.is_sick = true;
  ASSERT_TRUE(bench.services.update({.arn = arn, .scaling_arn = before}));
  EXPECT_EQ(bench.services.describe(arn)->scaling_arn, before);
  bench.run_to(20s);
  EXPECT_EQ(bench.services.describe(arn)->scaling_arn, wide->arn) << "rolled back";
}

TEST(Services, CreateFurtherOnesOfTheRigsImage) {
  ServicesBench bench;
  const auto created = bench.services.create(bench.request("second"));
  ASSERT_TRUE(created);
  const std::string arn = created->service.arn;
  EXPECT_EQ(bench.state(arn), "OPERATION_IN_PROGRESS: CREATE_SERVICE IN_PROGRESS");
  EXPECT_EQ(bench.services.create(bench.request("second")).error().code, "InvalidRequestException");
  bench.run_to(10s);
  EXPECT_EQ(bench.state(arn), "RUNNING: CREATE_SERVICE SUCCEEDED");
  ASSERT_TRUE(bench.services.remove(arn));
  bench.run_to(1min);
  EXPECT_EQ(bench.state(arn), "DELETED: DELETE_SERVICE SUCCEEDED, CREATE_SERVICE SUCCEEDED");
  EXPECT_EQ(bench.services.list().size(), 1u);
  EXPECT_TRUE(bench.services.create(bench.request("second"))) << "the name is free again";
}

TEST(Services, TakeTheirOwnImageFromEverywhere) {
  struct Case {
    std::string image;
    bool is_taken;
  };
  const Case cases[] = {{"relayrig-middleware", true},
                        {"public.ecr.aws/shop/relayrig-middleware:1.4.2", true},
                        {"1.dkr.ecr.us-east-1.amazonaws.com/relayrig-middleware@sha256:00", true},
                        {"relayrig-middleware/nginx", false},
                        {"shop/relayrig-middleware2:1", false},
                        {"", false}};
  for (const Case& c : cases) {
    ServicesBench bench;
    CreateRequest request = bench.request("second");
    request.source.image = c.image;
    const auto created = bench.services.create(request);
    EXPECT_EQ(created.has_value(), c.is_taken) << c.image;
    if (created) EXPECT_EQ(created->service.source.image, c.image) << "shown as it was said";
  }
}

TEST(Services, FailToCreateWhatIsNeverHealthy) {
  ServicesBench bench;
  bench.is_sick = true;
  const auto created = bench.services.create(bench.request("second"));
  bench.run_to(10s);
  EXPECT_EQ(bench.state(created->service.arn), "CREATE_FAILED: CREATE_SERVICE FAILED");
  EXPECT_TRUE(bench.services.remove(created->service.arn));
}

TEST(Services, RefuseWhatTheyCannotMake) {
  struct Case {
    const char* name;
    std::function<void(CreateRequest&)> change;
    std::string code;
  };
  const Case cases[] = {
      {"short name", [](CreateRequest& r) { r.name = "abc"; }, "InvalidRequestException"},
      {"name of 41", [](CreateRequest& r) { r.name = std::string(41, 'a'); }, "InvalidRequestException"},
      {"name that begins with -", [](CreateRequest& r) { r.name = "-abc"; }, "InvalidRequestException"},
      {"name with a dot", [](CreateRequest& r) { r.name = "ab.c"; }, "InvalidRequestException"},
      {"another image", [](CreateRequest& r) { r.source.image = "nginx:latest"; }, "NotImplemented"},
      {"no such scaling", [](CreateRequest& r) { r.scaling_arn = kNoSuch; }, "ResourceNotFoundException"},
      {"interval of 21 s", [](CreateRequest& r) { r.health = compute::HealthConfig{.interval = 21s}; },
       "InvalidRequestException"},
      {"threshold of 0", [](CreateRequest& r) { r.health = compute::HealthConfig{.healthy = 0}; },
       "InvalidRequestException"},
  };
  for (const Case& c : cases) {
    ServicesBench bench;
    CreateRequest request = bench.request("good");
    c.change(request);
    const auto refused = bench.services.create(request);
    ASSERT_FALSE(refused) << c.name;
    EXPECT_EQ(refused.error().code, c.code) << c.name;
  }
}

TEST(Services, TellWhatHappensToThem) {
  ServicesBench bench;
  ASSERT_TRUE(bench.services.deploy(bench.own_arn()));
  bench.run_to(1min);
  const std::string about = R"("serviceName":"middleware","serviceId":"0123456789abcdef0123456789abcdef")";
  EXPECT_EQ(
      bench.events,
      (Lines{"0s AppRunner Service Status Change {\"previousServiceStatus\":\"RUNNING\","
             "\"currentServiceStatus\":\"OPERATION_IN_PROGRESS\"," +
                 about +
                 ",\"message\":\"Service status is set to OPERATION_IN_PROGRESS.\",\"severity\":\"INFO\"}",
             "0s AppRunner Service Operation Status Change {\"operationStatus\":\"DeploymentStarted\"," +
                 about + ",\"message\":\"DeploymentStarted.\",\"severity\":\"INFO\"}",
             "10s AppRunner Service Operation Status Change "
             "{\"operationStatus\":\"DeploymentCompletedSuccessfully\"," +
                 about + ",\"message\":\"DeploymentCompletedSuccessfully.\",\"severity\":\"INFO\"}",
             "10s AppRunner Service Status Change {\"previousServiceStatus\":\"OPERATION_IN_PROGRESS\","
             "\"currentServiceStatus\":\"RUNNING\"," +
                 about + ",\"message\":\"Service status is set to RUNNING.\",\"severity\":\"INFO\"}"}));
  const std::string stream = " /aws/apprunner/middleware/0123456789abcdef0123456789abcdef/service events ";
  EXPECT_EQ(bench.logged, (Lines{"0s" + stream + "[AppRunner] Deployment started",
                                 "10s" + stream + "[AppRunner] Service status is set to RUNNING"}));
  EXPECT_EQ(bench.journal.transitions, (Lines{"0s middleware RUNNING -> OPERATION_IN_PROGRESS",
                                              "10s middleware OPERATION_IN_PROGRESS -> RUNNING"}));
}

TEST(Services, AreFoundByTheirHost) {
  ServicesBench bench;
  const auto created = bench.services.create(bench.request("second"));
  struct Case {
    std::string host;
    std::string answer;
  };
  const Case cases[] = {{"0123456789.us-east-1.awsapprunner.com", "200 own"},
                        {created->service.url + ":4570", "200 second"},
                        {"elsewhere.us-east-1.awsapprunner.com", "404 "}};
  for (const Case& c : cases) {
    kernel::TaskScope tasks;
    std::string answer;
    const auto ask = [](Services& services, std::string host, std::string& its_answer) -> kernel::Task<void> {
      kernel::HttpRequest request;
      request.host = std::move(host);
      const kernel::HttpReply reply = co_await services.handle(std::move(request));
      its_answer = std::to_string(reply.response.status) + " " + reply.response.body;
    };
    tasks.spawn(ask(bench.services, c.host, answer));
    EXPECT_EQ(answer, c.answer) << c.host;
  }
}

TEST(Services, HaveTags) {
  ServicesBench bench;
  const std::string arn = bench.own_arn();
  EXPECT_EQ(*bench.services.tags(arn), Tags{});
  ASSERT_TRUE(bench.services.tag(arn, {{"team", "orders"}, {"stage", "test"}}));
  ASSERT_TRUE(bench.services.tag(arn, {{"team", "billing"}}));
  ASSERT_TRUE(bench.services.untag(arn, {"stage", "unknown"}));
  EXPECT_EQ(*bench.services.tags(arn), (Tags{{"team", "billing"}}));
  Tags many;
  for (int i = 0; i < 50; ++i) many.emplace_back(std::to_string(i), "");
  EXPECT_EQ(bench.services.tag(arn, many).error().code, "InvalidRequestException");
  EXPECT_EQ(bench.services.tags(kNoSuch).error().code, "ResourceNotFoundException");
}

TEST(Scalings, AreRevisionsThatNeverChange) {
  ServicesBench bench;
  Services& box = bench.services;
  const auto first = box.create_scaling({.name = "narrow", .concurrency = 5});
  const auto second = box.create_scaling({.name = "narrow", .active_max = 3});
  EXPECT_EQ(first->revision, 1);
  EXPECT_EQ(second->revision, 2);
  EXPECT_EQ(second->limits, (compute::ScalingLimits{1, 3, 100}));
  EXPECT_FALSE(box.describe_scaling(first->arn)->is_latest);
  const std::string name = "arn:aws:apprunner:us-east-1:123456789012:autoscalingconfiguration/narrow";
  EXPECT_EQ(box.describe_scaling(name)->arn, second->arn);
  EXPECT_EQ(box.describe_scaling(name + "/1")->arn, first->arn);
  EXPECT_EQ(box.describe_scaling(name + "/3").error().code, "ResourceNotFoundException");
  EXPECT_EQ(box.list_scaling("narrow", false).size(), 2u);
  EXPECT_EQ(box.list_scaling("narrow", true).front().arn, second->arn);
  ASSERT_TRUE(box.remove_scaling(second->arn, false));
  EXPECT_TRUE(box.describe_scaling(first->arn)->is_latest);
  EXPECT_TRUE(box.describe_scaling(second->arn)->deleted_at) << "described, and inactive";
  EXPECT_EQ(box.create_scaling({.name = "narrow"})->revision, 3);
  ASSERT_TRUE(box.remove_scaling(name, true));
  EXPECT_EQ(box.list_scaling("narrow", false).size(), 0u);
}

TEST(Scalings, RefuseWhatIsOutOfRangeOrInUse) {
  struct Case {
    const char* name;
    ScalingRequest request;
  };
  const Case cases[] = {
      {"concurrency of 0", {.name = "four", .concurrency = 0}},
      {"concurrency of 201", {.name = "four", .concurrency = 201}},
      {"minimum of 26", {.name = "four", .provisioned_min = 26, .active_max = 30}},
      {"maximum below the minimum", {.name = "four", .provisioned_min = 5, .active_max = 4}},
      {"name of 33", {.name = std::string(33, 'a')}},
      {"AWS's own name", {.name = "DefaultConfiguration"}}};
  for (const Case& c : cases) {
    ServicesBench bench;
    const auto refused = bench.services.create_scaling(c.request);
    ASSERT_FALSE(refused) << c.name;
    EXPECT_EQ(refused.error().code, "InvalidRequestException") << c.name;
  }
  ServicesBench bench;
  const std::string used = bench.services.list().front().scaling_arn;
  EXPECT_EQ(bench.services.remove_scaling(used, false).error().code, "InvalidRequestException");
  const auto other = bench.services.create_scaling({.name = "other"});
  ASSERT_TRUE(bench.services.set_default_scaling(other->arn));
  EXPECT_EQ(bench.services.remove_scaling(other->arn, false).error().code, "InvalidRequestException")
      << "the default";
}

TEST(Scalings, AreTenNamesOfFiveRevisions) {
  ServicesBench bench;  // whose own service has one of the ten
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(bench.services.create_scaling({.name = "name"}));
  EXPECT_EQ(bench.services.create_scaling({.name = "name"}).error().code, "ServiceQuotaExceededException");
  for (int i = 1; i < 9; ++i) {
    std::string name = "name";
    name += std::to_string(i);
    ASSERT_TRUE(bench.services.create_scaling({.name = name}));
  }
  EXPECT_EQ(bench.services.create_scaling({.name = "another"}).error().code, "ServiceQuotaExceededException");
}

}  // namespace
}  // namespace emulator::services

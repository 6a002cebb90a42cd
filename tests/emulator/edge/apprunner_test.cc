#include "emulator/edge/apprunner.h"

#include "emulator/platform/services/services.h"
#include "middleware/kernel/wait.h"
#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

using namespace std::chrono_literals;
namespace compute = emulator::compute;
namespace services = emulator::services;

/// A service whose deployments take ten seconds.
class PlainService final : public compute::HostedService, public kernel::HttpHandler {
 public:
  explicit PlainService(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  compute::Release release() const override { return release_; }
  kernel::HttpHandler& door() override { return *this; }
  kernel::Task<kernel::HttpReply> handle(HttpRequest /*request*/) override {
    return kernel::answered({.response = {200, {}, "the middleware"}});
  }
  kernel::Task<bool> deploy(compute::Release release, compute::ServiceLog& /*log*/) override {
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + 10s);
    release_ = release;
    co_return true;
  }
  kernel::Task<void> pause() override { co_return; }
  kernel::Task<bool> resume(compute::ServiceLog& log) override { return deploy(release_, log); }

 private:
  kernel::Scheduler& scheduler_;
  compute::Release release_{.limits = {.provisioned_min = 1, .active_max = 3, .concurrency = 50}};
};

/// App Runner in virtual time, asked as the SDK for JavaScript does.
struct AppRunnerRig : Rig, compute::ServiceHost, services::ServiceWatcher {
  AppRunnerRig() {
    edge.add(std::make_unique<emulator::edge::AppRunner>(box));
    edge.mount_hosts(".awsapprunner.com", box);
  }
  std::unique_ptr<compute::HostedService> host(const std::string& /*name*/) override {
    return std::make_unique<PlainService>(scheduler);
  }
  void event(std::string_view /*type*/, std::string /*detail*/, std::string_view /*arn*/,
             kernel::WallTime /*time*/) override {}
  void line(std::string_view /*group*/, std::string_view /*stream*/, kernel::WallTime /*time*/,
            std::string_view /*text*/) override {}

  HttpResponse send(std::string_view operation, const Json& input) {
    return support::run(scheduler, edge.handle(js_json("apprunner", "AppRunner." + std::string(operation),
                                                       kernel::json_text(input), "1.0")))
        .response;
  }
  Json ask(std::string_view operation, const Json& input = Json::object()) {
    return Json::parse(send(operation, input).body);
  }
  /// "InvalidStateException"
  std::string refusal(std::string_view operation, const Json& input) {
    const HttpResponse response = send(operation, input);
    const Json body = Json::parse(response.body);
    EXPECT_EQ(response.status, 400) << response.body;
    EXPECT_TRUE(body.contains("Message") || body.contains("message")) << response.body;
    return body.value("__type", "none");
  }
  std::string own_arn() { return ask("ListServices")["ServiceSummaryList"][0]["ServiceArn"]; }

  PlainService own{scheduler};
  services::Services box{7,
                         {scheduler, hops, *this, *this, 40s},
                         services::OwnService{"middleware", "0123456789abcdef0123456789abcdef", own}};
};

Json image_of(const std::string& image) {
  return {{"ImageRepository", {{"ImageIdentifier", image}, {"ImageRepositoryType", "ECR"}}}};
}

TEST(AppRunnerEdge, DescribesTheRigsOwnService) {
  AppRunnerRig rig;
  const Json service = rig.ask("DescribeService", {{"ServiceArn", rig.own_arn()}})["Service"];
  const double start = std::chrono::duration<double>(support::kWallStart.time_since_epoch()).count();
  EXPECT_EQ(service["ServiceName"], "middleware");
  EXPECT_EQ(service["ServiceUrl"], "0123456789.us-east-1.awsapprunner.com");
  EXPECT_EQ(service["Status"], "RUNNING");
  EXPECT_EQ(service["CreatedAt"], start);
  EXPECT_EQ(service["SourceConfiguration"]["ImageRepository"]["ImageIdentifier"], services::Services::kImage);
  EXPECT_EQ(service["InstanceConfiguration"].dump(), R"({"Cpu":"1024","Memory":"2048"})");
  EXPECT_EQ(service["HealthCheckConfiguration"], Json({{"Protocol", "TCP"},
                                                       {"Path", "/"},
                                                       {"Interval", 5},
                                                       {"Timeout", 2},
                                                       {"HealthyThreshold", 1},
                                                       {"UnhealthyThreshold", 5}}));
  EXPECT_EQ(service["AutoScalingConfigurationSummary"]["HasAssociatedService"], true);
  const Json scaling = rig.ask("DescribeAutoScalingConfiguration",
                               {{"AutoScalingConfigurationArn",
                                 service["AutoScalingConfigurationSummary"]["AutoScalingConfigurationArn"]}});
  EXPECT_EQ(scaling["AutoScalingConfiguration"]["MaxSize"], 3);
  EXPECT_EQ(scaling["AutoScalingConfiguration"]["MaxConcurrency"], 50);
}

TEST(AppRunnerEdge, MovesAServiceThroughItsStates) {
  AppRunnerRig rig;
  const Json arn = {{"ServiceArn", rig.own_arn()}};
  const auto status = [&] { return rig.ask("DescribeService", arn)["Service"]["Status"]; };
  const Json paused = rig.ask("PauseService", arn);
  EXPECT_EQ(paused["Service"]["Status"], "OPERATION_IN_PROGRESS");
  EXPECT_EQ(rig.refusal("StartDeployment", arn), "InvalidStateException");
  rig.scheduler.run_until(kernel::at(40s));
  EXPECT_EQ(status(), "PAUSED");
  rig.ask("ResumeService", arn);
  rig.scheduler.run_until(kernel::at(50s));
  EXPECT_EQ(status(), "RUNNING");
  rig.ask("StartDeployment", arn);
  rig.scheduler.run_until(kernel::at(60s));
  const Json operations = rig.ask("ListOperations", arn)["OperationSummaryList"];
  ASSERT_EQ(operations.size(), 3u);
  EXPECT_EQ(operations[0]["Type"], "START_DEPLOYMENT");
  EXPECT_EQ(operations[0]["Status"], "SUCCEEDED");
  EXPECT_EQ(operations[2]["Id"], paused["OperationId"]);
  EXPECT_EQ(operations[2]["EndedAt"].get<double>() - operations[2]["StartedAt"].get<double>(), 40);
}

TEST(AppRunnerEdge, CreatesFindsAndDeletesAService) {
  AppRunnerRig rig;
  const Json created =
      rig.ask("CreateService", {{"ServiceName", "second"},
                                {"SourceConfiguration", image_of(services::Services::kImage)},
                                {"InstanceConfiguration", {{"Cpu", "0.25 vCPU"}, {"Memory", "0.5 GB"}}},
                                {"HealthCheckConfiguration", {{"Protocol", "HTTP"}, {"Path", "/health"}}},
                                {"Tags", {{{"Key", "team"}, {"Value", "orders"}}}}});
  const Json service = created["Service"];
  EXPECT_EQ(service["InstanceConfiguration"].dump(), R"({"Cpu":"256","Memory":"512"})");
  EXPECT_EQ(service["HealthCheckConfiguration"]["Path"], "/health");
  EXPECT_EQ(service["AutoScalingConfigurationSummary"]["IsDefault"], true);
  rig.scheduler.run_until(kernel::at(10s));
  const Json arn = {{"ServiceArn", service["ServiceArn"]}};
  EXPECT_EQ(rig.ask("DescribeService", arn)["Service"]["Status"], "RUNNING");
  EXPECT_EQ(rig.ask("ListTagsForResource", {{"ResourceArn", service["ServiceArn"]}})["Tags"].dump(),
            R"([{"Key":"team","Value":"orders"}])");

  HttpRequest request{.target = "/health"};
  request.host = service["ServiceUrl"];
  EXPECT_EQ(support::run(rig.scheduler, rig.edge.handle(request)).response.body, "the middleware");
  request.host = "elsewhere.us-east-1.awsapprunner.com";
  const HttpResponse unknown = support::run(rig.scheduler, rig.edge.handle(request)).response;
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.headers.get("server"), "envoy");

  rig.ask("DeleteService", arn);
  rig.scheduler.run_until(kernel::at(1min));
  EXPECT_EQ(rig.ask("ListServices")["ServiceSummaryList"].size(), 1u);
  EXPECT_TRUE(rig.ask("DescribeService", arn)["Service"].contains("DeletedAt"));
}

TEST(AppRunnerEdge, RefusesWhatItCannotDoByName) {
  struct Case {
    const char* name;
    const char* operation;
    Json input;
    std::string code;
    std::string says;
  };
  const Json good = {{"ServiceName", "second"},
                     {"SourceConfiguration", image_of(services::Services::kImage)}};
  const auto with = [&good](const char* member, Json value) {
    Json input = good;
    input[member] = std::move(value);
    return input;
  };
  Json variables = image_of(services::Services::kImage);
  variables["ImageRepository"]["ImageConfiguration"] = {{"RuntimeEnvironmentVariables", {{"A", "b"}}}};
  const std::string none = "arn:aws:apprunner:us-east-1:123456789012:service/none/0";
  const Case cases[] = {
      {"no name",
       "CreateService",
       {{"SourceConfiguration", good["SourceConfiguration"]}},
       "InvalidRequestException",
       "ServiceName"},
      {"no source",
       "CreateService",
       {{"ServiceName", "second"}},
       "InvalidRequestException",
       "SourceConfiguration"},
      {"another image", "CreateService", with("SourceConfiguration", image_of("nginx:1")), "NotImplemented",
       "nginx:1"},
      {"variables", "CreateService", with("SourceConfiguration", variables), "NotImplemented",
       "RuntimeEnvironmentVariables"},
      {"a repository of code", "CreateService",
       with("SourceConfiguration", {{"CodeRepository", {{"RepositoryUrl", "x"}}}}), "NotImplemented",
       "CodeRepository"},
      {"a VPC connector", "CreateService",
       with("NetworkConfiguration", {{"EgressConfiguration", {{"EgressType", "VPC"}}}}), "NotImplemented",
       "NetworkConfiguration"},
      {"a size that there is not", "CreateService", with("InstanceConfiguration", {{"Cpu", "3 vCPU"}}),
       "InvalidRequestException", "Cpu"},
      {"an update of the image",
       "UpdateService",
       {{"ServiceArn", none}, {"SourceConfiguration", image_of("nginx:1")}},
       "NotImplemented",
       "SourceConfiguration"},
      {"an unknown service", "DescribeService", {{"ServiceArn", none}}, "ResourceNotFoundException", none},
      {"a domain",
       "AssociateCustomDomain",
       {{"ServiceArn", none}},
       "NotImplemented",
       "AssociateCustomDomain"},
      {"a page of 21", "ListServices", {{"MaxResults", 21}}, "InvalidRequestException", "MaxResults"},
      {"a token of another list",
       "ListServices",
       {{"NextToken", "x"}},
       "InvalidRequestException",
       "NextToken"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    AppRunnerRig rig;
    EXPECT_EQ(rig.refusal(c.operation, c.input), c.code);
    EXPECT_NE(rig.send(c.operation, c.input).body.find(c.says), std::string::npos)
        << rig.send(c.operation, c.input).body;
  }
}

TEST(AppRunnerEdge, ListsInPages) {
  AppRunnerRig rig;
  for (const char* name : {"wide", "narrow", "wide"})
    rig.ask("CreateAutoScalingConfiguration",
            {{"AutoScalingConfigurationName", name}, {"MaxConcurrency", 7}, {"MinSize", 2}, {"MaxSize", 9}});
  const Json first = rig.ask("ListAutoScalingConfigurations", {{"MaxResults", 2}, {"LatestOnly", true}});
  ASSERT_EQ(first["AutoScalingConfigurationSummaryList"].size(), 2u);
  EXPECT_EQ(first["AutoScalingConfigurationSummaryList"][0]["AutoScalingConfigurationRevision"], 2);
  const Json rest = rig.ask("ListAutoScalingConfigurations",
                            {{"MaxResults", 2}, {"LatestOnly", true}, {"NextToken", first["NextToken"]}});
  EXPECT_EQ(rest["AutoScalingConfigurationSummaryList"].size(), 2u) << "the rig's own, and AWS's";
  EXPECT_FALSE(rest.contains("NextToken"));
}

}  // namespace
}  // namespace edge_tests

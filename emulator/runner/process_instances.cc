#include "emulator/runner/process_instances.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "emulator/arn/arn.h"
#include "emulator/runner/log_room.h"
#include "emulator/runner/network.h"
#include "emulator/runner/scenario.h"
#include "middleware/kernel/json.h"

namespace emulator::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kVariable = "env:";

/// "erp-2" becomes "ERP_2_URL".
std::string variable_of(const std::string& api) {
  std::string name;
  for (const char letter : api)
    name += std::isalnum(static_cast<unsigned char>(letter)) != 0
                ? static_cast<char>(std::toupper(static_cast<unsigned char>(letter)))
                : '_';
  return name + "_URL";
}

/// Any would do: nobody verifies signatures here.
runtime::Variables credentials() {
  return {{"AWS_REGION", std::string(kRegion)},
          {"AWS_ACCESS_KEY_ID", "relayrig"},
          {"AWS_SECRET_ACCESS_KEY", "relayrig"}};
}

}  // namespace

std::string deployment_text(const std::string& file,
                            const std::vector<std::pair<std::string, std::string>>& urls,
                            const std::string& store) {
  kernel::Json deployment = kernel::Json::parse(file);
  if (deployment.contains("apis")) {
    for (auto& [name, api] : deployment["apis"].items()) {
      if (api.is_null()) api = kernel::Json::object();
      const auto found = std::ranges::find(urls, name, [](const auto& url) { return url.first; });
      if (found != urls.end()) api["url"] = found->second;
    }
  }
  const kernel::Json::json_pointer sqlite("/inbox/store/sqlite");
  if (deployment.contains(sqlite)) deployment[sqlite] = store;
  return deployment.dump(2);
}

void keep_deployment_file(const config::Tree& scenario, ComputeGiven& compute) {
  if (!compute.process) return;
  const config::Tree* at = &scenario;
  for (const char* key : {"given", "compute", "middleware"}) {
    if (at != nullptr) at = at->find(key);
  }
  if (at == nullptr) return;  // whoever needs it says so
  kernel::Json file;
  config::Problems none;
  config::json()->read(*at, file, none);
  compute.process->middleware = file.dump();
}

/// Begins to live when everything is served.
class ProcessInstances::Instance final : public kernel::HttpHandler {
 public:
  Instance(ProcessInstances& instances, std::int64_t its_number)
      : number(its_number), instances_(instances), living_(instances.scheduler_) {
    instances_.instances_.push_back(this);
  }
  ~Instance() override { std::erase(instances_.instances_, this); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
    while (!process) co_await living_.wait();
    auto handling = process->handle(std::move(request));
    co_return co_await std::move(handling);
  }
  void live() {
    process = instances_.process_of(number);
    living_.notify_all();
  }

  const std::int64_t number;
  std::unique_ptr<runtime::ServiceProcess> process;

 private:
  ProcessInstances& instances_;
  kernel::Signal living_;
};

ProcessInstances::ProcessInstances(const Given& given, kernel::Scheduler& scheduler, kernel::Journal& journal,
                                   Network& network, LogRoom& logs)
    : given_(given), scheduler_(scheduler), journal_(journal), network_(network), logs_(logs) {}

ProcessInstances::~ProcessInstances() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

std::unique_ptr<kernel::HttpHandler> ProcessInstances::start(std::int64_t number) {
  auto instance = std::make_unique<Instance>(*this, number);
  if (!folder_.empty()) instance->live();
  return instance;
}

runtime::ServiceProcess* ProcessInstances::find(std::int64_t number) const {
  const auto found = std::ranges::find(instances_, number, [](const Instance* one) { return one->number; });
  return found == instances_.end() ? nullptr : (*found)->process.get();
}

void ProcessInstances::terminate(std::int64_t number) {
  if (runtime::ServiceProcess* process = find(number)) process->terminate();
}

bool ProcessInstances::is_idle(std::int64_t number) const {
  const runtime::ServiceProcess* process = find(number);
  return process == nullptr || process->is_over();
}

void ProcessInstances::crash(std::int64_t number) {
  if (runtime::ServiceProcess* process = find(number)) process->kill();
}

kernel::Result<> ProcessInstances::begin() {
  const std::string pattern = (fs::temp_directory_path() / "relayrig-instances-XXXXXX").string();
  std::vector<char> path(pattern.begin(), pattern.end());
  path.push_back('\0');
  if (mkdtemp(path.data()) == nullptr)
    return kernel::infrastructure("no folder can be made for the instances", path.data());
  folder_ = path.data();
  for (Instance* instance : instances_) instance->live();
  return {};
}

std::unique_ptr<runtime::ServiceProcess> ProcessInstances::process_of(std::int64_t number) {
  const ComputeProcess& given = *given_.compute.process;
  const std::string name = compute::instance_name(number);
  const fs::path file = folder_ / (name + ".yaml");
  std::ofstream(file) << deployment_text(given.middleware, network_.urls(),
                                         (folder_ / (name + ".db")).string());
  runtime::ServiceSpec spec{.name = name,
                            .process = {.command = installed(given.process.command),
                                        .folder = given.process.folder,
                                        .variables = given.process.variables}};
  if (given.process.command.front() == kDeployedMiddleware) {
    std::vector<std::string>& command = spec.process.command;
    command.insert(command.begin() + 1, {"--bind", "127.0.0.1", "--ca-file", network_.ca_file()});
  }
  runtime::Variables ours = {{"RELAYRIG_MIDDLEWARE_CONFIG", file}};
  for (const ApiGiven& api : given_.apis) {
    for (const auto& [host, url] : network_.urls()) {
      if (host == api.name) ours.emplace_back(variable_of(host), url);
    }
  }
  for (const auto& [reference, value] : given_.secrets) {
    if (reference.starts_with(kVariable)) ours.emplace_back(reference.substr(kVariable.size()), value);
  }
  for (const runtime::Variables& more : {ours, surroundings_of(network_, ""), credentials()})
    runtime::add_missing(spec.process.variables, more);
  return std::make_unique<runtime::ServiceProcess>(
      std::move(spec),
      runtime::ServiceSurroundings{
          scheduler_, journal_, *network_.machine(), network_.client(),
          [this](const std::string& host, const std::string& url) -> kernel::Result<> {
            if (auto led = network_.reach(host, url); !led) return std::unexpected(led.error());
            return {};
          },
          [this, number](std::string_view line) { logs_.write_instance_line(number, line); }});
}

}  // namespace emulator::runner

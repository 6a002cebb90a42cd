#include "middleware/secrets/extension_source.h"

#include <utility>

#include "middleware/kernel/url.h"
#include "middleware/kernel/wait.h"
#include "middleware/secrets/aws_sources.h"
#include "middleware/secrets/uri.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;

constexpr int kAttempts = 5;
constexpr kernel::Duration kPause = 50ms;
constexpr kernel::Duration kPatience = 3s;

std::string target_of(const Reference& reference) {
  if (reference.kind == SourceKind::ParameterStore)
    return "/systemsmanager/parameters/get?name=" + kernel::percent_encoded(reference.name) +
           "&withDecryption=true";
  std::string target = "/secretsmanager/get?secretId=" + kernel::percent_encoded(reference.name);
  if (!reference.stage.empty()) target += "&versionStage=" + kernel::percent_encoded(reference.stage);
  return target;
}

}  // namespace

ExtensionSource::ExtensionSource(kernel::Scheduler& scheduler, kernel::HttpClient& client,
                                 Environment environment)
    : scheduler_(scheduler), client_(client), environment_(std::move(environment)) {}

kernel::Task<kernel::Result<std::string>> ExtensionSource::fetch(Reference reference) {
  for (int attempt = 1;; ++attempt) {
    kernel::HttpRequest request{.host = kExtensionHost, .target = target_of(reference)};
    request.headers.add("X-Aws-Parameters-Secrets-Token", environment_("AWS_SESSION_TOKEN").value_or(""));
    auto sending = client_.send(std::move(request), scheduler_.now() + kPatience);
    const kernel::HttpResult answer = co_await std::move(sending);
    if (answer && answer->status == 200) {
      co_return reference.kind == SourceKind::ParameterStore ? parameter_value(answer->body)
                                                             : secret_value(answer->body);
    }
    const bool may_pass = !answer || answer->status == 400 || answer->status >= 500;
    if (!may_pass || attempt == kAttempts) {
      co_return kernel::infrastructure(
          "the parameters and secrets extension: " +
          (answer ? "status " + std::to_string(answer->status) : std::string(to_text(answer.error()))));
    }
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + kPause);
  }
}

}  // namespace secrets

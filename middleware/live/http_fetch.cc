#include "middleware/live/http_fetch.h"

#include <optional>
#include <utility>

#include "middleware/kernel/task_scope.h"
#include "middleware/live/http_client.h"
#include "middleware/live/loop.h"

namespace live {
namespace {

constexpr const char* kServer = "server";

kernel::Task<void> call(kernel::HttpClient& client, kernel::HttpRequest request, kernel::Timestamp deadline,
                        std::optional<kernel::HttpResult>& result) {
  result = co_await client.send(std::move(request), deadline);
}

}  // namespace

struct Fetcher::State {
  Loop loop;
  std::unique_ptr<HttpClientPool> client;
};

Fetcher::Fetcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Fetcher::Fetcher(Fetcher&&) noexcept = default;
Fetcher& Fetcher::operator=(Fetcher&&) noexcept = default;
Fetcher::~Fetcher() = default;

kernel::Result<Fetcher> Fetcher::create(const std::string& base_url, const std::string& ca_pem) {
  auto state = std::make_unique<State>();
  auto client = HttpClientPool::create(state->loop, {.hosts = {{kServer, base_url}}, .ca_pem = ca_pem});
  if (!client) return std::unexpected(client.error());
  state->client = std::move(*client);
  return Fetcher(std::move(state));
}

kernel::HttpResult Fetcher::fetch(kernel::HttpRequest request, kernel::Duration timeout) {
  request.host = kServer;
  std::optional<kernel::HttpResult> result;
  kernel::TaskScope scope;
  scope.spawn(call(*state_->client, std::move(request), state_->loop.now() + timeout, result));
  state_->loop.run_until([&result] { return result.has_value(); });
  return std::move(*result);
}

kernel::Result<kernel::HttpResponse> fetch(const std::string& base_url, kernel::HttpRequest request,
                                           kernel::Duration timeout, const std::string& ca_pem) {
  auto fetcher = Fetcher::create(base_url, ca_pem);
  if (!fetcher) return std::unexpected(fetcher.error());
  auto result = fetcher->fetch(std::move(request), timeout);
  if (!result)
    return kernel::infrastructure("no answer: " + std::string(kernel::to_text(result.error())), base_url);
  return std::move(*result);
}

}  // namespace live

#include "mocks/proxy/live/proxy_server.h"

#include <sys/resource.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "middleware/kernel/wait.h"
#include "middleware/live/thread.h"
#include "mocks/proxy/api.h"
#include "mocks/proxy/live/carrier.h"

namespace mocks::proxy {
namespace {

namespace asio = boost::asio;

/// A connection takes two descriptors, and shells give a process 1024.
void allow_all_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// A request that is with the other thread.
struct Asked {
  explicit Asked(kernel::Scheduler& scheduler) : answered(scheduler) {}
  kernel::Signal answered;
  std::optional<kernel::HttpResponse> response{};
};

}  // namespace

class ProxyServer::Impl {
 public:
  Impl(::live::Loop& its_loop, ProxyServerConfig its_config)
      : loop(its_loop),
        config(std::move(its_config)),
        io(1),
        work(asio::make_work_guard(io)),
        carrier(io, config.seed),
        registry(carrier) {}

  ::live::Loop& loop;
  const ProxyServerConfig config;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  AsioCarrier carrier;
  Registry registry;
  ::live::ThreadCrew crew{1};
  bool is_running = false;
};

ProxyServer::ProxyServer(::live::Loop& loop, ProxyServerConfig config)
    : impl_(std::make_unique<Impl>(loop, std::move(config))) {}
ProxyServer::~ProxyServer() { stop(); }

Answer<std::vector<Proxy>> ProxyServer::populate(const std::vector<ProxyWish>& wishes) {
  const Registry::Populated populated = impl_->registry.populate(wishes);
  if (populated.refusal) return std::unexpected(*populated.refusal);
  std::vector<Proxy> proxies;
  for (const Proxy* proxy : populated.proxies) proxies.push_back(*proxy);
  return proxies;
}

void ProxyServer::start() {
  allow_all_descriptors();
  impl_->is_running = true;
  impl_->crew.run([impl = impl_.get()] { impl->io.run(); });
}

kernel::Task<kernel::HttpReply> ProxyServer::handle(kernel::HttpRequest request) {
  const auto asked = std::make_shared<Asked>(impl_->loop);
  asio::post(impl_->io, [impl = impl_.get(), asked, request = std::move(request)]() mutable {
    kernel::HttpResponse response = answer(impl->registry, request, impl->config.version);
    impl->loop.post([asked = std::move(asked), response = std::move(response)]() mutable {
      asked->response = std::move(response);
      asked->answered.notify_all();
    });
  });
  while (!asked->response) co_await asked->answered.wait();
  co_return kernel::HttpReply{.response = std::move(*asked->response)};
}

void ProxyServer::stop() {
  if (!std::exchange(impl_->is_running, false)) return;
  asio::post(impl_->io, [impl = impl_.get()] {
    impl->carrier.close_all();
    impl->work.reset();
  });
  impl_->crew.join();
}

}  // namespace mocks::proxy

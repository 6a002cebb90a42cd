// Timer events a second: our task, and Asio's awaitable resumed from the same heap.
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "emulator/sim/virtual_scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "middleware/live/stopwatch.h"
#include "tests/bench/bench.h"

namespace bench {
namespace {

using emulator::sim::VirtualScheduler;
using namespace std::chrono_literals;

constexpr int kTasks = 1000;
constexpr int kWaits = 4000;

kernel::Task<void> ticker(kernel::Scheduler& scheduler, kernel::Duration period, int waits) {
  for (int i = 0; i < waits; ++i) co_await kernel::sleep_until(scheduler, scheduler.now() + period);
}

namespace asio = boost::asio;

asio::awaitable<void> asio_ticker(kernel::Scheduler& scheduler, kernel::Duration period, int waits) {
  for (int i = 0; i < waits; ++i) {
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [&scheduler, period](auto handler) {
          scheduler.call_at(scheduler.now() + period, [h = std::move(handler)]() mutable { std::move(h)(); });
        },
        asio::use_awaitable);
  }
}

}  // namespace

void timers() {
  {
    VirtualScheduler scheduler{kernel::WallTime{}};
    kernel::TaskScope scope;
    for (int i = 0; i < kTasks; ++i) scope.spawn(ticker(scheduler, 1ms + kernel::Duration{i * 7919}, kWaits));
    const live::Stopwatch watch;
    scheduler.run();
    print_line("timer events/s, our task",
               number(static_cast<double>(scheduler.timers_run()) / watch.elapsed_seconds()), ">= 3,000,000");
  }
  {
    VirtualScheduler scheduler{kernel::WallTime{}};
    asio::io_context context;
    for (int i = 0; i < kTasks; ++i)
      asio::co_spawn(context, asio_ticker(scheduler, 1ms + kernel::Duration{i * 7919}, kWaits),
                     asio::detached);
    context.poll();
    const live::Stopwatch watch;
    scheduler.run();
    print_line("timer events/s, Asio awaitable on the same heap",
               number(static_cast<double>(scheduler.timers_run()) / watch.elapsed_seconds()));
  }
}

}  // namespace bench

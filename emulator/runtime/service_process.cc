#include "emulator/runtime/service_process.h"

#include <utility>

namespace emulator::runtime {
namespace {

using namespace std::chrono_literals;
using kernel::Ending;
using kernel::HttpReply;
using kernel::NoAnswer;

constexpr std::chrono::milliseconds kLook = 20ms;
constexpr std::chrono::milliseconds kFarewell = 2s;
/// The router's own bound comes long before.
constexpr kernel::Duration kNever = std::chrono::hours{24 * 365};

/// What the router sees of a process that gave no answer.
Ending ending_of(NoAnswer error) {
  switch (error) {
    case NoAnswer::ClosedEarly:
      return Ending::Empty;
    case NoAnswer::ProtocolError:
      return Ending::Garbage;
    case NoAnswer::Timeout:
      return Ending::Hang;
    default:
      return Ending::Reset;
  }
}

/// Of this connection only: the next one has its own.
bool is_of_connection(std::string_view name) {
  for (const std::string_view own : {"Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length"}) {
    if (kernel::equal_without_case(name, own)) return true;
  }
  return false;
}

kernel::Headers passed_on(const kernel::Headers& headers) {
  kernel::Headers kept;
  for (const auto& [name, value] : headers) {
    if (!is_of_connection(name)) kept.add(name, value);
  }
  return kept;
}

std::string end_text(ProcessEnd end) {
  return end.signal != 0 ? "killed by signal " + std::to_string(end.signal)
                         : "exit status " + std::to_string(end.status);
}

}  // namespace

std::string_view ServiceProcess::to_text(State state) {
  switch (state) {
    case State::Down:
      return "down";
    case State::Starting:
      return "starting";
    case State::Up:
      return "up";
  }
  return "unknown";
}

ServiceProcess::ServiceProcess(ServiceSpec spec, ServiceSurroundings around)
    : spec_(std::move(spec)),
      around_(std::move(around)),
      next_restart_(spec_.restart),
      moved_(around_.scheduler) {
  start();
}

ServiceProcess::~ServiceProcess() {
  if (timer_) around_.scheduler.cancel(timer_);
  if (!process_) return;
  is_leaving_ = true;
  if (is_killed_) return;
  process_->terminate();
  if (!process_->wait(kFarewell)) process_->kill();
}

void ServiceProcess::terminate() {
  is_ending_ = true;
  if (timer_) around_.scheduler.cancel(std::exchange(timer_, {}));
  if (process_) process_->terminate();
}

void ServiceProcess::kill() {
  is_killed_ = true;
  if (process_) process_->kill();
}

void ServiceProcess::move_to(State state, std::string_view why) {
  around_.journal.transition({.kind = "process",
                              .subject = spec_.name,
                              .from = to_text(std::exchange(state_, state)),
                              .to = to_text(state),
                              .why = why});
  moved_.notify_all();
}

void ServiceProcess::start() {
  timer_ = {};
  const auto port = around_.machine.free_port();
  if (!port) return start_later(port.error().text());
  port_ = *port;
  ProcessSpec process = spec_.process;
  process.variables.emplace_back("PORT", std::to_string(port_));
  auto started = around_.machine.start(process, *this);
  if (!started) return start_later(started.error().text());
  process_ = std::move(*started);
  is_killed_ = false;
  if (auto led = around_.lead(spec_.name, "http://127.0.0.1:" + std::to_string(port_)); !led) {
    process_.reset();
    return start_later(led.error().text());
  }
  move_to(State::Starting, "port " + std::to_string(port_));
  look();
}

/// As the platform's default check does: whoever takes a connection is well.
void ServiceProcess::look() {
  timer_ = {};
  if (around_.machine.is_listening(port_)) {
    next_restart_ = spec_.restart;
    return move_to(State::Up, "it takes connections");
  }
  timer_ = around_.scheduler.call_at(around_.scheduler.now() + around_.machine.on_run_clock(kLook),
                                     [this] { look(); });
}

void ServiceProcess::start_later(std::string_view why) {
  around_.journal.log({.level = kernel::LogLevel::Error, .source = spec_.name, .message = why});
  const kernel::Duration wait = around_.machine.on_run_clock(next_restart_);
  next_restart_ = std::min(next_restart_ * 2, spec_.restart_max);
  timer_ = around_.scheduler.call_at(around_.scheduler.now() + wait, [this] { start(); });
}

void ServiceProcess::line(Stream stream, std::string_view text) {
  if (around_.write) around_.write(text);
  around_.journal.log(
      {.level = kernel::LogLevel::Info,
       .source = spec_.name,
       .message = text,
       .fields = stream == Stream::Error ? R"({"stream":"stderr"})" : R"({"stream":"stdout"})"});
}

void ServiceProcess::ended(ProcessEnd end) {
  if (is_leaving_) return;
  if (timer_) around_.scheduler.cancel(std::exchange(timer_, {}));
  process_.reset();
  const std::string why = end_text(end);
  move_to(State::Down, why);
  if (!is_ending_) start_later("the process has ended: " + why);
}

kernel::Task<HttpReply> ServiceProcess::handle(kernel::HttpRequest request) {
  while (state_ == State::Starting) co_await moved_.wait();
  if (state_ == State::Down) co_return HttpReply{.ending = Ending::Reset};
  request.host = spec_.name;
  request.headers = passed_on(request.headers);
  auto sending = around_.client.send(std::move(request), around_.scheduler.now() + kNever);
  kernel::HttpResult answer = co_await std::move(sending);
  if (!answer) co_return HttpReply{.ending = ending_of(answer.error())};
  answer->headers = passed_on(answer->headers);
  co_return HttpReply{.response = std::move(*answer)};
}

}  // namespace emulator::runtime

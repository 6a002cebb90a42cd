#include "emulator/runtime/environment.h"

#include <utility>

#include "middleware/kernel/check.h"
#include "middleware/kernel/json.h"

namespace emulator::runtime {
namespace {

using namespace std::chrono_literals;
using lambda::CodeError;
using lambda::CodeInvocation;
using lambda::CodeResult;

constexpr kernel::Duration kShutdownMax = 2s;

}  // namespace

Environment::Environment(const ProcessFunction& function, std::int64_t number, std::string log_stream,
                         Surroundings around, std::function<void()> on_end)
    : function_(function),
      number_(number),
      log_stream_(std::move(log_stream)),
      around_(around),
      on_end_(std::move(on_end)),
      api_(around.scheduler) {}

Environment::~Environment() {
  if (kill_timer_) around_.scheduler.cancel(kill_timer_);
  if (!is_alive()) return;
  move_to("ended", why_.empty() ? "killed" : why_);
  process_.reset();
}

void Environment::start() {
  if (process_ || start_error_) return;
  move_to("initialising");
  auto door = around_.machine.open(api_);
  if (!door) {
    start_error_ = door.error().text();
    return;
  }
  door_ = std::move(*door);
  auto process = around_.machine.start({.command = function_.command,
                                        .folder = function_.folder,
                                        .variables = variables_of(function_, door_->address(), log_stream_)},
                                       *this);
  if (process) {
    process_ = std::move(*process);
  } else {
    start_error_ = process.error().text();
  }
}

kernel::Task<bool> Environment::init() {
  start();
  while (api_.is_initialising() && is_alive()) co_await api_.changed().wait();
  const bool is_ready = is_alive() && !api_.init_error();
  if (is_ready) move_to("ready");
  co_return is_ready;
}

/// Why it can run nothing; nothing: it can.
std::optional<CodeError> Environment::failure(const std::string& request_id) const {
  if (api_.init_error()) return api_.init_error();
  if (start_error_) {
    // ASSUMPTION: the type and the text; documented is neither.
    return CodeError{.type = "Runtime.InvalidEntrypoint",
                     .message = "RequestId: " + request_id + " Error: " + *start_error_,
                     .ends_environment = true};
  }
  if (!end_) return std::nullopt;
  return CodeError{
      .type = "Runtime.ExitError", .message = exit_text(request_id, *end_), .ends_environment = true};
}

Offer Environment::offer_of(CodeInvocation& invocation) const {
  const auto deadline = around_.machine.wall_time(invocation.deadline).time_since_epoch() / 1ms;
  return {.request_id = invocation.request_id,
          .headers = {{"Content-Type", "application/json"},
                      {"Lambda-Runtime-Aws-Request-Id", invocation.request_id},
                      {"Lambda-Runtime-Deadline-Ms", std::to_string(deadline)},
                      {"Lambda-Runtime-Invoked-Function-Arn", function_.arn},
                      {"Lambda-Runtime-Trace-Id", lambda::trace_header_for(invocation)}},
          .payload = std::move(invocation.payload)};
}

kernel::Task<CodeResult> Environment::run(CodeInvocation invocation) {
  request_id_ = invocation.request_id;
  event_ = invocation.event;
  co_await init();
  if (auto failed = failure(request_id_)) co_return std::unexpected(std::move(*failed));
  api_.offer(offer_of(invocation));
  while (!api_.has_result() && is_alive()) co_await api_.changed().wait();
  // What it wrote before it answered belongs to this invocation.
  if (is_alive()) process_->read_output();
  if (auto result = api_.take_result()) {
    request_id_.clear();
    event_.clear();
    co_return std::move(*result);
  }
  co_return std::unexpected(*failure(request_id_));
}

void Environment::kill(std::string why) {
  if (!is_alive()) return;
  if (why_.empty()) why_ = std::move(why);
  process_->kill();
}

void Environment::terminate(std::string why) {
  if (!is_alive()) return;
  const bool is_ending = !why_.empty();
  if (is_ending) return;
  why_ = std::move(why);
  process_->terminate();
  kill_timer_ =
      around_.scheduler.call_at(around_.scheduler.now() + around_.machine.on_run_clock(kShutdownMax), [this] {
        kill_timer_ = {};
        process_->kill();
      });
}

bool Environment::wait(std::chrono::milliseconds at_most) { return !is_alive() || process_->wait(at_most); }

void Environment::line(Stream stream, std::string_view text) {
  std::string fields = "{";
  if (!request_id_.empty()) fields += R"("requestId":)" + kernel::json_quoted(request_id_) + ",";
  fields += R"("environment":)" + std::to_string(number_) + R"(,"stream":")" +
            (stream == Stream::Output ? "stdout" : "stderr") + "\"}";
  const std::string group = "/aws/lambda/" + function_.name;
  around_.journal.log({.source = group, .message = text, .event = event_, .fields = fields});
  if (around_.logs != nullptr) around_.logs->line(group, log_stream_, around_.scheduler.wall_now(), text);
}

void Environment::ended(ProcessEnd end) {
  end_ = end;
  if (kill_timer_) around_.scheduler.cancel(std::exchange(kill_timer_, {}));
  move_to("ended", why_.empty() ? end_text(end) : why_);
  api_.changed().notify_all();
  on_end_();
}

void Environment::move_to(std::string_view state, std::string_view why) {
  if (state == state_) return;
  around_.journal.transition({.kind = "environment",
                              .subject = function_.name,
                              .owner = "environment " + std::to_string(number_),
                              .from = state_,
                              .to = state,
                              .why = why});
  state_ = state;
}

}  // namespace emulator::runtime

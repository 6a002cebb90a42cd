#include "emulator/runner/logged_ingest.h"

#include <algorithm>
#include <utility>

#include "emulator/runner/logged_hops.h"

namespace emulator::runner {

class LoggedIngest::Program {
 public:
  Program(const Surroundings& around, std::string_view function)
      : around_(around),
        function_(function),
        lines_(around.scheduler, [this](std::string_view line) { write(line); }, {.service = function_}),
        hops_(around.journal, lines_),
        ingest_(around.config, around.scheduler, around.client) {
    ingest_.log_to(hops_);
    ingest_.refer_to(around.references);
  }

  /// From now on it is the program of this invocation's environment.
  void begin(const lambda::CodeInvocation& invocation) {
    stream_ = invocation.log_stream;
    lines_.set_request_id(invocation.request_id);
    lines_.open_as(invocation.hop, {.stage = kernel::Stage::Invoke,
                                    .event = invocation.event,
                                    .to = "ingest",
                                    .operation = invocation.function});
  }
  void end(kernel::HopId hop, const ingest::FunctionResult& result) {
    // The error's text may quote the event: Lambda gets it, the log does not.
    lines_.close(hop, result
                          ? kernel::HopEnd{}
                          : kernel::HopEnd{.outcome = kernel::Outcome::Failed, .error = result.error().type});
    lines_.set_request_id({});
  }
  void mute() { hops_.mute(); }
  ingest::Ingest& ingest() { return ingest_; }
  const std::string& function() const { return function_; }

 private:
  void write(std::string_view line) {
    around_.logs.line("/aws/lambda/" + function_, stream_, around_.scheduler.wall_now(), line);
  }

  const Surroundings& around_;
  std::string function_;
  std::string stream_;
  service::LogSink lines_;
  LoggedHops hops_;
  ingest::Ingest ingest_;
};

/// A program at work. Unless it came to its end, it is killed with this.
class LoggedIngest::Lease {
 public:
  Lease(LoggedIngest& code, std::string_view function) : code_(code) {
    const auto idle = std::ranges::find_if(
        code.idle_, [function](const auto& program) { return program->function() == function; });
    if (idle == code.idle_.end()) {
      program_ = std::make_unique<Program>(code.around_, function);
    } else {
      program_ = std::move(*idle);
      code.idle_.erase(idle);
    }
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (is_done_) code_.idle_.push_back(std::move(program_));
  }
  Program& operator*() const { return *program_; }
  void done() { is_done_ = true; }

 private:
  LoggedIngest& code_;
  std::unique_ptr<Program> program_;
  bool is_done_ = false;
};

namespace {

/// A killed program does not tell how its work was cut off.
template <class Program>
class Silence {
 public:
  explicit Silence(Program& program) : program_(&program) {}
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (program_ != nullptr) program_->mute();
  }
  void lift() { program_ = nullptr; }

 private:
  Program* program_;
};

}  // namespace

LoggedIngest::LoggedIngest(Surroundings around) : around_(around) {}

LoggedIngest::~LoggedIngest() = default;

kernel::Task<lambda::CodeResult> LoggedIngest::run(lambda::CodeInvocation invocation) {
  Lease program(*this, invocation.function);
  (*program).begin(invocation);
  auto handling = (*program).ingest().handle({.payload = *invocation.payload,
                                              .deadline = invocation.deadline,
                                              .hop = invocation.hop,
                                              .record_hops = std::move(invocation.event_hops)});
  // Goes first when the invocation is killed.
  Silence silence(*program);
  ingest::FunctionResult result = co_await std::move(handling);
  silence.lift();
  (*program).end(invocation.hop, result);
  program.done();
  if (result) co_return std::move(*result);
  co_return std::unexpected(
      lambda::CodeError{std::move(result.error().type), std::move(result.error().message)});
}

}  // namespace emulator::runner

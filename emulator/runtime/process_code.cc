#include "emulator/runtime/process_code.h"

#include <algorithm>
#include <utility>

#include "middleware/kernel/check.h"

namespace emulator::runtime {
namespace {

using namespace std::chrono_literals;
using kernel::Task;
using lambda::CodeInvocation;
using lambda::CodeResult;

constexpr std::chrono::milliseconds kFarewell = 2s;

}  // namespace

/// An environment at work. Unless it is kept, its process dies with this: at a timeout.
class ProcessCode::Use {
 public:
  Use(ProcessCode& code, std::int64_t number)
      : code_(code), number_(number), environment_(code.take(number)) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { is_kept_ ? code_.keep(number_) : code_.drop(number_); }

  Environment& environment() const { return environment_; }
  void keep() { is_kept_ = true; }

 private:
  ProcessCode& code_;
  std::int64_t number_;
  Environment& environment_;
  bool is_kept_ = false;
};

ProcessCode::ProcessCode(ProcessFunction function, std::uint64_t seed, Surroundings around)
    : function_(std::move(function)), around_(around), seed_(seed) {}

ProcessCode::~ProcessCode() { forget_all(); }

Task<bool> ProcessCode::init(std::int64_t environment) {
  Use use(*this, environment);
  const bool is_ready = co_await use.environment().init();
  use.keep();  // a failure too: the invocation that follows ends with it
  co_return is_ready;
}

Task<CodeResult> ProcessCode::run(CodeInvocation invocation) {
  Use use(*this, invocation.environment);
  CodeResult result = co_await use.environment().run(std::move(invocation));
  if (result || !result.error().ends_environment) use.keep();
  co_return result;
}

void ProcessCode::add_variables(const Variables& variables) { add_missing(function_.variables, variables); }

void ProcessCode::stop() {
  for (const Entry& entry : entries_) entry.environment->terminate("the run is over");
  for (const auto& environment : retired_) environment->terminate("the run is over");
  std::chrono::milliseconds left = kFarewell;
  const auto wait = [&left](Environment& environment) {
    if (!environment.wait(left)) left = 0ms;  // the others had as long
  };
  for (const Entry& entry : entries_) wait(*entry.environment);
  for (const auto& environment : retired_) wait(*environment);
  for (const Entry& entry : entries_) CHECK(!entry.is_used);
  forget_all();
}

std::size_t ProcessCode::alive() const {
  const auto is_alive = [](const auto& environment) { return environment->is_alive(); };
  return static_cast<std::size_t>(std::ranges::count_if(entries_, is_alive, &Entry::environment) +
                                  std::ranges::count_if(retired_, is_alive));
}

Environment& ProcessCode::take(std::int64_t number) {
  auto entry = std::ranges::find(entries_, number, &Entry::number);
  if (entry == entries_.end()) {
    std::string stream = lambda::log_stream_name(seed_, function_.name, number, around_.scheduler.wall_now());
    entries_.push_back({.number = number,
                        .environment = std::make_unique<Environment>(function_, number, std::move(stream),
                                                                     around_, [this] { sweep_soon(); })});
    entry = std::prev(entries_.end());
  }
  CHECK(!entry->is_used);
  entry->is_used = true;
  if (entry->idle_timer) around_.scheduler.cancel(std::exchange(entry->idle_timer, {}));
  return *entry->environment;
}

void ProcessCode::keep(std::int64_t number) {
  const auto entry = std::ranges::find(entries_, number, &Entry::number);
  entry->is_used = false;
  entry->idle_timer = around_.scheduler.call_at(around_.scheduler.now() + function_.idle_max,
                                                [this, number] { expire(number); });
}

void ProcessCode::expire(std::int64_t number) {
  const auto entry = std::ranges::find(entries_, number, &Entry::number);
  entry->environment->terminate("idle");
  retired_.push_back(std::move(entry->environment));
  entries_.erase(entry);
  sweep_soon();
}

void ProcessCode::drop(std::int64_t number) {
  const auto entry = std::ranges::find(entries_, number, &Entry::number);
  entry->environment->kill("killed with its invocation");
  retired_.push_back(std::move(entry->environment));
  entries_.erase(entry);
  sweep_soon();
}

void ProcessCode::sweep_soon() {
  if (sweep_) return;
  sweep_ = around_.scheduler.call_soon([this] {
    sweep_ = {};
    sweep();
  });
}

/// What has ended goes, but for what is used: that goes with its invocation.
void ProcessCode::sweep() {
  std::erase_if(retired_, [](const auto& environment) { return !environment->is_alive(); });
  for (std::size_t i = entries_.size(); i-- > 0;) {
    Entry& entry = entries_[i];
    if (entry.is_used || entry.environment->is_alive()) continue;
    if (entry.idle_timer) around_.scheduler.cancel(entry.idle_timer);
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void ProcessCode::forget_all() {
  if (sweep_) around_.scheduler.cancel(std::exchange(sweep_, {}));
  for (const Entry& entry : entries_) {
    if (entry.idle_timer) around_.scheduler.cancel(entry.idle_timer);
  }
  entries_.clear();
  retired_.clear();
}

}  // namespace emulator::runtime

#include "mocks/stubs/stub_mock.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/random.h"
#include "mocks/faults/faulted_reply.h"
#include "mocks/stubs/work.h"

namespace mocks::stubs {

using kernel::HttpReply;
using kernel::HttpRequest;

StubMock::StubMock(MockSpec spec, std::uint64_t seed, Surroundings around)
    : spec_(std::move(spec)),
      seed_(seed),
      around_(around),
      exchanges_(around.rows_max),
      instruments_{around.scheduler, seed, spec_.name, states_, exchanges_, counters_},
      book_(spec_.stubs),
      key_is_free_(around.scheduler),
      callbacks_(spec_.name, around.scheduler, around.journal, around.client) {
  if (spec_.idempotency) idempotency_.emplace(*spec_.idempotency);
  for (const LimitSpec& limit : spec_.limits) limiters_.push_back(std::make_unique<Limiter>(limit));
  if (spec_.saturation) saturation_.emplace(*spec_.saturation);
  for (const BucketSpec& bucket : spec_.buckets) buckets_.push_back(std::make_unique<Bucket>(bucket));
  if (spec_.tokens) tokens_.emplace(*spec_.tokens);
}

void StubMock::reset(Reset what) {
  exchanges_.clear();
  if (what == Reset::Journal) return;
  states_.reset();
  jobs_.reset();
  for (const auto& bucket : buckets_) bucket->reset();
  if (what == Reset::State) return;
  book_.set(spec_.stubs, around_.scheduler.now());
  book_.reset();
  counters_.clear();
  attempts_.clear();
  if (spec_.idempotency) idempotency_.emplace(*spec_.idempotency);
}

bool StubMock::put_stub(StubSpec stub) { return book_.put(std::move(stub), around_.scheduler.now()); }

void StubMock::set_stubs(const std::vector<StubSpec>& stubs) { book_.set(stubs, around_.scheduler.now()); }

void StubMock::open(Work& work) {
  if (auto trace = kernel::parse_traceparent(work.request.headers.get("traceparent")))
    work.trace = std::move(*trace);
  Exchange& facts = work.facts;
  facts.arrived = around_.scheduler.now();
  facts.arrived_wall = around_.scheduler.wall_now();
  facts.event = work.trace.event;
  facts.correlation = work.trace.event;
  if (!spec_.correlation.is_empty()) {
    const RequestFacts early{.view = work.view, .row = facts};
    RequestScope scope(instruments_, early, "correlation");
    // A request without the field belongs to no order of requests: it counts by itself.
    facts.correlation = spec_.correlation.text(scope).value_or("");
  }
  facts.attempt = ++attempts_.at(facts.correlation, facts.arrived);
  Exchange row = facts;
  row.request = work.request;
  work.row = facts.number = exchanges_.open(std::move(row));
}

// A refusal on the way needs no more of the mock than the time it takes to answer.
kernel::Task<HttpReply> StubMock::handle(HttpRequest request) {
  Work work(*this, std::move(request));
  open(work);
  std::optional<kernel::HttpResponse> refusal = refused_by_credential(work);
  const bool is_key_first = spec_.idempotency && spec_.idempotency->is_before_limits;
  if (!refusal && !is_key_first) refusal = refused_by_limits(work);
  if (!refusal && idempotency_) {
    refusal = answered_by_key(work);
    while (!refusal && work.claim.verdict == Idempotency::Verdict::InFlight) {
      co_await key_is_free_.wait();
      refusal = answered_by_key(work);
    }
  }
  if (!refusal && is_key_first) refusal = refused_by_limits(work);
  if (!refusal) refusal = refused_by_saturation(work);
  if (refusal) work.reply.response = std::move(*refusal);
  decide(work);
  co_await kernel::sleep_until(around_.scheduler, around_.scheduler.now() + work.wait);
  leave(work, &work.reply);
  co_return std::move(work.reply);
}

kernel::Duration StubMock::own_latency(const Work& work) const {
  const LatencyLaw* law = &spec_.latency;
  if (work.choice.stub != nullptr && work.choice.stub->latency) law = &*work.choice.stub->latency;
  if (work.response != nullptr && work.response->latency) law = &*work.response->latency;
  const double u = kernel::draw_unit(
      {seed_, spec_.name, work.facts.correlation, static_cast<std::uint64_t>(work.facts.attempt), "latency"});
  return work.saturated + sample(*law, u);
}

void StubMock::leave(Work& work, const HttpReply* reply) {
  if (std::exchange(work.has_left, true)) return;
  for (const Held& held : work.held) held.limiter->release(held.key);
  if (work.holds_key) {
    idempotency_->answered(work.claim.key);
    key_is_free_.notify_all();
  }
  const bool has_answer = reply != nullptr && reply->ending == kernel::Ending::Complete;
  if (Exchange* row = exchanges_.find(work.row)) {
    row->ended = around_.scheduler.now();
    row->answered_by = work.answered_by;
    row->is_executed = work.is_executed;
    row->status = has_answer ? reply->response.status : 0;
    row->ending = reply != nullptr ? reply->ending : kernel::Ending::Hang;
    row->fault = work.fault;
    row->nearest = work.facts.nearest;
  }
  if (reply == nullptr) return;
  const kernel::Json fields = {{"request", work.facts.number},
                               {"stub", work.answered_by},
                               {"status", has_answer ? reply->response.status : 0},
                               {"attempt", work.facts.attempt},
                               {"executed", work.is_executed},
                               {"fault", work.fault}};
  const std::string source = "mock " + spec_.name;
  const std::string message = work.request.method + " " + std::string(work.view.path());
  around_.journal.log({.level = kernel::LogLevel::Info,
                       .source = source,
                       .message = message,
                       .event = work.trace.event,
                       .fields = kernel::json_text(fields)});
}

}  // namespace mocks::stubs

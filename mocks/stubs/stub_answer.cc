// The middle of a request's way: which stub, which faults, what is done, what is answered.
#include <nlohmann/json.hpp>

#include "middleware/kernel/ids.h"
#include "middleware/kernel/random.h"
#include "mocks/faults/faulted_reply.h"
#include "mocks/stubs/contract.h"
#include "mocks/stubs/rendering.h"
#include "mocks/stubs/work.h"

namespace mocks::stubs {

using kernel::HttpReply;
using kernel::HttpResponse;

HttpResponse StubMock::complain(const std::string& message, const Work& work) {
  if (complaints_.size() < kComplaintsMax) complaints_.push_back(message);
  const std::string source = "mock " + spec_.name;
  around_.journal.log(
      {.level = kernel::LogLevel::Error, .source = source, .message = message, .event = work.trace.event});
  return error_answer(500, "mock_error", message);
}

void StubMock::record_effect(const Work& work, std::string_view operation, std::string_view key) {
  for (int time = 0; time < (work.executes_twice ? 2 : 1); ++time) {
    around_.journal.effect(
        {.api = spec_.name, .operation = operation, .business_key = key, .event = work.trace.event});
  }
}

// A refusal by credential, limit or saturation is final: the request got no further. A replay did, so that
// its answer can be lost on the way as any other.
void StubMock::decide(Work& work) {
  const bool is_refused = !work.answered_by.empty() && work.answered_by != "idempotency";
  std::optional<HttpResponse> error;
  if (work.answered_by.empty()) {
    auto choice = book_.choose(work.view, work.facts, instruments_);
    if (choice) {
      work.choice = std::move(*choice);
    } else {
      error = complain(choice.error().message, work);
    }
  }
  const StubSpec* stub = work.choice.stub.get();
  if (stub != nullptr && stub->contract) {
    error = breach(*stub->contract, work.view, work.choice.parameters);
    if (error) work.answered_by = stub->id;
  }
  if (stub != nullptr && stub->effect && !error) {
    const RequestFacts facts{.view = work.view,
                             .row = work.facts,
                             .parameters = work.choice.parameters,
                             .stub = stub->id,
                             .scope = work.choice.scope};
    RequestScope scope(instruments_, facts, "effect");
    auto key = stub->effect->key.text(scope);
    if (!key) error = complain("stub '" + stub->id + "', effect, " + key.error().message, work);
    if (key) work.effect_key = std::move(*key);
  }
  FaultSet::Decision faults;
  if (!is_refused && !around_.faults.empty()) {
    faults = around_.faults.decide(
        {.target = spec_.name,
         .path = work.request.target,
         .event = work.trace.event,
         .business_key = work.effect_key.empty() ? work.facts.correlation : work.effect_key,
         .method = work.request.method,
         .stub = stub != nullptr ? std::string_view(stub->id) : std::string_view{},
         .attempt = work.facts.attempt,
         .headers = &work.request.headers,
         .hop = work.trace.hop},
        around_.scheduler.now());
    work.executes_twice = faults.executes_twice;
  }
  if (faults.before != nullptr) {
    work.fault = faults.before->name;
    work.reply = faulted_reply(*faults.before, around_.scheduler.wall_now());
  } else {
    if (error) {
      work.reply.response = std::move(*error);
    } else if (work.answered_by.empty()) {
      work.reply.response = execute(work);
      if (work.response != nullptr) {
        work.reply.ending = work.response->ending;
        send_as(work.reply, work.response->pace, work.response->afterwards);
      }
    }
    if (faults.damage != nullptr) {
      work.fault = faults.damage->name;
      work.reply.response = damaged(*faults.damage->effect.damage, std::move(work.reply.response));
    }
    for (const auto& [name, value] : work.limit_headers) work.reply.response.headers.set(name, value);
    if (faults.after != nullptr) {
      work.fault = faults.after->name;
      work.reply =
          replaced_reply(*faults.after, std::move(work.reply.response), around_.scheduler.wall_now());
    }
  }
  send_as(work.reply, faults.pace, faults.afterwards);
  work.wait = own_latency(work) + faults.delay;
}

HttpResponse StubMock::execute(Work& work) {
  const bool has_new_key = work.claim.verdict == Idempotency::Verdict::New;
  if (has_new_key) idempotency_->begin(work.claim, around_.scheduler.now());
  work.holds_key = has_new_key;
  const std::size_t complaints = complaints_.size();
  HttpResponse response;
  if (work.choice.stub != nullptr) {
    response = execute_stub(work);
  } else if (tokens_ && tokens_->is_for(work.request)) {
    work.answered_by = "tokens";
    const std::uint64_t random = kernel::draw_bits({seed_, spec_.name, "token", work.facts.number, "token"});
    response = tokens_->issue(work.request, around_.scheduler.now(), random);
  } else if (auto from_records = from_bucket(work)) {
    response = std::move(*from_records);
  } else if (auto from_work = from_job(work)) {
    response = std::move(*from_work);
  } else {
    const std::string report = book_.near_misses(work.view, work.facts, instruments_);
    response = json_answer(404, report);
    work.facts.nearest = report;
    const std::string message = "no stub answers " + work.request.method + " " + work.request.target;
    if (spec_.is_strict) static_cast<void>(complain(message + ": " + report, work));
  }
  // What did not begin to execute is not remembered (facts 13).
  if (has_new_key && work.is_executed && complaints_.size() == complaints) {
    idempotency_->store(work.claim.key, response);
  } else if (has_new_key) {
    idempotency_->drop(work.claim.key);
    work.holds_key = false;
  }
  return response;
}

HttpResponse StubMock::execute_stub(Work& work) {
  const StubSpec& stub = *work.choice.stub;
  work.answered_by = stub.id;
  RequestFacts facts{.view = work.view,
                     .row = work.facts,
                     .parameters = work.choice.parameters,
                     .stub = stub.id,
                     .scope = work.choice.scope,
                     .machine = stub.step ? stub.step->machine : ""};
  const auto response = book_.take(work.choice, facts, instruments_);
  if (!response) return complain(response.error().message, work);
  work.response = *response;
  if (stub.job) {
    const std::uint64_t id = kernel::draw_bits({seed_, spec_.name, "job", work.facts.number, "job"});
    facts.job = JobFacts{.id = kernel::hex16(id)};
    if (work.view.json() != nullptr)
      facts.job->request = std::make_shared<const kernel::Json>(*work.view.json());
  }
  auto made = rendered(**response, facts, instruments_);
  if (!made) return complain(made.error().message, work);
  facts.response = &*made;
  const kernel::Timestamp answered_at = around_.scheduler.now() + own_latency(work);
  auto callbacks = rendered_callbacks(work.choice.stub, facts, instruments_, answered_at);
  if (!callbacks) return complain(callbacks.error().message, work);
  work.is_executed = stub.executes;
  if (stub.effect) record_effect(work, stub.effect->operation, work.effect_key);
  if (facts.job) jobs_.begin(work.choice.stub, *facts.job, around_.scheduler.now());
  callbacks_.start(std::move(*callbacks), work.trace.event, work.trace.hop);
  return std::move(*made);
}

std::optional<HttpResponse> StubMock::from_bucket(Work& work) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    if (!buckets_[i]->is_for(work.view)) continue;
    const BucketSpec& spec = spec_.buckets[i];
    work.answered_by = "bucket " + spec.path;
    kernel::Random random(kernel::draw_bits({seed_, spec_.name, spec.path, work.facts.number, "record"}),
                          "uuid");
    Bucket::Answer answer = buckets_[i]->answer(work.view, around_.scheduler.now(), kernel::uuid4(random));
    work.is_executed = answer.response.status < 400;
    if (answer.has_created && !spec.effect.empty()) record_effect(work, spec.effect, answer.created_key);
    return std::move(answer.response);
  }
  return std::nullopt;
}

std::optional<HttpResponse> StubMock::from_job(Work& work) {
  if (work.request.method != "GET") return std::nullopt;
  auto poll = jobs_.poll(book_.stubs(), work.view.path(), around_.scheduler.now());
  if (!poll) return std::nullopt;
  work.answered_by = "job of " + poll->stub->id;
  work.polled = poll->stub;
  work.response = poll->response;
  const RequestFacts facts{
      .view = work.view, .row = work.facts, .stub = poll->stub->id, .job = std::move(poll->facts)};
  auto made = rendered(*poll->response, facts, instruments_);
  if (!made) return complain(made.error().message, work);
  return std::move(*made);
}

}  // namespace mocks::stubs

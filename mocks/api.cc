#include "mocks/api.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/ids.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/wait.h"
#include "mocks/faults/faulted_reply.h"

namespace mocks {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Json;

constexpr kernel::Duration kCountedAtLeast = std::chrono::hours{1};

bool matches_path(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    const std::size_t pattern_end = std::min(pattern.find('/', 1), pattern.size());
    const std::size_t path_end = std::min(path.find('/', 1), path.size());
    const std::string_view wanted = pattern.substr(0, pattern_end);
    const bool any = wanted.size() > 3 && wanted[1] == '{' && wanted.back() == '}' && path_end > 1;
    if (!any && wanted != path.substr(0, path_end)) return false;
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
  return pattern.empty() && path.empty();
}

std::optional<HttpResponse> missing_field(const Operation& operation, const Json& body) {
  for (const std::string& pointer : operation.required) {
    const Json* found = kernel::json_at(body, pointer);
    if (found == nullptr || found->is_null())
      return error_answer(400, "missing_field", pointer + " is required");
  }
  return std::nullopt;
}

}  // namespace

MockApi::MockApi(ApiSpec spec, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
                 FaultSet& faults)
    : spec_(std::move(spec)),
      seed_(seed),
      scheduler_(scheduler),
      journal_(journal),
      faults_(faults),
      requests_by_key_(std::max(spec_.idempotency_window, kCountedAtLeast)) {}

MockApi::Exchange MockApi::read(const HttpRequest& request) {
  Exchange exchange;
  if (auto trace = kernel::parse_traceparent(request.headers.get("traceparent")))
    exchange.trace = std::move(*trace);
  const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  const auto found = std::ranges::find_if(spec_.operations, [&](const Operation& o) {
    return o.method == request.method && matches_path(o.path, path);
  });
  if (found == spec_.operations.end()) {
    exchange.refusal = error_answer(404, "no_such_operation",
                                    "nothing here answers " + request.method + " " + std::string(path));
    return exchange;
  }
  exchange.operation = &*found;
  const Operation& operation = *found;
  auto body =
      kernel::parse_json(request.body.empty() ? std::string_view("null") : std::string_view(request.body));
  if (!body) {
    exchange.refusal = error_answer(400, "not_json", body.error().message);
    return exchange;
  }
  if (!operation.business_key.empty())
    exchange.business_key = kernel::json_text_at(*body, operation.business_key);
  exchange.nth = ++requests_by_key_.at(exchange.business_key, scheduler_.now());
  if (auto missing = missing_field(operation, *body)) {
    exchange.refusal = std::move(missing);
    return exchange;
  }
  // As Stripe has it: reading needs no key, and ignores one.
  if (operation.idempotent && operation.method != "GET")
    exchange.key = std::string(request.headers.get(spec_.idempotency_header));
  if (!exchange.key.empty()) {
    exchange.fingerprint = kernel::hash_text(request.method + " " + request.target + "\n" + request.body);
    if (const Remembered* known = remembered_.find(exchange.key)) {
      if (known->fingerprint != exchange.fingerprint) {
        exchange.refusal = error_answer(400, "idempotency_error", "the key was used with another request");
      } else if (known->is_running) {
        exchange.refusal = error_answer(409, "idempotency_key_in_use", "the first request is still running");
      } else {
        exchange.refusal = json_answer(known->status, known->body);
        exchange.refusal->headers.set("Idempotent-Replayed", "true");
      }
      return exchange;
    }
  }
  if (operation.body) {
    std::vector<std::pair<std::string, Json>> named;
    if (operation.body->reads_names()) {
      const std::uint64_t id =
          kernel::draw_bits({seed_, spec_.name, exchange.business_key, exchange.nth, "id"});
      Json mock = Json::object();
      mock["id"] = spec_.name.substr(0, 3) + "_" + kernel::hex16(id);
      mock["now"] = kernel::iso_millis(scheduler_.wall_now());
      named.emplace_back("mock", std::move(mock));
    }
    exchange.rendered = operation.body->render({.root = &*body, .named = &named});
  }
  return exchange;
}

void MockApi::record_effect(const Exchange& exchange) {
  if (!exchange.operation->effect) return;
  journal_.effect({.api = spec_.name,
                   .operation = *exchange.operation->effect,
                   .business_key = exchange.business_key,
                   .event = exchange.trace.event});
}

HttpResponse MockApi::execute(Exchange& exchange) {
  const Operation& operation = *exchange.operation;
  record_effect(exchange);
  if (!exchange.key.empty()) {
    remembered_.at(exchange.key) = {.fingerprint = exchange.fingerprint,
                                    .is_running = true,
                                    .status = operation.status,
                                    .body = exchange.rendered};
    to_forget_.emplace_back(scheduler_.now() + spec_.idempotency_window, remembered_.stored(exchange.key));
  }
  return json_answer(operation.status, std::move(exchange.rendered));
}

kernel::Duration MockApi::own_latency(const Exchange& exchange) const {
  const LatencyLaw& law = exchange.operation != nullptr && exchange.operation->latency
                              ? *exchange.operation->latency
                              : spec_.latency;
  if (law.kind == LatencyKind::Fixed) return law.first;
  return sample(law, kernel::draw_unit({seed_, spec_.name, exchange.business_key, exchange.nth, "latency"}));
}

void MockApi::forget_old_keys() {
  while (!to_forget_.empty() && to_forget_.front().first <= scheduler_.now()) {
    remembered_.erase(to_forget_.front().second);
    to_forget_.pop_front();
  }
}

// No coroutine: what is read of the request is gone before the answer is waited for.
kernel::Task<HttpReply> MockApi::handle(HttpRequest request) {
  forget_old_keys();
  Exchange exchange = read(request);
  FaultSet::Decision decision;
  if (!faults_.empty()) {
    decision = faults_.decide({.target = spec_.name,
                               .path = request.target,
                               .event = exchange.trace.event,
                               .business_key = exchange.business_key,
                               .method = request.method,
                               .attempt = static_cast<std::int64_t>(exchange.nth),
                               .headers = &request.headers,
                               .hop = exchange.trace.hop},
                              scheduler_.now());
  }
  HttpReply reply;
  std::string running_key;
  if (decision.before != nullptr) {
    reply = faulted_reply(*decision.before, scheduler_.wall_now());
  } else {
    if (exchange.refusal) {
      reply.response = std::move(*exchange.refusal);
    } else {
      running_key = exchange.key;
      reply.response = execute(exchange);
      if (decision.executes_twice) record_effect(exchange);
    }
    if (decision.damage != nullptr)
      reply.response = damaged(*decision.damage->effect.damage, std::move(reply.response));
    if (decision.after != nullptr) {
      reply = replaced_reply(*decision.after, std::move(reply.response), scheduler_.wall_now());
    }
  }
  send_as(reply, decision.pace, decision.afterwards);
  const kernel::Duration wait = own_latency(exchange) + decision.delay;
  return answer_at(scheduler_.now() + wait, std::move(reply), std::move(running_key));
}

kernel::Task<HttpReply> MockApi::answer_at(kernel::Timestamp when, HttpReply reply, std::string running_key) {
  co_await kernel::sleep_until(scheduler_, when);
  if (Remembered* known = running_key.empty() ? nullptr : remembered_.find(running_key))
    known->is_running = false;
  co_return std::move(reply);
}

}  // namespace mocks

#include "emulator/topics/delivery.h"

#include <algorithm>
#include <array>

#include "middleware/kernel/outcome.h"
#include "middleware/kernel/wait.h"

namespace emulator::topics {
namespace {

using kernel::Outcome;
using kernel::Task;

constexpr std::size_t kRawAttributesMax = 10;

/// What the subscriber gets, without the record that Lambda wraps it in.
std::string plain_body(const Delivery& delivery) {
  if (delivery.subscription->is_raw) return delivery.notification->message;
  return notification_body(*delivery.notification, delivery.unsubscribe_url);
}

std::string body_of(const Delivery& delivery) {
  if (delivery.subscription->protocol != Protocol::Lambda) return plain_body(delivery);
  return lambda_payload(*delivery.notification, delivery.subscription->arn, delivery.unsubscribe_url);
}

/// The same for the subscriber's queue and for the dead-letter queue.
queues::SendRequest message_of(const Delivery& delivery, const std::string& queue, std::string body,
                               kernel::HopId hop) {
  queues::SendRequest request{.body = std::move(body),
                              .event_uuid = delivery.event_uuid,
                              .cause = hop,
                              .from = delivery.topic,
                              .group_id = delivery.group_id,
                              .trace_header = delivery.trace_header};
  if (queue.ends_with(".fifo")) request.deduplication_id = delivery.deduplication_id;
  if (delivery.subscription->is_raw && !is_http(delivery.subscription->protocol)) {
    for (const MessageAttribute& attribute : delivery.notification->attributes)
      request.attributes.push_back({attribute.name, attribute.value, attribute.data_type});
  }
  return request;
}

bool may_work_later(std::string_view queue_error) {
  constexpr std::array<std::string_view, 3> kPassing = {"RequestThrottled", "OverLimit", "InternalError"};
  return std::ranges::find(kPassing, queue_error) != kPassing.end();
}

Outcome outcome_of_status(int status) {
  if (status >= 200 && status < 300) return Outcome::Ok;
  if (status == 429) return Outcome::Throttled;
  return status >= 500 ? Outcome::Failed : Outcome::Rejected;
}

std::string_view path_of(std::string_view place) {
  const std::size_t slash = place.find_first_of("/?");
  return slash == std::string_view::npos ? std::string_view{} : place.substr(slash);
}

kernel::HttpRequest request_to(const Subscription& subscription, kernel::Headers headers, std::string body) {
  const std::string_view path = path_of(subscription.name);
  kernel::HttpRequest request{.method = "POST",
                              .host = subscription.name.substr(0, subscription.name.size() - path.size()),
                              .target = std::string(path.empty() ? "/" : path),
                              .headers = std::move(headers),
                              .body = std::move(body)};
  if (request.target.front() == '?') request.target.insert(0, "/");
  return request;
}

}  // namespace

std::string_view place_of(const Subscription& subscription) { return subscription.name; }

Task<void> Deliveries::deliver(Delivery delivery) {
  if (!delivery.keeps_order) {
    co_await try_until_over(delivery);
    co_return;
  }
  const GroupOrder::Turn turn(order_, delivery.subscription->arn + " " + delivery.group_id);
  while (!turn.has_come()) co_await order_.moved().wait();
  co_await try_until_over(delivery);
}

Task<void> Deliveries::try_until_over(const Delivery& delivery) {
  const bool is_web = is_http(delivery.subscription->protocol);
  const DeliveryRetry retry(is_web ? delivery.policy.retry : managed_schedule());
  const auto body = std::make_shared<const std::string>(body_of(delivery));
  for (std::int64_t number = 1;; ++number) {
    if (is_web && delivery.policy.receives_per_second) {
      co_await kernel::sleep_until(ports_.scheduler,
                                   throttles_.at(delivery.subscription->arn)
                                       .take(ports_.scheduler.now(), *delivery.policy.receives_per_second));
    }
    const Attempt made = co_await attempt(delivery, body, number);
    if (made.verdict == Verdict::Delivered) {
      if (!made.is_owned_elsewhere)
        end(delivery, kernel::End::Delivered, "to " + std::string(place_of(*delivery.subscription)));
      co_return;
    }
    const auto wait = made.verdict == Verdict::Again ? retry.wait_after(number) : std::nullopt;
    if (!wait) co_return give_up(delivery, made, number);
    co_await kernel::sleep_until(ports_.scheduler, ports_.scheduler.now() + *wait);
  }
}

Task<Deliveries::Attempt> Deliveries::attempt(const Delivery& delivery,
                                              std::shared_ptr<const std::string> body, std::int64_t number) {
  kernel::HopScope hop(ports_.journal, {.stage = kernel::Stage::Topic,
                                        .event = delivery.event_uuid,
                                        .parent = delivery.cause,
                                        .from = delivery.topic,
                                        .to = place_of(*delivery.subscription),
                                        .operation = "Notification",
                                        .attempt = static_cast<int>(number)});
  Attempt made;
  switch (delivery.subscription->protocol) {
    case Protocol::Lambda:
      made = invoke(delivery, body, hop.id());
      break;
    case Protocol::Sqs:
      made = enqueue(delivery, *body, hop.id());
      break;
    case Protocol::Http:
    case Protocol::Https:
      made = co_await post(delivery, body, hop.id());
      break;
  }
  hop.close({.outcome = made.outcome,
             .status = made.status,
             .error = made.error,
             .bytes_sent = static_cast<std::int64_t>(body->size()),
             .request = number == 1 ? std::string_view(*body) : std::string_view{}});
  co_return made;
}

Deliveries::Attempt Deliveries::invoke(const Delivery& delivery, std::shared_ptr<const std::string> body,
                                       kernel::HopId hop) {
  lambda::AsyncEvent event{delivery.event_uuid, std::move(body), hop};
  if (!delivery.trace_header.empty())
    event.trace_header = std::make_shared<const std::string>(delivery.trace_header);
  lambda::AcceptResult accepted =
      ports_.functions.invoke_async(delivery.subscription->name, std::move(event));
  if (accepted.status == 202) return {.status = 202, .is_owned_elsewhere = true};
  const bool may_pass = accepted.status == 429 || accepted.status >= 500;
  return {.verdict = may_pass ? Verdict::Again : Verdict::Never,
          .outcome = outcome_of_status(accepted.status),
          .status = accepted.status,
          .error = std::move(accepted.message)};
}

Deliveries::Attempt Deliveries::enqueue(const Delivery& delivery, const std::string& body,
                                        kernel::HopId hop) {
  const bool is_raw = delivery.subscription->is_raw;
  if (is_raw && delivery.notification->attributes.size() > kRawAttributesMax) {
    return {.verdict = Verdict::Never,
            .outcome = Outcome::Rejected,
            .status = 400,
            .error = "a raw message takes at most 10 attributes along"};
  }
  const std::string& queue = delivery.subscription->name;
  const queues::SendResult sent = ports_.queues.send(queue, message_of(delivery, queue, body, hop));
  if (sent.accepted()) return {.is_owned_elsewhere = sent.carries_on};
  return {.verdict = may_work_later(sent.error.code) ? Verdict::Again : Verdict::Never,
          .outcome = Outcome::Rejected,
          .status = sent.error.status,
          .error = sent.error.message};
}

Task<Deliveries::Attempt> Deliveries::post(const Delivery& delivery, std::shared_ptr<const std::string> body,
                                           kernel::HopId hop) {
  kernel::HttpRequest request = request_to(*delivery.subscription,
                                           http_headers({.type = "Notification",
                                                         .message_id = delivery.notification->message_id,
                                                         .topic_arn = delivery.notification->topic_arn,
                                                         .subscription_arn = delivery.subscription->arn,
                                                         .content_type = delivery.policy.content_type,
                                                         .is_raw = delivery.subscription->is_raw}),
                                           *body);
  if (settings_.sends_traceparent && !delivery.event_uuid.empty())
    request.headers.add("traceparent", kernel::traceparent(delivery.event_uuid, hop));
  return send(std::move(request));
}

Task<Deliveries::Attempt> Deliveries::send(kernel::HttpRequest request) {
  auto sending = ports_.client.send(std::move(request), ports_.scheduler.now() + settings_.http_timeout);
  const kernel::HttpResult answer = co_await std::move(sending);
  if (!answer) {
    co_return Attempt{.verdict = Verdict::Again,
                      .outcome = kernel::outcome_of(answer.error()),
                      .status = 0,
                      .error = std::string(to_text(answer.error()))};
  }
  const Verdict verdict = verdict_of_status(answer->status, settings_.on_429);
  co_return Attempt{.verdict = verdict,
                    .outcome = outcome_of_status(answer->status),
                    .status = answer->status,
                    .error = verdict == Verdict::Delivered ? std::string{} : answer->body};
}

void Deliveries::end(const Delivery& delivery, kernel::End end, const std::string& where) {
  if (!delivery.event_uuid.empty())
    ports_.journal.ended(delivery.event_uuid, end, "topic " + delivery.topic + ": " + where);
}

void Deliveries::give_up(const Delivery& delivery, const Attempt& last, std::int64_t attempts) {
  const std::string why = std::string(place_of(*delivery.subscription)) + " gave " +
                          (last.status != 0 ? std::to_string(last.status) : last.error) + ", " +
                          std::to_string(attempts) + (attempts == 1 ? " attempt" : " attempts");
  if (last.verdict == Verdict::Unheard)
    return end(delivery, kernel::End::Lost, why + ", which SNS takes for delivered");
  if (!delivery.subscription->dead_letter)
    return end(delivery, kernel::End::Lost, why + ", and no dead-letter queue");
  const std::string& queue = *delivery.subscription->dead_letter;
  const queues::SendResult sent =
      ports_.queues.send(queue, message_of(delivery, queue, plain_body(delivery), delivery.cause));
  if (sent.carries_on) return;  // whoever reads the dead letters ends it
  if (sent.accepted()) return end(delivery, kernel::End::DeadLettered, why);
  end(delivery, kernel::End::Lost, why + ", and the dead-letter queue refused it");
}

void Deliveries::ask_to_confirm(std::shared_ptr<const Subscription> subscription, Confirmation confirmation,
                                RetrySchedule retry) {
  running_.spawn(confirm(std::move(subscription), std::move(confirmation), retry));
}

Task<void> Deliveries::confirm(std::shared_ptr<const Subscription> subscription, Confirmation confirmation,
                               RetrySchedule schedule) {
  const DeliveryRetry retry(schedule);
  const std::string body = confirmation_body(confirmation);
  const std::string topic = topic_name(subscription->topic_arn);
  for (std::int64_t number = 1;; ++number) {
    kernel::HopScope hop(ports_.journal, {.stage = kernel::Stage::Topic,
                                          .from = topic,
                                          .to = place_of(*subscription),
                                          .operation = "SubscriptionConfirmation",
                                          .attempt = static_cast<int>(number)});
    auto sending = send(request_to(*subscription,
                                   http_headers({.type = "SubscriptionConfirmation",
                                                 .message_id = confirmation.message_id,
                                                 .topic_arn = confirmation.topic_arn,
                                                 .content_type = EffectivePolicy{}.content_type}),
                                   body));
    const Attempt made = co_await std::move(sending);
    hop.close({.outcome = made.outcome,
               .status = made.status,
               .error = made.error,
               .bytes_sent = static_cast<std::int64_t>(body.size())});
    const auto wait = made.verdict == Verdict::Again ? retry.wait_after(number) : std::nullopt;
    if (!wait) co_return;
    co_await kernel::sleep_until(ports_.scheduler, ports_.scheduler.now() + *wait);
  }
}

}  // namespace emulator::topics

// What an edition allows, and what is left of it.
#include "emulator/salesforce/org.h"

namespace emulator::salesforce {

// facts/salesforce 2 and 3.2. ASSUMPTION: API requests a day, which depend on licences.
EditionLimits limits_of(Edition edition) {
  switch (edition) {
    case Edition::Developer:
      return {.publish_per_hour = 50'000,
              .deliver_per_day = 10'000,
              .streaming_clients = 20,
              .event_definitions = 5,
              .channels = 100,
              .member_events = 5,
              .change_data_objects = 5,
              .api_requests_per_day = 15'000};
    case Edition::Enterprise:
      return {.publish_per_hour = 250'000,
              .deliver_per_day = 25'000,
              .streaming_clients = 1'000,
              .event_definitions = 50,
              .channels = 100,
              .member_events = 50,
              .change_data_objects = 5,
              .api_requests_per_day = 100'000};
    case Edition::Unlimited:
      return {.publish_per_hour = 250'000,
              .deliver_per_day = 50'000,
              .streaming_clients = 2'000,
              .event_definitions = 100,
              .channels = 100,
              .member_events = 50,
              .change_data_objects = 5,
              .api_requests_per_day = 100'000};
  }
  return {};
}

std::vector<Allocation> Org::limits() {
  const kernel::Timestamp now = scheduler_.now();
  return {
      {.name = "DailyApiRequests", .max = requests_.max(), .remaining = requests_.left(now)},
      {.name = "DailyDeliveredPlatformEvents",
       .max = log_.deliveries().max(),
       .remaining = log_.deliveries().left(now)},
      {.name = "HourlyPublishedPlatformEvents", .max = publishes_.max(), .remaining = publishes_.left(now)}};
}

Allocation Org::api_requests() {
  return {.name = "DailyApiRequests", .max = requests_.max(), .remaining = requests_.left(scheduler_.now())};
}

OrgResult<> Org::count_api_request() {
  if (requests_.take(scheduler_.now(), 1) == 1) return {};
  return std::unexpected(OrgError{
      .http_status = 403, .code = "REQUEST_LIMIT_EXCEEDED", .message = "TotalRequests Limit exceeded."});
}

std::int64_t Org::streaming_clients_max() const {
  return config_.streaming_clients.value_or(limits_of(config_.edition).streaming_clients);
}

bool Org::is_delivery_limit_reached() { return log_.deliveries().left(scheduler_.now()) == 0; }

}  // namespace emulator::salesforce

#include "emulator/runner/watch.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace emulator::runner {
namespace {

double seconds(kernel::Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

std::string dimensions_of(const metrics::MetricId& id, const char* statistic) {
  kernel::Json json = kernel::Json::object();
  for (const metrics::Dimension& dimension : id.dimensions) json[dimension.name] = dimension.value;
  json["statistic"] = statistic;
  return kernel::json_text(json);
}

std::string place_text(const config::Place& place) { return place.file + ":" + std::to_string(place.line); }

}  // namespace

class Watch::Events final : public metrics::ServiceEvents {
 public:
  explicit Events(bus::EventBridge& bus) : bus_(bus) {}

  void alarm_changed(std::string_view arn, std::string detail, kernel::WallTime time) override {
    const auto rules = bus_.rules().list_rules(std::string(bus::kDefaultBus), {.limit = 1});
    if (!rules || rules->items.empty()) return;
    bus_.put_service_event({.time = time,
                            .source = "aws.cloudwatch",
                            .detail_type = "CloudWatch Alarm State Change",
                            .detail = std::move(detail),
                            .resources = {std::string(arn)}},
                           "cloudwatch");
  }

 private:
  bus::EventBridge& bus_;
};

Watch::Watch(std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
             metrics::HopMetrics* hops, WatchBoxes boxes)
    : journal_(journal),
      boxes_(boxes),
      hops_(hops),
      events_(std::make_unique<Events>(boxes.bus)),
      scaling_(seed, scheduler),
      cloudwatch_({}, seed, scheduler, journal,
                  {.topics = &boxes.topics,
                   .functions = &boxes.lambda,
                   .scaling = &scaling_,
                   .events = events_.get()}),
      functions_(cloudwatch_.store(), scheduler) {
  scaling_.use(cloudwatch_.alarms());
  if (hops_ == nullptr) return;
  if (boxes_.service != nullptr) {
    hops_->leave_requests();
    service_ = std::make_unique<ScaledServiceWatch>(*boxes_.service, scheduler, cloudwatch_, scaling_);
  }
  boxes_.lambda.watch(&functions_);
  hops_->join(cloudwatch_, functions_);
  cloudwatch_.each_minute([this](std::int64_t second) {
    functions_.end_minute(second);
    hops_->end_minute(second);
    read_queues(second);
  });
}

Watch::~Watch() {
  if (hops_ == nullptr) return;
  boxes_.lambda.watch(nullptr);
  hops_->leave();
}

kernel::Result<> Watch::set_up(const Given& given) {
  if (service_ && given.compute.scaling) {
    if (auto scaled = service_->scale(given.compute); !scaled) return scaled;
  }
  if (given.keeps_metrics) cloudwatch_.each_minute([this](std::int64_t second) { record(second); });
  // A rule may name an alarm that stands behind it in the file, but not itself.
  std::vector<const AlarmGiven*> waiting;
  for (const AlarmGiven& alarm : given.alarms) waiting.push_back(&alarm);
  while (!waiting.empty()) {
    std::vector<const AlarmGiven*> refused;
    std::string problem;
    for (const AlarmGiven* alarm : waiting) {
      metrics::Answer<> made;
      if (const auto* metric = std::get_if<metrics::MetricAlarm>(&alarm->alarm)) {
        made = cloudwatch_.alarms().put_metric_alarm(*metric);
      } else {
        made = cloudwatch_.alarms().put_composite_alarm(std::get<metrics::CompositeAlarm>(alarm->alarm));
      }
      if (made) continue;
      refused.push_back(alarm);
      problem = "alarm '" + alarm->base().name + "': " + made.error().message;
    }
    if (refused.size() == waiting.size()) return kernel::invalid(problem, place_text(refused.back()->place));
    waiting = std::move(refused);
  }
  return {};
}

void Watch::read_queues(std::int64_t second) {
  const std::pair<const char*, const char*> kGauges[] = {
      {"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesVisible"},
      {"ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesNotVisible"},
      {"ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesDelayed"}};
  for (const std::string& queue : boxes_.queues.list({})) {
    const auto add = [&](const char* metric, const char* unit, double value) {
      const metrics::MetricId id{"AWS/SQS", metric, {{"QueueName", queue}}};
      cloudwatch_.store().series(id, unit).bucket_at(second, 60).add(value, 1);
    };
    const auto attributes = boxes_.queues.attributes(queue, {"All"});
    if (!attributes) continue;
    for (const auto& [name, text] : *attributes) {
      for (const auto& [attribute, metric] : kGauges) {
        if (name != attribute) continue;
        std::int64_t count = 0;
        std::from_chars(text.data(), text.data() + text.size(), count);
        add(metric, "Count", static_cast<double>(count));
      }
    }
    add("ApproximateAgeOfOldestMessage", "Seconds",
        seconds(boxes_.queues.oldest_age(queue).value_or(kernel::Duration{0})));
  }
}

/// One point a metric and minute: what was counted is added up, what was measured is an average.
void Watch::record(std::int64_t second) {
  for (const auto& [id, units] : cloudwatch_.store().all()) {
    for (const auto& [unit, series] : units) {
      const metrics::Bucket bucket = series->aggregate(second, second + 60, false);
      if (bucket.samples() <= 0) continue;
      const bool is_count = unit == "Count" && !id.name.starts_with("Approximate") &&
                            id.name != "ActiveInstances" && id.name != "Concurrency" &&
                            id.name != "ConcurrentExecutions" && !id.name.ends_with("HostCount");
      journal_.metric({.name = id.space + " " + id.name,
                       .value = is_count ? bucket.sum() : bucket.sum() / bucket.samples(),
                       .unit = unit,
                       .dimensions = dimensions_of(id, is_count ? "Sum" : "Average")});
    }
  }
}

}  // namespace emulator::runner

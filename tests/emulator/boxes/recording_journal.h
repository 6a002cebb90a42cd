#pragma once
// A journal with a memory: what the boxes wrote down, in the order in which they did.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/check.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"

namespace emulator {

class RecordingJournal final : public kernel::Journal {
 public:
  explicit RecordingJournal(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  struct Hop {
    kernel::HopId id;
    kernel::Stage stage;
    std::string event;
    kernel::HopId parent;
    std::string from;
    std::string to;
    std::string operation;
    int attempt;
    kernel::Timestamp start;
    bool is_open = true;
    kernel::Timestamp end{};
    kernel::Outcome outcome{};
    int status = 0;
    std::string error{};
    std::int64_t bytes_sent = 0;
    std::int64_t bytes_received = 0;
    std::string response{};
  };
  struct Event {
    std::string uuid;
    std::int64_t replay_id;
    std::string channel;
    std::string kind;
    std::string ordering_key;
    std::string payload;
    int branches_open = 1;
    std::vector<std::string> ends{};  ///< "120s delivered lambda"
  };
  struct Fault {
    std::string rule;
    std::string key;
    std::uint64_t n;
    double draw;
    double threshold;
    bool fired;
    kernel::HopId hop = 0;
  };

  kernel::HopId open(const kernel::HopStart& h) override {
    hops.push_back({.id = hops.size() + 1,
                    .stage = h.stage,
                    .event = std::string(h.event),
                    .parent = h.parent,
                    .from = std::string(h.from),
                    .to = std::string(h.to),
                    .operation = std::string(h.operation),
                    .attempt = h.attempt,
                    .start = scheduler_.now()});
    return hops.size();
  }
  void close(kernel::HopId id, const kernel::HopEnd& end) override {
    Hop& hop = hops.at(id - 1);
    CHECK(hop.is_open);
    hop.is_open = false;
    hop.end = scheduler_.now();
    hop.outcome = end.outcome;
    hop.status = end.status;
    hop.error = end.error;
    hop.bytes_sent = end.bytes_sent;
    hop.bytes_received = end.bytes_received;
    hop.response = end.response;
  }
  void transition(const kernel::Transition& t) override {
    transitions.push_back(clock() + " " + std::string(t.subject) + " " + std::string(t.from) + " -> " +
                          std::string(t.to));
  }
  void log(const kernel::LogLine& line) override {
    logs.push_back(clock() + " " + std::string(line.source) + ": " + std::string(line.message));
  }
  void metric(const kernel::DataPoint& point) override {
    metrics.push_back(clock() + " " + std::string(point.name) + " " + std::string(point.dimensions));
  }

  void published(const kernel::PublishedEvent& event) override { add(event); }
  void rejected(const kernel::PublishedEvent& event, std::string_view where) override {
    add(event);
    ended(event.uuid, kernel::End::Rejected, where);
  }
  void branched(std::string_view uuid, int more) override { at(uuid).branches_open += more; }
  void ended(std::string_view uuid, kernel::End end, std::string_view where) override {
    Event& event = at(uuid);
    --event.branches_open;
    event.ends.push_back(clock() + " " + std::string(to_text(end)) + " " + std::string(where));
  }
  void fault(const kernel::FaultDraw& f) override {
    faults.push_back({.rule = std::string(f.rule),
                      .key = std::string(f.key),
                      .n = f.n,
                      .draw = f.draw,
                      .threshold = f.threshold,
                      .fired = f.fired,
                      .hop = f.hop});
  }
  void effect(const kernel::Effect& e) override {
    effects.push_back(std::string(e.api) + " " + std::string(e.operation) + " " +
                      std::string(e.business_key));
  }

  /// An event that no org published: for boxes further down.
  void begin(std::string_view uuid) { add({.uuid = uuid}); }

  Event& at(std::string_view uuid) {
    const auto found = std::ranges::find(events, uuid, &Event::uuid);
    if (found != events.end()) return *found;
    CHECK_THAT(false, uuid);
    return events.front();
  }
  const std::vector<std::string>& ends_of(std::string_view uuid) { return at(uuid).ends; }

  /// Every event has ended once per branch.
  bool is_balanced() const {
    return std::ranges::all_of(events, [](const Event& e) { return e.branches_open == 0; });
  }

  /// The hops of a stage as lines: "0s..1s ingest #1 failed 200 Error: no".
  std::vector<std::string> timeline(kernel::Stage stage) const {
    std::vector<std::string> lines;
    for (const Hop& h : hops) {
      if (h.stage != stage) continue;
      std::string line = kernel::duration_text(h.start.time_since_epoch());
      if (h.is_open) {
        line += "..";
      } else if (h.end != h.start) {
        line += ".." + kernel::duration_text(h.end.time_since_epoch());
      }
      line += " " + h.to + " #" + std::to_string(h.attempt);
      if (!h.is_open) line += " " + std::string(to_text(h.outcome)) + " " + std::to_string(h.status);
      if (!h.error.empty()) line += " " + h.error;
      lines.push_back(std::move(line));
    }
    return lines;
  }

  std::vector<Hop> hops;
  std::vector<Event> events;
  std::vector<std::string> transitions;  ///< "60s middleware-1 active -> inactive"
  std::vector<std::string> logs;         ///< "60s lambda ingest: not delivered to queue gone"
  std::vector<std::string> metrics;      ///< "60s DeadLetterErrors {...}"
  std::vector<Fault> faults;
  std::vector<std::string> effects;  ///< "payments charge SO-1"

 private:
  std::string clock() const { return kernel::duration_text(scheduler_.now().time_since_epoch()); }
  void add(const kernel::PublishedEvent& e) {
    events.push_back({.uuid = std::string(e.uuid),
                      .replay_id = e.replay_id,
                      .channel = std::string(e.channel),
                      .kind = std::string(e.kind),
                      .ordering_key = std::string(e.ordering_key),
                      .payload = std::string(e.payload)});
  }
  kernel::Scheduler& scheduler_;
};

}  // namespace emulator

#include "emulator/hoplog/layers.h"

#include <algorithm>
#include <map>
#include <string>

namespace emulator::hoplog {
namespace {

/// Sees the hops of one stage and target, those of one event in a row.
class Layer {
 public:
  void see(std::int64_t event, bool is_sent) {
    ++(is_sent ? hops_ : not_sent_);
    if (event != event_) end_of_event();
    event_ = event;
    if (is_sent && event != 0) ++of_this_event_;
  }

  void end_of_event() {
    if (of_this_event_ > 0) ++events_;
    hops_of_events_ += of_this_event_;
    max_per_event_ = std::max(max_per_event_, of_this_event_);
    of_this_event_ = 0;
  }

  void bind_to(Statement& insert) const {
    insert.bind(3, hops_);
    insert.bind(4, events_);
    insert.bind(5, hops_of_events_);
    insert.bind(6, max_per_event_);
    insert.bind(7, not_sent_);
  }

 private:
  std::int64_t hops_ = 0;
  std::int64_t events_ = 0;
  std::int64_t hops_of_events_ = 0;
  std::int64_t max_per_event_ = 0;
  std::int64_t not_sent_ = 0;
  std::int64_t event_ = 0;
  std::int64_t of_this_event_ = 0;
};

}  // namespace

kernel::Result<> count_layers(const Connection& file) {
  auto hops = file.prepare("SELECT event, stage, target, outcome FROM hops ORDER BY event");
  if (!hops) return std::unexpected(hops.error());
  std::map<std::string, Layer> layers;  // by stage and target, a line break between them
  std::string key;
  while (true) {
    const auto row = hops->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) break;
    key.assign(hops->text(1)).append("\n").append(hops->text(2));
    layers[key].see(hops->integer(0), hops->text(3) != "open");
  }
  auto insert =
      file.prepare("INSERT INTO layers VALUES (nullif(?, ''), nullif(?, ''), ?, ?, ?, nullif(?, 0), ?)");
  if (!insert) return std::unexpected(insert.error());
  for (auto& [name, layer] : layers) {
    const std::size_t stage_size = name.find('\n');
    layer.end_of_event();
    insert->bind(1, std::string_view{name}.substr(0, stage_size));
    insert->bind(2, std::string_view{name}.substr(stage_size + 1));
    layer.bind_to(*insert);
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

}  // namespace emulator::hoplog

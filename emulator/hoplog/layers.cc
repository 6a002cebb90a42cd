#include "emulator/hoplog/layers.h"

#include <algorithm>
#include <map>
#include <utility>

namespace emulator::hoplog {
namespace {

/// Sees the hops of one stage and target, those of one event in a row.
class Layer {
 public:
  void see(std::int64_t event, bool is_sent) {
    ++(is_sent ? row_.hops : row_.not_sent);
    if (event != event_) end_of_event();
    event_ = event;
    if (is_sent && event != 0) ++of_this_event_;
  }

  LayerRow row(std::string stage, std::string target) {
    end_of_event();
    LayerRow row = row_;
    row.stage = std::move(stage);
    row.target = std::move(target);
    return row;
  }

 private:
  void end_of_event() {
    if (of_this_event_ > 0) ++row_.events;
    row_.hops_of_events += of_this_event_;
    row_.max_per_event = std::max(row_.max_per_event, of_this_event_);
    of_this_event_ = 0;
  }

  LayerRow row_;
  std::int64_t event_ = 0;
  std::int64_t of_this_event_ = 0;
};

}  // namespace

kernel::Result<std::vector<LayerRow>> count_layers(const Connection& file) {
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
  std::vector<LayerRow> rows;
  for (auto& [name, layer] : layers) {
    const std::size_t stage_size = name.find('\n');
    rows.push_back(layer.row(name.substr(0, stage_size), name.substr(stage_size + 1)));
  }
  return rows;
}

kernel::Result<> write_layers(const Connection& file, const std::vector<LayerRow>& layers) {
  auto insert =
      file.prepare("INSERT INTO layers VALUES (nullif(?, ''), nullif(?, ''), ?, ?, ?, nullif(?, 0), ?)");
  if (!insert) return std::unexpected(insert.error());
  for (const LayerRow& layer : layers) {
    insert->bind(1, layer.stage);
    insert->bind(2, layer.target);
    insert->bind(3, layer.hops);
    insert->bind(4, layer.events);
    insert->bind(5, layer.hops_of_events);
    insert->bind(6, layer.max_per_event);
    insert->bind(7, layer.not_sent);
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

}  // namespace emulator::hoplog

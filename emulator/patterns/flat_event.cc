#include "emulator/patterns/flat_event.h"

#include <simdjson.h>

namespace emulator::patterns {

namespace ondemand = simdjson::ondemand;

/// The parser and the text that it reads from; strings without escapes stay in the parser's buffer.
struct FlatEvent::Json {
  ondemand::parser parser;
  std::string padded;

  // What cannot be read has no values: the caller promised JSON, so this only ends what is nested too deep.
  static void object(FlatEvent& event, const PathTree& tree, PathTree::Node node, ondemand::object object);
  static void array(FlatEvent& event, const PathTree& tree, PathTree::Node node, ondemand::array array);
  static void value(FlatEvent& event, const PathTree& tree, PathTree::Node node, ondemand::value value);
  static void scalar(FlatEvent& event, std::uint32_t path, ondemand::value value, ondemand::json_type type);
};

FlatEvent::FlatEvent() = default;
FlatEvent::~FlatEvent() = default;
FlatEvent::FlatEvent(FlatEvent&&) noexcept = default;
FlatEvent& FlatEvent::operator=(FlatEvent&&) noexcept = default;

void FlatEvent::start(const PathTree& tree, std::span<const Attribute> attributes) {
  for (const std::uint32_t path : found_) values_[path].clear();
  found_.clear();
  memberships_.clear();
  inside_.clear();
  is_inside_kept_ = false;
  arrays_ = 0;
  if (values_.size() < tree.paths()) values_.resize(tree.paths());
  for (const Attribute& attribute : attributes) {
    const PathTree::Node node = tree.below(PathTree::kRoot, attribute.path);
    if (node != PathTree::kNowhere) add(tree.path_at(node), attribute.value);
  }
}

void FlatEvent::add(std::uint32_t path, const Scalar& scalar) {
  if (path == PathTree::kNoPath) return;
  if (!is_inside_kept_) {
    memberships_.insert(memberships_.end(), inside_.begin(), inside_.end());
    is_inside_kept_ = true;
  }
  const auto end = static_cast<std::uint32_t>(memberships_.size());
  if (values_[path].empty()) found_.push_back(path);
  values_[path].push_back({scalar, end - static_cast<std::uint32_t>(inside_.size()), end});
}

void FlatEvent::read_json(const PathTree& tree, std::string_view json, std::string_view path) {
  const PathTree::Node node = path.empty() ? PathTree::kRoot : tree.below(PathTree::kRoot, path);
  if (node == PathTree::kNowhere || json.empty()) return;
  if (!json_) json_ = std::make_unique<Json>();
  json_->padded.assign(json);
  json_->padded.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  ondemand::document document;
  ondemand::object object;
  const auto failed =
      json_->parser.iterate(json_->padded.data(), json.size(), json_->padded.capacity()).get(document);
  if (failed != simdjson::SUCCESS || document.get_object().get(object) != simdjson::SUCCESS) return;
  Json::object(*this, tree, node, object);
}

void FlatEvent::Json::object(FlatEvent& event, const PathTree& tree, PathTree::Node node,
                             ondemand::object object) {
  for (auto member : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(member).get(field) != simdjson::SUCCESS ||
        field.unescaped_key().get(key) != simdjson::SUCCESS)
      return;
    const PathTree::Node below = tree.below(node, key);
    if (below != PathTree::kNowhere) value(event, tree, below, field.value());
  }
}

void FlatEvent::Json::array(FlatEvent& event, const PathTree& tree, PathTree::Node node,
                            ondemand::array array) {
  const std::uint32_t number = event.arrays_++;
  std::uint32_t index = 0;
  for (auto element : array) {
    ondemand::value item;
    ondemand::json_type type{};
    if (std::move(element).get(item) != simdjson::SUCCESS || item.type().get(type) != simdjson::SUCCESS)
      return;
    if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
      event.inside_.push_back({number, index});
      event.is_inside_kept_ = false;
      value(event, tree, node, item);
      event.inside_.pop_back();
      event.is_inside_kept_ = false;
    } else {
      scalar(event, tree.path_at(node), item, type);
    }
    ++index;
  }
}

void FlatEvent::Json::value(FlatEvent& event, const PathTree& tree, PathTree::Node node,
                            ondemand::value value) {
  ondemand::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return;
  if (type == ondemand::json_type::object) {
    ondemand::object inner;
    if (!tree.is_leaf(node) && value.get_object().get(inner) == simdjson::SUCCESS)
      object(event, tree, node, inner);
  } else if (type == ondemand::json_type::array) {
    ondemand::array inner;
    if (value.get_array().get(inner) == simdjson::SUCCESS) array(event, tree, node, inner);
  } else {
    scalar(event, tree.path_at(node), value, type);
  }
}

void FlatEvent::Json::scalar(FlatEvent& event, std::uint32_t path, ondemand::value value,
                             ondemand::json_type type) {
  if (path == PathTree::kNoPath) return;
  switch (type) {
    case ondemand::json_type::string: {
      std::string_view text;
      if (value.get_string().get(text) == simdjson::SUCCESS) event.add(path, Scalar::of_text(text));
      return;
    }
    case ondemand::json_type::number: {
      std::string_view token = value.raw_json_token();
      token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
      return event.add(path, Scalar::of_number(token));
    }
    case ondemand::json_type::boolean:
      return event.add(path, Scalar::of_bool(value.raw_json_token().starts_with('t')));
    default:
      return event.add(path, Scalar::of_null());
  }
}

}  // namespace emulator::patterns

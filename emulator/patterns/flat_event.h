#pragma once
// One event as a list of values by path, each with the array elements that it lies in. Only the paths of a
// tree are read; buffers stay from one event to the next.
//
// Source: facts/aws-delivery 1.4, "Flatten the event".
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/patterns/event.h"
#include "emulator/patterns/path_tree.h"

namespace emulator::patterns {

/// An element of an array: objects and arrays inside arrays have one, scalars share the array's path instead.
struct Membership {
  std::uint32_t array;
  std::uint32_t index;
  bool operator==(const Membership&) const = default;
};

class FlatEvent {
 public:
  struct Value {
    Scalar scalar;
    std::uint32_t memberships_begin = 0;
    std::uint32_t memberships_end = 0;
  };

  FlatEvent();
  ~FlatEvent();
  FlatEvent(FlatEvent&&) noexcept;
  FlatEvent& operator=(FlatEvent&&) noexcept;

  /// Forgets the event before; `tree` outlives this one, which begins with its attributes.
  void start(const PathTree& tree, std::span<const Attribute> attributes);
  /// Adds the values of a JSON object. Its text need not live on. Once an event.
  void read_json(const PathTree& tree, std::string_view json, std::string_view path);

  std::span<const Value> values(std::uint32_t path) const { return values_[path]; }
  /// Paths with values, in the order of appearance.
  std::span<const std::uint32_t> found() const { return found_; }
  std::span<const Membership> memberships(const Value& value) const {
    return std::span(memberships_)
        .subspan(value.memberships_begin, value.memberships_end - value.memberships_begin);
  }
  /// Whether values of one event may exclude each other at all.
  bool has_memberships() const { return !memberships_.empty(); }

 private:
  struct Json;
  void add(std::uint32_t path, const Scalar& scalar);

  std::vector<std::vector<Value>> values_;  // by path
  std::vector<std::uint32_t> found_;
  std::vector<Membership> memberships_;
  std::vector<Membership> inside_;  // where the reader is
  bool is_inside_kept_ = false;     // the last of memberships_ are inside_
  std::uint32_t arrays_ = 0;
  std::unique_ptr<Json> json_;
};

}  // namespace emulator::patterns

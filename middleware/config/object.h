#pragma once
// The shape of a map with known keys, read into a struct.
//
//   Shape<Fault> fault_shape() {
//     return object<Fault>("a fault")
//         .required("fault", &Fault::api, non_empty_text(), "The API that misbehaves.")
//         .optional("for", &Fault::lasts, duration(), "How long; for good when absent.")
//         .place(&Fault::place)
//         .done();
//   }
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "middleware/config/shape.h"

namespace config {
namespace detail {

struct Field {
  std::string key;
  std::string doc;
  bool is_required = false;
  std::function<void(const Tree&, void* object, Problems&)> read;
  std::shared_ptr<const AnyShape> shape;
  JsonPtr default_value{};
};

/// The part of an object shape that does not depend on its type.
class ObjectKeys {
 public:
  ObjectKeys(std::string title, std::string doc) : title_(std::move(title)), doc_(std::move(doc)) {}

  enum class Count { ExactlyOne, AtMostOne };
  void add(Field field);
  void add_refused(std::string key, std::string reason);
  void add_group(Count count, std::vector<std::string> keys);
  void add_need(std::string key, std::vector<std::string> others, bool one_is_enough);

  /// False when something was wrong.
  bool read(const Tree& tree, void* object, Problems& problems) const;
  JsonPtr schema(Definitions& definitions) const;
  std::string wants() const { return title_ + " (a map)"; }
  /// CHECKs that every rule and each of `more` names a key of ours.
  void check_names(const std::vector<std::string>& more) const;

 private:
  struct Refused {
    std::string key;
    std::string reason;
  };
  struct Group {
    Count count;
    std::vector<std::string> keys;
  };
  struct Need {
    std::string key;
    std::vector<std::string> others;
    bool one_is_enough;
  };

  const Field* find(std::string_view key) const;
  std::string unknown_key_text(const std::string& key, const std::string& meant) const;
  /// The keys that are there, and those that a mistyped one was meant to be: no complaint that they are
  /// missing.
  std::vector<std::string> read_entries(const Tree& tree, void* object, Problems& problems) const;
  void check_group(const Group& group, const Tree& tree, const std::vector<std::string>& seen,
                   Problems& problems) const;
  void check_need(const Need& need, const Tree& tree, const std::vector<std::string>& seen,
                  Problems& problems) const;

  std::string title_;
  std::string doc_;
  std::vector<Field> fields_;
  std::vector<Refused> refused_;
  std::vector<Group> groups_;
  std::vector<Need> needs_;
};

}  // namespace detail

/// A key may be read into a member of the shape's type, a std::optional of it, any integer type (the range is
/// checked) or anything assignable from it; or by `set(T&, value)`.
template <class T>
class Object {
 public:
  using Message = std::optional<std::string>;  ///< What is wrong, or nothing.

  Object(std::string title, std::string doc) : keys_(std::move(title), std::move(doc)) {}

  template <class Member, class S>
  Object& required(std::string key, Member member, Shape<S> shape, std::string doc);
  /// Absent: the member keeps what T{} gives it, and the schema shows that as the default.
  template <class Member, class S>
  Object& optional(std::string key, Member member, Shape<S> shape, std::string doc);

  /// A key that is known and refused by name: "'x' is not emulated yet: reason". Say what to use instead.
  Object& not_yet(std::string key, std::string reason);

  Object& exactly_one_of(std::vector<std::string> keys);
  Object& at_most_one_of(std::vector<std::string> keys);
  /// Where `key` stands, all of `others` must.
  Object& requires_key(std::string key, std::vector<std::string> others);
  /// Where `key` stands, one of `others` must.
  Object& requires_one_of(std::string key, std::vector<std::string> others);

  /// Keeps where the map stands in the file.
  template <class C>
    requires std::derived_from<T, C>
  Object& place(Place C::* member);

  /// Asked of objects whose keys were all right; the message goes to the object's place, or to that of `key`.
  Object& check(std::function<Message(const T&)> complaint);
  Object& check(std::string key, std::function<Message(const T&)> complaint);

  Shape<T> done();

 private:
  struct Check {
    std::string key;
    std::function<Message(const T&)> complaint;
  };
  class Built;

  template <class Member, class S>
  void add(bool is_required, std::string key, Member member, Shape<S> shape, std::string doc);

  detail::ObjectKeys keys_;
  std::function<void(T&, const Place&)> keep_place_;
  std::vector<Check> checks_;
};

/// `title` with its article, as messages use it: "a fault". `doc` goes to the schema.
template <class T>
Object<T> object(std::string title, std::string doc = {}) {
  return Object<T>(std::move(title), std::move(doc));
}

}  // namespace config

#include "middleware/config/object_parts.h"

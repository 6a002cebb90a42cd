#pragma once
// The templates behind object.h. Include that one.
#include "middleware/config/object.h"

namespace config {
namespace detail {

template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool>;

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class Member, class S>
void store(Member& member, S&& value, const Tree& tree, Problems& problems) {
  using Value = std::remove_cvref_t<S>;
  if constexpr (kIsOptional<Member> && !std::same_as<Member, Value>) {
    typename Member::value_type inner{};
    store(inner, std::forward<S>(value), tree, problems);
    member = std::move(inner);
  } else if constexpr (WholeNumber<Member> && WholeNumber<Value>) {
    if (std::in_range<Member>(value)) {
      member = static_cast<Member>(value);
    } else {
      add_refused(tree, "the number is too " + std::string(value < 0 ? "small" : "large"), problems);
    }
  } else {
    static_assert(!std::is_arithmetic_v<Member> || std::same_as<Member, Value>,
                  "the shape gives another number type");
    member = std::forward<S>(value);
  }
}

template <class Member, class S>
JsonPtr shown_default(const Member& member, const ShapeOf<S>& shape) {
  if constexpr (std::same_as<Member, S>) {
    return shape.shown(member);
  } else if constexpr (kIsOptional<Member>) {
    return member ? shown_default(*member, shape) : nullptr;
  } else if constexpr (WholeNumber<Member> && WholeNumber<S>) {
    return shape.shown(static_cast<S>(member));
  } else {
    return nullptr;
  }
}

}  // namespace detail

template <class T>
class Object<T>::Built : public ShapeOf<T> {
 public:
  explicit Built(Object parts) : parts_(std::move(parts)) {}

  void read(const Tree& tree, T& out, Problems& problems) const override {
    if (parts_.keep_place_) parts_.keep_place_(out, tree.place);
    if (!parts_.keys_.read(tree, &out, problems)) return;
    for (const Check& check : parts_.checks_) {
      const Message complaint = check.complaint(std::as_const(out));
      if (!complaint) continue;
      const Tree* value = tree.find(check.key);
      problems.add(value != nullptr ? value->place : tree.place, *complaint);
    }
  }
  JsonPtr schema(Definitions& definitions) const override { return parts_.keys_.schema(definitions); }
  std::string wants() const override { return parts_.keys_.wants(); }

 private:
  Object parts_;
};

template <class T>
template <class Member, class S>
void Object<T>::add(bool is_required, std::string key, Member member, Shape<S> shape, std::string doc) {
  detail::Field field{
      .key = std::move(key), .doc = std::move(doc), .is_required = is_required, .read = {}, .shape = shape};
  if constexpr (std::is_member_object_pointer_v<Member>) {
    if (!is_required) field.default_value = detail::shown_default(T{}.*member, *shape);
  } else {
    static_assert(std::invocable<Member, T&, S>, "pass a member or a function set(T&, value)");
  }
  field.read = [member = std::move(member), shape = std::move(shape)](const Tree& tree, void* object,
                                                                      Problems& problems) {
    const std::size_t before = problems.count();
    S value{};
    shape->read(tree, value, problems);
    if (problems.count() != before) return;
    T& target = *static_cast<T*>(object);
    if constexpr (std::is_member_object_pointer_v<Member>) {
      detail::store(target.*member, std::move(value), tree, problems);
    } else {
      member(target, std::move(value));
    }
  };
  keys_.add(std::move(field));
}

template <class T>
template <class Member, class S>
Object<T>& Object<T>::required(std::string key, Member member, Shape<S> shape, std::string doc) {
  add(true, std::move(key), std::move(member), std::move(shape), std::move(doc));
  return *this;
}

template <class T>
template <class Member, class S>
Object<T>& Object<T>::optional(std::string key, Member member, Shape<S> shape, std::string doc) {
  add(false, std::move(key), std::move(member), std::move(shape), std::move(doc));
  return *this;
}

template <class T>
Object<T>& Object<T>::not_yet(std::string key, std::string reason) {
  keys_.add_refused(std::move(key), std::move(reason));
  return *this;
}

template <class T>
Object<T>& Object<T>::exactly_one_of(std::vector<std::string> keys) {
  keys_.add_group(detail::ObjectKeys::Count::ExactlyOne, std::move(keys));
  return *this;
}

template <class T>
Object<T>& Object<T>::at_most_one_of(std::vector<std::string> keys) {
  keys_.add_group(detail::ObjectKeys::Count::AtMostOne, std::move(keys));
  return *this;
}

template <class T>
Object<T>& Object<T>::requires_key(std::string key, std::vector<std::string> others) {
  keys_.add_need(std::move(key), std::move(others), false);
  return *this;
}

template <class T>
Object<T>& Object<T>::requires_one_of(std::string key, std::vector<std::string> others) {
  keys_.add_need(std::move(key), std::move(others), true);
  return *this;
}

template <class T>
template <class C>
  requires std::derived_from<T, C>
Object<T>& Object<T>::place(Place C::* member) {
  keep_place_ = [member](T& object, const Place& place) { object.*member = place; };
  return *this;
}

template <class T>
Object<T>& Object<T>::check(std::function<Message(const T&)> complaint) {
  checks_.push_back({{}, std::move(complaint)});
  return *this;
}

template <class T>
Object<T>& Object<T>::check(std::string key, std::function<Message(const T&)> complaint) {
  checks_.push_back({std::move(key), std::move(complaint)});
  return *this;
}

template <class T>
Shape<T> Object<T>::done() {
  std::vector<std::string> checked_keys;
  for (const Check& check : checks_) {
    if (!check.key.empty()) checked_keys.push_back(check.key);
  }
  keys_.check_names(checked_keys);
  return std::make_shared<const Built>(std::move(*this));
}

}  // namespace config

#pragma once
// The templates behind shape.h. Include that one.
#include "middleware/config/shape.h"

namespace config {
namespace detail {

/// A shape that reads another one and turns its value into T.
template <class T, class U, class Convert>
class Mapped : public ShapeOf<T> {
 public:
  Mapped(Shape<U> inner, Convert convert, MappedText about)
      : inner_(std::move(inner)), convert_(std::move(convert)), about_(std::move(about)) {}

  void read(const Tree& tree, T& out, Problems& problems) const override {
    U raw{};
    if (!read_inner(tree, raw, problems)) return;
    kernel::Result<T> value = convert_(std::as_const(raw));
    if (value) {
      out = *std::move(value);
    } else {
      add_refused(tree, value.error().text(), problems);
    }
  }
  JsonPtr schema(Definitions& definitions) const override {
    return annotated_schema(inner_->schema(definitions), about_.pattern, about_.description);
  }
  std::string wants() const override { return about_.wants.empty() ? inner_->wants() : about_.wants; }

 private:
  bool read_inner(const Tree& tree, U& raw, Problems& problems) const {
    const bool is_simple = tree.kind == Tree::Kind::Scalar || tree.kind == Tree::Kind::Null;
    const std::size_t before = problems.count();
    if (about_.wants.empty() || !is_simple) {
      inner_->read(tree, raw, problems);
      return problems.count() == before;
    }
    Problems inner_problems;
    inner_->read(tree, raw, inner_problems);
    if (!inner_problems.empty()) add_wrong_kind(tree, about_.wants, problems);
    return inner_problems.empty();
  }

  Shape<U> inner_;
  Convert convert_;
  MappedText about_;
};

template <class E>
class Choice : public ShapeOf<E> {
 public:
  explicit Choice(std::initializer_list<std::pair<const char*, E>> names_and_values) {
    for (const auto& [name, value] : names_and_values) {
      names_.emplace_back(name);
      values_.push_back(value);
    }
    index_ = choice_index(names_);
  }

  void read(const Tree& tree, E& out, Problems& problems) const override {
    std::size_t index = values_.size();
    index_->read(tree, index, problems);
    if (index < values_.size()) out = values_[index];
  }
  JsonPtr schema(Definitions& definitions) const override { return index_->schema(definitions); }
  std::string wants() const override { return index_->wants(); }
  JsonPtr shown(const E& value) const override {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (values_[i] == value) return index_->shown(i);
    }
    return nullptr;
  }

 private:
  std::vector<std::string> names_;
  std::vector<E> values_;
  Shape<std::size_t> index_;
};

template <class T>
class ListOf : public ShapeOf<std::vector<T>> {
 public:
  ListOf(Shape<T> item, std::size_t items_min, bool one_will_do)
      : item_(std::move(item)), items_min_(items_min), one_will_do_(one_will_do) {}

  void read(const Tree& tree, std::vector<T>& out, Problems& problems) const override {
    out.clear();
    if (tree.kind == Tree::Kind::List) return read_items(tree, out, problems);
    if (!one_will_do_) return add_wrong_kind(tree, wants(), problems);
    out.emplace_back();
    T value{};
    item_->read(tree, value, problems);
    out.back() = std::move(value);
  }
  JsonPtr schema(Definitions& definitions) const override {
    const JsonPtr item = item_->schema(definitions);
    return one_will_do_ ? any_of_schema({item, list_schema(item, items_min_)})
                        : list_schema(item, items_min_);
  }
  std::string wants() const override { return one_will_do_ ? item_->wants() + " or a list" : "a list"; }
  JsonPtr shown(const std::vector<T>& value) const override {
    std::vector<JsonPtr> items;
    items.reserve(value.size());
    for (const T& item : value) items.push_back(item_->shown(item));
    return list_value(items);
  }

 private:
  void read_items(const Tree& tree, std::vector<T>& out, Problems& problems) const {
    if (tree.items.size() < items_min_) add_too_short(tree, items_min_, problems);
    out.reserve(tree.items.size());
    for (std::size_t i = 0; i < tree.items.size(); ++i) {
      const Problems::Subject subject(problems, item_subject(i, problems.subject()));
      T value{};
      item_->read(tree.items[i], value, problems);
      out.push_back(std::move(value));
    }
  }

  Shape<T> item_;
  std::size_t items_min_;
  bool one_will_do_;
};

template <class T>
class MapOfShape : public ShapeOf<MapOf<T>> {
 public:
  MapOfShape(Shape<T> value, KeyRule key_rule) : value_(std::move(value)), key_rule_(std::move(key_rule)) {}

  void read(const Tree& tree, MapOf<T>& out, Problems& problems) const override {
    out.clear();
    if (tree.kind != Tree::Kind::Map) return add_wrong_kind(tree, wants(), problems);
    out.reserve(tree.entries.size());
    for (const Tree::Entry& entry : tree.entries) {
      if (key_rule_.refuses) {
        if (const auto complaint = key_rule_.refuses(entry.key)) problems.add(entry.key_place, *complaint);
      }
      const Problems::Subject subject(problems, "'" + entry.key + "'");
      T value{};
      value_->read(entry.value, value, problems);
      out.emplace_back(entry.key, std::move(value));
    }
  }
  JsonPtr schema(Definitions& definitions) const override {
    return map_schema(value_->schema(definitions), key_rule_.pattern);
  }
  std::string wants() const override { return "a map"; }

 private:
  Shape<T> value_;
  KeyRule key_rule_;
};

template <class T>
class Either : public ShapeOf<T> {
 public:
  explicit Either(ByKind<T> shapes) : shapes_(std::move(shapes)) {}

  void read(const Tree& tree, T& out, Problems& problems) const override {
    const Shape<T>& shape = tree.kind == Tree::Kind::List  ? shapes_.list
                            : tree.kind == Tree::Kind::Map ? shapes_.map
                                                           : shapes_.scalar;
    if (shape) return shape->read(tree, out, problems);
    add_wrong_kind(tree, wants(), problems);
  }
  JsonPtr schema(Definitions& definitions) const override {
    std::vector<JsonPtr> schemas;
    for (const Shape<T>* shape : {&shapes_.scalar, &shapes_.list, &shapes_.map}) {
      if (*shape) schemas.push_back((*shape)->schema(definitions));
    }
    return any_of_schema(std::move(schemas));
  }
  std::string wants() const override {
    std::string text;
    for (const Shape<T>* shape : {&shapes_.scalar, &shapes_.list, &shapes_.map}) {
      if (*shape) text += (text.empty() ? "" : " or ") + (*shape)->wants();
    }
    return text;
  }
  JsonPtr shown(const T& value) const override {
    return shapes_.scalar ? shapes_.scalar->shown(value) : nullptr;
  }

 private:
  ByKind<T> shapes_;
};

template <class T>
class Lazy : public ShapeOf<T> {
 public:
  Lazy(std::string name, std::function<Shape<T>()> make) : name_(std::move(name)), make_(std::move(make)) {}

  void read(const Tree& tree, T& out, Problems& problems) const override {
    make_()->read(tree, out, problems);
  }
  JsonPtr schema(Definitions& definitions) const override {
    for (const auto& [name, part] : definitions.parts) {
      if (name == name_) return reference_schema(name_);
    }
    const std::size_t index = definitions.parts.size();
    definitions.parts.emplace_back(name_, nullptr);  // known from here on, so that the recursion ends
    const JsonPtr part = make_()->schema(definitions);
    definitions.parts[index].second = part;
    return reference_schema(name_);
  }
  std::string wants() const override { return make_()->wants(); }

 private:
  std::string name_;
  std::function<Shape<T>()> make_;
};

}  // namespace detail

template <class E>
Shape<E> choice(std::initializer_list<std::pair<const char*, E>> names_and_values) {
  return std::make_shared<const detail::Choice<E>>(names_and_values);
}

template <class T>
Shape<std::vector<T>> list_of(Shape<T> item, std::size_t items_min) {
  return std::make_shared<const detail::ListOf<T>>(std::move(item), items_min, false);
}

template <class T>
Shape<std::vector<T>> one_or_list_of(Shape<T> item) {
  return std::make_shared<const detail::ListOf<T>>(std::move(item), 0, true);
}

template <class T>
Shape<MapOf<T>> map_of(Shape<T> value, KeyRule key_rule) {
  return std::make_shared<const detail::MapOfShape<T>>(std::move(value), std::move(key_rule));
}

template <class T, class U, class Convert>
Shape<T> mapped(Shape<U> inner, Convert convert, MappedText about) {
  return std::make_shared<const detail::Mapped<T, U, Convert>>(std::move(inner), std::move(convert),
                                                               std::move(about));
}

template <class T>
Shape<T> either(ByKind<T> shapes) {
  return std::make_shared<const detail::Either<T>>(std::move(shapes));
}

template <class T>
Shape<T> lazy(std::string name, std::function<Shape<T>()> make) {
  return std::make_shared<const detail::Lazy<T>>(std::move(name), std::move(make));
}

}  // namespace config

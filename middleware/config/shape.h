#pragma once
// The description of a value in a file. One description gives both the reader and the JSON Schema (draft-07),
// so the two cannot drift apart. Shapes of maps with known keys are built in object.h; files are read in
// reader.h.
//
// Unquoted scalars mean what the YAML 1.2 core schema says (null, true, 5, 0x1f, 0.5, text); quoted ones are
// text.
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/config/problems.h"
#include "middleware/config/tree.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/time.h"

namespace config {

/// A JSON value behind a pointer, which keeps the JSON library out of headers. Null: there is none.
using JsonPtr = std::shared_ptr<const kernel::Json>;

/// The named parts of a schema document; shapes that contain themselves refer to them.
struct Definitions {
  std::vector<std::pair<std::string, JsonPtr>> parts;
};

/// What a shape says without its type.
class AnyShape {
 public:
  virtual ~AnyShape() = default;
  virtual JsonPtr schema(Definitions& definitions) const = 0;
  /// Ends the sentence "'rate' wants ...": "a rate such as 5/s".
  virtual std::string wants() const = 0;
};

template <class T>
class ShapeOf : public AnyShape {
 public:
  /// Adds what is wrong to `problems`; then `out` is not to be used.
  virtual void read(const Tree& tree, T& out, Problems& problems) const = 0;
  /// `value` as the file would say it, for the schema's "default"; null when that is long or unknown.
  virtual JsonPtr shown(const T&) const { return nullptr; }
};

template <class T>
using Shape = std::shared_ptr<const ShapeOf<T>>;

struct Rate {
  double per_second = 0;
  friend bool operator==(const Rate&, const Rate&) = default;
};

// ---- Scalars
// -------------------------------------------------------------------------------------------------

/// Any text. Unquoted numbers, true, false and null are not text: they need quotes.
Shape<std::string> text();
Shape<std::string> non_empty_text();
Shape<std::int64_t> integer(std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                            std::int64_t max = std::numeric_limits<std::int64_t>::max());
Shape<double> number(double min = std::numeric_limits<double>::lowest(),
                     double max = std::numeric_limits<double>::max());
Shape<bool> boolean();
/// "250ms", "1h30m". A schema cannot say the limits; the reader does.
Shape<kernel::Duration> duration(kernel::Duration min = kernel::Duration::zero(),
                                 kernel::Duration max = kernel::Duration::max());
/// "5/s", "300/m", "10/h", above zero.
Shape<Rate> rate();
/// Bytes: a whole number, or one with B, KiB, MiB, GiB (1024) or kB, KB, MB, GB (1000).
Shape<std::int64_t> size();
/// "10%", "0.5%", from 0% to 100%, read as 0..1.
Shape<double> share();
/// "2026-01-05T09:00:00Z" or a bare date, UTC.
Shape<kernel::WallTime> wall_time();
/// Any value. Integers stay exact from -2^63 to 2^64-1; past that, and .inf and .nan, are problems.
Shape<kernel::Json> json();

namespace detail {
Shape<std::size_t> choice_index(std::vector<std::string> names);
JsonPtr list_schema(const JsonPtr& item, std::size_t items_min);
JsonPtr map_schema(const JsonPtr& value, const std::string& key_pattern);
JsonPtr any_of_schema(std::vector<JsonPtr> schemas);
JsonPtr reference_schema(const std::string& name);
JsonPtr annotated_schema(const JsonPtr& schema, const std::string& pattern, const std::string& description);
JsonPtr list_value(const std::vector<JsonPtr>& items);
/// Notes "'x' wants y, found z".
void add_wrong_kind(const Tree& tree, const std::string& wants, Problems& problems);
void add_too_short(const Tree& tree, std::size_t items_min, Problems& problems);
/// Notes "'x': message".
void add_refused(const Tree& tree, const std::string& message, Problems& problems);
std::string item_subject(std::size_t index, const std::string& list);
}  // namespace detail

/// One of a few names: choice<State>({{"RUN", State::Run}, {"STOP", State::Stop}}).
template <class E>
Shape<E> choice(std::initializer_list<std::pair<const char*, E>> names_and_values);

// ---- Made of others
// ------------------------------------------------------------------------------------------

template <class T>
Shape<std::vector<T>> list_of(Shape<T> item, std::size_t items_min = 0);

/// `x` reads as `[x]`. The item must not be a list itself.
template <class T>
Shape<std::vector<T>> one_or_list_of(Shape<T> item);

template <class T>
using MapOf = std::vector<std::pair<std::string, T>>;

/// What the keys of a map_of must look like. `pattern` (ECMAScript) is for the schema; `refuses` decides: the
/// complaint about a key, or nothing.
struct KeyRule {
  std::function<std::optional<std::string>(const std::string& key)> refuses;
  std::string pattern{};
};

/// A map whose keys are the author's, in file order.
template <class T>
Shape<MapOf<T>> map_of(Shape<T> value, KeyRule key_rule = {});

/// What the schema and the messages say of a mapped shape beyond the shape it is made from.
struct MappedText {
  std::string wants{};    ///< "a replay id such as -1"; empty: what the inner shape wants.
  std::string pattern{};  ///< ECMAScript, for text.
  std::string description{};
};

/// Reads U, then `convert(const U&) -> kernel::Result<T>`. Its error text becomes "'key': text".
template <class T, class U, class Convert>
Shape<T> mapped(Shape<U> inner, Convert convert, MappedText about = {});

/// Picks by what the file has there; at least one is set.
template <class T>
struct ByKind {
  Shape<T> scalar{};
  Shape<T> list{};
  Shape<T> map{};
};
template <class T>
Shape<T> either(ByKind<T> shapes);

/// A shape that is asked for when it is needed, so that it can contain itself. In the schema it is the
/// definition `name`, written once: one name must not stand for two shapes.
template <class T>
Shape<T> lazy(std::string name, std::function<Shape<T>()> make);

}  // namespace config

#include "middleware/config/shape_parts.h"

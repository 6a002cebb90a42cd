// Any value of a file as JSON.
#include <nlohmann/json.hpp>

#include "middleware/config/leaf.h"

namespace config {
namespace {

using kernel::Json;

class AnyJson : public ShapeOf<Json> {
 public:
  void read(const Tree& tree, Json& out, Problems& problems) const override {
    switch (tree.kind) {
      case Tree::Kind::Null:
        out = nullptr;
        return;
      case Tree::Kind::Scalar:
        return read_scalar(tree, out, problems);
      case Tree::Kind::List: {
        out = Json::array();
        for (const Tree& item : tree.items) read(item, out.emplace_back(nullptr), problems);
        return;
      }
      case Tree::Kind::Map: {
        out = Json::object();
        for (const Tree::Entry& entry : tree.entries) read(entry.value, out[entry.key], problems);
        return;
      }
    }
  }
  JsonPtr schema(Definitions&) const override { return json_ptr(Json::object()); }
  std::string wants() const override { return "any value"; }
  JsonPtr shown(const Json& value) const override { return value.empty() ? nullptr : json_ptr(value); }

 private:
  static void read_scalar(const Tree& tree, Json& out, Problems& problems) {
    const std::string& text = tree.scalar;
    if (tree.quoted) {
      out = text;
      return;
    }
    switch (meaning_of(text)) {
      case Meaning::Text:
        out = text;
        return;
      case Meaning::Boolean:
        out = text[0] == 't' || text[0] == 'T';
        return;
      case Meaning::Integer:
        if (const auto value = int64_of(text)) {
          out = *value;
        } else if (const auto large = uint64_of(text)) {
          out = *large;
        } else {
          detail::add_refused(tree, "the number " + text + " does not fit into 64 bits; put it in quotes",
                              problems);
        }
        return;
      case Meaning::Float:
        if (const auto value = double_of(text)) {
          out = *value;
        } else {
          detail::add_refused(tree, "the number " + text + " is too large or too small", problems);
        }
        return;
      case Meaning::NoNumber:
        detail::add_refused(tree, "JSON knows no " + text + "; put it in quotes", problems);
        return;
    }
  }
};

}  // namespace

Shape<Json> json() { return std::make_shared<const AnyJson>(); }

}  // namespace config

#include "middleware/config/payload_schema.h"

#include <nlohmann/json.hpp>

#include "middleware/config/leaf.h"
#include "middleware/config/reader.h"

namespace config {
namespace {

using SchemaPtr = std::shared_ptr<const ingest::Schema>;

std::string folder_of(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? std::string{} : file.substr(0, slash + 1);
}

/// Where the value at a JSON Pointer stands, or what of its way is there.
const Place& place_at(const Tree& tree, std::string_view pointer) {
  if (pointer.empty()) return tree.place;
  pointer.remove_prefix(1);
  const std::size_t end = std::min(pointer.find('/'), pointer.size());
  std::string token(pointer.substr(0, end));
  for (std::size_t at = token.find('~'); at != std::string::npos; at = token.find('~', at + 1))
    token.replace(at, 2, token.substr(at, 2) == "~1" ? "/" : "~");
  if (tree.kind == Tree::Kind::Map) {
    for (const Tree::Entry& entry : tree.entries) {
      if (entry.key != token) continue;
      return end == pointer.size() ? entry.key_place : place_at(entry.value, pointer.substr(end));
    }
  }
  if (tree.kind == Tree::Kind::List) {
    for (std::size_t i = 0; i < tree.items.size(); ++i) {
      if (std::to_string(i) == token) return place_at(tree.items[i], pointer.substr(end));
    }
  }
  return tree.place;
}

class PayloadSchema final : public ShapeOf<SchemaPtr> {
 public:
  void read(const Tree& tree, SchemaPtr& out, Problems& problems) const override {
    if (tree.kind == Tree::Kind::Map) return compile(tree, out, problems);
    const bool is_name = tree.kind == Tree::Kind::Scalar && !tree.scalar.empty();
    if (!is_name) return detail::add_wrong_kind(tree, wants(), problems);
    const std::string path =
        tree.scalar.starts_with('/') ? tree.scalar : folder_of(tree.place.file) + tree.scalar;
    const kernel::Result<std::string> text = file_text(path);
    if (!text) return detail::add_refused(tree, text.error().text(), problems);
    const kernel::Result<Tree> document = read_tree(*text, path);
    if (!document) return problems.add(document.error());
    compile(*document, out, problems);
  }
  JsonPtr schema(Definitions&) const override {
    return detail::any_of_schema(
        {json_ptr({{"type", "string"}, {"minLength", 1}}), json_ptr({{"type", "object"}})});
  }
  std::string wants() const override { return "the name of a file or a JSON Schema"; }

 private:
  static void compile(const Tree& tree, SchemaPtr& out, Problems& problems) {
    const std::size_t before = problems.count();
    kernel::Json document;
    json()->read(tree, document, problems);
    if (problems.count() > before) return;
    auto compiled = ingest::Schema::compile(document);
    if (compiled) {
      out = std::move(*compiled);
      return;
    }
    const ingest::SchemaProblem& problem = compiled.error();
    const std::string where = problem.pointer.empty() ? "" : " at " + problem.pointer;
    problems.add(place_at(tree, problem.pointer), "the JSON Schema" + where + ": " + problem.message);
  }
};

}  // namespace

Shape<SchemaPtr> payload_schema() { return std::make_shared<const PayloadSchema>(); }

}  // namespace config

#include "emulator/runner/compose.h"

#include <algorithm>
#include <filesystem>

#include "middleware/config/reader.h"

namespace emulator::runner {
namespace {

using config::Problems;
using config::Tree;
namespace fs = std::filesystem;

Tree* find(Tree& map, std::string_view key) {
  const auto found =
      std::ranges::find(map.entries, key, [](const Tree::Entry& e) { return std::string_view(e.key); });
  return found == map.entries.end() ? nullptr : &found->value;
}

void erase(Tree& map, std::string_view key) {
  std::erase_if(map.entries, [key](const Tree::Entry& e) { return e.key == key; });
}

std::expected<Tree, Problems> read(const std::string& path) {
  const auto text = config::file_text(path);
  if (!text) return std::unexpected(Problems(text.error()));
  auto tree = config::read_tree(*text, path);
  if (!tree) return std::unexpected(Problems(tree.error()));
  return std::move(*tree);
}

/// A file named by another: if it is not there, the place that names it is to blame.
std::expected<Tree, Problems> read_named(const Tree& name, const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return std::unexpected(
        Problems(kernel::Error{kernel::ErrorCode::Invalid, "there is no file " + path, name.place.text()}));
  }
  return read(path);
}

/// `mock: payments` is mocks/apis/payments.yaml beside the naming file or in a folder above it.
std::string mock_path(const Tree& name) {
  if (name.scalar.find('/') != std::string::npos || name.scalar.ends_with(".yaml"))
    return beside(name.place, name.scalar);
  std::error_code ignored;
  fs::path folder = fs::absolute(fs::path(name.place.file), ignored).parent_path();
  const fs::path wanted = fs::path("mocks") / "apis" / (name.scalar + ".yaml");
  for (; folder != folder.root_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / wanted, ignored)) return fs::proximate(folder / wanted, ignored).string();
  }
  return wanted.string();
}

std::optional<Problems> resolve_middleware(Tree& given) {
  Tree* compute = find(given, "compute");
  Tree* middleware = compute == nullptr ? nullptr : find(*compute, "middleware");
  if (middleware == nullptr) return std::nullopt;
  const bool is_path = middleware->kind == Tree::Kind::Scalar;
  const Tree* name = is_path ? middleware : find(*middleware, "file");
  if (name == nullptr || name->kind != Tree::Kind::Scalar) return std::nullopt;
  auto base = read_named(*name, beside(name->place, name->scalar));
  if (!base) return base.error();
  if (is_path) {
    *middleware = std::move(*base);
    return std::nullopt;
  }
  Tree changes = *middleware;
  erase(changes, "file");
  *middleware = merged(std::move(*base), changes);
  return std::nullopt;
}

/// The stack names the file by its path, the scenario only says what is different from it.
void keep_middleware_file(Tree& stack, Tree& given) {
  Tree* compute = find(stack, "compute");
  Tree* path = compute == nullptr ? nullptr : find(*compute, "middleware");
  if (path == nullptr || path->kind != Tree::Kind::Scalar) return;
  Tree* changed = find(given, "compute");
  changed = changed == nullptr ? nullptr : find(*changed, "middleware");
  if (changed == nullptr || changed->kind != Tree::Kind::Map) return;
  Tree named;
  named.place = path->place;
  named.kind = Tree::Kind::Map;
  named.entries.push_back({.key = "file", .key_place = path->place, .value = *path});
  *path = std::move(named);
}

std::optional<Problems> resolve_use(Tree& scenario) {
  const Tree* name = find(scenario, "use");
  if (name == nullptr || name->kind != Tree::Kind::Scalar) return std::nullopt;
  auto stack = read_named(*name, beside(name->place, name->scalar));
  if (!stack) return stack.error();
  Tree* given = find(scenario, "given");
  if (given == nullptr) {
    scenario.entries.push_back({.key = "given", .key_place = name->place, .value = std::move(*stack)});
  } else {
    keep_middleware_file(*stack, *given);
    *given = merged(std::move(*stack), *given);
  }
  return std::nullopt;
}

/// Names another file: it has to be put in before files are put together.
bool is_reference(const Override& change) {
  return change.path == "use" || change.path.ends_with(".mock") ||
         change.path == "given.compute.middleware" || change.path == "given.compute.middleware.file";
}

/// `file` is the scenario's: a path that is set starts from its folder.
std::optional<Problems> apply(const Override& change, const std::string& file, Tree& scenario) {
  auto value = config::read_tree(change.value, "--set " + change.path);
  if (!value) return Problems(value.error());
  if (is_reference(change)) value->place.file = file;
  Tree* here = &scenario;
  std::string_view rest = change.path;
  while (true) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const std::string key(rest.substr(0, dot));
    if (here->kind != Tree::Kind::Map) {
      return Problems(kernel::Error{kernel::ErrorCode::Invalid,
                                    "there is nothing to set at '" + change.path + "'", "--set"});
    }
    Tree* next = find(*here, key);
    if (next == nullptr) {
      Tree empty;
      empty.place = value->place;
      empty.kind = Tree::Kind::Map;
      here->entries.push_back({.key = key, .key_place = value->place, .value = std::move(empty)});
      next = &here->entries.back().value;
    }
    if (dot == rest.size()) {
      *next = std::move(*value);
      return std::nullopt;
    }
    here = next;
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace

std::optional<Problems> resolve_mocks(Tree& given) {
  Tree* apis = find(given, "apis");
  if (apis == nullptr) return std::nullopt;
  for (Tree::Entry& api : apis->entries) {
    Tree* name = find(api.value, "mock");
    if (name == nullptr || name->kind != Tree::Kind::Scalar) continue;
    auto base = read_named(*name, mock_path(*name));
    if (!base) return base.error();
    api.value = merged(std::move(*base), api.value);
  }
  return std::nullopt;
}

std::string beside(const config::Place& place, const std::string& name) {
  const fs::path path(name);
  return path.is_absolute() ? name : (fs::path(place.file).parent_path() / path).lexically_normal().string();
}

Tree merged(Tree base, const Tree& over) {
  if (base.kind != Tree::Kind::Map || over.kind != Tree::Kind::Map) return over;
  for (const Tree::Entry& entry : over.entries) {
    Tree* mine = find(base, entry.key);
    if (mine == nullptr) {
      base.entries.push_back(entry);
    } else {
      *mine = merged(std::move(*mine), entry.value);
    }
  }
  return base;
}

std::expected<Tree, Problems> compose(const std::string& path, const std::vector<Override>& overrides) {
  auto scenario = read(path);
  if (!scenario) return scenario;
  for (const Override& change : overrides) {
    if (!is_reference(change)) continue;
    if (auto problems = apply(change, path, *scenario)) return std::unexpected(*problems);
  }
  if (auto problems = resolve_use(*scenario)) return std::unexpected(*problems);
  if (Tree* given = find(*scenario, "given"); given != nullptr && given->kind == Tree::Kind::Map) {
    if (auto problems = resolve_mocks(*given)) return std::unexpected(*problems);
    if (auto problems = resolve_middleware(*given)) return std::unexpected(*problems);
  }
  for (const Override& change : overrides) {
    if (is_reference(change)) continue;
    if (auto problems = apply(change, path, *scenario)) return std::unexpected(*problems);
  }
  return scenario;
}

}  // namespace emulator::runner

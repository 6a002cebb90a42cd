#include "middleware/config/object.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/config/leaf.h"
#include "middleware/config/suggest.h"
#include "middleware/kernel/check.h"

namespace config::detail {
namespace {

using kernel::Json;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "'a', 'b' or 'c'".
std::string listed(const std::vector<std::string>& names, const std::string& last_word) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " " + last_word + " " : ", ";
    text += "'" + names[i] + "'";
  }
  return text;
}

std::string without_article(const std::string& title) {
  for (const std::string_view article : {"a ", "an ", "the "}) {
    if (title.starts_with(article)) return title.substr(article.size());
  }
  return title;
}

const Tree::Entry& entry_of(const Tree& tree, const std::string& key) {
  const auto found = std::find_if(tree.entries.begin(), tree.entries.end(),
                                  [&key](const Tree::Entry& entry) { return entry.key == key; });
  CHECK(found != tree.entries.end());
  return *found;
}

Json one_required_each(const std::vector<std::string>& keys) {
  Json choices = Json::array();
  for (const std::string& key : keys) choices.push_back({{"required", Json::array({key})}});
  return choices;
}

/// The field's schema with its doc and its default.
Json field_schema(const Field& field, Definitions& definitions) {
  Json schema = *annotated_schema(field.shape->schema(definitions), {}, field.doc);
  if (field.default_value) schema["default"] = *field.default_value;
  return schema;
}

}  // namespace

void ObjectKeys::add(Field field) {
  CHECK_THAT(find(field.key) == nullptr, field.key);
  fields_.push_back(std::move(field));
}

void ObjectKeys::add_refused(std::string key, std::string reason) {
  CHECK_THAT(find(key) == nullptr, key);
  refused_.push_back({std::move(key), std::move(reason)});
}

void ObjectKeys::add_group(Count count, std::vector<std::string> keys) {
  CHECK(keys.size() >= 2);
  groups_.push_back({count, std::move(keys)});
}

void ObjectKeys::add_need(std::string key, std::vector<std::string> others, bool one_is_enough) {
  CHECK(!others.empty());
  needs_.push_back({std::move(key), std::move(others), one_is_enough});
}

void ObjectKeys::check_names(const std::vector<std::string>& more) const {
  std::vector<std::string> names = more;
  for (const Group& group : groups_) names.insert(names.end(), group.keys.begin(), group.keys.end());
  for (const Need& need : needs_) {
    names.push_back(need.key);
    names.insert(names.end(), need.others.begin(), need.others.end());
  }
  for (const std::string& name : names) CHECK_THAT(find(name) != nullptr, name);
}

const Field* ObjectKeys::find(std::string_view key) const {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [key](const Field& field) { return field.key == key; });
  return found == fields_.end() ? nullptr : &*found;
}

bool ObjectKeys::read(const Tree& tree, void* object, Problems& problems) const {
  if (tree.kind != Tree::Kind::Map) {
    add_wrong_kind(tree, wants(), problems);
    return false;
  }
  const std::size_t before = problems.count();
  const std::vector<std::string> seen = read_entries(tree, object, problems);
  for (const Field& field : fields_) {
    if (field.is_required && !contains(seen, field.key))
      problems.add(tree.place, title_ + " needs the key '" + field.key + "'");
  }
  for (const Group& group : groups_) check_group(group, tree, seen, problems);
  for (const Need& need : needs_) check_need(need, tree, seen, problems);
  return problems.count() == before;
}

std::vector<std::string> ObjectKeys::read_entries(const Tree& tree, void* object, Problems& problems) const {
  std::vector<std::string> seen;
  std::vector<std::string> known;
  known.reserve(fields_.size());
  for (const Field& field : fields_) known.push_back(field.key);
  for (const Tree::Entry& entry : tree.entries) {
    const auto refused =
        std::find_if(refused_.begin(), refused_.end(), [&](const Refused& r) { return r.key == entry.key; });
    if (const Field* field = find(entry.key)) {
      const Problems::Subject subject(problems, "'" + entry.key + "'");
      field->read(entry.value, object, problems);
      seen.push_back(entry.key);
    } else if (refused != refused_.end()) {
      problems.add(entry.key_place, "'" + entry.key + "' is not emulated yet: " + refused->reason);
    } else {
      const std::string meant = did_you_mean(entry.key, known);
      problems.add(entry.key_place, unknown_key_text(entry.key, meant));
      if (!meant.empty()) seen.push_back(meant);
    }
  }
  return seen;
}

std::string ObjectKeys::unknown_key_text(const std::string& key, const std::string& meant) const {
  std::string text = "unknown key '" + key + "' in " + title_;
  if (!meant.empty()) return text + "; did you mean '" + meant + "'?";
  for (std::size_t i = 0; i < fields_.size(); ++i) text += (i == 0 ? "; it takes " : ", ") + fields_[i].key;
  return text;
}

void ObjectKeys::check_group(const Group& group, const Tree& tree, const std::vector<std::string>& seen,
                             Problems& problems) const {
  const std::string* first = nullptr;
  for (const std::string& key : seen) {
    if (!contains(group.keys, key)) continue;
    if (first != nullptr && tree.find(key) != nullptr) {
      problems.add(entry_of(tree, key).key_place,
                   "'" + key + "' cannot stand next to '" + *first + "' in " + title_);
    }
    if (first == nullptr) first = &key;
  }
  if (first == nullptr && group.count == Count::ExactlyOne) {
    problems.add(tree.place, title_ + " needs one of the keys " + listed(group.keys, "or"));
  }
}

void ObjectKeys::check_need(const Need& need, const Tree& tree, const std::vector<std::string>& seen,
                            Problems& problems) const {
  if (tree.find(need.key) == nullptr) return;
  std::vector<std::string> missing;
  for (const std::string& other : need.others) {
    if (!contains(seen, other)) missing.push_back(other);
  }
  if (missing.empty() || (need.one_is_enough && missing.size() < need.others.size())) return;
  problems.add(entry_of(tree, need.key).key_place, "'" + need.key + "' in " + title_ + " needs " +
                                                       listed(missing, need.one_is_enough ? "or" : "and") +
                                                       " beside it");
}

JsonPtr ObjectKeys::schema(Definitions& definitions) const {
  Json schema = {{"title", without_article(title_)}};
  if (!doc_.empty()) schema["description"] = doc_;
  schema["type"] = "object";
  Json required = Json::array();
  Json properties = Json::object();
  for (const Field& field : fields_) {
    properties[field.key] = field_schema(field, definitions);
    if (field.is_required) required.push_back(field.key);
  }
  for (const Refused& refused : refused_) {
    properties[refused.key] = {{"not", Json::object()},
                               {"description", "Not emulated yet: " + refused.reason}};
  }
  schema["properties"] = std::move(properties);
  schema["additionalProperties"] = false;
  if (!required.empty()) schema["required"] = std::move(required);

  Json rules = Json::array();
  for (const Group& group : groups_) {
    Json choices = one_required_each(group.keys);
    if (group.count == Count::AtMostOne) choices.push_back({{"not", {{"anyOf", choices}}}});
    rules.push_back({{"oneOf", std::move(choices)}});
  }
  for (const Need& need : needs_) {
    Json others = need.others;
    if (need.one_is_enough) others = {{"anyOf", one_required_each(need.others)}};
    rules.push_back({{"dependencies", {{need.key, std::move(others)}}}});
  }
  if (rules.size() == 1) schema.update(rules.front());
  if (rules.size() > 1) schema["allOf"] = std::move(rules);
  return json_ptr(std::move(schema));
}

}  // namespace config::detail

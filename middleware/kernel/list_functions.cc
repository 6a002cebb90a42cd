// Functions on lists and on JSON as a whole.
#include <algorithm>
#include <utility>
#include <vector>

#include "middleware/kernel/functions.h"
#include "middleware/kernel/value.h"

namespace kernel {
namespace {

/// A list of what the items say, as they say it.
class ListText {
 public:
  void add(const std::string& json) { text_ += (text_.size() > 1 ? "," : "") + json; }
  std::string text() const { return text_ + "]"; }
  Value value() const { return Value::read(text()); }

 private:
  std::string text_ = "[";
};

Value required(Arguments& a) { return a.any(0); }

/// The value that a text field holds as JSON.
Value json(Arguments& a) {
  const std::string text = a.text(0);
  if (const auto value = parse_json(text); !value) {
    a.fail("the text is " + value.error().message);
    return {};
  }
  return Value::read(text);
}

Value json_of(Arguments& a) { return {.json = a.any(0).json_form()}; }

Value get(Arguments& a) {
  const std::string pointer = a.pointer(1);
  return a.any(0).at(pointer);
}

Value first(Arguments& a) {
  const std::vector<Value> list = a.list(0);
  return list.empty() ? Value::missing() : list.front();
}
Value last(Arguments& a) {
  const std::vector<Value> list = a.list(0);
  return list.empty() ? Value::missing() : list.back();
}

Value join(Arguments& a) {
  const std::string separator = a.text(1);
  std::string text;
  std::size_t index = 0;
  for (const Value& item : a.list(0)) {
    if (index++ > 0) text += separator;
    if (item.json.is_structured() || item.is_nothing())
      a.fail("item " + std::to_string(index - 1) + " is no text");
    text += item.text_form();
  }
  return {.json = std::move(text)};
}

Value contains(Arguments& a) {
  const Value& where = a.any(0);
  if (where.json.is_array()) {
    const Json& wanted = a.any(1).json;
    return {.json = std::ranges::find(where.json, wanted) != where.json.end()};
  }
  return {.json = a.text(0).contains(a.text(1))};
}

/// What stands at the pointer in each item; null where nothing does.
Value map(Arguments& a) {
  const std::string pointer = a.pointer(1);
  ListText list;
  for (const Value& item : a.list(0)) list.add(item.at(pointer).json_form());
  return list.value();
}

/// [{"key": …, "items": […]}, …] by what stands at the pointer, in the order in which keys first come.
Value group(Arguments& a) {
  const std::string pointer = a.pointer(1);
  std::vector<std::pair<std::string, ListText>> groups;
  for (const Value& item : a.list(0)) {
    const std::string key = item.at(pointer).json_form();
    auto group = std::ranges::find(groups, key, &std::pair<std::string, ListText>::first);
    if (group == groups.end()) group = groups.insert(groups.end(), {key, {}});
    group->second.add(item.json_form());
  }
  ListText list;
  for (const auto& [key, items] : groups) list.add(R"({"key":)" + key + R"(,"items":)" + items.text() + "}");
  return list.value();
}

/// Lists of so many items each, the last one shorter.
Value chunks(Arguments& a) {
  const std::int64_t size = a.whole(1, 1, 1'000'000);
  ListText lists;
  ListText chunk;
  std::int64_t count = 0;
  for (const Value& item : a.list(0)) {
    chunk.add(item.json_form());
    if (++count < size) continue;
    lists.add(std::exchange(chunk, {}).text());
    count = 0;
  }
  if (count > 0) lists.add(chunk.text());
  return lists.value();
}

/// {"name": "A", "city": null} of 'name', /Name, 'city', /City, 'fax', /Fax, when there is no Fax.
Value object(Arguments& a) {
  if (a.count() % 2 != 0) {
    a.fail("a key and a value, and so on: the last key has no value");
    return {};
  }
  std::string text = "{";
  for (std::size_t i = 0; i < a.count(); i += 2) {
    const std::string key = a.text(i);
    const Value& value = a.anything(i + 1);
    if (value.is_missing) continue;
    if (text.size() > 1) text += ',';
    text += json_quoted(key) + ':' + value.json_form();
  }
  return Value::read(text + "}");
}

std::string refused_pointer(const Value& second) {
  const auto* text = second.json.get_ptr<const std::string*>();
  if (text != nullptr && (text->empty() || text->front() == '/')) return {};
  return "a JSON Pointer begins with '/', found " + second.described();
}

std::string refused_size(const Value& second) {
  if (second.json.is_number_unsigned() && second.json.get<std::uint64_t>() > 0) return {};
  return "the size is " + second.described();
}

constexpr Function kFunctions[] = {
    {"required", 1, 1, required},
    {"json", 1, 1, json},
    {"json_text", 1, 1, json_of},
    {"get", 2, 2, get, refused_pointer},
    {"first", 1, 1, first},
    {"last", 1, 1, last},
    {"join", 2, 2, join},
    {"contains", 2, 2, contains},
    {"map", 2, 2, map, refused_pointer},
    {"group", 2, 2, group, refused_pointer},
    {"chunks", 2, 2, chunks, refused_size},
    {"object", 2, kAnyNumber, object},
};

}  // namespace

std::span<const Function> list_functions() { return kFunctions; }

}  // namespace kernel

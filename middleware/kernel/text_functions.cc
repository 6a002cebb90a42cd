// Functions on texts, and what makes other texts of them: hashes, base64, ids.
#include <algorithm>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/digest.h"
#include "middleware/kernel/functions.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/url.h"
#include "middleware/kernel/value.h"

namespace kernel {
namespace {

Value text_value(std::string text) { return {.json = std::move(text)}; }

template <class Change>
std::string each_letter(std::string text, const Change& change) {
  for (char& c : text) c = change(c);
  return text;
}

Value upper(Arguments& a) {
  return text_value(each_letter(
      a.text(0), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }));
}
Value lower(Arguments& a) {
  return text_value(each_letter(
      a.text(0), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }));
}

Value trim(Arguments& a) {
  const std::string text = a.text(0);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return text_value("");
  return text_value(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

Value concat(Arguments& a) {
  std::string text;
  for (std::size_t i = 0; i < a.count(); ++i) text += a.text(i);
  return text_value(std::move(text));
}

Value replace(Arguments& a) {
  const std::string text = a.text(0);
  const std::string from = a.text(1);
  const std::string to = a.text(2);
  if (from.empty()) {
    a.fail("there is nothing to replace in an empty text");
    return {};
  }
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, done)) {
    out.append(text, done, at - done).append(to);
    done = at + from.size();
  }
  return text_value(out.append(text, done));
}

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

/// Where character number `count` begins, or the end.
std::size_t offset_of(std::string_view text, std::int64_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (begins_character(text[at]) && count-- == 0) return at;
  }
  return at;
}

Value substring(Arguments& a) {
  const std::string text = a.text(0);
  const std::size_t from = offset_of(text, a.whole(1, 0, INT32_MAX));
  const std::string rest = text.substr(from);
  return text_value(a.has(2) ? rest.substr(0, offset_of(rest, a.whole(2, 0, INT32_MAX))) : rest);
}

Value length(Arguments& a) {
  const Json& json = a.any(0).json;
  if (json.is_structured()) return {.json = static_cast<std::uint64_t>(json.size())};
  const std::string text = a.text(0);
  return {.json = static_cast<std::uint64_t>(std::ranges::count_if(text, begins_character))};
}

Value starts_with(Arguments& a) { return {.json = a.text(0).starts_with(a.text(1))}; }
Value ends_with(Arguments& a) { return {.json = a.text(0).ends_with(a.text(1))}; }

Value pad_left(Arguments& a) {
  std::string text = a.text(0);
  const std::string fill = a.text(2);
  const auto width = static_cast<std::size_t>(a.whole(1, 0, 1000));
  if (fill.size() != 1) a.fail("it pads with one letter, not with '" + fill + "'");
  const auto characters = static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
  if (characters < width) text.insert(0, width - characters, fill.empty() ? ' ' : fill.front());
  return text_value(std::move(text));
}

Value text(Arguments& a) { return text_value(a.any(0).text_form()); }

Value url(Arguments& a) { return text_value(percent_encoded(a.text(0))); }

Value sha256_hex(Arguments& a) {
  const auto digest = sha256(a.text(0));
  return text_value(to_hex(digest.data(), digest.size()));
}
Value base64_of(Arguments& a) { return text_value(kernel::base64(a.text(0))); }
Value uuid5_of(Arguments& a) { return text_value(uuid5(a.text(0), a.text(1))); }

Value split(Arguments& a) {
  const std::string text = a.text(0);
  const std::string separator = a.text(1);
  Value list{.json = Json::array()};
  if (separator.empty()) {
    a.fail("the separator is empty");
    return list;
  }
  std::size_t done = 0;
  for (std::size_t at = text.find(separator); at != std::string::npos; at = text.find(separator, done)) {
    list.json.push_back(text.substr(done, at - done));
    done = at + separator.size();
  }
  list.json.push_back(text.substr(done));
  return list;
}

constexpr Function kFunctions[] = {
    {"upper", 1, 1, upper},
    {"lower", 1, 1, lower},
    {"trim", 1, 1, trim},
    {"concat", 1, kAnyNumber, concat},
    {"replace", 3, 3, replace},
    {"substring", 2, 3, substring},
    {"length", 1, 1, length},
    {"starts_with", 2, 2, starts_with},
    {"ends_with", 2, 2, ends_with},
    {"pad_left", 3, 3, pad_left},
    {"split", 2, 2, split},
    {"text", 1, 1, text},
    {"url", 1, 1, url},
    {"sha256", 1, 1, sha256_hex},
    {"base64", 1, 1, base64_of},
    {"uuid5", 2, 2, uuid5_of},
};

}  // namespace

std::span<const Function> text_functions() { return kFunctions; }

}  // namespace kernel

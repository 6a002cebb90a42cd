#include "middleware/kernel/json.h"

#include <simdjson.h>

#include <nlohmann/json.hpp>

namespace kernel {
namespace {

std::string place_in(std::string_view text, std::size_t byte) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::string unescaped(std::string_view token) {
  std::string text;
  text.reserve(token.size());
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      text += token[++i] == '1' ? '/' : '~';
    } else {
      text += token[i];
    }
  }
  return text;
}

const Json* child(const Json& value, std::string_view token) {
  if (value.is_object()) {
    const auto found =
        token.find('~') == std::string_view::npos ? value.find(token) : value.find(unescaped(token));
    return found == value.end() ? nullptr : &*found;
  }
  if (!value.is_array() || token.empty() || (token.size() > 1 && token[0] == '0')) return nullptr;
  std::size_t index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9' || index > 100'000'000) return nullptr;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index < value.size() ? &value[index] : nullptr;
}

/// One a thread: it keeps its buffers.
simdjson::dom::parser& fast_parser() {
  thread_local simdjson::dom::parser parser;
  return parser;
}

Json to_json(simdjson::dom::element element) {
  using Type = simdjson::dom::element_type;
  switch (element.type()) {
    case Type::ARRAY: {
      Json array = Json::array();
      for (const simdjson::dom::element item : simdjson::dom::array(element)) array.push_back(to_json(item));
      return array;
    }
    case Type::OBJECT: {
      Json object = Json::object();
      auto& members = object.get_ref<Json::object_t&>();
      members.reserve(simdjson::dom::object(element).size());
      for (const auto& [key, value] : simdjson::dom::object(element))
        members[std::string(key)] = to_json(value);
      return object;
    }
    case Type::INT64: {
      const std::int64_t number = std::int64_t(element);
      return number < 0 ? Json(number) : Json(static_cast<std::uint64_t>(number));
    }
    case Type::UINT64:
      return Json(std::uint64_t(element));
    case Type::DOUBLE:
      return Json(double(element));
    case Type::STRING:
      return Json(std::string(std::string_view(element)));
    case Type::BOOL:
      return Json(bool(element));
    case Type::NULL_VALUE:
      break;
  }
  return Json(nullptr);
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  // simdjson reads several times faster and is as strict; what it refuses goes to nlohmann for the place of
  // the error (and for integers beyond 64 bits, which become doubles).
  simdjson::dom::element element;
  if (fast_parser().parse(text.data(), text.size()).get(element) == simdjson::SUCCESS)
    return to_json(element);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return invalid("not JSON: " + place_in(text, error.byte));
  } catch (const Json::exception& error) {
    return invalid(std::string("not JSON: ") + error.what());
  }
}

bool is_json(std::string_view text) {
  simdjson::dom::element element;
  return fast_parser().parse(text.data(), text.size()).get(element) == simdjson::SUCCESS ||
         Json::accept(text);
}

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* json_at(const Json& value, std::string_view pointer) {
  const Json* here = &value;
  while (!pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    here = child(*here, pointer.substr(0, end));
    if (here == nullptr) return nullptr;
    pointer.remove_prefix(end);
  }
  return here;
}

std::string json_text_at(const Json& value, std::string_view pointer) {
  const Json* found = json_at(value, pointer);
  if (found == nullptr) return {};
  return found->is_string() ? found->get<std::string>() : json_text(*found);
}

std::optional<std::string_view> json_slice(std::string_view text, std::string_view pointer) {
  thread_local simdjson::ondemand::parser parser;
  thread_local std::string padded;
  padded.assign(text);
  padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  simdjson::ondemand::value value;
  std::string_view slice;
  if (parser.iterate(padded.data(), text.size(), padded.capacity()).get(document) != simdjson::SUCCESS ||
      document.at_pointer(pointer).get(value) != simdjson::SUCCESS ||
      simdjson::to_json_string(value).get(slice) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return text.substr(static_cast<std::size_t>(slice.data() - padded.data()), slice.size());
}

void append_json_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
    }
  }
  out.append(text.substr(plain));
  out += '"';
}

std::string json_quoted(std::string_view text) {
  std::string out;
  append_json_quoted(out, text);
  return out;
}

}  // namespace kernel

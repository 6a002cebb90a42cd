#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/edge/dialect.h"

namespace emulator::edge {
namespace {

using kernel::Json;

class Writer {
 public:
  Writer(const Dialect& dialect, std::string_view operation) : dialect_(dialect), operation_(operation) {}

  void members(const Json& structure) {
    for (const auto& [name, value] : structure.items()) {
      if (value.is_null()) continue;
      const DialectMember* member = by_name(name);
      if (member == nullptr) {
        element(name, value);
      } else if (member->item.empty()) {
        items(*member, member->wire, value);
      } else if (value.empty()) {
        out_ += "<" + std::string(member->wire) + "/>";
      } else {
        open(member->wire);
        items(*member, member->item, value);
        close(member->wire);
      }
    }
  }

  std::string take() { return std::move(out_); }

 private:
  const DialectMember* by_name(std::string_view name) const {
    const auto found = std::ranges::find_if(dialect_.members, [&](const DialectMember& member) {
      return member.name == name && (member.operation.empty() || member.operation == operation_);
    });
    return found == dialect_.members.end() ? nullptr : &*found;
  }

  void open(std::string_view tag) { out_.append("<").append(tag).append(">"); }
  void close(std::string_view tag) { out_.append("</").append(tag).append(">"); }

  void items(const DialectMember& member, std::string_view tag, const Json& value) {
    for (const auto& [key, item] : value.items()) {
      if (member.kind == DialectMember::Kind::List) {
        element(tag, item);
        continue;
      }
      open(tag);
      element(member.key, Json(key));
      element(member.value, item);
      close(tag);
    }
  }

  void element(std::string_view tag, const Json& value) {
    open(tag);
    if (value.is_object()) {
      members(value);
    } else {
      out_ += xml_escaped(value.is_string() ? value.get_ref<const std::string&>() : kernel::json_text(value));
    }
    close(tag);
  }

  const Dialect& dialect_;
  std::string_view operation_;
  std::string out_;
};

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      // A bare one would be read as a line feed.
      case '\r':
        escaped += "&#xD;";
        break;
      case '\t':
      case '\n':
        escaped += c;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          escaped += "\xEF\xBF\xBD";
        } else {
          escaped += c;
        }
    }
  }
  return escaped;
}

std::string xml_of(const Json& output, const Dialect& dialect, std::string_view operation) {
  Writer writer(dialect, operation);
  if (output.is_object()) writer.members(output);
  return writer.take();
}

}  // namespace emulator::edge

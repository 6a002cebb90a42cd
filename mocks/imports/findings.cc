#include "mocks/imports/findings.h"

#include <algorithm>

#include "middleware/kernel/json_pointer.h"

namespace mocks::imports {
namespace {

/// A comment is one line, whatever a description holds.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool is_plain = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
    line += is_plain ? c : ' ';
  }
  return line;
}

}  // namespace

std::string Finding::text() const {
  std::string text = weight == Weight::LeftOut ? "left out: " : "differs: ";
  text += file + "#" + pointer;
  if (!of.empty()) text += " (" + of + ")";
  return on_one_line(text + ": " + why);
}

bool Findings::has_left_out() const {
  return std::ranges::any_of(all_, [](const Finding& f) { return f.weight == Weight::LeftOut; });
}

void Findings::add(Weight weight, const std::string& pointer, std::string why) {
  all_.push_back({.weight = weight, .file = file_, .pointer = pointer, .of = of_, .why = std::move(why)});
}

std::string below(const std::string& pointer, std::string_view key) {
  std::string result = pointer;
  kernel::append_pointer_key(result, key);
  return result;
}

std::string below(const std::string& pointer, std::size_t index) {
  return below(pointer, std::to_string(index));
}

std::string file_text(const MockFile& file, const std::string& made_from) {
  std::string text = "# Made from " + on_one_line(made_from) + ": " + std::to_string(file.taken) + " of " +
                     std::to_string(file.seen) + " taken.\n";
  for (const Finding& finding : file.findings) text += "# " + finding.text() + "\n";
  return text + file.yaml;
}

}  // namespace mocks::imports

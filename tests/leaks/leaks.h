#pragma once
// Looks for secrets in what a test suite has written: logs, answers, run files.
//
// Looked for are: whatever begins with the mark of tests' secrets, values that a test has registered, access
// and refresh tokens of the emulated org by their form; each as it is, percent-encoded, and in base64
// wherever in the encoded text it stands.
#include <string.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/base64.h"

namespace leaks {

/// How every secret of a test begins.
inline constexpr std::string_view kMark = "s3cr3t-";

inline std::string percent_form(std::string_view value, std::string_view plain, const char* digits) {
  std::string text;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (is_letter || plain.contains(c)) {
      text += c;
    } else {
      text += '%';
      text += digits[byte >> 4];
      text += digits[byte & 15];
    }
  }
  return text;
}

/// The letters of base64 that `value` alone decides, with so many bytes (modulo 3) before it.
inline std::string base64_form(std::string_view value, std::size_t before) {
  const std::string text = kernel::base64(std::string(before, ' ') + std::string(value));
  const std::size_t first = (before * 8 + 5) / 6;
  const std::size_t last = (before + value.size()) * 8 / 6;
  return text.substr(first, last - first);
}

/// What is looked for.
class Known {
 public:
  Known() { add(kMark); }

  /// A value of fewer than seven characters is found by chance: it is not looked for.
  void add(std::string_view value) {
    if (value.size() < kMark.size()) return;
    add_form(std::string(value));
    for (const char* digits : {"0123456789ABCDEF", "0123456789abcdef"}) {
      for (const char* plain : {"", "-._~"}) add_form(percent_form(value, plain, digits));
    }
    for (std::size_t before = 0; before < 3; ++before) {
      std::string form = base64_form(value, before);
      add_form(form);
      for (char& c : form) c = c == '+' ? '-' : c == '/' ? '_' : c;
      add_form(form);
    }
  }
  /// One a line of every file there.
  void add_registered(const std::filesystem::path& folder) {
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) add(line);
    }
  }

  /// Where the first one stands.
  std::optional<std::size_t> find_in(std::string_view text) const {
    for (const std::string& form : forms_) {
      // Many times as fast as find(), which stops at each first letter.
      const void* found = memmem(text.data(), text.size(), form.data(), form.size());
      if (found != nullptr) return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    }
    return find_token(text);
  }

 private:
  void add_form(std::string form) {
    if (std::ranges::find(forms_, form) == forms_.end()) forms_.push_back(std::move(form));
  }
  static std::size_t letters_from(std::string_view text, std::size_t at) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    const std::size_t end = text.find_first_not_of(kLetters, at);
    return std::min(end, text.size()) - at;
  }
  /// "00D" and 12 letters, '!', 96 letters; "5Aep" and 84 letters.
  static std::optional<std::size_t> find_token(std::string_view text) {
    for (std::size_t at = text.find('!'); at != std::string_view::npos; at = text.find('!', at + 1)) {
      if (at >= 15 && text.substr(at - 15, 3) == "00D" && letters_from(text, at + 1) >= 96) return at - 15;
    }
    for (std::size_t at = text.find("5Aep"); at != std::string_view::npos; at = text.find("5Aep", at + 1)) {
      if (letters_from(text, at + 4) >= 84) return at;
    }
    return std::nullopt;
  }

  std::vector<std::string> forms_;
};

struct Finding {
  std::string file;
  std::string around;  ///< a few characters on both sides
};

struct Searched {
  std::size_t files = 0;
  std::vector<Finding> findings{};
};

/// Every file below `folder` whose name has `part` in it, read as bytes: SQLite keeps texts as they are, in
/// the file and in its -wal. One finding a file.
inline Searched search(const std::filesystem::path& folder, const Known& known = {},
                       std::string_view part = "") {
  Searched searched;
  std::error_code failure;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, failure)) {
    if (!entry.is_regular_file() || !entry.path().filename().string().contains(part)) continue;
    ++searched.files;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    const std::string text = std::move(out).str();
    if (const auto at = known.find_in(text)) {
      const std::size_t from = *at < 60 ? 0 : *at - 60;
      searched.findings.push_back({entry.path().string(), text.substr(from, *at - from + 40)});
    }
  }
  return searched;
}

}  // namespace leaks

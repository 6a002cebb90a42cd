#pragma once
// JSON Pointers (RFC 6901) that are put together key by key.
#include <string>
#include <string_view>

namespace kernel {

/// Appends "/key", with "~" and "/" in the key as "~0" and "~1".
inline void append_pointer_key(std::string& pointer, std::string_view key) {
  pointer += '/';
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

}  // namespace kernel

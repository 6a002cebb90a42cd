#pragma once
// What the outside can do wrong comes back as a value. What we promise ourselves is a CHECK (check.h).
#include <expected>
#include <string>
#include <utility>

namespace kernel {

/// Only codes that some caller reacts to. Everything else about an error is its text.
enum class ErrorCode {
  Invalid,         ///< The input is wrong: a file, a value, a usage. Exit code 2.
  NotFound,        ///< The named thing does not exist.
  Infrastructure,  ///< Disk, port, child process: not the input's fault. Exit code 3.
};

/// `place` is "file:line:column" or the key that is meant; empty when there is none.
struct Error {
  ErrorCode code = ErrorCode::Invalid;
  std::string message;
  std::string place{};

  std::string text() const { return place.empty() ? message : place + ": " + message; }
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> invalid(std::string message, std::string place = {}) {
  return std::unexpected(Error{ErrorCode::Invalid, std::move(message), std::move(place)});
}

inline std::unexpected<Error> infrastructure(std::string message, std::string place = {}) {
  return std::unexpected(Error{ErrorCode::Infrastructure, std::move(message), std::move(place)});
}

}  // namespace kernel

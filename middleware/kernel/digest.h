#pragma once
// MD5 (only where a protocol asks for it), SHA-1 (for version 5 UUIDs only) and SHA-256. OpenSSL does the
// work and stays in digest.cc.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kernel {

std::array<std::uint8_t, 16> md5(std::string_view text);
std::array<std::uint8_t, 20> sha1(std::string_view text);
std::array<std::uint8_t, 32> sha256(std::string_view text);

/// SHA-256 of many pieces; `hex` ends it.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view piece);
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string to_hex(const std::uint8_t* bytes, std::size_t count);

}  // namespace kernel

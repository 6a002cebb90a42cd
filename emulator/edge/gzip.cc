#include "emulator/edge/gzip.h"

#include <zlib.h>

#include <array>

namespace emulator::edge {

std::optional<std::string> gunzip(std::string_view packed, std::size_t bytes_max) {
  constexpr int kGzipOnly = 16;
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + kGzipOnly) != Z_OK) return std::nullopt;
  // The library does not write to what it reads.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  std::array<char, 16'384> part{};
  int state = Z_OK;
  while (state == Z_OK && text.size() <= bytes_max) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(part.data(), part.size() - stream.avail_out);
  }
  const bool is_whole = state == Z_STREAM_END && stream.avail_in == 0 && text.size() <= bytes_max;
  inflateEnd(&stream);
  if (!is_whole) return std::nullopt;
  return text;
}

}  // namespace emulator::edge

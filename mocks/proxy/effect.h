#pragma once
// What a toxic does with what reaches it: plain decisions on (chunk, now, draw). They hold nothing and wait
// for nothing; link.h plays them one behind the other.
//
// Source: facts/mocks-and-faults 10, with its corrections.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/time.h"
#include "mocks/proxy/toxic.h"

namespace mocks::proxy {

enum class Kind : std::uint8_t {
  Data,
  End,    ///< the sender has sent its last byte; the other direction goes on
  Close,  ///< both directions are over
  Reset,  ///< both directions are cut off: what is not sent yet is lost
};
std::string_view to_text(Kind kind);

struct Item {
  Kind kind = Kind::Data;
  std::string bytes{};      ///< of Data, at least one
  kernel::Timestamp due{};  ///< when it leaves the toxic
};

/// The luck of one toxic on one connection: each draw is a function of (seed, proxy and toxic, connection, n,
/// purpose), so that neither other toxics nor other connections nor threads change it.
struct Luck {
  std::uint64_t seed = 0;
  std::string rule{};        ///< "proxy/toxic"
  std::string connection{};  ///< its number, "1" the proxy's first

  /// In [0, 1).
  double unit(std::uint64_t n, std::string_view purpose) const;
  /// In [0, bound), bound from 1.
  std::int64_t below(std::int64_t bound, std::uint64_t n, std::string_view purpose) const;
};

/// What a toxic keeps of one connection. An edit of the toxic keeps `passed` and `draws`.
struct Memory {
  kernel::Timestamp free_at{};  ///< nothing leaves earlier: order is kept
  std::int64_t passed = 0;      ///< bytes (limit_data)
  std::uint64_t draws = 0;      ///< how many there were: the next one's n is one more
  bool has_swallowed = false;   ///< bytes are gone: the stream cannot go on as if nothing had been
};

struct Effect {
  std::vector<Item> leaves{};    ///< in order of `due`
  bool instead_of_held = false;  ///< what the toxic still holds is replaced
};

/// The toxic begins to act on a connection: at its opening, or with an edit.
Effect on_start(const Attributes& attributes, Memory& memory, kernel::Timestamp now);

/// `bytes`: at least one.
Effect on_chunk(const Attributes& attributes, Memory& memory, std::string bytes, kernel::Timestamp now,
                const Luck& luck);

/// End, Close or Reset reaches it.
Effect on_end(const Attributes& attributes, Memory& memory, Kind kind, kernel::Timestamp now);

}  // namespace mocks::proxy

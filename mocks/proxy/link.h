#pragma once
// One direction of one connection: the toxics of its stream, one behind the other, and what is on its way
// through them. It waits for nothing: whoever drives it asks next() and comes back then.
//
//   source ─ push, end ─> entrance ─> toxic ─> toxic ─> take ─> destination
//
// Each place holds one chunk (what a toxic cut it into), latency 1024: a slow destination or a slow toxic
// stops the source. Times are those at which things would have left, not those at which somebody looked, so
// late looks do not add up.
//
// Source: facts/mocks-and-faults 10. An edit lets through at once what the edited toxic holds; only the
// toxics that lose bytes (timeout, reset_peer) end a connection that they let go of.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/time.h"
#include "mocks/proxy/effect.h"
#include "mocks/proxy/toxic.h"

namespace mocks::proxy {

/// Which connection this is, for its luck.
struct ConnectionName {
  std::uint64_t seed = 0;
  std::string proxy{};
  std::uint64_t number = 1;  ///< counts the proxy's connections
};

/// Whether a toxic touches a connection: one draw for its whole life, whatever is edited.
struct ToxicityDraw {
  double draw = 0;  ///< below `toxicity`: it does
  double toxicity = 1;
  bool is_touched() const { return draw < toxicity; }
};
ToxicityDraw draw_toxicity(const ConnectionName& connection, const Toxic& toxic);

class Link {
 public:
  /// `chain`: toxics of one stream, in order.
  Link(ConnectionName connection, const std::vector<Toxic>& chain, kernel::Timestamp now);

  /// Whether the source is to be read.
  bool wants_input() const;
  /// At least one byte; only when wants_input().
  void push(std::string bytes, kernel::Timestamp now);
  /// The source has ended (End) or was reset by its peer (Reset). Once; nothing is pushed after.
  void end(Kind kind, kernel::Timestamp now);

  /// What leaves for the destination, `due` being when it did; nothing when nothing is due. Not asked while
  /// the destination is full. After an end of any kind there is nothing more.
  std::optional<Item> take(kernel::Timestamp now);
  /// The destination was full and is not any more.
  void resume(kernel::Timestamp now);

  /// True when a reset is due: it does not wait for a destination that is full.
  bool is_reset_due(kernel::Timestamp now);

  /// When something happens by itself; nothing: never. `is_full`: the destination is.
  std::optional<kernel::Timestamp> next(bool is_full) const;

  void add(const Toxic& toxic, kernel::Timestamp now);
  /// By the toxic's name. Its stream and type stay.
  void update(const Toxic& toxic, kernel::Timestamp now);
  void remove(const std::string& toxic, kernel::Timestamp now);

  /// Bytes on their way.
  std::size_t held_bytes() const;

 private:
  struct Place {
    Toxic toxic{};
    Luck luck{};
    double draw = 0;
    bool acts = false;        ///< otherwise everything passes at once
    bool is_removed = false;  ///< goes when it is empty
    bool has_ended = false;   ///< takes nothing more
    Memory memory{};
    std::deque<Item> held{};
    kernel::Timestamp room_since{};

    bool has_room() const;
    void put(Effect effect);
    void enter(Item item, kernel::Timestamp now);
  };

  /// The move that happens first: the place whose first item leaves, and when.
  struct Move {
    std::size_t from;
    kernel::Timestamp at;
  };
  enum class Exit : std::uint8_t { Shut, Open };
  std::optional<Move> first_move(Exit exit) const;
  Item leave(const Move& move);
  /// Plays what has happened until `now`; stops at what leaves the link, if the exit is open.
  std::optional<Item> play(kernel::Timestamp now, Exit exit);

  Place made_place(const Toxic& toxic, kernel::Timestamp now) const;
  Place* find(const std::string& toxic);
  /// True when the toxic has lost bytes, or may have: then the connection is over.
  static bool cut_off(Place& place, kernel::Timestamp now);
  static void let_through(Place& place, kernel::Timestamp now);

  const ConnectionName connection_;
  std::vector<Place> places_;     ///< the first is the entrance: never empty
  kernel::Timestamp free_since_;  ///< the destination
  bool is_over_ = false;          ///< an end has left
};

}  // namespace mocks::proxy

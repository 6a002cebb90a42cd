#include "emulator/patterns/consistency.h"

#include <algorithm>
#include <map>

namespace emulator::patterns {
namespace {

using Place = std::vector<Membership>;

bool agree(const Place& candidate, const Place& chosen) {
  return std::ranges::none_of(candidate, [&chosen](const Membership& in) {
    return std::ranges::any_of(
        chosen, [&in](const Membership& c) { return c.array == in.array && c.index != in.index; });
  });
}

/// A field as the search sees it: values in the same place are one.
struct Choice {
  std::vector<Place> accepted{};
  std::vector<Place> all{};  // only of a field that accepts absence
  bool accepts_absence = false;
};

class Search {
 public:
  Search(const Alternative& alternative, std::span<const std::uint32_t> paths, const FlatEvent& event) {
    for (std::size_t i = 0; i < alternative.size(); ++i)
      choices_.push_back(choice(*alternative[i], paths[i], event));
    forget_arrays_of_one_field();
  }

  bool succeeds(std::size_t next) {
    if (next == choices_.size()) return true;
    const Choice& here = choices_[next];
    for (const Place& place : here.accepted) {
      if (!agree(place, chosen_)) continue;
      const std::size_t before = chosen_.size();
      chosen_.insert(chosen_.end(), place.begin(), place.end());
      if (succeeds(next + 1)) return true;
      chosen_.resize(before);
    }
    if (!here.accepts_absence) return false;
    const bool is_there = std::ranges::any_of(here.all, [this](const Place& p) { return agree(p, chosen_); });
    return !is_there && succeeds(next + 1);
  }

 private:
  static Choice choice(const Field& field, std::uint32_t path, const FlatEvent& event) {
    Choice result{.accepts_absence = field.accepts_absence};
    for (const FlatEvent::Value& value : event.values(path)) {
      const auto memberships = event.memberships(value);
      const Place place(memberships.begin(), memberships.end());
      if (field.accepts(value.scalar)) result.accepted.push_back(place);
      if (field.accepts_absence) result.all.push_back(place);
    }
    return result;
  }

  /// An array that only one field lies in excludes nothing: without it, many places are one.
  void forget_arrays_of_one_field() {
    std::map<std::uint32_t, std::pair<std::size_t, bool>> seen;  // array: a field, and whether there are more
    const auto note = [&seen](std::size_t field, const std::vector<Place>& places) {
      for (const Place& place : places) {
        for (const Membership& in : place) {
          const auto [entry, is_new] = seen.try_emplace(in.array, field, false);
          if (!is_new && entry->second.first != field) entry->second.second = true;
        }
      }
    };
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      note(i, choices_[i].accepted);
      note(i, choices_[i].all);
    }
    const auto shorten = [&seen](std::vector<Place>& places) {
      for (Place& place : places)
        std::erase_if(place, [&seen](const Membership& in) { return !seen.at(in.array).second; });
      const auto order = [](const Membership& in) { return std::pair(in.array, in.index); };
      std::ranges::sort(places, [&order](const Place& a, const Place& b) {
        return std::ranges::lexicographical_compare(a, b, {}, order, order);
      });
      const auto rest = std::ranges::unique(places);
      places.erase(rest.begin(), rest.end());
    };
    for (Choice& choice : choices_) {
      shorten(choice.accepted);
      shorten(choice.all);
    }
  }

  std::vector<Choice> choices_;
  Place chosen_;
};

}  // namespace

bool fits_together(const Alternative& alternative, std::span<const std::uint32_t> paths,
                   const FlatEvent& event) {
  return Search(alternative, paths, event).succeeds(0);
}

}  // namespace emulator::patterns

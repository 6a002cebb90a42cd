#include "middleware/config/suggest.h"

#include <algorithm>
#include <cctype>

namespace config {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// Damerau-Levenshtein in its restricted form: no piece is edited twice.
std::size_t edits_between(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> edits(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) edits[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) edits[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = edits[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      edits[i][j] = std::min({edits[i - 1][j] + 1, edits[i][j - 1] + 1, replaced});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) edits[i][j] = std::min(edits[i][j], edits[i - 2][j - 2] + 1);
    }
  }
  return edits[a.size()][b.size()];
}

std::size_t edits_max(std::size_t a, std::size_t b) {
  return std::max(std::max(a, b) / 3, std::min<std::size_t>(2, std::min(a, b) / 2));
}

std::string only_beginning(const std::string& word, const std::vector<std::string>& candidates) {
  std::string found;
  if (word.size() < 2) return found;
  for (const std::string& candidate : candidates) {
    if (!lower(candidate).starts_with(word)) continue;
    if (!found.empty()) return {};
    found = candidate;
  }
  return found;
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLengthMax = 100;  // a longer word is no mistyped name
  if (word.size() > kLengthMax) return {};
  const std::string wanted = lower(word);
  const std::string* best = nullptr;
  std::size_t best_edits = 0;
  for (const std::string& candidate : candidates) {
    const std::size_t edits = edits_between(wanted, lower(candidate));
    if (edits > edits_max(wanted.size(), candidate.size())) continue;
    if (best != nullptr && edits >= best_edits) continue;
    best = &candidate;
    best_edits = edits;
  }
  return best != nullptr ? *best : only_beginning(wanted, candidates);
}

std::string did_you_mean_text(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string meant = did_you_mean(word, candidates);
  return meant.empty() ? "" : "; did you mean '" + meant + "'?";
}

}  // namespace config

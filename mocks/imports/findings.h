#pragma once
// What a foreign description became: a mock file, and everything in it that did not come along.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mocks::imports {

enum class Weight : std::uint8_t {
  LeftOut,  ///< it is not in the mock file, nor is what it belongs to: a mapping, an operation's part
  Differs   ///< it is in the mock file, and behaves differently in what is said
};

/// One thing that was not taken as it stands.
struct Finding {
  Weight weight = Weight::LeftOut;
  std::string file{};     ///< as the importer was told
  std::string pointer{};  ///< JSON Pointer into that file
  std::string of{};       ///< the mapping or operation, as a person calls it
  std::string why{};

  /// "left out: mappings/a.json#/request/host (get order): every mock has a host of its own"
  std::string text() const;
};

/// Collects findings about one mapping or operation.
class Findings {
 public:
  Findings(std::string file, std::string of) : file_(std::move(file)), of_(std::move(of)) {}

  void left_out(const std::string& pointer, std::string why) {
    add(Weight::LeftOut, pointer, std::move(why));
  }
  void differs(const std::string& pointer, std::string why) { add(Weight::Differs, pointer, std::move(why)); }
  bool has_left_out() const;
  const std::vector<Finding>& all() const { return all_; }
  void call(std::string of) { of_ = std::move(of); }

 private:
  void add(Weight weight, const std::string& pointer, std::string why);

  std::string file_;
  std::string of_;
  std::vector<Finding> all_;
};

struct MockFile {
  std::string yaml{};  ///< the keys of a mock file, without the comments on top
  std::vector<Finding> findings{};
  int seen = 0;   ///< mappings or operations in the description
  int taken = 0;  ///< of which so many are in the mock file
};

/// The pointer "/a" and the key "b/c" give "/a/b~1c".
std::string below(const std::string& pointer, std::string_view key);
std::string below(const std::string& pointer, std::size_t index);

/// The mock file as YAML; on top what it was made from, and every finding, as comments.
std::string file_text(const MockFile& file, const std::string& made_from);

}  // namespace mocks::imports

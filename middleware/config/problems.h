#pragma once
// Everything that is wrong with a file, so that its author fixes it in one go.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "middleware/config/tree.h"
#include "middleware/kernel/result.h"

namespace config {

class Problems {
 public:
  static constexpr std::size_t kKeptMax = 20;

  Problems() = default;
  explicit Problems(kernel::Error error) { add(std::move(error)); }

  void add(kernel::Error error);
  void add(const Place& place, std::string message);

  bool empty() const { return count_ == 0; }
  std::size_t count() const { return count_; }  ///< The ones past kKeptMax included.
  const std::vector<kernel::Error>& errors() const { return errors_; }

  /// One error a line, no newline at the end; the last line says how many more there are.
  std::string text() const;

  /// The whole as one error: text() without a place, and the code of the first.
  kernel::Error error() const;

  /// What messages call the value being read: "'rate'", "item 2 of 'tags'", "the file".
  const std::string& subject() const { return subject_; }

  /// Names the value being read until it goes.
  class Subject {
   public:
    Subject(Problems& problems, std::string name)
        : problems_(problems), outer_(std::exchange(problems.subject_, std::move(name))) {}
    ~Subject() { problems_.subject_ = std::move(outer_); }
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;

   private:
    Problems& problems_;
    std::string outer_;
  };

 private:
  std::vector<kernel::Error> errors_;
  std::size_t count_ = 0;
  std::string subject_ = "the file";
};

}  // namespace config

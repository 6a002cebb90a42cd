#pragma once
// A shape whose value also keeps what stood in the file, so that it can be shown and saved as its author
// wrote it.
#include <memory>
#include <utility>

#include "middleware/config/reader.h"

namespace emulator::runner {

/// `keep(T&, config::JsonPtr)` is called with each value that was read without problems.
template <class T, class Keep>
class AsWritten final : public config::ShapeOf<T> {
 public:
  AsWritten(config::Shape<T> inner, Keep keep) : inner_(std::move(inner)), keep_(std::move(keep)) {}
  void read(const config::Tree& tree, T& out, config::Problems& problems) const override {
    const std::size_t before = problems.count();
    inner_->read(tree, out, problems);
    if (problems.count() != before) return;
    auto written = std::make_shared<kernel::Json>();
    config::json()->read(tree, *written, problems);
    keep_(out, std::move(written));
  }
  config::JsonPtr schema(config::Definitions& definitions) const override {
    return inner_->schema(definitions);
  }
  std::string wants() const override { return inner_->wants(); }

 private:
  config::Shape<T> inner_;
  Keep keep_;
};

template <class T, class Keep>
config::Shape<T> as_written(config::Shape<T> inner, Keep keep) {
  return std::make_shared<const AsWritten<T, Keep>>(std::move(inner), std::move(keep));
}

}  // namespace emulator::runner

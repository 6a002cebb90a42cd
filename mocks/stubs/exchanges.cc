#include "mocks/stubs/exchanges.h"

namespace mocks::stubs {

std::uint64_t Exchanges::open(Exchange row) {
  row.number = dropped_ + rows_.size() + 1;
  if (row.request.body.size() > kBodyMax) row.request.body.resize(kBodyMax);
  rows_.push_back(std::move(row));
  if (rows_.size() > rows_max_) {
    rows_.pop_front();
    ++dropped_;
  }
  return rows_.back().number;
}

Exchange* Exchanges::find(std::uint64_t number) {
  if (number <= dropped_ || number > dropped_ + rows_.size()) return nullptr;
  return &rows_[static_cast<std::size_t>(number - dropped_ - 1)];
}

void Exchanges::clear() {
  dropped_ += rows_.size();
  rows_.clear();
}

}  // namespace mocks::stubs

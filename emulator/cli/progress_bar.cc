#include "emulator/cli/progress_bar.h"

#include <algorithm>
#include <iostream>

namespace emulator::cli {

void ProgressBar::show(const runner::Progress& progress) {
  constexpr int kWidth = 30;
  if (!is_shown_ || since_.elapsed_ms() < next_ms_) return;
  next_ms_ = since_.elapsed_ms() + 100;
  const double end = static_cast<double>(std::max<std::int64_t>(1, progress.timeline_end.count()));
  const double share = std::clamp(static_cast<double>(kernel::nanoseconds(progress.now)) / end, 0.0, 1.0);
  const int filled = static_cast<int>(share * kWidth);
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(kWidth, '.');
  std::cerr << "\r[" << bar << "] " << kernel::duration_for_people(progress.now.time_since_epoch()) << "  "
            << progress.published << " published, " << progress.in_flight << " in flight\x1b[K" << std::flush;
  is_drawn_ = true;
}

void ProgressBar::clear() {
  if (is_drawn_) std::cerr << "\r\x1b[K" << std::flush;
  is_drawn_ = false;
}

}  // namespace emulator::cli

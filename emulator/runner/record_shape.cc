#include "emulator/runner/record_shape.h"

#include "middleware/config/object.h"

namespace emulator::runner {

config::Shape<double> record_shape() {
  struct Text {
    double hops = 1;
  };
  const auto share = config::mapped<double>(config::share(), [](double value) -> kernel::Result<double> {
    if (value > 0) return value;
    return kernel::invalid("some hops have to be recorded: above 0%");
  });
  const auto text =
      config::object<Text>("what is recorded", "What the run file leaves out.")
          .optional("hops", &Text::hops, share,
                    "Of this share of the events all hops; of the others what was not ok, and how many.")
          .done();
  return config::mapped<double>(text, [](const Text& read) -> kernel::Result<double> { return read.hops; });
}

bool counts_hops(const judge::Expectation& expectation) {
  return std::holds_alternative<judge::HopCount>(expectation.what) ||
         std::holds_alternative<judge::QueueDepth>(expectation.what);
}

}  // namespace emulator::runner

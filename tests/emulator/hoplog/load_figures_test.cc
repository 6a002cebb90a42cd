#include "emulator/hoplog/load_figures.h"

#include "tests/emulator/hoplog/recording.h"

namespace emulator::hoplog {
namespace {

using namespace std::chrono_literals;
using kernel::End;

struct Journey {
  kernel::Duration published;
  kernel::Duration ended;
  End end = End::Delivered;
};

std::string text(const LoadFigures& load) {
  const auto seconds = [](std::int64_t ns) { return kernel::duration_text(kernel::Duration{ns}); };
  return std::to_string(load.events) + ", " + std::to_string(load.most_a_minute) + " a minute, p50 " +
         seconds(load.p50_ns) + ", p99 " + seconds(load.p99_ns) + ", " + std::to_string(load.backlog_max) +
         " at " + seconds(load.backlog_at_ns);
}

std::string figures_of(const std::vector<Journey>& journeys) {
  Recording recording;
  int number = 0;
  for (const Journey& journey : journeys) {
    const std::string uuid = "event-" + std::to_string(number++);
    recording.scheduler.call_at(kernel::at(journey.published), [&recording, uuid, end = journey.end] {
      const kernel::PublishedEvent its{.uuid = uuid, .kind = "Order_Placed__e", .payload = "{}"};
      end == End::Rejected ? recording.recorder->rejected(its, "org") : recording.recorder->published(its);
    });
    if (journey.end != End::Rejected) {
      recording.scheduler.call_at(kernel::at(journey.ended), [&recording, uuid, end = journey.end] {
        recording.recorder->ended(uuid, end, "lambda");
      });
    }
  }
  recording.scheduler.run();
  const auto figures = load_figures(*recording.finished());
  return figures ? text(*figures) : figures.error().text();
}

TEST(LoadFigures, TellHowMuchCameAndHowLongItTook) {
  struct Case {
    const char* name;
    std::vector<Journey> journeys;
    const char* figures;
  };
  std::vector<Journey> hundred;
  for (int i = 1; i <= 100; ++i) hundred.push_back({1s * i, 1s * i + 10ms * i});
  const Case cases[] = {
      {"nothing", {}, "0, 0 a minute, p50 0s, p99 0s, 0 at 0s"},
      {"one", {{5s, 7s}}, "1, 1 a minute, p50 2s, p99 2s, 1 at 5s"},
      {"p99 of a hundred is the 99th", hundred, "100, 59 a minute, p50 500ms, p99 990ms, 1 at 1s"},
      {"who begins as another ends waits beside it",
       {{1s, 3s}, {3s, 4s}},
       "2, 2 a minute, p50 1s, p99 2s, 2 at 3s"},
      {"the first of two equal heaps",
       {{1s, 4s}, {2s, 4s}, {6s, 9s}, {7s, 9s}},
       "4, 4 a minute, p50 2s, p99 3s, 2 at 2s"},
      {"the minute ends at sixty seconds",
       {{59s, 61s}, {60s, 61s}, {61s, 62s}},
       "3, 2 a minute, p50 1s, p99 2s, 3 at 1m1s"},
      {"a refused one is never under way",
       {{1s, 1s, End::Rejected}, {1s, 2s}},
       "2, 2 a minute, p50 1s, p99 1s, 1 at 1s"},
      {"only delivered ones have a time",
       {{1s, 9s, End::DeadLettered}, {2s, 3s}},
       "2, 2 a minute, p50 1s, p99 1s, 2 at 2s"},
  };
  for (const Case& c : cases) EXPECT_EQ(figures_of(c.journeys), c.figures) << c.name;
}

}  // namespace
}  // namespace emulator::hoplog

#include "middleware/live/child_process.h"

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/middleware/live/live_support.h"

namespace live_tests {
namespace {

/// What a child said, and its end.
class Notes final : public live::ChildListener {
 public:
  void line(live::ChildStream stream, std::string_view text) override {
    lines.push_back((stream == live::ChildStream::Output ? "out " : "err ") + std::string(text));
  }
  void ended(live::ChildEnd how) override { end = how; }

  std::vector<std::string> lines;
  std::optional<live::ChildEnd> end;
};

struct Children {
  std::unique_ptr<live::ChildProcess> start(const std::string& script, live::ChildConfig config = {}) {
    config.command = {"sh", "-c", script};
    auto child = live::ChildProcess::start(loop, std::move(config), notes);
    if (!child) throw std::runtime_error(child.error().text());
    return std::move(*child);
  }
  void run_until_end() {
    loop.run_until([this] { return notes.end.has_value(); });
  }
  void run_until_lines(std::size_t count) {
    loop.run_until([this, count] { return notes.lines.size() >= count; });
  }

  live::Loop loop;
  Notes notes;
};

bool is_gone(int pid) { return kill(pid, 0) != 0 && errno == ESRCH; }

TEST(ChildProcess, SaysWhatItWritesLineByLineAndHowItEnds) {
  Children children;
  const auto child = children.start("echo one; echo two >&2; printf 'no end'; exit 7");
  children.run_until_end();
  std::ranges::sort(children.notes.lines);  // two pipes have no order between them
  EXPECT_EQ(children.notes.lines, (std::vector<std::string>{"err two", "out no end", "out one"}));
  EXPECT_EQ(children.notes.end->status, 7);
  EXPECT_EQ(children.notes.end->signal, 0);
}

TEST(ChildProcess, CutsALineThatHasNoEnd) {
  Children children;
  const auto child = children.start("head -c 300000 /dev/zero | tr '\\0' x");
  children.run_until_end();
  ASSERT_EQ(children.notes.lines.size(), 2U);
  EXPECT_EQ(children.notes.lines[0].size(), 4U + 256 * 1024);
  EXPECT_EQ(children.notes.lines[1].size(), 4U + 300'000 - 256 * 1024);
}

TEST(ChildProcess, HasTheEnvironmentItWasGivenAndNoOther) {
  ASSERT_EQ(setenv("RELAYRIG_TEST_SECRET", "ours", 1), 0);
  Children children;
  const auto child = children.start(R"(echo "$GIVEN/$RELAYRIG_TEST_SECRET/$PWD")",
                                    {.folder = "/", .variables = {{"GIVEN", "a b"}}, .inherited = {"PATH"}});
  children.run_until_end();
  EXPECT_EQ(children.notes.lines, std::vector<std::string>{"out a b///"});
}

TEST(ChildProcess, EndsOnTheSignalsThatProgramsEndOn) {
  for (const int signal : {SIGTERM, SIGINT, SIGKILL}) {
    Children children;
    const auto child = children.start("echo started; exec sleep 1000");
    children.run_until_lines(1);
    child->send_signal(signal);
    children.run_until_end();
    EXPECT_EQ(children.notes.end->signal, signal);
  }
}

TEST(ChildProcess, TakesWhatItStartedAlong) {
  Children children;
  const auto child = children.start("sleep 1000 & echo $!; while :; do sleep 60; done");
  children.run_until_lines(1);
  const auto grandchild = live::ChildProcess::watch_end(std::stoi(children.notes.lines[0].substr(4)));
  ASSERT_TRUE(grandchild.is_open());
  kill(child->pid(), SIGKILL);  // it alone
  children.run_until_end();
  pollfd watched{grandchild.get(), POLLIN, 0};
  EXPECT_EQ(poll(&watched, 1, 60'000), 1);
}

/// In a process of its own: a child that started something says what; then both wait.
[[noreturn]] void run_rig(int tell) {
  Children children;
  auto keeper = live::ChildKeeper::start();
  const auto child = children.start("sleep 1000 & echo $!; wait", {.keeper = keeper->get()});
  children.run_until_lines(1);
  const int pid = std::stoi(children.notes.lines[0].substr(4));
  if (write(tell, &pid, sizeof pid) != sizeof pid) _exit(1);
  while (true) pause();
}

TEST(ChildKeeper, LetsNothingOutliveAProcessThatIsKilled) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const int rig = fork();
  if (rig == 0) run_rig(ends[1]);
  int pid = 0;
  ASSERT_EQ(read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  const auto grandchild = live::ChildProcess::watch_end(pid);
  ASSERT_TRUE(grandchild.is_open());
  kill(rig, SIGKILL);
  EXPECT_EQ(waitpid(rig, nullptr, 0), rig);
  pollfd watched{grandchild.get(), POLLIN, 0};
  EXPECT_EQ(poll(&watched, 1, 60'000), 1);
}

TEST(ChildKeeper, LeavesAloneWhatItWasToldToForget) {
  Children children;
  const auto child = children.start("echo started; while :; do sleep 60; done");
  children.run_until_lines(1);
  {
    const auto keeper = live::ChildKeeper::start();
    ASSERT_TRUE(keeper);
    (*keeper)->watch(child->pid());
    (*keeper)->forget(child->pid());
  }
  EXPECT_FALSE(child->wait(std::chrono::milliseconds{0}));
  {
    const auto keeper = live::ChildKeeper::start();
    ASSERT_TRUE(keeper);
    (*keeper)->watch(child->pid());
  }
  children.run_until_end();
  EXPECT_EQ(children.notes.end->signal, SIGKILL);
}

TEST(ChildProcess, IsDeadAndReapedWhenItsOwnerIsGone) {
  Children children;
  auto child = children.start("trap '' TERM; echo started; while :; do sleep 60; done");
  children.run_until_lines(1);
  const int pid = child->pid();
  EXPECT_FALSE(child->wait(std::chrono::milliseconds{0}));
  child.reset();
  EXPECT_TRUE(is_gone(pid));
  EXPECT_FALSE(children.notes.end);
}

TEST(ChildProcess, NamesTheProgramThatIsNotThere) {
  struct Case {
    const char* name;
    live::ChildConfig config;
    const char* text;
  };
  const Case cases[] = {
      {"in PATH",
       {.command = {"no-such-program"}, .variables = {{"PATH", "/bin:/usr/bin"}}},
       "there is no program 'no-such-program' in PATH"},
      {"by path", {.command = {"./bootstrap"}, .folder = "/usr"}, "there is no program /usr/bootstrap"},
      {"no folder",
       {.command = {"sh"}, .folder = "/none", .inherited = {"PATH"}},
       "there is no folder /none"},
      {"a folder", {.command = {"./bin"}, .folder = "/usr"}, "there is no program /usr/bin"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Children children;
    const auto child = live::ChildProcess::start(children.loop, c.config, children.notes);
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, kernel::ErrorCode::Infrastructure);
    EXPECT_EQ(child.error().text(), c.text);
  }
}

TEST(ChildProcess, IsReapedWhenItsProgramCannotBeStarted) {
  const std::string path = testing::TempDir() + "no_program_" + std::to_string(getpid());
  std::ofstream(path) << "\x01\x02";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  Children children;
  const auto child = live::ChildProcess::start(children.loop, {.command = {path}}, children.notes);
  std::filesystem::remove(path);
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().text(), path + ": Exec format error");
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);  // no child is left
}

}  // namespace
}  // namespace live_tests

// no_secret_leaks OUTPUTS REGISTERED: fails when a file that the suite left in OUTPUTS holds a secret of a
// test; REGISTERED has those that are not known by their mark. Runs when all tests have ended. What a test
// keeps in a folder of its own is looked at by the test (tests/support/outputs.h).
#include <cstdio>

#include "tests/leaks/leaks.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: no_secret_leaks OUTPUTS REGISTERED\n", stderr);
    return 2;
  }
  leaks::Known known;
  known.add_registered(argv[2]);
  const leaks::Searched searched = leaks::search(argv[1], known);
  for (const leaks::Finding& finding : searched.findings) {
    std::printf("%s holds a secret: %s\n", finding.file.c_str(), finding.around.c_str());
  }
  std::printf("%zu files searched, %zu findings\n", searched.files, searched.findings.size());
  return searched.findings.empty() ? 0 : 1;
}

// no_secret_leaks FOLDER: fails when a file that the suite left there holds a secret of a test. Runs when all
// tests have ended.
#include <cstdio>

#include "tests/leaks/leaks.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: no_secret_leaks FOLDER\n", stderr);
    return 2;
  }
  const leaks::Searched searched = leaks::search(argv[1]);
  for (const leaks::Finding& finding : searched.findings) {
    std::printf("%s holds a secret: %s\n", finding.file.c_str(), finding.around.c_str());
  }
  std::printf("%zu files searched, %zu findings\n", searched.files, searched.findings.size());
  return searched.findings.empty() ? 0 : 1;
}

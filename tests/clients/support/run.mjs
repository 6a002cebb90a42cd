// One run of the rig by its command line: a folder of its own, a scenario in it, the run file asked afterwards.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const program = process.env.RELAYRIG_PROGRAM ?? join(root, 'build', 'relayrig');

/** A path of the project, from its root. */
export const folderOf = (path) => join(root, path);

/** Resolves when the file is in the folder; rejects with what `ended` resolves to if that comes first. */
export async function whenThere(folder, file, ended) {
  const watching = new AbortController();
  const written = (async () => {
    // The watch stands before the file is looked for: none that comes between is missed.
    const changes = watch(folder, { signal: watching.signal })[Symbol.asyncIterator]();
    let next = changes.next();
    while (!existsSync(join(folder, file))) {
      await next;
      next = changes.next();
    }
    next.catch(() => {});
  })();
  const tooEarly = ended.then(({ code, report }) => {
    throw new Error(`relayrig ended (${code}) and ${file} is not there: ${report}`);
  });
  try {
    await Promise.race([written, tooEarly]);
  } finally {
    written.catch(() => {});
    tooEarly.catch(() => {});
    watching.abort();
  }
}

export class Run {
  #child;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'relayrig-run-'));
    process.once('exit', () => this.remove());
  }

  /** The path of a file of this text. */
  file(name, text) {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  scenario(content) {
    return this.file(`${content.name}.json`, JSON.stringify(content));
  }

  /** Resolves when the program has ended: its exit code and everything it said. */
  start(scenario, ...flags) {
    this.#child = spawn(program, ['--runs', join(this.folder, 'runs'), 'run', scenario, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let report = '';
    this.#child.stdout.on('data', (text) => (report += text));
    this.#child.stderr.on('data', (text) => (report += text));
    return new Promise((done, failed) => {
      this.#child.once('error', failed);
      this.#child.once('close', (code, signal) => {
        this.runFile = /run file {2,}(\S+)/.exec(report)?.[1];
        done({ code: code ?? signal, report });
      });
    });
  }

  /** Rows of the run file; afterwards. */
  query(sql) {
    return JSON.parse(execFileSync(program, ['query', this.runFile, sql, '--format', 'json'], { encoding: 'utf8' }));
  }

  remove() {
    this.#child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

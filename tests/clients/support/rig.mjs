// A rig for one test file: started on a free port, stopped at the end, its run file asked afterwards.
//
//   const rig = await startRig();
//   const sqs = rig.client(SQSClient);
//   ...
//   await rig.stop();
//   rig.query("SELECT ...")
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const program = process.env.RELAYRIG_PROGRAM ?? join(root, 'build', 'relayrig');

export const region = 'us-east-1';
export const account = '123456789012';

/** Resolves when the ready file is there; rejects when the program ends before. */
async function whenReady(child, folder, file, talk) {
  const watching = new AbortController();
  const ended = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`relayrig ended (${code ?? signal}): ${talk()}`)));
  });
  const written = (async () => {
    // The watch stands before the file is looked for: none that comes between is missed.
    const changes = watch(folder, { signal: watching.signal })[Symbol.asyncIterator]();
    let next = changes.next();
    while (!existsSync(file)) {
      await next;
      next = changes.next();
    }
    next.catch(() => {});
  })();
  try {
    await Promise.race([written, ended]);
  } finally {
    ended.catch(() => {});
    written.catch(() => {});
    watching.abort();
  }
}

class Rig {
  #child;
  #folder;
  #talk = '';

  constructor(child, folder) {
    this.#child = child;
    this.#folder = folder;
    child.stderr.on('data', (text) => (this.#talk += text));
    child.stdout.on('data', (text) => (this.#talk += text));
  }

  async ready() {
    const file = join(this.#folder, 'ready.json');
    await whenReady(this.#child, this.#folder, file, () => this.#talk);
    const written = JSON.parse(readFileSync(file, 'utf8'));
    this.url = written.url;
    this.salesforceUrl = written.salesforce_url;
    this.hosts = written.hosts;
    this.runFile = written.run_file;
    return this;
  }

  /** The admin API: status and body of the answer. */
  async ask(method, path, body) {
    const answer = await fetch(`${this.url}/_relayrig/${path}`, { method, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: text && JSON.parse(text) };
  }

  /** A client of the AWS SDK that talks to this rig; one attempt, so that what is refused is seen. */
  client(Client, config = {}) {
    return new Client({
      endpoint: this.url,
      region,
      credentials: { accessKeyId: 'relayrig', secretAccessKey: 'relayrig' },
      maxAttempts: 1,
      ...config,
    });
  }

  /** What `relayrig env` says, by name. */
  environment() {
    const text = execFileSync(program, ['env', '--ready-file', join(this.#folder, 'ready.json'), '--format', 'json'], { encoding: 'utf8' });
    return JSON.parse(text);
  }

  /** What the program prints, called with the rig's ready file. */
  command(name, ...rest) {
    return execFileSync(program, [name, ...rest, '--ready-file', join(this.#folder, 'ready.json')], { encoding: 'utf8' });
  }

  /** Rows of the run file; after stop(). */
  query(sql) {
    const text = execFileSync(program, ['query', this.runFile, sql, '--format', 'json'], { encoding: 'utf8' });
    return JSON.parse(text);
  }

  /** Ends the rig as Ctrl-C does; its report. */
  async stop() {
    const ended = new Promise((done) => this.#child.once('close', (code, signal) => done({ code, signal })));
    this.#child.kill('SIGINT');
    const { code, signal } = await ended;
    if (signal) throw new Error(`relayrig was ended by ${signal}: ${this.#talk}`);
    return { code, report: this.#talk };
  }

  remove() {
    this.#child.kill('SIGKILL');
    this.#lookForSecrets();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** No run file and no log may hold a secret of a test (tests/leaks); the file's test fails if one does. */
  #lookForSecrets() {
    const check = process.env.RELAYRIG_LEAK_CHECK;
    if (!check || !existsSync(this.#folder)) return;
    const found = spawnSync(check, [this.#folder, join(this.#folder, 'registered')], { encoding: 'utf8' });
    if (found.status === 0) return;
    console.error(found.stdout + found.stderr);
    process.exitCode = 1;
  }

  /** Asks the run file, which is written while the rig runs, until `isSo` is true. */
  async whenQuiet(isSo) {
    while (!isSo()) await new Promise(setImmediate);
  }
}

/**
 * Starts `relayrig up` with the deployment in `scenario` (a path from the project's root), or with none.
 * The rig and its files go with the process at the latest.
 */
export async function startRig({ scenario, flags = [] } = {}) {
  return started(['up', ...(scenario ? [join(root, scenario)] : []), ...flags]);
}

/** Starts `relayrig mocks up` with these files (NAME=FILE, from the project's root). */
export async function startMocks({ files, flags = [] }) {
  return started(['mocks', 'up', ...files, ...flags], root);
}

async function started(words, cwd) {
  const folder = mkdtempSync(join(tmpdir(), 'relayrig-clients-'));
  const child = spawn(
    program,
    ['--runs', join(folder, 'runs'), ...words, '--port', '0', '--ready-file', join(folder, 'ready.json')],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd },
  );
  const rig = new Rig(child, folder);
  process.once('exit', () => rig.remove());
  return rig.ready();
}

/** Asks again and again until the answer is one that `is` takes; fails when that takes half a minute. */
export async function until(ask, is) {
  const end = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (is(answer)) return answer;
    if (Date.now() > end) throw new Error(`not within half a minute; last: ${JSON.stringify(answer)}`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

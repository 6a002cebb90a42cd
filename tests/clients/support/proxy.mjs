// A fault proxy for one test file: started on a free port, stopped at the end.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { folderOf, whenThere } from './run.mjs';

const program = process.env.RELAYRIG_PROGRAM ?? folderOf('build/relayrig');

/** Its `url`, and `stop()`, which ends it as `kill` does and resolves to its exit code. */
export async function startProxy(...flags) {
  const folder = mkdtempSync(join(tmpdir(), 'relayrig-proxy-'));
  const child = spawn(program, ['proxy', '--listen', '127.0.0.1:0', '--ready-file', join(folder, 'ready.json'), ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.once('exit', () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  let report = '';
  child.stderr.on('data', (text) => (report += text));
  const ended = new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => done({ code: code ?? signal, report }));
  });
  await whenThere(folder, 'ready.json', ended);
  const { url } = JSON.parse(readFileSync(join(folder, 'ready.json'), 'utf8'));
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      return (await ended).code;
    },
  };
}

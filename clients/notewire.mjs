// Starts what the tests need, and stops it: the notewire program, and a throwaway PostgreSQL. Everything that is started
// here ends with stop(), and with this process if that dies before.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const startTimeout = 120_000; // the Go tool may have to build first
const stopTimeout = 30_000;

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

// binary returns the program under test: NOTEWIRE_BINARY, or the one that `make build` makes, built if it is missing.
function binary() {
  if (process.env.NOTEWIRE_BINARY) return resolve(process.env.NOTEWIRE_BINARY);
  const built = join(root, 'bin', 'notewire');
  if (!existsSync(built)) {
    const build = spawnSync('go', ['build', '-o', built, './cmd/notewire'], { cwd: root, encoding: 'utf8' });
    if (build.status !== 0) throw new Error(`building notewire: ${build.error ?? build.stderr}`);
  }
  return built;
}

// start runs a program until a line of its output matches, and returns the match and a function that ends it.
function start(command, args, { cwd, pattern, end }) {
  const child = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  const exited = new Promise((done) => {
    child.once('error', (error) => {
      output += String(error);
      done(null);
    });
    child.once('exit', done);
  }).finally(() => running.delete(child));
  const stop = async () => {
    end(child);
    const late = setTimeout(() => child.kill('SIGKILL'), stopTimeout);
    const code = await exited;
    clearTimeout(late);
    child.stdout.destroy();
    child.stderr.destroy();
    if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output.slice(-4000)}`);
  };
  return new Promise((done, fail) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`${command} did not say that it is ready:\n${output}`));
    }, startTimeout);
    const look = (chunk) => {
      output += chunk;
      const found = pattern.exec(output);
      if (!found) return;
      clearTimeout(late);
      done({ found: found[0], stop });
    };
    child.stdout.setEncoding('utf8').on('data', look);
    child.stderr.setEncoding('utf8').on('data', look);
    exited.then((code) => {
      clearTimeout(late);
      fail(new Error(`${command} ended with ${code} before it was ready:\n${output}`));
    });
  });
}

// serve starts notewire on a free port. Without a database URL it gets a fresh SQLite file.
export async function serve(database) {
  const folder = mkdtempSync(join(tmpdir(), 'notewire-clients-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const { found, stop } = await start(
      binary(),
      [
        'serve', '--listen', '127.0.0.1:0', '--registration', 'open', '--rate-limits', 'off',
        '--database', database ?? `sqlite:${join(folder, 'notewire.db')}`,
      ],
      { cwd: folder, pattern: /https?:\/\/[0-9a-zA-Z.:[\]-]+(?=[\s/"'])/, end: (child) => child.kill('SIGTERM') },
    );
    return {
      origin: found,
      stop: async () => {
        try {
          await stop();
        } finally {
          remove();
        }
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

// postgres starts a private PostgreSQL with an empty database. It ends when its standard input does.
export async function postgres() {
  const { found, stop } = await start('go', ['run', './store/postgres/pgtest/throwaway'], {
    cwd: root,
    pattern: /^postgres(?:ql)?:\/\/\S+(?=\n)/m,
    end: (child) => child.stdin.end(),
  });
  return { url: found, stop };
}

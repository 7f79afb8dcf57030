// One log has one writer: a second process is refused, by whatever way it comes to the directory.
//
//   node one_writer.mjs BINARY CALL.json SCRATCH      in a mount namespace of its own
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { finish, holds, holdsEveryAnswer, same } from './checks.mjs';
import { callHook, launch, start, stop } from './service.mjs';

const [binary, file, scratch] = process.argv.slice(2);
const body = readFileSync(file);
const directory = join(scratch, 'audit');

async function isRefused(how, path, who = ` (pid ${first.process.pid})`) {
    const second = launch(binary, { 'audit.directory': path });
    await second.listens;
    second.process.kill(); // where it is not refused
    same(`${how}: ends with the code of a configuration`, 78, (await second.ended).code);
    holds(`${how}: says why`, second.output().includes(`in use by another process${who}`),
        second.output());
}

mkdirSync(join(scratch, 'mounted'));
symlinkSync(directory, join(scratch, 'linked'));
const first = await start(binary, { 'audit.directory': directory });
execFileSync('mount', ['--bind', directory, join(scratch, 'mounted')]);
const before = await callHook(first.port, body);
await isRefused('the same path', directory);
await isRefused('a relative path', relative(process.cwd(), directory));
await isRefused('through a symbolic link', join(scratch, 'linked'));
await isRefused('through another mount', join(scratch, 'mounted'));
execFileSync('umount', [join(scratch, 'mounted')]);
renameSync(directory, join(scratch, 'renamed'));
await isRefused('after the directory was renamed', join(scratch, 'renamed'));
renameSync(join(scratch, 'renamed'), directory);
rmSync(join(directory, '.lock'));
await isRefused('after somebody removed the lock file', directory, '');

const after = await callHook(first.port, body);
holdsEveryAnswer('after every attempt', binary, directory, [before.id, after.id]);
first.process.kill('SIGKILL');
await first.ended;
const next = await start(binary, { 'audit.directory': directory });
same('the next one starts after a kill, with the old lock file there', 200, (await callHook(next.port, body)).status);
await stop(next);
finish();

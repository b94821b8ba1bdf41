#!/usr/bin/env node
import { asksForHelp } from './command.ts';

const commands = {
  dev: async () => (await import('./local.ts')).runStack({ ownApp: false }),
  verify: () => import('./verify.ts'),
  token: () => import('./token.ts'),
  room: () => import('./room.ts'),
  export: () => import('./export.ts'),
  import: () => import('./import.ts'),
  erase: () => import('./erase.ts'),
  restore: () => import('./restore.ts'),
} as const;

const usage = `Usage: npx parley <command>. For the arguments of a command: npx parley <command> --help

  dev       runs your CDK app with its chat on this machine
  token     prints a token of a demo user of the running chat
  room      creates a room and its members
  export    writes rooms, messages and files to a file
  import    reads them into another chat
  erase     erases a user: their messages, files and profile
  verify    checks a deployed chat
  restore   prepares a table that was restored from a backup`;

const isCommand = (name: string): name is keyof typeof commands => Object.hasOwn(commands, name);

/** Returns whether this Node.js has what the commands import: 22.13 or later. */
function isSupportedNode(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

const [name = ''] = process.argv.splice(2, 1);
if (isCommand(name) && !isSupportedNode()) {
  console.error(
    `Could not run parley ${name}: it needs Node.js 22.13 or later, and this is ${process.versions.node}. ` +
      'Install Node.js 24, or add it to your project: npm install --save-dev node@24',
  );
  process.exitCode = 1;
} else if (isCommand(name)) await commands[name]();
else {
  const isHelp = name === 'help' || asksForHelp([name]);
  if (isHelp) console.log(usage);
  else console.error(name === '' ? usage : `Unknown command "${name}".\n\n${usage}`);
  process.exitCode = isHelp ? 0 : 1;
}

#!/usr/bin/env node
import { asksForHelp } from './command.ts';

const commands = {
  dev: async () => (await import('./local.ts')).runStack({ ownApp: false }),
  verify: () => import('./verify.ts'),
  token: () => import('./token.ts'),
  room: () => import('./room.ts'),
  restore: () => import('./restore.ts'),
} as const;

const usage = `Usage: npx parley <command>. For the arguments of a command: npx parley <command> --help

  dev       runs your CDK app with its chat on this machine
  token     prints a token of a demo user of the running chat
  room      creates a room and its members
  verify    checks a deployed chat
  restore   prepares a table that was restored from a backup`;

const isCommand = (name: string): name is keyof typeof commands => Object.hasOwn(commands, name);

const [name = ''] = process.argv.splice(2, 1);
if (isCommand(name)) await commands[name]();
else {
  const isHelp = name === 'help' || asksForHelp([name]);
  if (isHelp) console.log(usage);
  else console.error(name === '' ? usage : `Unknown command "${name}".\n\n${usage}`);
  process.exitCode = isHelp ? 0 : 1;
}

import { Socket } from 'node:net';

/** Unit tests that reach for the network are no unit tests: they fail here and not on somebody's train. */
Socket.prototype.connect = function connect(): never {
  throw new Error('No network in unit tests: mock what you call');
};

import { Socket } from 'node:net';

/** Fails unit tests that use the network. */
Socket.prototype.connect = function connect(): never {
  throw new Error('No network in unit tests: mock what you call');
};

import type { Agent, ClientRequest } from 'node:http';
import { Socket } from 'node:net';

/** An agent of Node with the method that each request calls. Node's types lack it. */
interface RequestAgent extends Agent {
  addRequest(request: ClientRequest, options: object): void;
}

/** A kept-alive connection. */
interface Connection {
  /** The latest request. Undefined while the connection is idle. */
  request: ClientRequest | undefined;
  /** The bytes that had been read when the request got the connection. */
  bytesBefore: number;
}

export interface PoolOptions {
  /** Called with the request in flight when a connection was silent for `silenceMs` milliseconds. */
  readonly onSilence: (request: ClientRequest) => void;
  readonly silenceMs: number;
  /** Milliseconds for which an unused connection stays open. */
  readonly idleMs: number;
}

const connections = new WeakMap<Socket, Connection>();

function assign(request: ClientRequest, socket: Socket): void {
  const connection = connections.get(socket);
  if (!connection) return;
  connection.request = request;
  connection.bytesBefore = socket.bytesRead;
}

/** Returns whether a byte has arrived on a request's connection since it got the connection. */
export function hasArrived(request: ClientRequest): boolean {
  const { socket } = request;
  return socket !== null && socket.bytesRead !== connections.get(socket)?.bytesBefore;
}

/**
 * Makes an agent reuse its idle connections with less work. For each request, Node's agent copies its options several
 * times and searches its lists by name, which is a fifth of the CPU time of a post. Node's agent still opens
 * connections, queues waiting requests and handles broken connections.
 * @param nodeAgent sends requests to one origin only, because all requests share the idle connections
 */
export function poolConnections(nodeAgent: Agent, { onSilence, silenceMs, idleMs }: PoolOptions): void {
  const agent = nodeAgent as RequestAgent;
  const idle: Socket[] = [];
  const createConnection = agent.createConnection.bind(agent);
  const addRequest = agent.addRequest.bind(agent);
  const [release] = agent.listeners('free');

  agent.createConnection = (options, callback) => {
    const socket = createConnection(options, callback);
    if (!(socket instanceof Socket)) return socket;
    const connection: Connection = { request: undefined, bytesBefore: 0 };
    connections.set(socket, connection);
    const closeIdle = () => {
      if (!connection.request) socket.destroy();
    };
    // Bytes that arrive without a request would be read as the response to the next request.
    socket.on('data', closeIdle).on('error', closeIdle);
    socket.on('timeout', () => (connection.request ? onSilence(connection.request) : socket.destroy()));
    socket.setTimeout(silenceMs);
    return socket;
  };

  agent.removeAllListeners('free');
  agent.on('free', (socket: Socket, options: object) => {
    const connection = connections.get(socket);
    const isWaiting = Object.keys(agent.requests).length > 0;
    if (!connection || isWaiting || !socket.writable) {
      release?.call(agent, socket, options);
      return;
    }
    connection.request = undefined;
    // Node's agent also clears this field. It would keep the last response in memory.
    Object.assign(socket, { _httpMessage: null });
    socket.setTimeout(idleMs);
    socket.unref();
    idle.push(socket);
  });

  agent.addRequest = (request, options) => {
    for (let socket = idle.pop(); socket; socket = idle.pop()) {
      if (socket.destroyed || !socket.writable) continue;
      assign(request, socket);
      socket.setTimeout(silenceMs);
      socket.ref();
      request.reusedSocket = true;
      request.onSocket(socket);
      return;
    }
    request.once('socket', (socket) => assign(request, socket));
    addRequest(request, options);
  };
}

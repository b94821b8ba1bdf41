import type { Contract, Descriptions, FrameIn, FrameOut } from '../../functions/dialects/documentation.ts';
import { contracts, shownIn, shownOut } from './contracts.ts';
import { messageKey, messagePayload, payloadOf } from './payload.ts';

interface ChannelMessage {
  /** The key in a channel, such as `out-chat_message`. */
  readonly key: string;
  readonly frame: FrameIn | FrameOut;
  readonly shown: readonly unknown[];
}

const keyOf = (direction: 'in' | 'out', { name }: FrameIn | FrameOut) =>
  `${direction}-${name.replaceAll(' ', '-')}`;

function messagesOf(contract: Contract): readonly ChannelMessage[] {
  const incoming = contract.in.map((frame) => ({
    frame,
    key: keyOf('in', frame),
    shown: shownIn(contract, frame),
  }));
  const outgoing = contract.out.map((frame) => ({
    frame,
    key: keyOf('out', frame),
    shown: shownOut(contract, frame),
  }));
  return [...incoming, ...outgoing];
}

/** Returns an object of the entries of all contracts. */
const collect = <T>(entriesOf: (contract: Contract) => readonly (readonly [string, T])[]) =>
  Object.fromEntries(Object.values(contracts).flatMap(entriesOf));

const ref = (path: string) => ({ $ref: `#/${path}` });

const messages = () =>
  collect((contract) =>
    messagesOf(contract).map(({ key, frame, shown }) => [
      `${contract.dialect.name}-${key}`,
      {
        name: frame.name,
        title: frame.name,
        summary: frame.summary,
        contentType: 'application/json',
        payload: payloadOf(contract, frame),
        examples: shown.map((payload) => ({ payload })),
      },
    ]),
  );

const schemas = () =>
  collect((contract) => {
    const message = messagePayload(contract);
    return message ? [[messageKey(contract), message] as const] : [];
  });

const commonQuery = {
  dialect: {
    type: 'string',
    enum: Object.keys(contracts),
    description: 'Selects the dialect, whatever the credential.',
  },
  reads: {
    type: 'string',
    enum: ['auto', 'manual'],
    description: 'Whether delivered messages count as read.',
  },
};

const queryOf = (parameters: Descriptions) =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, description]) => [name, { type: 'string', description }]),
  );

const channels = () =>
  collect((contract) => {
    const { about, dialect, handshake } = contract;
    const refs = messagesOf(contract).map(({ key }) => [
      key,
      ref(`components/messages/${dialect.name}-${key}`),
    ]);
    const channel = {
      address: '/ws/chat/{room}/',
      title: dialect.name,
      description: [about, handshake.credential, handshake.inbox, handshake.greeting]
        .filter(Boolean)
        .join(' '),
      parameters: { room: { description: 'The id of the room, percent-encoded.' } },
      messages: Object.fromEntries(refs),
      bindings: {
        ws: {
          method: 'GET',
          query: { type: 'object', properties: { ...queryOf(handshake.query), ...commonQuery } },
          bindingVersion: '0.1.0',
        },
      },
    };
    return [[dialect.name, channel] as const];
  });

/** The security schemes of each contract. Contract S4 needs none in open rooms. */
const credentials: Readonly<Record<Contract['dialect']['name'], readonly string[]>> = {
  action: ['header', 'subprotocol'],
  content: ['cookie'],
  type: ['query'],
  operation: [],
};

function operation(contract: Contract, direction: 'in' | 'out') {
  const { name } = contract.dialect;
  const keys = messagesOf(contract).flatMap(({ key }) => (key.startsWith(`${direction}-`) ? [key] : []));
  const security = credentials[name].map((scheme) => ref(`components/securitySchemes/${scheme}`));
  return {
    // AsyncAPI describes the server, which receives the frames that clients send.
    action: direction === 'in' ? 'receive' : 'send',
    channel: ref(`channels/${name}`),
    summary: direction === 'in' ? 'Frames that clients send.' : 'Frames that the server sends.',
    messages: keys.map((key) => ref(`channels/${name}/messages/${key}`)),
    ...(security.length > 0 && { security }),
  };
}

const operations = () =>
  collect((contract) => [
    [`${contract.dialect.name}-in`, operation(contract, 'in')] as const,
    [`${contract.dialect.name}-out`, operation(contract, 'out')] as const,
  ]);

const servers = {
  edge: {
    host: '{edge}',
    protocol: 'wss',
    description: 'The edge on AWS. The deployment prints this host name as Url.',
    variables: { edge: { default: 'd111111abcdef8.cloudfront.net' } },
  },
  local: { host: 'localhost:8000', protocol: 'ws', description: 'The local stack, run by npm start.' },
};

const securitySchemes = {
  header: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  subprotocol: {
    type: 'httpApiKey',
    in: 'header',
    name: 'Sec-WebSocket-Protocol',
    description: 'The subprotocols Bearer and the token itself, for browsers, which cannot set headers.',
  },
  query: { type: 'httpApiKey', in: 'query', name: 'token' },
  cookie: {
    type: 'httpApiKey',
    in: 'cookie',
    name: 'sessionid',
    description: 'The handshake must also have an allowed Origin header.',
  },
};

/** Returns the AsyncAPI document. */
const asyncapiDocument = () => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Parley',
    version: '1',
    description: 'The WebSocket API of Parley. It has four dialects for the same rooms. See protocol.md.',
    license: { name: 'Apache-2.0' },
  },
  defaultContentType: 'application/json',
  servers,
  channels: channels(),
  operations: operations(),
  components: { messages: messages(), schemas: schemas(), securitySchemes },
});

/** Returns the text of docs/asyncapi.yaml. It is JSON, which is valid YAML. */
export const asyncapiText = (): string =>
  `# Rendered by \`npm run docs\` from functions/dialects. Do not edit this file.\n${JSON.stringify(asyncapiDocument(), null, 2)}\n`;

import type { Contract, FrameIn, FrameOut, Words } from '../../functions/dialects/documentation.ts';
import { contracts, shownIn, shownOut } from './contracts.ts';
import { messageKey, messagePayload, payloadOf } from './payload.ts';

interface Told {
  /** Its key in a channel, such as `out-chat_message`. */
  readonly key: string;
  readonly frame: FrameIn | FrameOut;
  readonly shown: readonly unknown[];
}

const keyOf = (way: 'in' | 'out', { name }: FrameIn | FrameOut) => `${way}-${name.replaceAll(' ', '-')}`;

function toldBy(contract: Contract): readonly Told[] {
  const sent = contract.in.map((frame) => ({
    frame,
    key: keyOf('in', frame),
    shown: shownIn(contract, frame),
  }));
  const got = contract.out.map((frame) => ({
    frame,
    key: keyOf('out', frame),
    shown: shownOut(contract, frame),
  }));
  return [...sent, ...got];
}

/** One object of many contracts' entries. */
const collected = <T>(entriesOf: (contract: Contract) => readonly (readonly [string, T])[]) =>
  Object.fromEntries(Object.values(contracts).flatMap(entriesOf));

const ref = (path: string) => ({ $ref: `#/${path}` });

const messages = () =>
  collected((contract) =>
    toldBy(contract).map(({ key, frame, shown }) => [
      `${contract.dialect.name}-${key}`,
      {
        name: frame.name,
        title: frame.name,
        summary: frame.does,
        contentType: 'application/json',
        payload: payloadOf(contract, frame),
        examples: shown.map((payload) => ({ payload })),
      },
    ]),
  );

const schemas = () =>
  collected((contract) => {
    const message = messagePayload(contract);
    return message ? [[messageKey(contract), message] as const] : [];
  });

const commonQuery = {
  dialect: {
    type: 'string',
    enum: Object.keys(contracts),
    description: 'The dialect, whatever the credential.',
  },
  reads: {
    type: 'string',
    enum: ['auto', 'manual'],
    description: 'Whether what is sent to the client counts as read at once.',
  },
};

const queryOf = (words: Words) =>
  Object.fromEntries(
    Object.entries(words).map(([name, description]) => [name, { type: 'string', description }]),
  );

const channels = () =>
  collected((contract) => {
    const { dialect, handshake, serves } = contract;
    const refs = toldBy(contract).map(({ key }) => [key, ref(`components/messages/${dialect.name}-${key}`)]);
    const channel = {
      address: '/ws/chat/{room}/',
      title: dialect.name,
      description: `For ${serves}. ${handshake.credential} ${handshake.greeting}`,
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

/** Which of the security schemes a contract takes; none where it needs none. */
const credentials: Readonly<Record<Contract['dialect']['name'], readonly string[]>> = {
  action: ['header', 'subprotocol'],
  content: ['cookie'],
  type: ['query'],
  operation: [],
};

function operation(contract: Contract, way: 'in' | 'out') {
  const { name } = contract.dialect;
  const keys = toldBy(contract).flatMap(({ key }) => (key.startsWith(`${way}-`) ? [key] : []));
  const security = credentials[name].map((scheme) => ref(`components/securitySchemes/${scheme}`));
  return {
    // The document describes the server: it receives what clients send.
    action: way === 'in' ? 'receive' : 'send',
    channel: ref(`channels/${name}`),
    summary: way === 'in' ? 'What clients send.' : 'What clients are sent.',
    messages: keys.map((key) => ref(`channels/${name}/messages/${key}`)),
    ...(security.length > 0 && { security }),
  };
}

const operations = () =>
  collected((contract) => [
    [`${contract.dialect.name}-in`, operation(contract, 'in')] as const,
    [`${contract.dialect.name}-out`, operation(contract, 'out')] as const,
  ]);

const servers = {
  edge: {
    host: '{edge}',
    protocol: 'wss',
    description: 'On AWS: the name that the deploy prints as Url.',
    variables: { edge: { default: 'd111111abcdef8.cloudfront.net' } },
  },
  local: { host: 'localhost:8000', protocol: 'ws', description: 'On one machine, by npm start.' },
};

const securitySchemes = {
  header: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  subprotocol: {
    type: 'httpApiKey',
    in: 'header',
    name: 'Sec-WebSocket-Protocol',
    description: 'The subprotocols Bearer and the token itself, as a browser sends them.',
  },
  query: { type: 'httpApiKey', in: 'query', name: 'token' },
  cookie: {
    type: 'httpApiKey',
    in: 'cookie',
    name: 'sessionid',
    description: 'Counts only together with an allowed Origin.',
  },
};

/** docs/asyncapi.yaml, as an object. */
export const asyncapiDocument = () => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Parley',
    version: '1',
    description: 'The WebSocket API of Parley: four dialects for the same rooms. See protocol.md.',
    license: { name: 'Apache-2.0' },
  },
  defaultContentType: 'application/json',
  servers,
  channels: channels(),
  operations: operations(),
  components: { messages: messages(), schemas: schemas(), securitySchemes },
});

/** docs/asyncapi.yaml. It is JSON, which is YAML too. */
export const asyncapiText = (): string =>
  `# Written by \`npm run docs\` from the dialects; change those, and not this file.\n${JSON.stringify(asyncapiDocument(), null, 2)}\n`;

import type { ChatClient } from '../../../client/index.ts';
import {
  blockUser,
  ChatClient as Client,
  pinMessage,
  reportMessage,
  setPreferences,
} from '../../../client/index.ts';
import type { ImportedLine } from '../../../server/index.ts';
import { adminOf } from '../../support/admin.ts';
import { askingAs } from '../../support/http.ts';
import { picture } from '../../support/picture.ts';
import type { TestStack } from '../../support/stack.ts';

const ALICE = { id: '1', username: 'alice' };
const BOB = { id: '2', username: 'bob' };
const CAROL = { id: '3', username: 'carol' };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

interface Said {
  readonly author: typeof ALICE;
  readonly text: string;
  readonly daysAgo: number;
  readonly reply_to?: number;
  readonly mentions?: readonly string[];
  readonly type?: 'system';
  readonly edited?: true;
  readonly deleted?: true;
}

/** Returns the lines of a room whose messages are a minute apart on each day. */
function roomLines(id: string, name: string, said: readonly Said[], readTo: number): ImportedLine[] {
  const now = Date.now();
  const entries = said.map(({ daysAgo, edited, deleted, ...message }, index) => {
    const at = new Date(now - daysAgo * DAY_MS - (said.length - index) * MINUTE_MS).toISOString();
    const changes = { ...(edited && { edited_at: at }), ...(deleted && { deleted_at: at, text: '' }) };
    return { line: 'log', kind: 'message', seq: index + 1, created_at: at, ...message, ...changes };
  });
  const reactions = [
    { by: '2', emoji: '👍' },
    { by: '3', emoji: '👍' },
    { by: '1', emoji: '🎉' },
  ].map((each, index) => ({
    ...{ line: 'log', kind: 'react', seq: said.length + index + 1, message: said.length - 1 },
    ...{ removed: false, at: new Date(now).toISOString(), ...each },
  }));
  return [
    { line: 'room', room_id: id, name },
    ...entries,
    ...reactions,
    { line: 'member', user_id: '1', role: 'owner', read_to: readTo },
    { line: 'member', user_id: '2', role: 'moderator', read_to: said.length },
    { line: 'member', user_id: '3', read_to: said.length - 1 },
    { line: 'room_end' },
  ] as unknown as ImportedLine[];
}

const code = '```ts\nconst lunch = menu.filter(({ vegan }) => vegan);\nconsole.log(lunch);\n```';

const party: readonly Said[] = [
  { author: ALICE, text: 'alice created the room', type: 'system', daysAgo: 400 },
  { author: ALICE, text: 'Who comes to the summer party?', daysAgo: 3 },
  { author: BOB, text: 'I do!', reply_to: 2, daysAgo: 3 },
  {
    author: CAROL,
    text: 'Me too. The place is https://en.wikipedia.org/wiki/Mercury_(planet), as always.',
    daysAgo: 3,
  },
  { author: ALICE, text: 'We need **tables**, _chairs_ and ~~speakers~~ a band.', daysAgo: 1, edited: true },
  { author: BOB, text: 'Still open:\n- drinks\n- a cake\n- `npm run party`', daysAgo: 1 },
  { author: BOB, text: code, daysAgo: 1 },
  { author: CAROL, text: '> We need tables\n\nI bring four.', daysAgo: 1 },
  { author: CAROL, text: '🎉🎉', daysAgo: 1 },
  { author: BOB, text: 'This one goes away', daysAgo: 0, deleted: true },
  { author: ALICE, text: 'That one is gone, so this is a reply to nothing.', reply_to: 10, daysAgo: 0 },
  {
    author: BOB,
    text: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikantenwitwenrente-and-a-word-that-never-ends-however-narrow-the-window-is',
    daysAgo: 0,
  },
  { author: ALICE, text: 'مرحبا، هل نبدأ الساعة 7؟', daysAgo: 0 },
  {
    author: CAROL,
    text: 'I asked the neighbours whether they mind. They do not, as long as the music ends at eleven, and as long as somebody brings them a piece of the cake.',
    daysAgo: 0,
  },
  {
    author: BOB,
    text: '@alice, can you bring chairs? @Carol O’Brien-Featherstonehaugh of Westmorland knows where they are.',
    mentions: ['1', '3'],
    daysAgo: 0,
  },
  {
    author: ALICE,
    text: 'Yes. Thank you, @Bob Miller!',
    mentions: ['2'],
    daysAgo: 0,
  },
  { author: ALICE, text: 'Wonderful. See you at 7, everybody.', daysAgo: 0 },
];

const many: readonly Said[] = Array.from({ length: 120 }, (_, index) => ({
  author: [ALICE, BOB, CAROL][index % 3] ?? BOB,
  text: `Item ${index + 1} of the list: ${'something to bring, '.repeat(index % 4)}please.`,
  daysAgo: index < 60 ? 2 : 0,
  ...(index === 112 && { mentions: ['1'] }),
}));

/** Opens a client for a demo user. */
async function clientOf(stack: TestStack, user: string): Promise<ChatClient> {
  const token = await stack.token(user);
  return new Client({ url: stack.stack.edgeUrl, token: () => token });
}

/** Fills the demo chat with rooms, messages, files and people, for pictures of the page. */
export async function fillChat(stack: TestStack): Promise<void> {
  const admin = adminOf(stack);
  await admin.putUser('2', { name: 'Bob Miller' });
  await admin.putUser('3', { name: 'Carol O’Brien-Featherstonehaugh of Westmorland' });
  await admin.putUser('4', { name: 'Dave Jones' });
  await admin.importLines('party', 'screens', roomLines('party', 'Summer party', party, party.length + 3));
  await admin.importLines('list', 'screens', roomLines('list', 'A list with many items', many, 100));
  const short: Said[] = [{ author: BOB, text: 'We are done here.', daysAgo: 40 }];
  await admin.importLines('past', 'screens', roomLines('past', 'Winter party', [...short, ...short], 5));
  await admin.updateRoom('past', { archived: true });
  await admin.updateRoom('party', { description: 'On Saturday in the garden, whatever the weather is.' });
  await admin.putRoom('slow', {
    name: 'Slow room',
    members: [{ user_id: '1', role: 'owner' }, { user_id: '2' }],
  });
  await admin.updateRoom('slow', { slow_mode: 60 });
  const dave = await askingAs(stack, 'dave');
  await dave('POST /chats/', { kind: 'direct', members: [3] });
  const [alice, bob] = await Promise.all([clientOf(stack, 'alice'), clientOf(stack, 'bob')]);
  try {
    const room = bob.room('party');
    await room.ready();
    const image = (name: string, width: number, height: number) =>
      room.upload(new File([new Uint8Array(picture(width, height))], name, { type: 'image/png' }));
    await room.send('', await image('The tower.png', 200, 300));
    await room.send('The garden', await image('The garden.png', 640, 400));
    const name = 'Minutes of the very long meeting about the summer party, second version, final.pdf';
    const paper = new File(['%PDF-1.4 paper'], name, { type: 'application/pdf' });
    await room.send('', await room.upload(paper));
    await pinMessage(bob, 'party', 4);
    await pinMessage(bob, 'party', 14);
    await reportMessage(bob, 'party', 14, { reason: 'spam', note: 'We have a room for neighbours.' });
    await blockUser(alice, '4');
    await setPreferences(alice, 'list', { pinned: true });
  } finally {
    alice.close();
    bob.close();
  }
}
